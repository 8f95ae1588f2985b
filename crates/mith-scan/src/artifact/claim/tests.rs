//! Text that runs, and text that only looks as if it did.

use mith_core::Verdict;

use crate::{ScanOptions, scan_input};

fn of(name: &str, text: &str) -> Verdict {
    let bytes = text.as_bytes().to_vec();
    scan_input(name, &bytes, &ScanOptions::default())[0].verdict
}

#[test]
fn call_of_an_unlisted_name_counts_without_a_stop() {
    let text = "chelper\nrun\n(Vargument\ntR\nplain words follow\n";
    for name in [
        "a.pkl", "a.bin", "a.txt", "a.joblib", "a.pt", "a.npy", "a", "a.model",
    ] {
        assert_ne!(of(name, text), Verdict::Clean, "{name}");
    }
}

#[test]
fn import_of_an_unlisted_name_counts_where_a_loader_opens_the_file() {
    for name in ["a.pkl", "a.model", "a", "a.bin"] {
        assert_ne!(of(name, "chelper\nx\nhello"), Verdict::Clean, "{name}");
        assert_ne!(of(name, "chelper\nx\n."), Verdict::Clean, "{name}");
    }
    assert_ne!(of("a.pkl", "cmy-helper\nx\nhello"), Verdict::Clean);
    assert_ne!(of("a.txt", "chelper\nx\n."), Verdict::Clean);
    assert_ne!(of("a.md", "chelper\nx\n.\n"), Verdict::Clean);
}

#[test]
fn uu_writes_files() {
    let text = "cuu\ndecode\n(Vin\nVout\ntR\nbegin 666 x\n`\nend\n";
    assert_eq!(of("a.pkl", text), Verdict::Malicious);
}

#[test]
fn prose_that_names_a_gadget_is_worth_a_look_and_no_attack() {
    let text = "cos\nsystem\nis a function that many attacks call.\n";
    assert_eq!(of("a.txt", text), Verdict::Unknown);
    assert_eq!(of("a.pkl", text), Verdict::Malicious);
}

#[test]
fn honest_text_stays_text() {
    for (name, text) in [
        ("vocab.txt", "can\nthe\nof\nin\na\n"),
        ("vocab.txt", "cat\ndog\n.\n,\nthe\n"),
        ("vocab.txt", "(\n)\nthe\nc\n"),
        ("vocab.txt", "I\nyou\nthe\n"),
        ("vocab", "c\nthe\n(\n"),
        ("notes.txt", "(in thousands)\nof dollars\n.\n"),
        ("README.md", "I am a model.\n\nN. B.: nothing runs.\n"),
        ("README.md", "car models\n==========\n\nText.\n"),
        (
            "requirements.txt",
            "certifi\ncffi\ncharset-normalizer==3.0\n",
        ),
        ("merges.txt", "#version: 0.2\nc h\ni n\n"),
        ("merges.txt", "c h\ni n\n(t h\n"),
        ("config.json", "{\"a\": [1, 2]}"),
        ("LICENSE", "copyright\nnotice\nof a licence\n"),
    ] {
        assert_eq!(of(name, text), Verdict::Clean, "{name}: {text:?}");
    }
}
