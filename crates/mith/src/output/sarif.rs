//! A scan report as SARIF 2.1.0, the subset that code scanning services read.

use mith_core::{ArtifactReport, Digest, Finding, ScanReport, Severity, Verdict};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// What RFC 3986 lets stand in a path, plus `/` between its segments.
const URI_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!');

/// The whole file.
#[derive(Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    full_name: &'static str,
    semantic_version: String,
    information_uri: &'static str,
    rules: Vec<Rule>,
    properties: DriverProperties,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DriverProperties {
    rule_set_digest: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Debug, Serialize)]
struct Artifact {
    location: ArtifactLocation,
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<Hashes>,
    properties: ArtifactProperties,
}

#[derive(Debug, Serialize)]
struct Hashes {
    #[serde(rename = "sha-256")]
    sha256: String,
}

#[derive(Debug, Serialize)]
struct ArtifactProperties {
    verdict: Verdict,
    formats: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
    properties: ResultProperties,
}

#[derive(Debug, Serialize)]
struct Fingerprints {
    #[serde(rename = "mith/v1")]
    mith: String,
}

#[derive(Debug, Serialize)]
struct ResultProperties {
    verdict: Verdict,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    remedy: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_length: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

/// Turns a report into a SARIF log.
pub fn log(report: &ScanReport, catalogue: &[&mith_scan::Rule]) -> Log {
    let results = report
        .artifacts
        .iter()
        .flat_map(|artifact| {
            artifact
                .findings
                .iter()
                .map(move |finding| result(artifact, finding, catalogue))
        })
        .collect();
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "mith",
                    full_name: "Mithridate",
                    semantic_version: report.rules.version.clone(),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: catalogue.iter().copied().map(rule).collect(),
                    properties: DriverProperties {
                        rule_set_digest: report.rules.digest.clone(),
                    },
                },
            },
            invocations: [Invocation {
                execution_successful: true,
            }],
            artifacts: report.artifacts.iter().map(artifact).collect(),
            results,
        }],
    }
}

fn rule(rule: &mith_scan::Rule) -> Rule {
    Rule {
        id: rule.id,
        short_description: Message {
            text: rule.title.to_owned(),
        },
        help: Help {
            text: format!(
                "{}. Run `mith explain {}` for the page of this rule.",
                rule.title, rule.id
            ),
            markdown: rule.page.to_owned(),
        },
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: RuleProperties {
            tags: std::iter::once("security".to_owned())
                .chain(rule.references.iter().map(|id| tag(id)))
                .collect(),
            security_severity: security_severity(rule.severity),
        },
    }
}

/// Code scanning services know weaknesses by tags of the form `external/cwe/cwe-502`.
fn tag(reference: &str) -> String {
    let lower = reference.to_ascii_lowercase();
    if lower.starts_with("cwe-") {
        format!("external/cwe/{lower}")
    } else {
        reference.to_owned()
    }
}

fn artifact(artifact: &ArtifactReport) -> Artifact {
    Artifact {
        location: location_of(&artifact.path),
        length: artifact.size,
        hashes: artifact.sha256.map(|digest| Hashes {
            sha256: digest.to_hex(),
        }),
        properties: ArtifactProperties {
            verdict: artifact.verdict,
            formats: artifact.formats.clone(),
        },
    }
}

fn result(
    artifact: &ArtifactReport,
    finding: &Finding,
    catalogue: &[&mith_scan::Rule],
) -> SarifResult {
    // Offsets count inside the member, so the member belongs to the name of what is pointed at.
    let path = match &finding.location.member {
        Some(member) => format!("{}!{member}", artifact.path),
        None => artifact.path.clone(),
    };
    SarifResult {
        rule_id: finding.rule.clone(),
        rule_index: catalogue.iter().position(|rule| rule.id == finding.rule),
        level: level(finding.severity),
        message: Message {
            text: message(finding),
        },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: location_of(&path),
                region: region(finding),
            },
            logical_locations: finding
                .location
                .member
                .iter()
                .map(|_| LogicalLocation {
                    fully_qualified_name: path.clone(),
                    kind: "member",
                })
                .collect(),
        }],
        partial_fingerprints: Fingerprints {
            mith: fingerprint(&path, finding),
        },
        properties: ResultProperties {
            verdict: finding.verdict,
            security_severity: security_severity(finding.severity),
            import: finding.evidence.import.clone(),
            call: finding.evidence.call.clone(),
            remedy: finding.remedy.clone(),
        },
    }
}

fn message(finding: &Finding) -> String {
    match &finding.evidence.call {
        Some(call) if !finding.message.contains(call.as_str()) => {
            format!("{}: {call}", finding.message)
        }
        _ => finding.message.clone(),
    }
}

fn location_of(path: &str) -> ArtifactLocation {
    ArtifactLocation {
        uri: utf8_percent_encode(path, URI_PATH).to_string(),
    }
}

fn region(finding: &Finding) -> Option<Region> {
    let location = &finding.location;
    if location.line.is_none() && location.offset.is_none() {
        return None;
    }
    Some(Region {
        start_line: location.line,
        byte_offset: location.offset,
        byte_length: location.offset.map(|_| location.length.unwrap_or(1)),
    })
}

/// The same finding of the same file keeps its fingerprint when other bytes of the file change.
fn fingerprint(path: &str, finding: &Finding) -> String {
    let seen = finding
        .evidence
        .call
        .as_ref()
        .or(finding.evidence.import.as_ref())
        .unwrap_or(&finding.message);
    Digest::of(format!("{}\n{path}\n{seen}", finding.rule).as_bytes()).to_hex()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The scale of CVSS, which code scanning services sort by.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}
