//! Recognising torch's containers: zip, legacy stream, tar.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mith_formats::{Limits, budget::Budget, tar, torch, zip};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        members: 1000,
        inflated_bytes: 1 << 16,
        ..Limits::default()
    };
    let budget = Budget::new(&limits);
    let (archive, _) = zip::read(&bytes, &limits);
    if let (Some(found), _) = torch::read_zip(&bytes, &archive, &limits, &budget) {
        assert!(found.pickles.iter().all(|pickle| pickle.entry < archive.entries.len()));
        assert!(found.storages.iter().all(|storage| storage.entry < archive.entries.len()));
    }
    let (archive, _) = tar::read(&bytes, &limits);
    if let Some(found) = torch::tarball::recognise(&archive) {
        let storages = archive.members[found.storages].open(&bytes);
        let _ = torch::tarball::storage_end(&storages, 0, 4);
        let _ = torch::tarball::tensor_end(&storages, 0);
    }
    if torch::legacy::recognise(&bytes) {
        let key = torch::legacy::StorageKey { key: b"0".to_vec(), element_size: Some(4) };
        let (storages, _) = torch::legacy::storages_after(&bytes, 15, &[key.clone(), key]);
        assert!(storages.iter().all(|storage| storage.data.end <= bytes.len() as u64));
    }
});
