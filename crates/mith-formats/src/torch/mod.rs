//! What torch writes and reads: zip checkpoints and their relatives, the legacy stream, the legacy tar.
//!
//! Owns: recognising by content and listing pickles and storages. Must never: run a pickle, or decide by file name
//! of the artifact.

pub mod legacy;
pub mod tarball;
#[cfg(test)]
mod tests;
mod zipfile;

pub use zipfile::{PickleHint, PickleMember, StorageMember, TorchZip, ZipKind, read_zip};
