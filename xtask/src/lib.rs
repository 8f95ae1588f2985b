//! Automation of the project, so that one command does what a page of instructions would.
//!
//! Owns: preparing a machine for the tests, running every suite and adding up its results, the house rules that no
//! compiler checks (`tidy`), and the pages that are generated. It must never hold product code, and nothing in
//! `crates/` may depend on it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner talks to a person on both streams"
)]

pub mod docs;
pub mod process;
pub mod screenshots;
pub mod setup;
pub mod testing;
pub mod tidy;
pub mod workspace;
