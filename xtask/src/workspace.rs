//! Where things are: the workspace root, the build folder and the cache of what tests download.
//!
//! Nothing here creates a folder.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What `cargo metadata --no-deps` says, as far as we look at it.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// The members of the workspace.
    pub packages: Vec<Package>,
    /// Where cargo puts what it builds.
    pub target_directory: PathBuf,
}

/// One member of the workspace.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name, equal to the name of its folder.
    pub name: String,
    /// Direct dependencies of every kind.
    pub dependencies: Vec<Dependency>,
}

/// One direct dependency of a member.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The name of the package depended on.
    pub name: String,
    /// Absent for a normal dependency, else `dev` or `build`.
    pub kind: Option<String>,
}

/// The root of the workspace this automation was built in.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The cargo that called us, so that a chosen toolchain stays chosen.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Asks cargo about the members and their direct dependencies.
pub fn metadata() -> Result<Metadata> {
    let output = cargo()
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .output()
        .context("run `cargo metadata`")?;
    if !output.status.success() {
        bail!(
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    serde_json::from_slice(&output.stdout).context("read the answer of `cargo metadata`")
}

/// The folder for virtual environments and downloaded models; it outlives `cargo clean`.
///
/// `MITH_CACHE`, else `$XDG_CACHE_HOME/mithridate`, else `~/.cache/mithridate`.
pub fn cache() -> Result<PathBuf> {
    let filled = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(chosen) = filled("MITH_CACHE") {
        return Ok(PathBuf::from(chosen));
    }
    if let Some(base) = filled("XDG_CACHE_HOME") {
        return Ok(PathBuf::from(base).join("mithridate"));
    }
    let home =
        filled("HOME").context("neither `MITH_CACHE`, `XDG_CACHE_HOME` nor `HOME` is set")?;
    Ok(PathBuf::from(home).join(".cache").join("mithridate"))
}
