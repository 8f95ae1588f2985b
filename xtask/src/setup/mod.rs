//! Preparing a machine for the end-to-end tests: Debian packages, Python environments, one real model.
//!
//! Every step leaves an up-to-date thing alone, and a step that cannot be done becomes a reason to skip, never an
//! error: the Rust tests need none of this. `MITH_REQUIRE` turns such a skip into a failure where it matters.

mod debian;
mod model;
mod python;

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace;

/// What the set-up made available to the end-to-end tests.
#[derive(Debug)]
pub struct Machine {
    /// The cache folder with the environments and the model.
    pub cache: PathBuf,
    /// What could not be prepared, one sentence each, with what to do about it.
    pub missing: Vec<String>,
}

/// Prepares everything that can be prepared here.
pub fn prepare() -> Result<Machine> {
    let cache = workspace::cache()?;
    let mut missing = Vec::new();
    missing.extend(debian::install());
    missing.extend(python::environments(&cache)?);
    missing.extend(model::fetch(&cache)?);
    Ok(Machine { cache, missing })
}

/// `cargo xtask setup`: prepares and says what is still missing.
pub fn report() -> Result<bool> {
    let machine = prepare()?;
    for reason in &machine.missing {
        println!("missing: {reason}");
    }
    println!("cache: {}", machine.cache.display());
    Ok(machine.missing.is_empty())
}
