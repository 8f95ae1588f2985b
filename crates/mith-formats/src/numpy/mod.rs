//! The `.npy` header, versions 1 to 3.
//!
//! Owns: reading the header's Python literal and saying whether a pickle follows. Must never: run that pickle.

use std::ops::Range;

use crate::{Defect, Input, Limits};

/// What a `.npy` file says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Npy {
    /// Major version of the format.
    pub version: u8,
    /// The element type, as the header spells it.
    pub descr: String,
    /// Whether any part of the element type is `object`: then the data is a pickle.
    pub has_object: bool,
    /// Bytes of one element, when the type is one that is known.
    pub item_size: Option<u64>,
    /// Fortran order.
    pub fortran_order: bool,
    /// Sizes of the dimensions.
    pub shape: Vec<u64>,
    /// Where the data should be, cut to the input; up to the end of the input for objects.
    pub data: Range<u64>,
}

impl Npy {
    /// Where a pickle begins, when the array holds objects.
    pub fn pickle(&self) -> Option<u64> {
        self.has_object.then_some(self.data.start)
    }
}

/// Reads the header; `None` when the bytes are no `.npy`.
pub fn read(_input: &dyn Input, _limits: &Limits) -> (Option<Npy>, Vec<Defect>) {
    (None, Vec::new())
}
