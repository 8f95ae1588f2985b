//! Local headers: those that records point to, those that a stream reader meets, those that hide in gaps.

use std::{io, ops::Range};

use super::{
    Entry, LocalHeader, Method, Views,
    directory::Found,
    record::{self, DESCRIBED, DESCRIPTOR, END, LOCAL, Local},
};
use crate::{
    DefectKind, Input, Limits,
    bytes::Window,
    defects::{Defects, shown},
};

/// How much of a gap is searched at a time.
const CHUNK: usize = 1 << 20;

/// Local headers are far apart: a small window.
const NEAR: usize = 1 << 10;

/// Reads the local header of every record from the entry `first` on, and places its data.
pub(super) fn place(input: &dyn Input, found: &mut Found, first: usize, defects: &mut Defects) {
    let mut window = Window::new(input, NEAR);
    // Honest headers lie side by side, so together they are no longer than the file. Records that share one long
    // header are a bomb.
    let mut left = input.size();
    for entry in found.entries.iter_mut().skip(first) {
        if let Err(error) = place_one(&mut window, entry, &mut left, defects) {
            defects.io(entry.header_offset, &error);
        }
        if left == 0 {
            defects.push(DefectKind::Budget, entry.header_offset, || {
                "local headers are read over and over; the others are not read".to_owned()
            });
            return;
        }
    }
}

fn place_one(
    window: &mut Window<'_>,
    entry: &mut Entry,
    left: &mut u64,
    defects: &mut Defects,
) -> io::Result<()> {
    let at = entry.header_offset;
    let size = window.input_size();
    let Some(local) = record::local(window, at)? else {
        entry.data = at.min(size)..at.min(size);
        defects.push(DefectKind::Malformed, at, || {
            format!(
                "member `{}` has no local header where its record points",
                shown(&entry.name)
            )
        });
        return Ok(());
    };
    *left = left.saturating_sub(local.data_start - at);
    entry.data = range(local.data_start, entry.compressed_size, size);
    if local.data_start.saturating_add(entry.compressed_size) > size {
        defects.push(DefectKind::Truncated, at, || {
            format!(
                "member `{}` reaches beyond the end of the file",
                shown(&entry.name)
            )
        });
    }
    super::compare::headers(window, entry, &local, defects)?;
    entry.local = Some(LocalHeader {
        other_name: (local.name != entry.name).then_some(local.name),
        flags: local.flags,
        method: local.method,
        crc32: local.crc32,
        compressed_size: local.compressed_size,
        size: local.size,
    });
    Ok(())
}

fn range(start: u64, length: u64, size: u64) -> Range<u64> {
    let start = start.min(size);
    start..start.saturating_add(length).min(size)
}

/// Walks local headers from offset 0 the way a reader of a pipe does, marks what it meets, and adds what no directory
/// tells of.
pub(super) fn walk_stream(
    input: &dyn Input,
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) {
    let mut order: Vec<(u64, usize)> = found
        .entries
        .iter()
        .enumerate()
        .map(|(index, entry)| (entry.header_offset, index))
        .collect();
    order.sort_unstable();
    let mut window = Window::new(input, NEAR);
    let mut at = 0;
    loop {
        let first = order.partition_point(|(offset, _)| *offset < at);
        let here = order.get(first..).unwrap_or_default();
        let mut known = None;
        for (_, index) in here.iter().take_while(|(offset, _)| *offset == at) {
            if let Some(entry) = found.entries.get_mut(*index) {
                entry.views.stream = true;
                known = Some(*index);
            }
        }
        let next = match step(&mut window, at, known, found, limits, defects) {
            Ok(next) => next,
            Err(error) => {
                defects.io(at, &error);
                None
            }
        };
        match next {
            Some(next) if next > at => at = next,
            _ => return,
        }
    }
}

/// Where the header behind the member at `at` should be.
fn step(
    window: &mut Window<'_>,
    at: u64,
    known: Option<usize>,
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) -> io::Result<Option<u64>> {
    let Some(local) = record::local(window, at)? else {
        return Ok(None);
    };
    let open_ended = local.flags & DESCRIBED != 0 && local.compressed_size == 0;
    if known.is_none() {
        if !found.admit(&local.name, at, limits, defects) {
            return Ok(None);
        }
        let mut entry = from_local(&local, at, window.input_size(), window.input_size());
        entry.views.stream = true;
        found.entries.push(entry);
    }
    let entry = known.and_then(|index| found.entries.get(index));
    let end = match (open_ended, entry) {
        // Only inflating would tell; what is in between is searched as a gap.
        (true, None) => return Ok(None),
        (true, Some(entry)) => entry.data.end,
        (false, _) => local.data_start.saturating_add(local.compressed_size),
    };
    if local.flags & DESCRIBED == 0 {
        return Ok(Some(end));
    }
    let claims = match entry {
        Some(entry) => (
            entry.crc32.unwrap_or(0),
            entry.compressed_size,
            entry.size.unwrap_or(0),
        ),
        None => (local.crc32, local.compressed_size, local.size),
    };
    let descriptor = record::descriptor_length(window, end, claims)?;
    Ok(Some(end.saturating_add(descriptor.unwrap_or(0))))
}

/// An entry that only a local header tells of. Without a size its data reaches to `open_end`.
fn from_local(local: &Local, at: u64, open_end: u64, size: u64) -> Entry {
    let open = local.flags & DESCRIBED != 0 && local.compressed_size == 0;
    let data = if open {
        local.data_start.min(open_end)..open_end
    } else {
        range(local.data_start, local.compressed_size, size)
    };
    Entry {
        name: local.name.clone(),
        method: local.method,
        flags: local.flags,
        crc32: (!open).then_some(local.crc32),
        compressed_size: data.end - data.start,
        size: (!open).then_some(local.size),
        header_offset: at,
        local: Some(LocalHeader {
            other_name: None,
            flags: local.flags,
            method: local.method,
            crc32: local.crc32,
            compressed_size: local.compressed_size,
            size: local.size,
        }),
        data,
        directory: None,
        views: Views::default(),
        // Without a size it reaches over whatever follows.
        overlaps: open,
    }
}

/// What belongs to a header, a member or a directory; sorted and joined.
pub(super) fn regions(input: &dyn Input, found: &Found, defects: &mut Defects) -> Vec<Range<u64>> {
    let mut window = Window::new(input, 64);
    let mut regions: Vec<Range<u64>> = found.structure.clone();
    for directory in &found.directories {
        regions.push(directory.records.clone());
        regions.push(directory.comment.clone());
    }
    for entry in &found.entries {
        // A member of unknown size claims nothing: its bytes are searched.
        let end = if entry.size.is_some() {
            entry.data.end
        } else {
            entry.data.start
        };
        let described = entry
            .local
            .as_ref()
            .is_some_and(|local| local.flags & DESCRIBED != 0);
        let claims = (
            entry.crc32.unwrap_or(0),
            entry.compressed_size,
            entry.size.unwrap_or(0),
        );
        let descriptor = if described {
            record::descriptor_length(&mut window, end, claims)
        } else {
            Ok(None)
        };
        match descriptor {
            Ok(length) => {
                regions.push(entry.header_offset..end.saturating_add(length.unwrap_or(0)));
            }
            Err(error) => defects.io(end, &error),
        }
    }
    joined(regions)
}

/// The data of all members.
pub(super) fn data(found: &Found) -> Vec<Range<u64>> {
    joined(
        found
            .entries
            .iter()
            .map(|entry| entry.data.clone())
            .collect(),
    )
}

/// Sorts ranges and joins those that touch.
fn joined(mut regions: Vec<Range<u64>>) -> Vec<Range<u64>> {
    regions.retain(|region| region.start < region.end);
    regions.sort_unstable_by_key(|region| (region.start, region.end));
    let mut joined: Vec<Range<u64>> = Vec::new();
    for region in regions {
        match joined.last_mut() {
            Some(last) if region.start <= last.end => last.end = last.end.max(region.end),
            _ => joined.push(region),
        }
    }
    joined
}

/// The bytes between, before and behind the regions.
pub(super) fn gaps(regions: &[Range<u64>], size: u64) -> Vec<Range<u64>> {
    let mut gaps = Vec::new();
    let mut at = 0;
    for region in regions {
        if region.start > at {
            gaps.push(at..region.start.min(size));
        }
        at = at.max(region.end);
    }
    if at < size {
        gaps.push(at..size);
    }
    gaps
}

/// How many signatures may still be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) locals: usize,
    pub(super) ends: usize,
}

/// What a search of a gap has found.
#[derive(Debug, Default)]
pub(super) struct Carved {
    pub(super) locals: Vec<u64>,
    pub(super) ends: Vec<u64>,
    /// Signatures beyond the limit were left out.
    pub(super) full: bool,
    /// Some byte is not zero.
    pub(super) filled: bool,
}

/// Searches a gap for signatures, reading it once.
pub(super) fn carve(input: &dyn Input, gap: &Range<u64>, room: Room) -> io::Result<Carved> {
    let mut carved = Carved::default();
    let mut buffer = Vec::new();
    let mut at = gap.start;
    while at < gap.end {
        // Three bytes of the next chunk are read twice, so that no signature is cut.
        let want = usize::try_from(gap.end - at)
            .unwrap_or(usize::MAX)
            .min(CHUNK);
        buffer.resize(want, 0);
        let count = input.read_at(at, &mut buffer)?;
        let chunk = buffer.get(..count).unwrap_or_default();
        carved.filled |= chunk.iter().any(|byte| *byte != 0);
        search(chunk, at, room, &mut carved);
        if count < 4 {
            break;
        }
        let more = at + (count as u64) < gap.end;
        at += if more { count as u64 - 3 } else { count as u64 };
    }
    Ok(carved)
}

fn search(chunk: &[u8], start: u64, room: Room, carved: &mut Carved) {
    let mut from = 0;
    while let Some(at) = chunk
        .get(from..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'P'))
    {
        let here = from + at;
        let rest = chunk.get(here..).unwrap_or_default();
        let offset = start + here as u64;
        let list = if rest.starts_with(&LOCAL) {
            Some((&mut carved.locals, room.locals))
        } else if rest.starts_with(&END) {
            Some((&mut carved.ends, room.ends))
        } else {
            None
        };
        match list {
            Some((list, most)) if list.len() < most => list.push(offset),
            Some(_) => carved.full = true,
            None => {}
        }
        from = here + 1;
    }
}

/// Adds the local header at `at`, found in a gap that ends at `gap_end`, when it can be one.
pub(super) fn adopt(
    window: &mut Window<'_>,
    at: u64,
    gap_end: u64,
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) -> io::Result<()> {
    let Some(local) = record::local(window, at)? else {
        return Ok(());
    };
    // Random data that holds the signature is told apart by fields that have few sensible values.
    let method_known = !matches!(local.method, Method::Other(number) if number > 20 && !(93..=99).contains(&number));
    let likely = local.version & 0xff <= 99 && method_known && !local.name.is_empty();
    if !likely || !found.admit(&local.name, at, limits, defects) {
        return Ok(());
    }
    let mut entry = from_local(&local, at, gap_end, window.input_size());
    entry.views.carved = true;
    found.entries.push(entry);
    Ok(())
}

/// Whether a gap is only what belongs between members: zeros, or a lone descriptor.
pub(super) fn is_descriptor(window: &mut Window<'_>, gap: &Range<u64>) -> io::Result<bool> {
    let length = gap.end - gap.start;
    Ok(matches!(length, 16 | 24) && window.bytes(gap.start, 4)? == DESCRIPTOR)
}
