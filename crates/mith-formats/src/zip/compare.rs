//! Where the views of the same zip disagree.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    ops::Range,
};

use super::{
    Entry, Method,
    directory::Found,
    record::{self, DESCRIBED, ENCRYPTED, Local, UTF8},
};
use crate::{
    DefectKind,
    bytes::Window,
    defects::{Defects, shown},
};

/// Compares a central record with the local header that it points to.
pub(super) fn headers(
    window: &mut Window<'_>,
    entry: &Entry,
    local: &Local,
    defects: &mut Defects,
) -> io::Result<()> {
    let at = entry.header_offset;
    let mut differs = |what: String| {
        defects.push(DefectKind::Disagreement, at, || {
            format!("member `{}` {what}", shown(&entry.name))
        });
    };
    if local.name != entry.name {
        differs(format!(
            "is called `{}` in its local header",
            shown(&local.name)
        ));
    }
    if local.method != entry.method {
        differs(format!(
            "has method {} in its local header and {} in the directory",
            local.method.number(),
            entry.method.number()
        ));
    }
    if (local.flags ^ entry.flags) & ENCRYPTED != 0 {
        differs("is marked encrypted in only one of its two headers".to_owned());
    }
    if (local.flags ^ entry.flags) & UTF8 != 0 && !entry.name.is_ascii() {
        differs("has a name whose encoding its two headers disagree about".to_owned());
    }
    if local.extra.zip64_missing {
        differs("needs a zip64 field in its local header and has none".to_owned());
    }
    if local.extra.zip64_unasked {
        differs("has a zip64 field in its local header that contradicts its sizes".to_owned());
    }
    if local.extra.other_name.is_some() {
        differs("has another name in the Unicode path field of its local header".to_owned());
    }
    claims(window, entry, local, &mut differs)
}

/// Compares CRC and sizes; a header that defers to a descriptor may hold zeros.
fn claims(
    window: &mut Window<'_>,
    entry: &Entry,
    local: &Local,
    differs: &mut impl FnMut(String),
) -> io::Result<()> {
    let described = local.flags & DESCRIBED != 0;
    let blank = described && local.crc32 == 0 && local.compressed_size == 0 && local.size == 0;
    let (crc32, size) = (entry.crc32.unwrap_or(0), entry.size.unwrap_or(0));
    if !blank {
        // Some writers fill the sizes and leave the CRC to the descriptor.
        let deferred = described && local.crc32 == 0;
        if local.crc32 != crc32 && !deferred {
            differs(format!(
                "claims CRC-32 {:08x} in its local header and {crc32:08x} in the directory",
                local.crc32
            ));
        }
        if (local.compressed_size, local.size) != (entry.compressed_size, size) {
            differs(format!(
                "claims {} bytes ({} compressed) in its local header and {size} ({}) in the directory",
                local.size, local.compressed_size, entry.compressed_size
            ));
        }
        return Ok(());
    }
    let end = entry.data.end;
    let descriptor = record::descriptor_length(window, end, (crc32, entry.compressed_size, size))?;
    if descriptor.is_none() && entry.compressed_size > 0 {
        differs("has no data descriptor that agrees with the directory".to_owned());
    }
    Ok(())
}

/// Checks names and sizes of members one by one, and against each other.
pub(super) fn members(found: &mut Found, defects: &mut Defects) {
    for entry in &found.entries {
        member(entry, found.directories.is_empty(), defects);
    }
    overlaps(found, defects);
    duplicates(found, defects);
}

fn member(entry: &Entry, no_directory: bool, defects: &mut Defects) {
    let at = entry.header_offset;
    let mut note = |kind, what: &str| {
        defects.push(kind, at, || {
            format!("member `{}` {what}", shown(&entry.name))
        });
    };
    if !entry.views.central && !no_directory {
        note(
            DefectKind::Disagreement,
            "has a local header that no central directory knows",
        );
    }
    for name in [
        Some(entry.name.as_slice()),
        entry
            .local
            .as_ref()
            .and_then(|local| local.other_name.as_deref()),
    ]
    .into_iter()
    .flatten()
    {
        if name.contains(&0) {
            note(
                DefectKind::Disagreement,
                "has a NUL in its name, where some readers cut it",
            );
        }
        if name.contains(&b'\\') {
            note(
                DefectKind::Disagreement,
                "has a backslash in its name, which some readers take for a slash",
            );
        }
        if leaves_folder(name) {
            note(
                DefectKind::Malformed,
                "has a name that leaves the folder it is unpacked into",
            );
        }
    }
    if entry.is_folder() && entry.size.unwrap_or(0) > 0 {
        note(
            DefectKind::Disagreement,
            "is called a folder and holds data",
        );
    }
    if entry.method == Method::Stored
        && entry.size.is_some_and(|size| size != entry.compressed_size)
    {
        note(
            DefectKind::Disagreement,
            "is stored with two different sizes",
        );
    }
    if let Method::Other(number) = entry.method {
        note(
            DefectKind::Unsupported,
            &format!("uses compression method {number}"),
        );
    }
    let local_flags = entry
        .local
        .as_ref()
        .map_or(entry.flags, |local| local.flags);
    if entry.flags & local_flags & ENCRYPTED != 0 {
        note(DefectKind::Unsupported, "is encrypted");
    }
}

/// Absolute, with a drive, or with `..` between either kind of slash.
fn leaves_folder(name: &[u8]) -> bool {
    let absolute = matches!(name.first(), Some(b'/' | b'\\'));
    let drive = matches!(name.get(..2), Some([letter, b':']) if letter.is_ascii_alphabetic());
    absolute
        || drive
        || name
            .split(|byte| matches!(byte, b'/' | b'\\'))
            .any(|part| part == b"..")
}

/// Members whose bytes overlap: a quine, a bomb, or two names for one place.
fn overlaps(found: &mut Found, defects: &mut Defects) {
    let mut places: Vec<(Range<u64>, usize)> = found
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.local.is_some() && entry.size.is_some())
        .map(|(index, entry)| (entry.header_offset..entry.data.end, index))
        .collect();
    places.sort_unstable_by_key(|(range, index)| (range.start, range.end, *index));
    let mut before: Option<(Range<u64>, usize)> = None;
    for (range, index) in places {
        if let Some((earlier, other)) = &before
            && range.start < earlier.end
        {
            overlap(found, index, *other, defects);
        }
        if before
            .as_ref()
            .is_none_or(|(earlier, _)| range.end > earlier.end)
        {
            before = Some((range, index));
        }
    }
}

fn overlap(found: &mut Found, index: usize, other: usize, defects: &mut Defects) {
    if let (Some(entry), Some(other)) = (found.entries.get(index), found.entries.get(other))
        && !same_member(entry, other)
    {
        defects.push(DefectKind::Disagreement, entry.header_offset, || {
            let (name, other) = (shown(&entry.name), shown(&other.name));
            format!("member `{name}` overlaps member `{other}`")
        });
    }
    if let Some(entry) = found.entries.get_mut(index) {
        entry.overlaps = true;
    }
}

/// The same member told by two directories; several directories are a defect of their own.
fn same_member(one: &Entry, other: &Entry) -> bool {
    one.directory != other.directory
        && one.name == other.name
        && one.header_offset == other.header_offset
        && one.data == other.data
}

/// Names that some reader takes for the same. Of equal names Python sees the last.
fn duplicates(found: &mut Found, defects: &mut Defects) {
    let mut groups: BTreeMap<(usize, Vec<u8>), Vec<usize>> = BTreeMap::new();
    for (index, entry) in found.entries.iter().enumerate() {
        if let Some(directory) = entry.directory {
            let key: Vec<u8> = entry
                .name
                .iter()
                .map(|byte| {
                    if *byte == b'\\' {
                        b'/'
                    } else {
                        byte.to_ascii_lowercase()
                    }
                })
                .collect();
            groups.entry((directory, key)).or_default().push(index);
        }
    }
    for indices in groups.into_values().filter(|indices| indices.len() > 1) {
        let mut later: BTreeSet<Vec<u8>> = BTreeSet::new();
        for index in indices.iter().rev() {
            if let Some(entry) = found.entries.get_mut(*index) {
                entry.views.python &= later.insert(entry.name.clone());
            }
        }
        if let Some(entry) = indices.last().and_then(|index| found.entries.get(*index)) {
            let count = indices.len();
            defects.push(DefectKind::Disagreement, entry.header_offset, || {
                format!("{count} members are called `{}`, up to case and slashes; readers differ in which one they open", shown(&entry.name))
            });
        }
    }
}
