//! Python environments with pinned clients, one for each generation that the registry must serve.
//!
//! A marker file inside each environment holds the requirements it was made from; equal text means up to date.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// Debian's own interpreter: the only one that sees Debian's torch.
const INTERPRETER: &str = "/usr/bin/python3";

/// Name of the marker file in an environment.
const MARKER: &str = "mithridate-requirements.txt";

/// One environment and what it is for.
#[derive(Debug)]
struct Environment {
    /// Folder name in the cache.
    name: &'static str,
    /// Whether it sees Debian's packages, torch among them.
    system_packages: bool,
    /// Pinned requirements.
    requirements: &'static [&'static str],
}

/// Clients that load good models, the victim of drills, and the newest client.
///
/// Debian's torch was built against numpy 1, and an environment of its own could bring numpy 2 over it.
const ENVIRONMENTS: [Environment; 3] = [
    Environment {
        name: "venv-good",
        system_packages: true,
        requirements: &["transformers==4.40.2", "huggingface_hub==0.36.2", "numpy<2"],
    },
    Environment {
        name: "venv-victim",
        system_packages: true,
        requirements: &["transformers==4.36.2", "huggingface_hub==0.36.2", "numpy<2"],
    },
    Environment {
        name: "venv-hub24",
        system_packages: false,
        requirements: &["huggingface_hub==2.4.0", "transformers==5.23.0"],
    },
];

/// Makes or updates every environment; returns the reasons of those that could not be made.
pub(super) fn environments(cache: &Path) -> Result<Vec<String>> {
    if process::find(&[INTERPRETER]).is_none() {
        return Ok(vec![format!(
            "Python environments: `{INTERPRETER}` is not there, install Debian's python3 and python3-venv"
        )]);
    }
    fs::create_dir_all(cache).with_context(|| format!("create `{}`", cache.display()))?;
    let mut reasons = Vec::new();
    for environment in &ENVIRONMENTS {
        if let Err(error) = make(cache, environment) {
            reasons.push(format!(
                "Python environment `{}`: {error:#}",
                environment.name
            ));
        }
    }
    Ok(reasons)
}

/// The interpreter of an environment.
pub(super) fn interpreter(cache: &Path, name: &str) -> PathBuf {
    cache.join(name).join("bin").join("python")
}

/// Makes one environment unless its marker says that it is up to date.
fn make(cache: &Path, environment: &Environment) -> Result<()> {
    let folder = cache.join(environment.name);
    let marker = folder.join(MARKER);
    let wanted = environment.requirements.join("\n");
    if fs::read_to_string(&marker).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let python = interpreter(cache, environment.name);
    if !python.is_file() {
        let mut create = Command::new(INTERPRETER);
        create.args(["-m", "venv"]);
        if environment.system_packages {
            create.arg("--system-site-packages");
        }
        anyhow::ensure!(
            process::run_quietly(create.arg(&folder))?,
            "`python3 -m venv` failed, install Debian's python3-venv"
        );
    }
    let mut install = Command::new(&python);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(environment.requirements);
    anyhow::ensure!(process::run_quietly(&mut install)?, "`pip install` failed");
    fs::write(&marker, wanted).with_context(|| format!("write `{}`", marker.display()))
}
