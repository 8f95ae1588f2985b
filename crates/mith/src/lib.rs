//! The command line of Mithridate: arguments, configuration, rendering and exit codes.
//!
//! Owns: everything a user types and reads in a terminal, and the client of our HTTP API.
//! Must never: parse a model file, judge one, or talk to the database; the crates below do.

pub mod cli;
pub mod client;
pub mod commands;
pub mod config;
pub mod env;
pub mod error;
pub mod logging;
pub mod output;
pub mod reference;

mod run;

pub use run::main;
