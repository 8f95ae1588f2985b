//! Element types in a header: how large, and whether they hold objects.

use super::literal::{Literal, Node};

/// What an element type comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dtype {
    /// Bytes of one element, when every part is known.
    pub(super) size: Option<u64>,
    /// Some part is an object, or could be one.
    pub(super) has_object: bool,
}

/// Reads `descr`: a string, a list of fields, or a pair of type and shape, nested as deep as the literal is.
pub(super) fn read(literal: &Literal, node: usize) -> Dtype {
    let mut total = Dtype {
        size: Some(0),
        has_object: false,
    };
    let mut open = vec![(node, 1_u64)];
    while let Some((index, times)) = open.pop() {
        match literal.node(index) {
            Some(Node::Text(text)) => add(&mut total, simple(text), times),
            Some(Node::Tuple(pair)) => match pair.as_slice() {
                [inner, shape] => match product(literal, *shape, times) {
                    Some(times) => open.push((*inner, times)),
                    None => unknown(&mut total),
                },
                _ => unknown(&mut total),
            },
            Some(Node::List(fields)) => {
                for field in fields {
                    match field_type(literal, *field, times) {
                        Some(inner) => open.push(inner),
                        None => unknown(&mut total),
                    }
                }
            }
            _ => unknown(&mut total),
        }
    }
    total
}

/// What cannot be read could hold an object.
fn unknown(total: &mut Dtype) {
    total.size = None;
    total.has_object = true;
}

fn add(total: &mut Dtype, part: Dtype, times: u64) {
    total.has_object |= part.has_object;
    total.size = match (total.size, part.size) {
        (Some(sum), Some(size)) => size
            .checked_mul(times)
            .and_then(|bytes| sum.checked_add(bytes)),
        _ => None,
    };
}

/// `(name, type)` or `(name, type, shape)`.
fn field_type(literal: &Literal, field: usize, times: u64) -> Option<(usize, u64)> {
    let Some(Node::Tuple(parts)) = literal.node(field) else {
        return None;
    };
    match parts.as_slice() {
        [_, inner] => Some((*inner, times)),
        [_, inner, shape] => Some((*inner, product(literal, *shape, times)?)),
        _ => None,
    }
}

/// The number of elements of a shape, which may be a single number.
fn product(literal: &Literal, shape: usize, times: u64) -> Option<u64> {
    let size = |index: &usize| match literal.node(*index) {
        Some(Node::Number(Some(size))) => Some(*size),
        _ => None,
    };
    match literal.node(shape)? {
        Node::Number(Some(count)) => times.checked_mul(*count),
        Node::Tuple(items) | Node::List(items) => items
            .iter()
            .try_fold(times, |product, item| product.checked_mul(size(item)?)),
        _ => None,
    }
}

/// A type that is one string: byte order, kind, size.
fn simple(text: &str) -> Dtype {
    let bare = text.strip_prefix(['<', '>', '|', '=']).unwrap_or(text);
    let mut letters = bare.chars();
    let kind = letters.next();
    let rest = letters.as_str();
    let digits = rest.split('[').next().unwrap_or_default();
    let count = digits.parse::<u64>().ok();
    let size = match (kind, count) {
        (Some('?'), None) if rest.is_empty() => Some(1),
        (Some('b'), Some(1)) => Some(1),
        (Some('i' | 'u'), Some(size @ (1 | 2 | 4 | 8)))
        | (Some('f'), Some(size @ (2 | 4 | 8 | 12 | 16)))
        | (Some('c'), Some(size @ (8 | 16 | 24 | 32)))
        | (Some('m' | 'M'), Some(size @ 8))
        | (Some('S' | 'a' | 'V'), Some(size)) => Some(size),
        (Some('U'), Some(size)) => size.checked_mul(4),
        _ => None,
    };
    // Only times have a unit behind the size.
    let unit = rest.len() > digits.len();
    let size = size.filter(|_| !unit || matches!(kind, Some('m' | 'M')));
    Dtype {
        size,
        has_object: size.is_none() && (text.contains('O') || text.contains("obj")),
    }
}
