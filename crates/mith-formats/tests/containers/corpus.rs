//! The labelled samples and the seeds of the fuzzer, through every reader. Samples are only read, never loaded.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::exercise;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Runs all readers over the files of a folder, each within two seconds of an unoptimised build.
fn run(folder: &Path) -> usize {
    let files = files(folder);
    for file in &files {
        let bytes = fs::read(file).unwrap();
        let start = Instant::now();
        exercise(&bytes);
        let took = start.elapsed();
        assert!(
            took < Duration::from_secs(2),
            "{} took {took:?}",
            file.display()
        );
    }
    files.len()
}

#[test]
fn every_sample_is_read_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/scan");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    assert!(run(&folder) > 100);
}

#[test]
fn every_seed_of_the_fuzzer_is_read_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for target in ["zip", "torch", "safetensors", "numpy", "tar", "json"] {
        assert!(run(&folder.join(target)) > 0, "{target} has no seeds");
    }
}
