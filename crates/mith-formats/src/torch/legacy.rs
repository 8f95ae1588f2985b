//! The legacy stream: five pickles one after another, then raw storages.
//!
//! The caller runs the pickles (each begins where the one before ended); this module knows what each of them is for
//! and where the storages are.

use std::ops::Range;

use crate::{Defect, DefectKind, Input, bytes::u64_at, defects::shown, input::read_vec};

/// The number in the first pickle, little-endian as `LONG1` holds it (`0x1950a86a20f9469cfc6c`).
pub const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The number as protocols 0 and 1 spell it.
const MAGIC_DECIMAL: &[u8] = b"119547037146038801333356";

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
///
/// A first pickle that only computes the number is not recognised: running the pickles tells.
pub fn recognise(input: &dyn Input) -> bool {
    let Ok(head) = read_vec(input, 0, 48) else {
        return false;
    };
    let body = match head.as_slice() {
        [0x80, version, rest @ ..] if *version <= 5 => rest,
        rest => rest,
    };
    // Protocol 4 and later put a frame around it: opcode and eight bytes of length.
    let body = match body {
        [0x95, rest @ ..] => rest.get(8..).unwrap_or_default(),
        rest => rest,
    };
    let text = body.strip_prefix(b"L").unwrap_or_default();
    body.strip_prefix(&[0x8a, 10])
        .is_some_and(|number| number.starts_with(&MAGIC))
        || text.starts_with(MAGIC_DECIMAL)
}

/// Places the storages behind the fifth pickle, which ended at `offset`. The end of the last range is where the
/// stream ends.
///
/// Stops with a defect at the first storage that cannot be placed.
pub fn storages_after(
    input: &dyn Input,
    offset: u64,
    keys: &[StorageKey],
) -> (Vec<LegacyStorage>, Vec<Defect>) {
    let mut storages = Vec::new();
    let mut at = offset;
    for key in keys {
        match storage(input, at, key.element_size) {
            Ok((elements, data)) => {
                at = data.end;
                storages.push(LegacyStorage {
                    key: key.key.clone(),
                    elements,
                    data,
                });
            }
            Err(mut defect) => {
                defect.message = format!("storage `{}`: {}", shown(&key.key), defect.message);
                return (storages, vec![defect]);
            }
        }
    }
    (storages, Vec::new())
}

/// An 8-byte element count and the data behind it.
pub(super) fn storage(
    input: &dyn Input,
    at: u64,
    element_size: Option<u64>,
) -> Result<(u64, Range<u64>), Defect> {
    let head = read_vec(input, at, 8)
        .map_err(|error| Defect::new(DefectKind::Io, at, error.to_string()))?;
    let Some(elements) = u64_at(&head, 0) else {
        return Err(Defect::new(
            DefectKind::Truncated,
            at,
            "ends before the element count",
        ));
    };
    let Some(element_size) = element_size else {
        return Err(Defect::new(
            DefectKind::Unsupported,
            at,
            "has an element type of unknown size",
        ));
    };
    let start = at + 8;
    let end = elements
        .checked_mul(element_size)
        .filter(|_| i64::try_from(elements).is_ok())
        .and_then(|bytes| start.checked_add(bytes));
    match end {
        Some(end) if end <= input.size() => Ok((elements, start..end)),
        Some(_) => Err(Defect::new(
            DefectKind::Truncated,
            at,
            format!(
                "claims {elements} elements of {element_size} bytes, more than the input holds"
            ),
        )),
        None => Err(Defect::new(
            DefectKind::Malformed,
            at,
            format!("claims {elements} elements"),
        )),
    }
}
