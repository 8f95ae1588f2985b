//! Scans what it is given and prints the report as JSON: the library without the command line.

use std::path::PathBuf;

use mith_scan::{ScanOptions, scan_paths};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let report = scan_paths(&paths, &ScanOptions::default())?;
    serde_json::to_writer_pretty(std::io::stdout().lock(), &report)?;
    Ok(())
}
