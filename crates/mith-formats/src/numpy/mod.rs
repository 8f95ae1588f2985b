//! The `.npy` header, versions 1 to 3.
//!
//! Owns: reading the header's Python literal and saying whether a pickle follows. Must never: run that pickle.

mod dtype;
mod literal;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::{
    Defect, DefectKind, Input, Limits,
    bytes::{u16_at, u32_at},
    input::read_vec,
};
use literal::{Literal, Node};

/// What every `.npy` begins with.
pub const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// A longer header is not read; numpy itself refuses more than 10 000 characters unless told otherwise.
const LONGEST_HEADER: u64 = 1 << 20;

/// numpy has at most 64.
const MOST_DIMENSIONS: usize = 64;

/// What a `.npy` file says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Npy {
    /// Major version of the format.
    pub version: u8,
    /// The header's text, a Python literal; bytes that are not text are replaced.
    pub header: String,
    /// Whether any part of the element type is `object`, or could be: then the data is a pickle.
    pub has_object: bool,
    /// Bytes of one element, when the type is one that is known.
    pub item_size: Option<u64>,
    /// Fortran order.
    pub fortran_order: bool,
    /// Sizes of the dimensions.
    pub shape: Vec<u64>,
    /// Where the data should be, cut to the input; up to the end of the input for objects and for unknown types.
    /// Bytes behind it are nobody's: `numpy.load` leaves them alone.
    pub data: Range<u64>,
}

impl Npy {
    /// Where a pickle begins, when the array holds objects.
    pub fn pickle(&self) -> Option<u64> {
        self.has_object.then_some(self.data.start)
    }
}

/// Reads the header; `None` when the bytes are no `.npy`, or their header cannot be read at all (a defect then).
pub fn read(input: &dyn Input, limits: &Limits) -> (Option<Npy>, Vec<Defect>) {
    let head = match read_vec(input, 0, 12) {
        Ok(head) if head.starts_with(MAGIC) => head,
        Ok(_) => return (None, Vec::new()),
        Err(error) => {
            return (
                None,
                vec![Defect::new(DefectKind::Io, 0, error.to_string())],
            );
        }
    };
    match header(input, &head, limits) {
        Ok((npy, defects)) => (Some(npy), defects),
        Err(defect) => (None, vec![defect]),
    }
}

fn header(input: &dyn Input, head: &[u8], limits: &Limits) -> Result<(Npy, Vec<Defect>), Defect> {
    let malformed = |at, message: String| Defect::new(DefectKind::Malformed, at, message);
    let version = head.get(6).copied().unwrap_or(0);
    let (start, length) = match version {
        1 => (10, u16_at(head, 8).map(u64::from)),
        2 | 3 => (12, u32_at(head, 8).map(u64::from)),
        other => return Err(malformed(6, format!("has the unknown npy version {other}"))),
    };
    let Some(length) = length else {
        return Err(Defect::new(
            DefectKind::Truncated,
            8,
            "ends before the header length",
        ));
    };
    if start + length > input.size() {
        let message = format!("claims a header of {length} bytes, more than the input holds");
        return Err(Defect::new(DefectKind::Truncated, 8, message));
    }
    if length > LONGEST_HEADER.min(limits.header_bytes) {
        let message = format!("has a header of {length} bytes, more than the budget");
        return Err(Defect::new(DefectKind::Budget, 8, message));
    }
    let bytes = read_vec(input, start, usize::try_from(length).unwrap_or(0))
        .map_err(|error| Defect::new(DefectKind::Io, start, error.to_string()))?;
    let text = match version {
        3 => String::from_utf8(bytes)
            .map_err(|_| malformed(start, "the header is not UTF-8".to_owned()))?,
        _ => bytes.iter().copied().map(char::from).collect(),
    };
    let literal = literal::parse(&text)
        .map_err(|(at, message)| malformed(start + at as u64, format!("the header {message}")))?;
    let mut npy = fields(&literal).map_err(|message| malformed(start, message))?;
    npy.version = version;
    npy.header = text;
    let defects = place(&mut npy, start + length, input.size());
    Ok((npy, defects))
}

/// The three keys, each exactly once.
fn fields(literal: &Literal) -> Result<Npy, String> {
    let Some(Node::Dict(pairs)) = literal.root() else {
        return Err("the header is not a dict".to_owned());
    };
    let mut npy = Npy::default();
    let mut seen = [false; 3];
    for (key, value) in pairs {
        let Some(Node::Text(key)) = literal.node(*key) else {
            return Err("the header has a key that is not a string".to_owned());
        };
        let slot = match key.as_str() {
            "descr" => {
                let dtype = dtype::read(literal, *value);
                npy.has_object = dtype.has_object;
                npy.item_size = dtype.size;
                &mut seen[0]
            }
            "fortran_order" => {
                let Some(Node::Bool(order)) = literal.node(*value) else {
                    return Err("`fortran_order` is not a bool".to_owned());
                };
                npy.fortran_order = *order;
                &mut seen[1]
            }
            "shape" => {
                npy.shape = shape(literal, *value)?;
                &mut seen[2]
            }
            other => {
                return Err(format!(
                    "the header has the unknown key `{}`",
                    other.escape_debug()
                ));
            }
        };
        if std::mem::replace(slot, true) {
            return Err(format!("the header has `{key}` twice"));
        }
    }
    if seen == [true; 3] {
        Ok(npy)
    } else {
        Err("the header lacks one of `descr`, `fortran_order`, `shape`".to_owned())
    }
}

fn shape(literal: &Literal, node: usize) -> Result<Vec<u64>, String> {
    let Some(Node::Tuple(items)) = literal.node(node) else {
        return Err("`shape` is not a tuple".to_owned());
    };
    if items.len() > MOST_DIMENSIONS {
        return Err(format!(
            "`shape` has more than {MOST_DIMENSIONS} dimensions"
        ));
    }
    items
        .iter()
        .map(|item| match literal.node(*item) {
            Some(Node::Number(Some(size))) => Ok(*size),
            _ => Err("`shape` holds something else than sizes".to_owned()),
        })
        .collect()
}

/// Where the data is, with the defects of its size.
fn place(npy: &mut Npy, start: u64, size: u64) -> Vec<Defect> {
    npy.data = start.min(size)..size;
    let elements = npy
        .shape
        .iter()
        .try_fold(1_u64, |product, size| product.checked_mul(*size));
    let Some(elements) = elements else {
        return vec![Defect::new(
            DefectKind::Malformed,
            start,
            "the product of `shape` overflows",
        )];
    };
    if npy.has_object {
        return Vec::new();
    }
    let Some(item_size) = npy.item_size else {
        return vec![Defect::new(
            DefectKind::Unsupported,
            start,
            "the element type is not known, so the data cannot be measured",
        )];
    };
    match elements
        .checked_mul(item_size)
        .and_then(|bytes| start.checked_add(bytes))
    {
        Some(end) if end <= size => {
            npy.data.end = end;
            Vec::new()
        }
        Some(end) => {
            let message = format!(
                "claims {} bytes of data and holds {}",
                end - start,
                size.saturating_sub(start)
            );
            vec![Defect::new(DefectKind::Truncated, start, message)]
        }
        None => vec![Defect::new(
            DefectKind::Malformed,
            start,
            "the size of the data overflows",
        )],
    }
}
