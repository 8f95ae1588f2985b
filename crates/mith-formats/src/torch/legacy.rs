//! The legacy stream: five pickles one after another, then raw storages.
//!
//! The caller runs the pickles (each begins where the one before ended); this module knows what each of them is for
//! and where the storages are.

use std::ops::Range;

use crate::{Defect, Input};

/// The number in the first pickle, little-endian as `LONG1` holds it (`0x1950a86a20f9469cfc6c`).
pub const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The pickles of the stream, in order.
pub const STEPS: [Step; 5] = [
    Step::Magic,
    Step::Protocol,
    Step::SystemInfo,
    Step::Object,
    Step::StorageKeys,
];

/// What one of the five pickles is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// [`MAGIC`].
    Magic,
    /// 1001.
    Protocol,
    /// A dict with `protocol_version`, `little_endian`, `type_sizes`.
    SystemInfo,
    /// The object; storages are persistent ids `('storage', class, key, location, numel, view)`.
    Object,
    /// The list of storage keys whose bytes follow, in this order.
    StorageKeys,
}

/// A key of the last pickle together with what the object pickle said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageKey {
    /// The key.
    pub key: Vec<u8>,
    /// Bytes per element of the storage class; `None` when it is not known, and then nothing behind it can be placed.
    pub element_size: Option<u64>,
}

/// The bytes of one storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyStorage {
    /// The key.
    pub key: Vec<u8>,
    /// Elements, as the 8-byte count in front of the data says.
    pub elements: u64,
    /// The data in the input.
    pub data: Range<u64>,
}

/// Whether the input begins with the magic pickle, in the forms that `torch.save` has written.
pub fn recognise(_input: &dyn Input) -> bool {
    false
}

/// Places the storages behind the fifth pickle, which ended at `offset`. The end of the last range is where the
/// stream ends.
pub fn storages_after(
    _input: &dyn Input,
    _offset: u64,
    _keys: &[StorageKey],
) -> (Vec<LegacyStorage>, Vec<Defect>) {
    (Vec::new(), Vec::new())
}
