//! Tokens: `hf_` and 40 letters and digits, as Hub clients expect them.
//!
//! Only the SHA-256 of a token is kept. A token carries 238 bits from the operating system, so there is nothing that
//! a slow password hash would protect: nobody can guess one, with or without the hash.

use std::fmt;

use mith_core::Digest;

use crate::error::{Result, StoreError};

/// What stands in front of every token; llama.cpp and others send no token without it.
const PREFIX: &str = "hf_";
/// How many letters and digits follow.
const LENGTH: usize = 40;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Bytes from here on are thrown away, because 256 is no multiple of 62 and some letters would be likelier.
const UNBIASED_END: u8 = 248;

/// A token in clear, shown once. It prints itself only when asked to.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Draws a fresh token from the operating system.
    pub fn generate() -> Result<Self> {
        let mut text = String::with_capacity(PREFIX.len() + LENGTH);
        text.push_str(PREFIX);
        let mut random = [0_u8; 64];
        while text.len() < PREFIX.len() + LENGTH {
            getrandom::fill(&mut random).map_err(|error| StoreError::Random(Box::new(error)))?;
            text.extend(
                random
                    .iter()
                    .filter_map(|byte| letter(*byte))
                    .take(PREFIX.len() + LENGTH - text.len()),
            );
        }
        Ok(Self(text))
    }

    /// The token, to be shown to its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hf_…)")
    }
}

/// The letter of a random byte; `None` for the bytes that would make some letters likelier.
fn letter(byte: u8) -> Option<char> {
    if byte >= UNBIASED_END {
        return None;
    }
    ALPHABET
        .get(usize::from(byte) % ALPHABET.len())
        .map(|letter| char::from(*letter))
}

/// The hash of a text that could be a token; `None` for what no token looks like, without a look-up.
pub(crate) fn hash_of(text: &str) -> Option<Digest> {
    let tail = text.strip_prefix(PREFIX)?;
    let well_formed = tail.len() == LENGTH && tail.bytes().all(|byte| byte.is_ascii_alphanumeric());
    well_formed.then(|| Digest::of(text.as_bytes()))
}

/// Compares two hashes in a time that does not depend on where they differ.
pub(crate) fn same_hash(left: &Digest, right: &Digest) -> bool {
    let difference = left
        .as_bytes()
        .iter()
        .zip(right.as_bytes())
        .fold(0_u8, |sum, (left, right)| sum | (left ^ right));
    std::hint::black_box(difference) == 0
}
