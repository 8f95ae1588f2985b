//! Strict reader of the safetensors header.
//!
//! Owns: everything that the format's specification demands of the header. Must never: read tensor data, or believe
//! the length in front.

mod dtype;
mod header;
#[cfg(test)]
mod tests;

pub use dtype::Dtype;

use std::ops::Range;

use crate::{
    Defect, DefectKind, Input, Limits,
    bytes::u64_at,
    defects::{Defects, shown},
    input::read_vec,
};

/// The longest header that the format allows.
const LONGEST_HEADER: u64 = 100_000_000;

/// One tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Element type.
    pub dtype: Dtype,
    /// Sizes of the dimensions.
    pub shape: Vec<u64>,
    /// Where its data is in the input.
    pub data: Range<u64>,
}

/// What a safetensors file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SafeTensors {
    /// Tensors in the order of the header.
    pub tensors: Vec<Tensor>,
    /// `__metadata__`, in the order of the header.
    pub metadata: Vec<(String, String)>,
    /// The JSON text in the input.
    pub header: Range<u64>,
    /// The tensor data in the input: from the end of the header to the end of the file.
    pub buffer: Range<u64>,
}

/// Reads the header. No defect means that the file is exactly what the specification describes.
pub fn read(input: &dyn Input, limits: &Limits) -> (SafeTensors, Vec<Defect>) {
    let header = match header_range(input, limits) {
        Ok(header) => header,
        Err(defect) => return (SafeTensors::default(), vec![defect]),
    };
    let mut defects = Defects::default();
    let mut file = SafeTensors {
        buffer: header.end..input.size(),
        header,
        ..SafeTensors::default()
    };
    header::read(input, &mut file, limits, &mut defects);
    if defects.is_empty() {
        check_cover(&file, &mut defects);
    }
    (file, defects.finish())
}

/// Where the JSON text is, after the checks that cost nothing.
fn header_range(input: &dyn Input, limits: &Limits) -> Result<Range<u64>, Defect> {
    let head =
        read_vec(input, 0, 9).map_err(|error| Defect::new(DefectKind::Io, 0, error.to_string()))?;
    let Some(length) = u64_at(&head, 0) else {
        return Err(Defect::new(
            DefectKind::Truncated,
            0,
            "is too short for a header length",
        ));
    };
    if length > LONGEST_HEADER {
        let message =
            format!("claims a header of {length} bytes; the format allows {LONGEST_HEADER}");
        return Err(Defect::new(DefectKind::Malformed, 0, message));
    }
    if length > limits.header_bytes {
        let message = format!("claims a header of {length} bytes, more than the budget");
        return Err(Defect::new(DefectKind::Budget, 0, message));
    }
    let end = 8 + length;
    if end > input.size() {
        let message = format!(
            "claims a header of {length} bytes and has {} left",
            input.size().saturating_sub(8)
        );
        return Err(Defect::new(DefectKind::Truncated, 0, message));
    }
    if length < 2 || head.get(8) != Some(&b'{') {
        return Err(Defect::new(
            DefectKind::Malformed,
            8,
            "the header does not begin with `{`",
        ));
    }
    Ok(8..end)
}

/// The tensors cover the buffer exactly: no hole, no overlap, nothing behind.
fn check_cover(file: &SafeTensors, defects: &mut Defects) {
    let mut order: Vec<&Tensor> = file.tensors.iter().collect();
    order.sort_by_key(|tensor| (tensor.data.start, tensor.data.end));
    let mut at = file.buffer.start;
    for tensor in order {
        let start = tensor.data.start;
        if start != at {
            let what = if start < at {
                "overlaps the tensor before it"
            } else {
                "leaves a hole before it"
            };
            defects.push(DefectKind::Malformed, start, || {
                format!("tensor `{}` {what}", shown(tensor.name.as_bytes()))
            });
        }
        at = at.max(tensor.data.end);
    }
    if at < file.buffer.end {
        defects.push(DefectKind::Malformed, at, || {
            format!(
                "{} bytes behind the last tensor belong to none",
                file.buffer.end - at
            )
        });
    }
}
