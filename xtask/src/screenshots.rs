//! `cargo xtask screenshots`: the pictures that the README shows, taken in a real browser.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, setup, testing, workspace};

/// Runs the browser test alone and lets it write its pictures into `docs/images`.
pub fn run() -> Result<bool> {
    let machine = setup::prepare()?;
    let Some(binary) = testing::build_binary()? else {
        bail!("the binary does not build");
    };
    let python = process::find(&["/usr/bin/python3", "python3"]).context("there is no python3")?;
    let mut command = Command::new(python);
    command
        .current_dir(workspace::root())
        .env("MITH_REQUIRE", "python,torch,chromium")
        .args([
            "-B",
            "e2e/run.py",
            "--only",
            "browser",
            "--pictures",
            "docs/images",
            "--mith",
        ])
        .arg(&binary)
        .arg("--cache")
        .arg(&machine.cache);
    process::run(&mut command)
}
