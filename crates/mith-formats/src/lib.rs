//! Sans-I/O readers of hostile model files.
//!
//! Owns: turning bytes into data, with the defects met on the way. Must never: open a file, allocate by the input's
//! own claim, panic, or decide whether something is dangerous (that is `mith-scan`).

pub mod budget;
mod bytes;
mod defects;
pub mod input;
pub mod json;
pub mod limits;
pub mod numpy;
pub mod pickle;
pub mod safetensors;
pub mod sniff;
pub mod tar;
pub mod text;
pub mod torch;
pub mod zip;

pub use input::{Input, Section};
pub use limits::{Defect, DefectKind, Limits};
