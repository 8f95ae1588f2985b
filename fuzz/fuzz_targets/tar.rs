//! Walking a tar.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mith_formats::{Limits, tar};

fuzz_target!(|bytes: &[u8]| {
    let (archive, defects) = tar::read(&bytes, &Limits::default());
    assert!(!archive.members.is_empty() || archive.end > 0 || !defects.is_empty());
    let mut at = 0;
    for member in &archive.members {
        assert!(member.header_offset >= at);
        assert!(member.data.start <= member.data.end && member.data.end <= bytes.len() as u64);
        at = member.header_offset + 512;
    }
});
