//! Every spelling of a tag that builds objects, and YAML that has none.

use mith_core::Verdict;

use crate::{ScanOptions, scan_input};

fn of(name: &str, text: &str) -> Verdict {
    let bytes = text.as_bytes().to_vec();
    scan_input(name, &bytes, &ScanOptions::default())[0].verdict
}

#[test]
fn tags_are_seen_in_every_spelling() {
    for text in [
        "a: !!python/object/apply:os.system [\"x\"]\n",
        "a: !!%70ython/object/apply:os.system [\"x\"]\n",
        "%TAG !e! tag:yaml.org,2002:pyth\n---\na: !e!on/object/apply:os.system [\"x\"]\n",
        "a: !<tag:yaml.org,2002:%70ython/object/apply:os.system> [\"x\"]\n",
        "- !new:torch.nn.Linear\n",
        "[!<x,y> 1]\n",
        "\u{feff}!!%70ython/name:os.system\n",
        "# x\r- !!%70ython/name:os.system\n",
        "flavors:\n  python_function:\n    \"loader_modul\\x65\": evilmod\n",
    ] {
        assert_ne!(of("a.yaml", text), Verdict::Clean, "{text:?}");
    }
}

#[test]
fn python_tags_are_seen_whatever_the_file_is_called() {
    let text = "a: !!python/object/apply:os.system [\"x\"]\n";
    for name in ["a.cfg", "a", "a.txt", "MLmodel", "a.conf"] {
        assert_ne!(of(name, text), Verdict::Clean, "{name}");
    }
    let long = format!("{}{text}", "a: b\n".repeat(900_000));
    assert_ne!(of("a.cfg", &long), Verdict::Clean);
}

#[test]
fn yaml_without_tags_is_clean() {
    let text = "# !python is a comment\na: !!str 1\nb: \"what !\"\nc: x != y\nd: [\"!!\", '!a']\ne: Hello! World\nf: !!float 1e-3\n";
    assert_eq!(of("a.yaml", text), Verdict::Clean);
}
