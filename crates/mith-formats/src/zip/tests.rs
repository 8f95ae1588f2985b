//! Every lie of a zip is told by the builder and must be named by the walker.

mod honest;
mod lies;
mod members;
mod views;

use mith_testkit::zip::{Member, Zip};

use super::{ZipArchive, read};
use crate::{Defect, DefectKind, Input, Limits};

fn list(bytes: &[u8]) -> (ZipArchive, Vec<Defect>) {
    read(&bytes, &Limits::default())
}

/// The archive of bytes that no reader can misread.
fn honest(bytes: &[u8]) -> ZipArchive {
    let (archive, defects) = list(bytes);
    assert_eq!(defects, []);
    archive
}

/// Asserts that some defect has this kind and holds this text, and gives the archive.
#[track_caller]
fn caught(bytes: &[u8], kind: DefectKind, text: &str) -> ZipArchive {
    let (archive, defects) = list(bytes);
    assert!(
        defects
            .iter()
            .any(|defect| defect.kind == kind && defect.message.contains(text)),
        "{defects:#?}"
    );
    archive
}

fn names(archive: &ZipArchive) -> Vec<String> {
    archive
        .entries
        .iter()
        .map(super::Entry::display_name)
        .collect()
}

fn two() -> Zip {
    Zip::new()
        .member(Member::new("a", b"first"))
        .member(Member::new("b", b"second").deflated())
}
