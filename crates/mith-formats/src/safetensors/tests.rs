//! Each rule of the format, kept and broken.

use DefectKind::{Budget, Disagreement, Malformed, Truncated, Unsupported};
use mith_testkit::safetensors::{SafeTensors as Builder, raw};

use super::*;

fn load(bytes: &[u8]) -> (SafeTensors, Vec<Defect>) {
    read(&bytes, &Limits::default())
}

#[track_caller]
fn refused(bytes: &[u8], kind: DefectKind, text: &str) {
    let (_, defects) = load(bytes);
    assert!(
        defects
            .iter()
            .any(|defect| defect.kind == kind && defect.message.contains(text)),
        "{defects:#?}"
    );
}

#[track_caller]
fn refused_header(header: &str, data: &[u8], kind: DefectKind, text: &str) {
    refused(&raw(header.as_bytes(), data), kind, text);
}

#[test]
fn reads_tensors_and_metadata() {
    let bytes = Builder::new()
        .entry(r#""__metadata__":{"format":"pt"}"#)
        .tensor("a", "F32", &[2, 1], &[0; 8])
        .tensor("empty", "I64", &[0, 5], &[])
        .tensor("scalar", "BF16", &[], &[0; 2])
        .build();
    let (file, defects) = load(&bytes);
    assert_eq!(defects, []);
    assert_eq!(file.metadata, [("format".to_owned(), "pt".to_owned())]);
    assert_eq!(file.tensors.len(), 3);
    assert_eq!(file.tensors[0].shape, [2, 1]);
    assert_eq!(
        file.tensors[0].data,
        file.buffer.start..file.buffer.start + 8
    );
    assert_eq!(file.buffer.end, bytes.len() as u64);
}

#[test]
fn knows_every_element_type() {
    for (name, dtype) in Dtype::ALL {
        // Eight elements end at a whole byte whatever their width.
        let data = vec![0; usize::try_from(dtype.bits()).unwrap()];
        let (file, defects) = load(&Builder::new().tensor("a", name, &[8], &data).build());
        assert_eq!(defects, []);
        assert_eq!(file.tensors[0].dtype, dtype);
    }
    refused(
        &Builder::new().tensor("a", "F4", &[1], &[0]).build(),
        Malformed,
        "whole byte",
    );
    refused(
        &Builder::new().tensor("a", "F3", &[1], &[0]).build(),
        Unsupported,
        "`F3`",
    );
}

#[test]
fn no_tensor_at_all_is_valid() {
    assert_eq!(load(&Builder::new().build()).1, []);
}

#[test]
fn lengths_that_lie_fail_at_once() {
    refused(&[1, 2, 3], Truncated, "too short");
    refused(&raw(b"", b""), Malformed, "does not begin");
    refused(
        &[&(1_u64 << 30).to_le_bytes()[..], b"{}"].concat(),
        Malformed,
        "1073741824",
    );
    refused(
        &[&99_000_000_u64.to_le_bytes()[..], b"{}"].concat(),
        Truncated,
        "has 2 left",
    );
    refused(
        &[&u64::MAX.to_le_bytes()[..], b"{}"].concat(),
        Malformed,
        "claims",
    );
    refused(&raw(b" {}", b""), Malformed, "does not begin with `{`");
    let limits = Limits {
        header_bytes: 4,
        ..Limits::default()
    };
    let (_, defects) = read(&Builder::new().build(), &limits);
    assert_eq!(defects[0].kind, Budget);
}

#[test]
fn padding_is_spaces_alone() {
    assert_eq!(load(&raw(b"{}   ", b"")).1, []);
    refused_header("{}\n", b"", Malformed, "something else than spaces");
    refused_header("{}x", b"", Malformed, "end of the document");
    refused_header("{}\0", b"", Malformed, "end of the document");
    refused_header("{}{}", b"", Malformed, "end of the document");
}

#[test]
fn holes_overlaps_and_rests_are_found() {
    let entry = |name: &str, start: u64, end: u64| {
        format!(
            r#""{name}":{{"dtype":"U8","shape":[{}],"data_offsets":[{start},{end}]}}"#,
            end - start
        )
    };
    let two = |one: String, other: String| {
        Builder::new()
            .entry(&one)
            .entry(&other)
            .data(&[0; 8])
            .build()
    };
    assert_eq!(load(&two(entry("a", 4, 8), entry("b", 0, 4))).1, []);
    refused(
        &two(entry("a", 0, 3), entry("b", 4, 8)),
        Malformed,
        "leaves a hole",
    );
    refused(
        &two(entry("a", 1, 4), entry("b", 4, 8)),
        Malformed,
        "leaves a hole",
    );
    refused(
        &two(entry("a", 0, 5), entry("b", 4, 8)),
        Malformed,
        "overlaps",
    );
    refused(
        &two(entry("a", 0, 8), entry("b", 0, 8)),
        Malformed,
        "overlaps",
    );
    refused(
        &two(entry("a", 0, 3), entry("b", 3, 7)),
        Malformed,
        "1 bytes behind",
    );
    refused(
        &Builder::new().data(b"rest").build(),
        Malformed,
        "4 bytes behind",
    );
}

#[test]
fn offsets_fit_shape_and_buffer() {
    let tensor = |shape: &str, offsets: &str| {
        format!(r#"{{"a":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    refused_header(
        &tensor("[1]", "[0,4]"),
        &[],
        Malformed,
        "outside of the data",
    );
    refused_header(&tensor("[1]", "[4,0]"), &[0; 4], Malformed, "reversed");
    refused_header(&tensor("[2]", "[0,4]"), &[0; 4], Malformed, "do not fit");
    refused_header(
        &tensor("[4294967296,4294967296]", "[0,4]"),
        &[0; 4],
        Malformed,
        "overflows",
    );
    refused_header(&tensor("[1]", "[0]"), &[0; 4], Malformed, "two numbers");
    refused_header(&tensor("[1]", "[0,4,8]"), &[0; 4], Malformed, "at most 2");
    for number in [
        "-1",
        "1.0",
        "1e0",
        "18446744073709551616",
        "NaN",
        "\"1\"",
        "null",
    ] {
        refused_header(
            &tensor(&format!("[{number}]"), "[0,4]"),
            &[0; 4],
            Malformed,
            "whole number",
        );
    }
    let many = format!("[{}1]", "1,".repeat(64));
    refused_header(&tensor(&many, "[0,4]"), &[0; 4], Malformed, "at most 64");
}

#[test]
fn fields_are_complete_known_and_single() {
    refused_header(
        r#"{"a":{"dtype":"F32","shape":[]}}"#,
        &[],
        Malformed,
        "lacks one of",
    );
    refused_header(
        r#"{"a":{"dtype":"F32","code":1}}"#,
        &[],
        Malformed,
        "unknown field `code`",
    );
    refused_header(r#"{"a":1}"#, &[], Malformed, "a tensor to be an object");
    refused_header(
        r#"{"a":{"dtype":5}}"#,
        &[],
        Malformed,
        "`dtype` to be a string",
    );
    refused_header(r#"{"a":{"shape":5}}"#, &[], Malformed, "a list of numbers");
    let twice = r#"{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#;
    refused_header(twice, &[], Disagreement, "`dtype` appears twice");
    let tensor = r#""a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#;
    refused_header(
        &format!("{{{tensor},{tensor}}}"),
        &[],
        Disagreement,
        "`a` appears twice",
    );
    // An escape spells the same key.
    let escaped = tensor.replace("\"a\"", "\"\\u0061\"");
    refused_header(
        &format!("{{{tensor},{escaped}}}"),
        &[],
        Disagreement,
        "`a` appears twice",
    );
}

#[test]
fn metadata_is_text_to_text() {
    refused_header(
        r#"{"__metadata__":{"a":1}}"#,
        &[],
        Malformed,
        "to be a string",
    );
    refused_header(
        r#"{"__metadata__":{"a":{}}}"#,
        &[],
        Malformed,
        "to be a string",
    );
    refused_header(
        r#"{"__metadata__":[]}"#,
        &[],
        Malformed,
        "`__metadata__` to be an object",
    );
    refused_header(
        r#"{"__metadata__":{"a":"","a":""}}"#,
        &[],
        Disagreement,
        "`a` appears twice",
    );
    refused_header(
        r#"{"__metadata__":{},"__metadata__":{}}"#,
        &[],
        Disagreement,
        "appears twice",
    );
}

#[test]
fn broken_json_is_told_with_its_place() {
    let (_, defects) = load(&raw(b"{\"a\" 1}", b""));
    assert_eq!((defects[0].kind, defects[0].offset), (Malformed, 13));
    refused_header("{\"a\":", b"", Truncated, "ends in the middle");
    refused_header(
        &format!("{{\"a\":{}", "[".repeat(5000)),
        b"",
        Malformed,
        "to be an object",
    );
}

#[test]
fn what_is_held_is_bounded() {
    let tensor = r#""a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}"#;
    let header = format!("{{{}}}", vec![tensor; 1000].join(","));
    let limits = Limits {
        held_bytes: 10_000,
        ..Limits::default()
    };
    let (file, defects) = read(&raw(header.as_bytes(), &[0]), &limits);
    assert_eq!(defects[0].kind, Budget);
    assert!(file.tensors.len() < 100);
}
