//! One 512-byte header and its numbers.

use super::TarKind;

pub(super) const BLOCK: u64 = 512;
const BLOCK_BYTES: usize = 512;

/// A header whose checksum is right.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    /// `None` when the field is no number that a size can be.
    pub(super) size: Option<u64>,
    pub(super) flag: u8,
    /// Another block of the sparse map follows.
    pub(super) sparse_continues: bool,
}

impl Header {
    /// `None` when the block is cut or its checksum is wrong.
    pub(super) fn parse(block: &[u8]) -> Option<Self> {
        let block: &[u8; BLOCK_BYTES] = block.get(..BLOCK_BYTES)?.try_into().ok()?;
        let field = |start: usize, length: usize| {
            block
                .get(start..start.saturating_add(length))
                .unwrap_or_default()
        };
        let claimed = number(field(148, 8))?;
        let sum = |signed: bool| -> i64 {
            let value = |(at, byte): (usize, &u8)| match at {
                148..156 => 32,
                _ if signed => i64::from(byte.cast_signed()),
                _ => i64::from(*byte),
            };
            block.iter().enumerate().map(value).sum()
        };
        // Old writers summed signed bytes.
        if ![sum(false), sum(true)].contains(&i64::try_from(claimed).ok()?) {
            return None;
        }
        let mut name = text(field(0, 100)).to_vec();
        let prefix = text(field(345, 155));
        let flag = *block.get(156)?;
        if field(257, 6) == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Some(Self {
            name,
            link: text(field(157, 100)).to_vec(),
            size: number(field(124, 12)),
            flag,
            sparse_continues: flag == b'S' && block.get(482).is_some_and(|more| *more != 0),
        })
    }

    /// What the member is; old writers mark folders by a slash alone.
    pub(super) fn kind(&self) -> TarKind {
        match self.flag {
            b'0' | 0 if self.flag == 0 && self.name.ends_with(b"/") => TarKind::Folder,
            b'0' | 0 | b'7' => TarKind::File,
            b'1' => TarKind::HardLink,
            b'2' => TarKind::SymbolicLink,
            b'3' | b'4' | b'6' => TarKind::Device,
            b'5' => TarKind::Folder,
            b'S' => TarKind::Sparse,
            other => TarKind::Other(other),
        }
    }
}

/// Up to the first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// An octal number in text, or a big-endian one when the first byte says so; `None` for negative ones and for junk.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field.split_first()? {
        (0x80, rest) => rest.iter().try_fold(0_u64, |value, byte| {
            value.checked_mul(256)?.checked_add(u64::from(*byte))
        }),
        (0xff, _) => None,
        _ => octal(text(field)),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii();
    digits.iter().try_fold(0_u64, |value, byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}
