//! The records of a zip as they lie in the bytes: end records, central records, local headers, descriptors.

use std::io;

use super::Method;
use crate::bytes::{Window, u16_at, u32_at, u64_at};

pub(super) const END: [u8; 4] = *b"PK\x05\x06";
pub(super) const END64: [u8; 4] = *b"PK\x06\x06";
pub(super) const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

pub(super) const END_SIZE: usize = 22;
pub(super) const END64_SIZE: usize = 56;
pub(super) const LOCATOR64_SIZE: usize = 20;
const CENTRAL_SIZE: usize = 46;
const LOCAL_SIZE: usize = 30;

/// What a field holds when its value is in the zip64 extra field.
const MARKER: u64 = 0xffff_ffff;

/// Flag: encrypted.
pub(super) const ENCRYPTED: u16 = 1;
/// Flag: sizes and CRC follow the data.
pub(super) const DESCRIBED: u16 = 1 << 3;
/// Flag: the name is UTF-8.
pub(super) const UTF8: u16 = 1 << 11;

/// What an end record claims, 32-bit or zip64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndClaim {
    pub(super) entries: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    pub(super) several_disks: bool,
}

/// An end record, and the zip64 one in front of it when there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) at: u64,
    pub(super) claim: EndClaim,
    pub(super) comment_length: u16,
    /// Where the zip64 end record is, and what it claims.
    pub(super) zip64: Option<(u64, EndClaim)>,
    /// Where the zip64 end record is by position, when that is another one than the locator points to.
    pub(super) zip64_near: Option<(u64, EndClaim)>,
}

/// Reads the end record at `at`, which begins with its signature.
pub(super) fn end(window: &mut Window<'_>, at: u64) -> io::Result<Option<End>> {
    let bytes = window.bytes(at, END_SIZE)?;
    let Some((claim, comment_length)) = end_claim(bytes) else {
        return Ok(None);
    };
    let mut end = End {
        at,
        claim,
        comment_length,
        zip64: None,
        zip64_near: None,
    };
    let Some(locator) = at.checked_sub(LOCATOR64_SIZE as u64) else {
        return Ok(Some(end));
    };
    let bytes = window.bytes(locator, LOCATOR64_SIZE)?;
    if !bytes.starts_with(&LOCATOR64) {
        return Ok(Some(end));
    }
    let pointed = u64_at(bytes, 8).unwrap_or(u64::MAX);
    end.zip64 = end64(window, pointed)?.map(|claim| (pointed, claim));
    if let Some(near) = locator.checked_sub(END64_SIZE as u64)
        && near != pointed
    {
        let found = end64(window, near)?.map(|claim| (near, claim));
        if end.zip64.is_none() {
            end.zip64 = found;
        } else {
            end.zip64_near = found;
        }
    }
    Ok(Some(end))
}

fn end_claim(bytes: &[u8]) -> Option<(EndClaim, u16)> {
    let claim = EndClaim {
        several_disks: !matches!(u16_at(bytes, 4)?, 0 | 0xffff)
            || !matches!(u16_at(bytes, 6)?, 0 | 0xffff)
            || u16_at(bytes, 8)? != u16_at(bytes, 10)?,
        entries: u64::from(u16_at(bytes, 10)?),
        size: u64::from(u32_at(bytes, 12)?),
        offset: u64::from(u32_at(bytes, 16)?),
    };
    Some((claim, u16_at(bytes, 20)?))
}

fn end64(window: &mut Window<'_>, at: u64) -> io::Result<Option<EndClaim>> {
    let bytes = window.bytes(at, END64_SIZE)?;
    if !bytes.starts_with(&END64) {
        return Ok(None);
    }
    let claim = || {
        Some(EndClaim {
            several_disks: u32_at(bytes, 16)? != 0
                || u32_at(bytes, 20)? != 0
                || u64_at(bytes, 24)? != u64_at(bytes, 32)?,
            entries: u64_at(bytes, 32)?,
            size: u64_at(bytes, 40)?,
            offset: u64_at(bytes, 48)?,
        })
    };
    Ok(claim())
}

/// A central record.
#[derive(Debug, Clone)]
pub(super) struct Central {
    pub(super) name: Vec<u8>,
    pub(super) method: Method,
    pub(super) flags: u16,
    pub(super) crc32: u32,
    pub(super) compressed_size: u64,
    pub(super) size: u64,
    pub(super) header_offset: u64,
    pub(super) disk: u16,
    pub(super) extra: Extra,
    /// Bytes of the whole record.
    pub(super) length: u64,
}

/// Reads the central record at `at`; `None` when there is none or it is cut.
pub(super) fn central(window: &mut Window<'_>, at: u64) -> io::Result<Option<Central>> {
    let fixed = window.bytes(at, CENTRAL_SIZE)?;
    if !fixed.starts_with(&CENTRAL) {
        return Ok(None);
    }
    let lengths = || Some((u16_at(fixed, 28)?, u16_at(fixed, 30)?, u16_at(fixed, 32)?));
    let Some((name, extra, comment)) = lengths() else {
        return Ok(None);
    };
    let head = CENTRAL_SIZE + usize::from(name) + usize::from(extra);
    let bytes = window.bytes(at, head)?;
    let length = head as u64 + u64::from(comment);
    Ok(central_fields(bytes, usize::from(name), length))
}

fn central_fields(bytes: &[u8], name_length: usize, length: u64) -> Option<Central> {
    let name = bytes.get(CENTRAL_SIZE..CENTRAL_SIZE + name_length)?;
    let sizes = Sizes {
        compressed: u64::from(u32_at(bytes, 20)?),
        plain: u64::from(u32_at(bytes, 24)?),
        offset: u64::from(u32_at(bytes, 42)?),
    };
    let (sizes, extra) = read_extra(bytes.get(CENTRAL_SIZE + name_length..)?, sizes, name);
    Some(Central {
        name: name.to_vec(),
        flags: u16_at(bytes, 8)?,
        method: Method::from_number(u16_at(bytes, 10)?),
        crc32: u32_at(bytes, 16)?,
        compressed_size: sizes.compressed,
        size: sizes.plain,
        header_offset: sizes.offset,
        disk: u16_at(bytes, 34)?,
        extra,
        length,
    })
}

/// A local header, with its name.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: Vec<u8>,
    pub(super) method: Method,
    pub(super) flags: u16,
    pub(super) crc32: u32,
    pub(super) compressed_size: u64,
    pub(super) size: u64,
    pub(super) extra: Extra,
    /// Version needed to extract: chance bytes rarely have a small one.
    pub(super) version: u16,
    /// Where the data begins.
    pub(super) data_start: u64,
}

/// Reads the local header at `at`; `None` when there is none or it is cut.
pub(super) fn local(window: &mut Window<'_>, at: u64) -> io::Result<Option<Local>> {
    let fixed = window.bytes(at, LOCAL_SIZE)?;
    if !fixed.starts_with(&LOCAL) {
        return Ok(None);
    }
    let lengths = || Some((u16_at(fixed, 26)?, u16_at(fixed, 28)?));
    let Some((name, extra)) = lengths() else {
        return Ok(None);
    };
    let head = LOCAL_SIZE + usize::from(name) + usize::from(extra);
    let bytes = window.bytes(at, head)?;
    Ok(local_fields(bytes, at, usize::from(name), head))
}

fn local_fields(bytes: &[u8], at: u64, name_length: usize, head: usize) -> Option<Local> {
    let name = bytes.get(LOCAL_SIZE..LOCAL_SIZE + name_length)?;
    let sizes = Sizes {
        compressed: u64::from(u32_at(bytes, 18)?),
        plain: u64::from(u32_at(bytes, 22)?),
        offset: 0,
    };
    let (sizes, extra) = read_extra(bytes.get(LOCAL_SIZE + name_length..head)?, sizes, name);
    Some(Local {
        name: name.to_vec(),
        version: u16_at(bytes, 4)?,
        flags: u16_at(bytes, 6)?,
        method: Method::from_number(u16_at(bytes, 8)?),
        crc32: u32_at(bytes, 14)?,
        compressed_size: sizes.compressed,
        size: sizes.plain,
        extra,
        data_start: at.checked_add(head as u64)?,
    })
}

#[derive(Debug, Clone, Copy)]
struct Sizes {
    compressed: u64,
    plain: u64,
    offset: u64,
}

/// What the extra fields say beside padding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extra {
    /// A name in the Info-ZIP Unicode path field, which some readers prefer, when it differs.
    pub(super) other_name: Option<Vec<u8>>,
    /// A zip64 field was needed and is missing or too short.
    pub(super) zip64_missing: bool,
    /// A zip64 field is there although nothing asks for it, and it says something else.
    pub(super) zip64_unasked: bool,
}

/// Applies the zip64 field (0x0001) the way all readers do: it holds, in order, the values whose 32-bit field is
/// all ones.
fn read_extra(mut extra: &[u8], mut sizes: Sizes, name: &[u8]) -> (Sizes, Extra) {
    let mut found = Extra::default();
    let claimed = sizes;
    let wanted = [claimed.plain, claimed.compressed, claimed.offset].contains(&MARKER);
    let mut seen = false;
    while let (Some(kind), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(length);
        let body = extra
            .get(4..end)
            .or_else(|| extra.get(4..))
            .unwrap_or_default();
        if kind == 0x0001 && !seen {
            seen = true;
            if wanted {
                found.zip64_missing = !apply_zip64(body, claimed, &mut sizes);
            } else {
                found.zip64_unasked = u64_at(body, 0).is_some_and(|plain| plain != claimed.plain)
                    || u64_at(body, 8).is_some_and(|packed| packed != claimed.compressed);
            }
        } else if kind == 0x7075 {
            found.other_name = body
                .get(5..)
                .filter(|other| !other.is_empty() && *other != name)
                .map(<[u8]>::to_vec);
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    if wanted && !seen {
        found.zip64_missing = true;
    }
    (sizes, found)
}

fn apply_zip64(body: &[u8], claimed: Sizes, sizes: &mut Sizes) -> bool {
    let mut at = 0;
    let fields = [
        (claimed.plain, &mut sizes.plain),
        (claimed.compressed, &mut sizes.compressed),
        (claimed.offset, &mut sizes.offset),
    ];
    for (claim, value) in fields {
        if claim != MARKER {
            continue;
        }
        let Some(long) = u64_at(body, at) else {
            return false;
        };
        *value = long;
        at += 8;
    }
    true
}

/// The descriptor behind data: how long it is when it confirms these claims.
pub(super) fn descriptor_length(
    window: &mut Window<'_>,
    at: u64,
    (crc32, compressed, size): (u32, u64, u64),
) -> io::Result<Option<u64>> {
    let bytes = window.bytes(at, 24)?;
    let signed = bytes.starts_with(&DESCRIPTOR);
    for start in [4, 0] {
        if start == 4 && !signed {
            continue;
        }
        if u32_at(bytes, start) != Some(crc32) {
            continue;
        }
        let long =
            u64_at(bytes, start + 4) == Some(compressed) && u64_at(bytes, start + 12) == Some(size);
        if long {
            return Ok(Some(start as u64 + 20));
        }
        let short = u32_at(bytes, start + 4).map(u64::from) == Some(compressed)
            && u32_at(bytes, start + 8).map(u64::from) == Some(size);
        if short {
            return Ok(Some(start as u64 + 12));
        }
    }
    Ok(None)
}
