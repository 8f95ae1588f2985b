//! No bytes make a container reader panic, hang or grow: damaged fixtures, the labelled corpus, seeds of the fuzzer.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;
mod damage;
mod failing;

use std::io::Read;

use mith_formats::{
    Input, Limits, budget::Budget, json, numpy, safetensors, sniff, tar, text, torch, zip,
};

/// Bounds that keep one case fast.
fn limits() -> Limits {
    Limits {
        members: 1000,
        inflated_bytes: 1 << 20,
        held_bytes: 1 << 20,
        ..Limits::default()
    }
}

/// Runs every container reader over the bytes, and over what is in the containers. Gives the number of members seen.
fn exercise(bytes: &[u8]) -> usize {
    let limits = limits();
    let mut members = zip_members(bytes, &limits);
    let (archive, _) = tar::read(&bytes, &limits);
    members += archive.members.len();
    let _ = torch::tarball::recognise(&archive);
    for member in &archive.members {
        let section = member.open(&bytes);
        assert!(section.size() <= bytes.len() as u64);
        let _ = torch::tarball::storage_end(&section, 0, 4);
        let _ = torch::tarball::tensor_end(&section, 0);
    }
    let _ = torch::legacy::recognise(&bytes);
    let (file, _) = safetensors::read(&bytes, &limits);
    for tensor in &file.tensors {
        assert!(tensor.data.end <= bytes.len() as u64);
    }
    if let (Some(array), _) = numpy::read(&bytes, &limits) {
        assert!(array.data.start <= array.data.end && array.data.end <= bytes.len() as u64);
    }
    let _ = sniff::formats(&bytes);
    let _ = text::is_utf8_text(&bytes);
    let _ = json::check(&bytes, &limits);
    members
}

fn zip_members(bytes: &[u8], limits: &Limits) -> usize {
    let budget = Budget::new(limits);
    let (archive, _) = zip::read(&bytes, limits);
    let _ = torch::read_zip(&bytes, &archive, limits, &budget);
    for entry in &archive.entries {
        assert!(entry.data.start <= entry.data.end && entry.data.end <= bytes.len() as u64);
        if let Ok(mut stream) = entry.stream(&bytes, limits, &budget) {
            let mut buffer = [0; 4096];
            while matches!(stream.read(&mut buffer), Ok(1..)) {}
            let _ = stream.finish();
        }
    }
    archive.entries.len()
}
