//! Torch's containers, from the builders.

use mith_testkit::{
    torch::{self, Checkpoint},
    zip::{Member, Zip},
};

use super::{PickleHint, TorchZip, ZipKind, legacy, read_zip, tarball};
use crate::{Defect, DefectKind, Limits, budget::Budget, tar, zip};

fn recognise(bytes: &[u8]) -> (Option<TorchZip>, Vec<Defect>) {
    let limits = Limits::default();
    let (archive, _) = zip::read(&bytes, &limits);
    read_zip(&bytes, &archive, &limits, &Budget::new(&limits))
}

fn kind(names: &[&str]) -> Option<ZipKind> {
    let zip = names
        .iter()
        .fold(Zip::new(), |zip, name| zip.member(Member::new(name, b"")));
    recognise(&zip.build()).0.map(|torch| torch.kind)
}

#[test]
fn lists_pickle_and_storages_of_a_checkpoint() {
    let pickle = torch::float_state_dict(&[("a", 2), ("b", 1)]);
    let bytes = Checkpoint::new(&pickle)
        .storage([0; 8])
        .storage([0; 4])
        .build();
    let (torch, defects) = recognise(&bytes);
    let torch = torch.unwrap();
    assert_eq!(defects, []);
    assert_eq!(torch.kind, ZipKind::Checkpoint);
    assert_eq!(torch.root, b"archive");
    assert_eq!(torch.version.as_deref(), Some("3"));
    assert_eq!(torch.byteorder.as_deref(), Some("little"));
    assert_eq!(torch.pickles.len(), 1);
    assert_eq!(torch.pickles[0].hint, PickleHint::Named);
    let storages: Vec<_> = torch
        .storages
        .iter()
        .map(|storage| (storage.key.as_slice(), storage.size))
        .collect();
    assert_eq!(storages, [(b"0".as_slice(), 8), (b"1", 4)]);
}

#[test]
fn a_pickle_is_found_under_any_name() {
    let bytes = Checkpoint::new(b"N.")
        .member(Member::new("archive/notes.txt", b"\x80\x04N.").deflated())
        .member(Member::new("archive/readme", b"cos\nsystem\n."))
        .member(Member::new("archive/zero", b"\0\0\0"))
        .build();
    let hints: Vec<_> = recognise(&bytes).0.unwrap().pickles;
    let hints: Vec<_> = hints.iter().map(|pickle| pickle.hint).collect();
    assert_eq!(
        hints,
        [PickleHint::Named, PickleHint::Protocol, PickleHint::Opcode]
    );
}

#[test]
fn torch_finds_members_without_regard_to_case() {
    assert_eq!(kind(&["m/DATA.PKL"]), Some(ZipKind::Checkpoint));
    assert_eq!(kind(&["m\\data.pkl"]), Some(ZipKind::Checkpoint));
}

#[test]
fn a_name_in_the_local_header_counts_too() {
    let zip = Zip::new().member(Member::new("m/x", b"").local_name("m/data.pkl"));
    assert_eq!(recognise(&zip.build()).0.unwrap().kind, ZipKind::Checkpoint);
}

#[test]
fn tells_the_kinds_apart() {
    assert_eq!(
        kind(&["m/data.pkl", "m/constants.pkl"]),
        Some(ZipKind::Script)
    );
    assert_eq!(
        kind(&["m/data.pkl", "m/code/__torch__.py"]),
        Some(ZipKind::Script)
    );
    assert_eq!(
        kind(&["m/.data/extern_modules", "m/p/module.py"]),
        Some(ZipKind::Package)
    );
    assert_eq!(
        kind(&["m/archive_format", "m/models/model.json"]),
        Some(ZipKind::Exported)
    );
    assert_eq!(kind(&["word/document.xml"]), None);
}

#[test]
fn source_is_listed() {
    let zip = Zip::new()
        .member(Member::new("m/.data/version", b"6"))
        .member(Member::new("m/.data/0.storage", [0; 4]))
        .member(Member::new("m/p/module.py", b"import os"));
    let torch = recognise(&zip.build()).0.unwrap();
    assert_eq!(torch.sources, [2]);
    assert_eq!(torch.storages[0].key, b"0");
}

#[test]
fn a_member_that_cannot_be_opened_is_a_defect() {
    let bytes = Checkpoint::new(b"N.")
        .member(Member::new("archive/odd", b"x").method(99))
        .build();
    let (_, defects) = recognise(&bytes);
    assert_eq!(defects[0].kind, DefectKind::Unsupported);
}

#[test]
fn recognises_the_magic_of_the_legacy_stream() {
    let bytes = torch::legacy(b"N.", b"].", &[]);
    assert!(legacy::recognise(&bytes));
    assert!(legacy::recognise(
        &b"\x80\x04\x95\x0d\0\0\0\0\0\0\0\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec()
    ));
    assert!(legacy::recognise(
        &b"L119547037146038801333356L\n.".to_vec()
    ));
    assert!(!legacy::recognise(&b"\x80\x02M\xe9\x03.".to_vec()));
    assert!(!legacy::recognise(&Vec::new()));
}

fn key(name: &str, element_size: Option<u64>) -> legacy::StorageKey {
    legacy::StorageKey {
        key: name.as_bytes().to_vec(),
        element_size,
    }
}

#[test]
fn places_legacy_storages() {
    let head = torch::legacy(b"N.", b"].", &[]);
    let bytes = torch::legacy(b"N.", b"].", &[(2, &[1; 8]), (3, &[2; 3])]);
    let start = head.len() as u64;
    let keys = [key("a", Some(4)), key("b", Some(1))];
    let (storages, defects) = legacy::storages_after(&bytes, start, &keys);
    assert_eq!(defects, []);
    assert_eq!(storages[0].data, start + 8..start + 16);
    assert_eq!(storages[1].data, start + 24..start + 27);
    assert_eq!(storages[1].data.end, bytes.len() as u64);
}

#[test]
fn legacy_storages_that_lie_are_defects() {
    let claim = |elements: u64| torch::legacy(b"", b"", &[(elements, &[])]);
    let start = torch::legacy(b"", b"", &[]).len() as u64;
    let place = |elements, size| {
        legacy::storages_after(&claim(elements), start, &[key("a", size)]).1[0].kind
    };
    assert_eq!(place(1, Some(4)), DefectKind::Truncated);
    assert_eq!(place(u64::MAX, Some(4)), DefectKind::Malformed);
    assert_eq!(place(1 << 62, Some(8)), DefectKind::Malformed);
    assert_eq!(place(1, None), DefectKind::Unsupported);
    let (_, defects) = legacy::storages_after(&Vec::new(), 5, &[key("a", Some(1))]);
    assert_eq!(defects[0].kind, DefectKind::Truncated);
}

#[test]
fn recognises_the_tar_and_steps_over_its_raw_parts() {
    let tensor = [
        2_u32.to_le_bytes().to_vec(),
        vec![0; 4 + 16 * 2 + 8],
        b"rest".to_vec(),
    ]
    .concat();
    let storage = [3_u64.to_le_bytes().to_vec(), vec![0; 12], b"rest".to_vec()].concat();
    let bytes = torch::tarball(&storage, &tensor, b"N.");
    let (archive, _) = tar::read(&bytes, &Limits::default());
    let found = tarball::recognise(&archive).unwrap();
    let storages = archive.members[found.storages].open(&bytes);
    assert_eq!(tarball::storage_end(&storages, 0, 4).unwrap(), 20);
    let tensors = archive.members[found.tensors.unwrap()].open(&bytes);
    assert_eq!(tarball::tensor_end(&tensors, 0).unwrap(), 48);
    assert_eq!(
        tarball::tensor_end(&tensors, 49).unwrap_err().kind,
        DefectKind::Truncated
    );
    assert!(found.pickle.is_some() && found.sys_info.is_some());
    let (other, _) = tar::read(
        &mith_testkit::tar::Tar::new().file("x", b"").build(),
        &Limits::default(),
    );
    assert_eq!(tarball::recognise(&other), None);
}
