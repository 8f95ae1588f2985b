//! Revisions: what is in them, where they stand, and the word of a person about them.

pub(crate) mod decide;
pub(super) mod show;
