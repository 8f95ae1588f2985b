//! Torch's oldest container: a tar with the members `sys_info`, `pickle`, `storages` and `tensors`.
//!
//! `storages` and `tensors` begin with a pickle that is a count; then, for each item, a pickle and raw bytes. The
//! caller runs the pickles and asks here where the raw bytes behind each of them end. `storages` ends with one more
//! pickle, the list of views.

use super::legacy;
use crate::{
    Defect, DefectKind, Input,
    bytes::u32_at,
    input::read_vec,
    tar::{TarArchive, TarKind},
};

/// The four members, as indices into [`TarArchive::members`]. tarfile takes the last of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TorchTar {
    /// One pickle.
    pub sys_info: Option<usize>,
    /// One pickle: the object.
    pub pickle: Option<usize>,
    /// A count, items of (pickle, raw storage), a pickle with views.
    pub storages: usize,
    /// A count, items of (pickle, raw tensor header).
    pub tensors: Option<usize>,
}

/// Recognises the container by its members: torch opens `storages` first, and its pickle has run before anything else
/// is looked for.
pub fn recognise(archive: &TarArchive) -> Option<TorchTar> {
    let last = |name: &[u8]| {
        archive
            .members
            .iter()
            .rposition(|member| member.kind == TarKind::File && trimmed(&member.name) == name)
    };
    Some(TorchTar {
        sys_info: last(b"sys_info"),
        pickle: last(b"pickle"),
        storages: last(b"storages")?,
        tensors: last(b"tensors"),
    })
}

fn trimmed(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"./").unwrap_or(name)
}

/// Where the raw storage (8-byte element count, then data) that begins at `offset` of the `storages` member ends.
///
/// # Errors
/// A `Truncated` or `Malformed` defect.
pub fn storage_end(member: &dyn Input, offset: u64, element_size: u64) -> Result<u64, Defect> {
    legacy::storage(member, offset, Some(element_size)).map(|(_, data)| data.end)
}

/// Where the raw tensor header (4-byte rank, 4 unused bytes, sizes, strides, storage offset) that begins at `offset`
/// of the `tensors` member ends.
///
/// # Errors
/// A `Truncated` or `Malformed` defect.
pub fn tensor_end(member: &dyn Input, offset: u64) -> Result<u64, Defect> {
    let head = read_vec(member, offset, 4)
        .map_err(|error| Defect::new(DefectKind::Io, offset, error.to_string()))?;
    let Some(rank) = u32_at(&head, 0).map(u64::from) else {
        return Err(Defect::new(
            DefectKind::Truncated,
            offset,
            "a tensor ends before its rank",
        ));
    };
    // Two lists of `rank` numbers and the storage offset, 8 bytes each, behind rank and padding.
    let end = offset.saturating_add(8 + 16 * rank + 8);
    if end > member.size() {
        let message = format!("a tensor claims {rank} dimensions, more than the member holds");
        return Err(Defect::new(DefectKind::Truncated, offset, message));
    }
    Ok(end)
}
