//! How reports look, and that hostile text in them does no harm.

use mith_core::{
    ArtifactReport, Digest, Evidence, Finding, Location, RuleSetId, ScanReport, Severity, Verdict,
};
use mith_scan::{ExplainedLine, ExplainedPickle, Explanation, Mark, Rule, Stability};

use std::path::PathBuf;

use super::subject::Subject;
use super::*;

fn rules() -> RuleSetId {
    RuleSetId {
        version: "0.1.0".into(),
        digest: "d".into(),
    }
}

fn clean(path: &str) -> ArtifactReport {
    ArtifactReport {
        path: path.into(),
        sha256: Some(Digest::from_bytes([1; 32])),
        size: 571,
        formats: vec!["json".into()],
        verdict: Verdict::Clean,
        findings: vec![],
        coverage: vec![],
    }
}

fn gadget() -> Finding {
    Finding {
        rule: "pickle-known-gadget".into(),
        severity: Severity::Critical,
        verdict: Verdict::Malicious,
        message: "`os.system` is called when the file is loaded".into(),
        location: Location {
            member: Some("archive/data.pkl".into()),
            offset: Some(12),
            length: Some(40),
            pickle: Some(1),
            line: None,
        },
        evidence: Evidence {
            import: Some("os.system".into()),
            call: Some("os.system('touch x')".into()),
            detail: None,
            count: Some(2),
        },
        remedy: "ask the publisher for safetensors".into(),
    }
}

fn malicious(path: &str) -> ArtifactReport {
    ArtifactReport {
        path: path.into(),
        size: 4_200_000,
        formats: vec!["torch-zip".into(), "pickle".into()],
        verdict: Verdict::Malicious,
        findings: vec![gadget()],
        ..clean(path)
    }
}

fn view(width: Option<u16>) -> human::View<'static> {
    human::View {
        paint: Paint::PLAIN,
        width,
        quiet: false,
        verbose: false,
        subject: Subject::of(&[]),
    }
}

#[test]
fn human_report_shows_the_worst_first_and_ends_with_what_to_do() {
    let report = ScanReport::new(
        vec![clean("config.json"), malicious("pytorch_model.bin")],
        rules(),
    );
    insta::assert_snapshot!(human::render(&report, view(None)), @r"
     verdict      file               size    format             findings
     ✗ malicious  pytorch_model.bin  4.2 MB  torch-zip, pickle  1 critical
     ✓ clean      config.json        571 B   json               -

    pytorch_model.bin
      critical pickle-known-gadget  `os.system` is called when the file is loaded
        call    os.system('touch x')
        seen    2 times
        at      byte 12 of archive/data.pkl, pickle 1
        fix     ask the publisher for safetensors

    ✗ malicious  2 files, 4.2 MB: 1 malicious, 1 clean
    Next: do not load it, and tell whoever shared it; `mith explain FILE` shows what it would do
    ");
}

#[test]
fn human_report_of_clean_files_is_short() {
    let report = ScanReport::new(vec![clean("config.json")], rules());
    insta::assert_snapshot!(human::render(&report, view(None)), @r"
     verdict  file         size   format  findings
     ✓ clean  config.json  571 B  json    -

    ✓ clean  1 file, 571 B: 1 clean
    Next: nothing in it is executed by a loader; `mith registry add DIR --as org/name` brings it in
    ");
    let quiet = human::View {
        quiet: true,
        ..view(None)
    };
    assert_eq!(human::render(&report, quiet), "");
}

#[test]
fn advice_can_be_pasted_into_a_shell() {
    let file = |paths: &[&str], path: &str| {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        Subject::of(&paths).file(path)
    };
    assert_eq!(file(&["./model"], "a/b.bin!data.pkl"), "./model/a/b.bin");
    assert_eq!(file(&["my model"], "it's.bin"), r"'my model/it'\''s.bin'");
    assert_eq!(file(&["a", "b"], "x.bin"), "FILE");
    assert_eq!(
        file(&[env!("CARGO_MANIFEST_PATH")], "Cargo.toml"),
        env!("CARGO_MANIFEST_PATH")
    );
}

#[test]
fn many_clean_files_are_counted_not_listed() {
    let artifacts = (0..30)
        .map(|index| clean(&format!("{index}.json")))
        .collect();
    let report = ScanReport::new(artifacts, rules());
    let text = human::render(&report, view(None));
    assert!(
        text.contains("… and 30 clean files (`-v` lists them)"),
        "{text}"
    );
    assert!(!text.contains("7.json"), "{text}");
    let verbose = human::View {
        verbose: true,
        ..view(None)
    };
    assert!(human::render(&report, verbose).contains("7.json"));
}

#[test]
fn table_fits_the_terminal() {
    let long = "a-folder-with-a-long-name/".repeat(6) + "pytorch_model.bin";
    let mut artifact = malicious(&long);
    artifact.findings.clear();
    let report = ScanReport::new(vec![artifact], rules());
    let text = human::render(&report, view(Some(60)));
    let table: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    assert!(
        table.iter().all(|line| line.chars().count() <= 60),
        "{text}"
    );
}

#[test]
fn colour_is_only_added_never_the_meaning() {
    let report = ScanReport::new(vec![malicious("x.bin")], rules());
    let coloured = human::render(
        &report,
        human::View {
            paint: Paint::COLOURED,
            ..view(None)
        },
    );
    assert!(coloured.contains("\u{1b}["));
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(
        stripped.split_whitespace().collect::<Vec<_>>(),
        human::render(&report, view(None))
            .split_whitespace()
            .collect::<Vec<_>>()
    );
}

#[test]
fn no_file_name_moves_the_cursor_or_hides_itself() {
    let report = ScanReport::new(vec![malicious("a\u{1b}[2J\u{202e}nib.exe\r\n")], rules());
    let hostile = ["\u{1b}[0m".into()];
    let view = human::View {
        subject: Subject::of(&hostile),
        ..view(None)
    };
    for text in [human::render(&report, view), markdown::render(&report)] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
    }
}

#[test]
fn markdown_report_is_a_table_with_findings() {
    let report = ScanReport::new(
        vec![clean("config.json"), malicious("pytorch_model.bin")],
        rules(),
    );
    insta::assert_snapshot!(markdown::render(&report), @r"
    ### ✗ `mith scan`: malicious

    2 files, 4.2 MB: 1 malicious, 1 clean

    | verdict | file | size | format | findings |
    |---|---|--:|---|--:|
    | ✗ malicious | `pytorch_model.bin` | 4.2 MB | torch-zip, pickle | 1 |
    | ✓ clean | `config.json` | 571 B | json | 0 |

    #### Findings

    - **critical** `pickle-known-gadget` in `pytorch_model.bin`: \`os.system\` is called when the file is loaded — `os.system('touch x')` (byte 12 of archive/data.pkl, pickle 1). ask the publisher for safetensors

    Do not load it. `mith explain FILE` shows what it would do.
    ");
}

#[test]
fn no_file_name_breaks_out_of_markdown() {
    let mut artifact = malicious("a|b`c``<img src=x>@team\n# x");
    artifact.findings[0].message = "imports `<script>` [x](http://e) @team | x".into();
    let text = markdown::render(&ScanReport::new(vec![artifact], rules()));
    insta::assert_snapshot!(text, @r"
    ### ✗ `mith scan`: malicious

    1 file, 4.2 MB: 1 malicious

    | verdict | file | size | format | findings |
    |---|---|--:|---|--:|
    | ✗ malicious | ``` a\|b`c``<img src=x>@team\n# x ``` | 4.2 MB | torch-zip, pickle | 1 |

    #### Findings

    - **critical** `pickle-known-gadget` in ``` a\|b`c``<img src=x>@team\n# x ```: imports \`&lt;script&gt;\` \[x\](http://e) &#64;team \| x — `os.system('touch x')` (byte 12 of archive/data.pkl, pickle 1). ask the publisher for safetensors

    Do not load it. `mith explain FILE` shows what it would do.
    ");
}

#[test]
fn markdown_stays_below_what_a_forge_takes() {
    let artifacts = (0..5000)
        .map(|index| malicious(&format!("{index}.bin")))
        .collect();
    let text = markdown::render(&ScanReport::new(artifacts, rules()));
    assert!(text.len() < 60_000, "{}", text.len());
    assert!(text.contains("… and 4950 more files"), "{text}");
}

#[test]
fn json_is_the_object_of_the_contract() {
    let report = ScanReport::new(vec![clean("a.json"), malicious("b.bin")], rules());
    let mut out = Vec::new();
    json::write(&mut out, &report).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["schema"], "mith.scan/1");
    assert_eq!(value["verdict"], "malicious");
    assert_eq!(value["artifacts"][0]["path"], "a.json");
    assert_eq!(value["artifacts"][0]["sha256"], "01".repeat(32));
    assert_eq!(value["artifacts"][1]["findings"][0]["severity"], "critical");
    assert_eq!(
        value["artifacts"][1]["findings"][0]["location"]["offset"],
        12
    );
    assert_eq!(value["rules"]["version"], "0.1.0");
    assert_eq!(out.last(), Some(&b'\n'));
}

fn known_gadget() -> Rule {
    Rule {
        id: "pickle-known-gadget",
        title: "A pickle calls a known way to run code",
        severity: Severity::Critical,
        verdict: Verdict::Malicious,
        stability: Stability::Stable,
        since: "0.1.0",
        references: &["CWE-502", "AML.T0010"],
        remedy: "ask the publisher for safetensors",
        page: "# pickle-known-gadget\n",
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the snapshot is the whole log")]
fn sarif_names_rule_place_and_fingerprint() {
    let report = ScanReport::new(vec![malicious("dir with space/x#1.bin")], rules());
    insta::assert_json_snapshot!(sarif::log(&report, &[&known_gadget()]), @r##"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "mith",
              "fullName": "Mithridate",
              "semanticVersion": "0.1.0",
              "informationUri": "https://github.com/mithridate/mithridate",
              "rules": [
                {
                  "id": "pickle-known-gadget",
                  "shortDescription": {
                    "text": "A pickle calls a known way to run code"
                  },
                  "help": {
                    "text": "A pickle calls a known way to run code. Run `mith explain pickle-known-gadget` for the page of this rule.",
                    "markdown": "# pickle-known-gadget\n"
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "properties": {
                    "tags": [
                      "security",
                      "external/cwe/cwe-502",
                      "AML.T0010"
                    ],
                    "security-severity": "9.5"
                  }
                }
              ],
              "properties": {
                "ruleSetDigest": "d"
              }
            }
          },
          "invocations": [
            {
              "executionSuccessful": true
            }
          ],
          "artifacts": [
            {
              "location": {
                "uri": "dir%20with%20space/x%231.bin"
              },
              "length": 4200000,
              "hashes": {
                "sha-256": "0101010101010101010101010101010101010101010101010101010101010101"
              },
              "properties": {
                "verdict": "malicious",
                "formats": [
                  "torch-zip",
                  "pickle"
                ]
              }
            }
          ],
          "results": [
            {
              "ruleId": "pickle-known-gadget",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "`os.system` is called when the file is loaded: os.system('touch x')"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "dir%20with%20space/x%231.bin!archive/data.pkl"
                    },
                    "region": {
                      "byteOffset": 12,
                      "byteLength": 40
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "dir with space/x#1.bin!archive/data.pkl",
                      "kind": "member"
                    }
                  ]
                }
              ],
              "partialFingerprints": {
                "mith/v1": "f761d456f50f3ae314bbbdcf4ca94057be3818e3c0bd065f31584a525812893a"
              },
              "properties": {
                "verdict": "malicious",
                "security-severity": "9.5",
                "import": "os.system",
                "call": "os.system('touch x')",
                "remedy": "ask the publisher for safetensors"
              }
            }
          ]
        }
      ]
    }
    "##);
}

#[test]
fn sarif_of_a_rule_outside_the_catalogue_has_no_index() {
    let report = ScanReport::new(vec![malicious("x.bin")], rules());
    let value = serde_json::to_value(sarif::log(&report, &[])).unwrap();
    assert!(value["runs"][0]["results"][0].get("ruleIndex").is_none());
}

#[test]
fn explanation_marks_the_dangerous_line_and_points_to_its_rule() {
    let explained = |offset, text: &str, mark, rule| ExplainedLine {
        offset,
        text: text.into(),
        mark,
        rule,
    };
    let explanation = Explanation {
        path: "x.bin".into(),
        formats: vec!["pickle".into()],
        pickles: vec![ExplainedPickle {
            member: Some("archive/data.pkl".into()),
            index: 0,
            start: 0,
            end: 60,
            lines: vec![
                explained(
                    2,
                    "from os import system",
                    Mark::Unknown,
                    Some("pickle-unknown-import"),
                ),
                explained(
                    12,
                    "result = system('touch x')",
                    Mark::Dangerous,
                    Some("pickle-known-gadget"),
                ),
                explained(50, "result.update({'a': 1})", Mark::None, None),
            ],
        }],
        truncated: true,
    };
    insta::assert_snapshot!(explain::render(&explanation, Paint::PLAIN), @r"
    x.bin  pickle

    # pickle 0 in archive/data.pkl, bytes 0..60
     ?          2  from os import system   # pickle-unknown-import
    >>         12  result = system('touch x')   # pickle-known-gadget
               50  result.update({'a': 1})

    … the rest is left out to keep this readable; the scan itself reads everything

    >> lines run code when the file is loaded; do not load it; `mith explain pickle-known-gadget` is the page of the rule
    ");
}

#[test]
fn explanation_without_pickles_says_so() {
    let explanation = Explanation {
        path: "x.json".into(),
        formats: vec![],
        pickles: vec![],
        truncated: false,
    };
    assert!(explain::render(&explanation, Paint::PLAIN).contains("No pickle is in it"));
}

#[test]
fn sizes_have_three_digits_at_most() {
    let sizes = [
        0,
        999,
        1000,
        1250,
        99_949,
        100_000,
        999_999,
        1_000_000,
        90_900_000,
        u64::MAX,
    ];
    let texts: Vec<String> = sizes.into_iter().map(size).collect();
    insta::assert_snapshot!(texts.join(", "), @"0 B, 999 B, 1.0 kB, 1.2 kB, 99.9 kB, 100 kB, 999 kB, 1.0 MB, 90.9 MB, 18.4 EB");
}
