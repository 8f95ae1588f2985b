//! Debian packages that the end-to-end tests use; installed only by root, only when one is missing.

use std::process::{Command, Stdio};

use crate::process;

/// Python with virtual environments, the CPU build of torch, a browser with its driver, and a font for pictures.
const PACKAGES: [&str; 5] = [
    "python3-venv",
    "python3-torch",
    "chromium",
    "chromium-driver",
    "fonts-dejavu-core",
];

/// Installs what is missing; returns the reason when something stays missing.
pub(super) fn install() -> Option<String> {
    let wanted = absent();
    if wanted.is_empty() {
        return None;
    }
    let advice = format!(
        "Debian packages: run `apt-get install {}`",
        wanted.join(" ")
    );
    if process::find(&["apt-get"]).is_none() || !is_root() {
        return Some(advice);
    }
    // An index may be old or absent on a fresh machine; a failed update is no reason not to try.
    let _ = process::run_quietly(apt().arg("update"));
    let _ = process::run_quietly(
        apt()
            .args(["install", "-y", "--no-install-recommends"])
            .args(&wanted),
    );
    (!absent().is_empty()).then_some(advice)
}

/// An `apt-get` that asks no questions.
fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// The packages that dpkg does not know as installed; all of them where there is no dpkg.
fn absent() -> Vec<&'static str> {
    PACKAGES
        .into_iter()
        .filter(|package| !is_installed(package))
        .collect()
}

/// Whether dpkg knows the package as installed.
fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

/// Whether we may install packages.
fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
