//! Hashes a file with the library that a scan hashes with, and does nothing else: `hash_file FILE`.
//!
//! `bench/measures/torch_zip.py` compares a whole scan with it.
#![expect(clippy::print_stdout, reason = "the digest is what the example is for")]

use std::env;
use std::fs::File;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let Some(path) = env::args_os().nth(1) else {
        return Err(io::Error::other("usage: hash_file FILE"));
    };
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
    let digest: Vec<String> = hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    println!("{}", digest.concat());
    Ok(())
}
