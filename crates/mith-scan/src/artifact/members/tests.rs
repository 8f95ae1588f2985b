//! Members of zips and tars: bombs, checksums, names, weights that are programs, torch's oldest container.

use mith_core::Verdict;
use mith_testkit::pickle::Pickle;
use mith_testkit::torch::{Checkpoint, tarball};
use mith_testkit::zip::{Member, Zip};

use crate::{ScanOptions, scan_input};

fn of(name: &str, bytes: &[u8]) -> (Verdict, Vec<String>) {
    let report = scan_input(name, &bytes.to_vec(), &ScanOptions::default());
    let rules = report[0].findings.iter();
    (
        report[0].verdict,
        rules.map(|finding| finding.rule.clone()).collect(),
    )
}

fn gadget() -> Vec<u8> {
    Pickle::new(2)
        .call_with_text("os", "system", "touch marker")
        .stop()
}

fn plain() -> Vec<u8> {
    Pickle::new(2).none().stop()
}

#[test]
fn storage_that_is_a_program_is_malicious() {
    let evil = Checkpoint::new(plain()).storage(gadget()).build();
    assert_eq!(of("x.pt", &evil).0, Verdict::Malicious);
    let weights = Checkpoint::new(plain())
        .storage([0x80, 2, b'N', b'.', 0, 0])
        .build();
    assert_eq!(of("x.pt", &weights).0, Verdict::Clean);
}

#[test]
fn small_stored_pickle_with_a_wrong_checksum_is_a_disagreement() {
    let wrong = Zip::new()
        .member(Member::new("a/data.pkl", plain()).crc32(1).local_crc32(1))
        .build();
    assert_eq!(of("x.zip", &wrong).0, Verdict::Unknown);
    let right = Zip::new().member(Member::new("a.pkl", plain())).build();
    assert_eq!(of("x.zip", &right).0, Verdict::Clean);
}

#[test]
fn name_that_leads_elsewhere_is_one_finding() {
    let zip = Zip::new().member(Member::new("../../x", plain())).build();
    let (verdict, rules) = of("x.zip", &zip);
    assert_eq!(verdict, Verdict::Unknown);
    assert_eq!(rules, ["archive-unsafe-path"]);
}

#[test]
fn bomb_of_opcodes_ends_in_its_budget() {
    let mut bytes = vec![0x80, 2];
    bytes.extend(b"N0".repeat(20 << 20));
    bytes.extend(b"N.");
    let zip = Checkpoint::new(plain())
        .member(Member::new("archive/data.pkl", bytes).deflated())
        .build();
    assert_eq!(of("x.pt", &zip).0, Verdict::Unreadable);
}

fn storages(last: &[u8]) -> Vec<u8> {
    let mut bytes = Pickle::new(2).int(1).stop();
    let item = Pickle::new(2)
        .text("0")
        .text("cpu")
        .global("torch", "FloatStorage")
        .raw(b"\x87");
    bytes.extend(item.stop());
    bytes.extend(2_u64.to_le_bytes());
    bytes.extend([0xff; 8]);
    bytes.extend(last);
    bytes
}

#[test]
fn tar_of_torch_is_placed_between_its_raw_data() {
    let none = Pickle::new(2).int(0).stop();
    let views = Pickle::new(2).raw(b"]").stop();
    let honest = tarball(&storages(&views), &none, &plain());
    assert_eq!(of("x.pt", &honest), (Verdict::Clean, Vec::new()));
    let evil = tarball(&storages(&gadget()), &none, &plain());
    assert_eq!(of("x.pt", &evil).0, Verdict::Malicious);
    let mut behind = views;
    behind.extend(b"xyz");
    let behind = tarball(&storages(&behind), &none, &plain());
    assert_ne!(of("x.pt", &behind).0, Verdict::Clean);
}
