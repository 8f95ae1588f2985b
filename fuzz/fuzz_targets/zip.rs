//! Listing a zip and reading every member of it.

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use mith_formats::{Limits, budget::Budget, zip};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        members: 1000,
        inflated_bytes: 1 << 16,
        ..Limits::default()
    };
    let budget = Budget::new(&limits);
    let (archive, defects) = zip::read(&bytes, &limits);
    assert!(archive.is_zip() || !defects.is_empty());
    for entry in &archive.entries {
        assert!(entry.data.start <= entry.data.end && entry.data.end <= bytes.len() as u64);
        if let Ok(mut stream) = entry.stream(&bytes, &limits, &budget) {
            let mut buffer = [0; 4096];
            while matches!(stream.read(&mut buffer), Ok(1..)) {}
        }
    }
});
