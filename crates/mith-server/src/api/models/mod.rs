//! Models: their names and where their newest revisions stand.

pub(super) mod list;
pub(super) mod show;
