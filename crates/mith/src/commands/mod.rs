//! What each command does: it calls the crates below and hands their data to [`crate::output`].

pub mod completions;
pub mod docs;
pub mod explain;
pub mod registry;
pub mod scan;
pub mod serve;
