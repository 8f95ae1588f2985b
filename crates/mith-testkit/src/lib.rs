//! Builders of benign and booby-trapped fixtures for tests.
//!
//! Owns: writing the bytes of formats, honest or with one lie at a time. Must never: be a dependency of anything but
//! tests, or hold live malware (payloads touch a file in a temporary folder).

pub mod numpy;
pub mod oracle;
pub mod pickle;
pub mod pickle_names;
pub mod pickle_random;
pub mod safetensors;
pub mod tar;
pub mod torch;
pub mod zip;
