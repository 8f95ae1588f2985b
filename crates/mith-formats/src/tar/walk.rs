//! Header after header, with the long names and records that stand in front of them.

use super::{
    TarArchive, TarKind, TarMember,
    header::{BLOCK, Header},
};
use crate::{
    Defect, DefectKind, Input, Limits,
    defects::{Defects, shown},
    input::read_vec,
};

/// Long names and pax records above this are not read.
const LONGEST_RECORD: u64 = 1 << 20;

/// What stands in front of a member and changes it.
#[derive(Debug, Clone, Default)]
struct Overrides {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

pub(super) struct Walker<'input> {
    input: &'input dyn Input,
    limits: Limits,
    archive: TarArchive,
    next: Overrides,
    global: Overrides,
    /// Bytes of names that may still be held.
    left: usize,
    defects: Defects,
}

impl<'input> Walker<'input> {
    pub(super) fn new(input: &'input dyn Input, limits: &Limits) -> Self {
        Self {
            input,
            limits: limits.clone(),
            archive: TarArchive::default(),
            next: Overrides::default(),
            global: Overrides::default(),
            left: limits.held_bytes,
            defects: Defects::default(),
        }
    }

    pub(super) fn finish(self) -> (TarArchive, Vec<Defect>) {
        (self.archive, self.defects.finish())
    }

    pub(super) fn run(&mut self) {
        let mut at = 0;
        loop {
            let block = match read_vec(self.input, at, 512) {
                Ok(block) => block,
                Err(error) => return self.defects.io(at, &error),
            };
            self.archive.end = at;
            if block.len() == 512 && block.iter().all(|byte| *byte == 0) && at > 0 {
                self.archive.end = self.skip_zeros(at);
                return;
            }
            let Some(header) = Header::parse(&block) else {
                return self.stop(at, block.len());
            };
            match self.header(at, &header) {
                Ok(next) => at = next,
                Err(defect) => {
                    return self
                        .defects
                        .push(defect.kind, defect.offset, || defect.message);
                }
            }
        }
    }

    /// No header where one should be.
    fn stop(&mut self, at: u64, left: usize) {
        if at == 0 {
            self.defects
                .push(DefectKind::Malformed, 0, || "has no tar header".to_owned());
        } else if left < 512 {
            // Many writers leave the closing blocks away; readers take the end of the file for the end.
            if left > 0 {
                self.defects
                    .push(DefectKind::Truncated, at, || "ends in a header".to_owned());
            }
        } else {
            self.defects.push(DefectKind::Malformed, at, || {
                "expected a tar header; readers stop here or search on".to_owned()
            });
        }
    }

    /// Behind the zero blocks that close an archive.
    fn skip_zeros(&self, mut at: u64) -> u64 {
        while let Ok(block) = read_vec(self.input, at, 512) {
            if block.is_empty() || block.iter().any(|byte| *byte != 0) {
                break;
            }
            at += block.len() as u64;
        }
        at
    }

    /// Takes one header and gives the place of the next.
    fn header(&mut self, at: u64, header: &Header) -> Result<u64, Defect> {
        let Some(size) = header.size else {
            return Err(malformed(at, "a header has no valid size"));
        };
        let mut data = at + BLOCK;
        match header.flag {
            b'L' | b'K' | b'x' | b'X' | b'g' => {
                self.record(at, header.flag, data, size)?;
                return behind(data, size, at);
            }
            _ => {}
        }
        if header.sparse_continues {
            data = self.behind_sparse_map(data)?;
        }
        let own = std::mem::take(&mut self.next);
        let size = own.size.or(self.global.size).unwrap_or(size);
        let mut kind = header.kind();
        if kind == TarKind::File && (own.sparse || self.global.sparse) {
            kind = TarKind::Sparse;
        }
        let name = own
            .name
            .or_else(|| self.global.name.clone())
            .unwrap_or_else(|| header.name.clone());
        let link = own
            .link
            .or_else(|| self.global.link.clone())
            .unwrap_or_else(|| header.link.clone());
        let no_data = matches!(
            kind,
            TarKind::HardLink | TarKind::SymbolicLink | TarKind::Folder | TarKind::Device
        );
        let held = if no_data { 0 } else { size };
        let end = behind(data, held, at)?;
        self.add(TarMember {
            link: (!link.is_empty()).then_some(link),
            data: data.min(self.input.size())..data.saturating_add(held).min(self.input.size()),
            name,
            kind,
            size,
            header_offset: at,
        })?;
        Ok(end)
    }

    fn add(&mut self, member: TarMember) -> Result<(), Defect> {
        let at = member.header_offset;
        let cost = member.name.len() + member.link.as_ref().map_or(0, Vec::len);
        let left = self.left.checked_sub(cost);
        let (Some(left), true) = (left, self.archive.members.len() < self.limits.members) else {
            let message = format!(
                "has more than {} members, or names that fill the memory budget",
                self.limits.members
            );
            return Err(Defect::new(DefectKind::Budget, at, message));
        };
        self.left = left;
        let mut note = |kind, what: &str| {
            self.defects.push(kind, at, || {
                format!("member `{}` {what}", shown(&member.name))
            });
        };
        match member.kind {
            TarKind::Sparse => note(DefectKind::Unsupported, "is sparse"),
            TarKind::Other(flag) => note(
                DefectKind::Unsupported,
                &format!(
                    "has the unknown type `{}`",
                    char::from(flag).escape_default()
                ),
            ),
            TarKind::File => {}
            _ if member.size > 0 => note(
                DefectKind::Disagreement,
                "has a size and no data of its own; readers differ in where the next header is",
            ),
            _ => {}
        }
        let leaves = member.name.starts_with(b"/")
            || member
                .name
                .split(|byte| matches!(byte, b'/' | b'\\'))
                .any(|part| part == b"..");
        if leaves {
            note(
                DefectKind::Malformed,
                "has a name that leaves the folder it is unpacked into",
            );
        }
        if member.kind == TarKind::File && member.data.end - member.data.start < member.size {
            note(DefectKind::Truncated, "reaches beyond the end of the file");
        }
        self.archive.members.push(member);
        Ok(())
    }

    /// A long name, a long link or pax records.
    fn record(&mut self, at: u64, flag: u8, data: u64, size: u64) -> Result<(), Defect> {
        if size > LONGEST_RECORD {
            let message = format!("a record in front of a member has {size} bytes");
            return Err(Defect::new(DefectKind::Budget, at, message));
        }
        let length = usize::try_from(size).unwrap_or(0);
        let bytes = read_vec(self.input, data, length)
            .map_err(|error| Defect::new(DefectKind::Io, data, error.to_string()))?;
        if bytes.len() < length {
            return Err(Defect::new(
                DefectKind::Truncated,
                data,
                "ends in a record in front of a member",
            ));
        }
        let text = || {
            bytes
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or_default()
                .to_vec()
        };
        match flag {
            b'L' => self.next.name = Some(text()),
            b'K' => self.next.link = Some(text()),
            b'g' => pax(&bytes, &mut self.global)
                .ok_or_else(|| malformed(data, "a pax record is broken"))?,
            _ => pax(&bytes, &mut self.next)
                .ok_or_else(|| malformed(data, "a pax record is broken"))?,
        }
        Ok(())
    }

    fn behind_sparse_map(&self, mut at: u64) -> Result<u64, Defect> {
        loop {
            let block = read_vec(self.input, at, 512)
                .map_err(|error| Defect::new(DefectKind::Io, at, error.to_string()))?;
            if block.len() < 512 {
                return Err(Defect::new(
                    DefectKind::Truncated,
                    at,
                    "ends in a sparse map",
                ));
            }
            at += BLOCK;
            if block.get(504).is_none_or(|more| *more == 0) {
                return Ok(at);
            }
        }
    }
}

/// The place of the next header.
fn behind(data: u64, size: u64, at: u64) -> Result<u64, Defect> {
    size.checked_next_multiple_of(BLOCK)
        .and_then(|size| data.checked_add(size))
        .ok_or_else(|| malformed(at, "a member has an impossible size"))
}

fn malformed(at: u64, message: &str) -> Defect {
    Defect::new(DefectKind::Malformed, at, message)
}

/// Records `LENGTH KEY=VALUE\n`; a length counts the whole record.
fn pax(mut bytes: &[u8], into: &mut Overrides) -> Option<()> {
    while !bytes.is_empty() && bytes.first() != Some(&0) {
        let space = bytes.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(bytes.get(..space)?)
            .ok()?
            .parse()
            .ok()?;
        let record = bytes.get(space + 1..length.checked_sub(1)?)?;
        let equals = record.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (record.get(..equals)?, record.get(equals + 1..)?);
        match key {
            b"path" => into.name = Some(value.to_vec()),
            b"linkpath" => into.link = Some(value.to_vec()),
            b"size" => into.size = Some(std::str::from_utf8(value).ok()?.parse().ok()?),
            _ if key.starts_with(b"GNU.sparse.") => into.sparse = true,
            _ => {}
        }
        bytes = bytes.get(length..)?;
    }
    Some(())
}
