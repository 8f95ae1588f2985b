//! Torch's oldest container: a tar with the members `sys_info`, `pickle`, `storages` and `tensors`.
//!
//! `storages` and `tensors` begin with a pickle that is a count; then, for each item, a pickle and raw bytes. The
//! caller runs the pickles and asks here where the raw bytes behind each of them end. `storages` ends with one more
//! pickle, the list of views.

use crate::{Defect, Input, tar::TarArchive};

/// The four members, as indices into [`TarArchive::members`]. tarfile takes the last of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TorchTar {
    /// One pickle.
    pub sys_info: Option<usize>,
    /// One pickle: the object.
    pub pickle: usize,
    /// A count, items of (pickle, raw storage), a pickle with views.
    pub storages: usize,
    /// A count, items of (pickle, raw tensor header).
    pub tensors: usize,
}

/// Recognises the container by its members.
pub fn recognise(_archive: &TarArchive) -> Option<TorchTar> {
    None
}

/// Where the raw storage (8-byte element count, then data) that begins at `offset` of the `storages` member ends.
///
/// # Errors
/// A `Truncated` or `Malformed` defect.
pub fn storage_end(_member: &dyn Input, offset: u64, _element_size: u64) -> Result<u64, Defect> {
    Ok(offset)
}

/// Where the raw tensor header (4-byte rank, 4 unused bytes, sizes, strides, storage offset) that begins at `offset`
/// of the `tensors` member ends.
///
/// # Errors
/// A `Truncated` or `Malformed` defect.
pub fn tensor_end(_member: &dyn Input, offset: u64) -> Result<u64, Defect> {
    Ok(offset)
}
