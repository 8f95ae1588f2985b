//! SHA-256 of an input in large sequential reads.

use std::io;

use mith_core::Digest;
use mith_formats::Input;
use sha2::Digest as _;

/// Bytes that are read at a time: large enough that reading costs nothing beside hashing.
const BLOCK: usize = 512 << 10;

/// Hashes a whole input.
///
/// # Errors
/// What the input said, and an early end.
pub(crate) fn digest(
    input: &dyn Input,
    progress: Option<&(dyn Fn(u64) + Sync)>,
) -> io::Result<Digest> {
    let size = input.size();
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; usize::try_from(size).unwrap_or(BLOCK).min(BLOCK)];
    let mut at = 0;
    while at < size {
        let count = input.read_at(at, &mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was read",
            ));
        };
        hasher.update(read);
        at += count as u64;
        if let Some(progress) = progress {
            progress(count as u64);
        }
    }
    Ok(Digest::from_bytes(hasher.finalize().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_digest_of_the_bytes() {
        let bytes = vec![7_u8; BLOCK * 2 + 5];
        let input: &dyn Input = &bytes;
        assert_eq!(digest(input, None).unwrap(), Digest::of(&bytes));
        let empty: &dyn Input = &Vec::new();
        assert_eq!(digest(empty, None).unwrap(), Digest::of(b""));
    }
}
