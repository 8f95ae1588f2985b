//! What runs out, and what is looked into once.

use mith_core::Digest;
use mith_formats::Limits;

use super::{Effort, Known};
use crate::globals::LoadFormat;

#[test]
fn search_runs_out_before_the_rest() {
    let limits = Limits::default();
    let effort = Effort::new(&limits);
    assert!(effort.opcodes(u64::MAX, true) > 0);
    effort.pay(u64::MAX / 2, 0, true);
    assert_eq!(effort.opcodes(u64::MAX, true), 0);
    let effort = Effort::new(&limits);
    effort.pay(0, u64::MAX, true);
    assert_eq!(effort.opcodes(u64::MAX, true), 0);
    assert_eq!(effort.opcodes(limits.opcodes, false), limits.opcodes);
}

#[test]
fn same_bytes_are_new_once_for_each_loader() {
    let effort = Effort::new(&Limits::default());
    let digest = Digest::from_bytes([7; 32]);
    assert_eq!(effort.inner(LoadFormat::Pickle, digest), Known::New);
    assert_eq!(effort.inner(LoadFormat::Pickle, digest), Known::Seen);
    assert_eq!(effort.inner(LoadFormat::Torch, digest), Known::New);
}
