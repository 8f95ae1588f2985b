//! The real binary, as a user and as a script see it.

mod basics;
mod config;
mod explain;
mod fixtures;
mod registry;
mod scan;
mod serve;
mod support;
