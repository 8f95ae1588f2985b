//! The order of the walk: directories, local headers, the stream, gaps, comparison.

use std::{collections::BTreeSet, ops::Range};

use super::{
    ZipArchive, compare,
    directory::{self, Found},
    layout, record,
};
use crate::{Defect, DefectKind, Input, Limits, bytes::Window, defects::Defects};

/// Local headers and end records that are taken from all gaps together.
const MOST_CARVED: layout::Room = layout::Room {
    locals: 100_000,
    ends: 256,
};

pub(super) fn read(input: &dyn Input, limits: &Limits) -> (ZipArchive, Vec<Defect>) {
    let mut defects = Defects::default();
    let mut found = Found::default();
    match directory::ends_in_tail(input) {
        Ok(ends) => directory::read_ends(input, &ends, &mut found, limits, &mut defects),
        Err(error) => defects.io(0, &error),
    }
    layout::walk_stream(input, &mut found, limits, &mut defects);
    if found.directories.is_empty() {
        let no_members = found.entries.is_empty();
        defects.push(
            if no_members {
                DefectKind::Malformed
            } else {
                DefectKind::Truncated
            },
            0,
            || "has no central directory".to_owned(),
        );
        if no_members {
            return (ZipArchive::default(), defects.finish());
        }
    }
    let gaps = search_gaps(input, &mut found, limits, &mut defects);
    compare::members(&mut found, &mut defects);
    let archive = archive(found, gaps, input.size());
    (archive, defects.finish())
}

/// Searches what nothing points to, and gives back the gaps that hold something.
fn search_gaps(
    input: &dyn Input,
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) -> Vec<Range<u64>> {
    let regions = layout::regions(input, found, defects);
    let mut window = Window::new(input, 1 << 10);
    let mut filled = Vec::new();
    let mut ends = Vec::new();
    let mut locals = Vec::new();
    let comments = found
        .directories
        .iter()
        .map(|directory| (directory.comment.clone(), false));
    let gaps = layout::gaps(&regions, input.size())
        .into_iter()
        .map(|gap| (gap, true));
    let places: Vec<(Range<u64>, bool)> = gaps.chain(comments).collect();
    let most = limits.members.min(MOST_CARVED.locals);
    for (gap, is_gap) in places {
        let room = layout::Room {
            locals: most.saturating_sub(locals.len()),
            ends: MOST_CARVED.ends.saturating_sub(ends.len()),
        };
        match layout::carve(input, &gap, room) {
            Ok(carved) => {
                if carved.full {
                    defects.push(DefectKind::Budget, gap.start, || {
                        "a gap holds more headers than are looked at".to_owned()
                    });
                }
                ends.extend(carved.ends);
                locals.extend(carved.locals.into_iter().map(|at| (at, gap.end)));
                let descriptor = layout::is_descriptor(&mut window, &gap).unwrap_or(false);
                if is_gap && carved.filled && !descriptor {
                    filled.push(gap);
                }
            }
            Err(error) => defects.io(gap.start, &error),
        }
    }
    // An end record in a gap leads to a directory that only a searching reader finds.
    ends.retain(|at| at.saturating_add(record::END_SIZE as u64) <= input.size());
    ends.reverse();
    let before = found.entries.len();
    found.past_tail = true;
    directory::read_ends(input, &ends, found, limits, defects);
    if found.entries.len() > before {
        merge(found);
    }
    let known: BTreeSet<u64> = found
        .entries
        .iter()
        .map(|entry| entry.header_offset)
        .collect();
    for (at, gap_end) in locals {
        if known.contains(&at) {
            continue;
        }
        if let Err(error) = layout::adopt(&mut window, at, gap_end, found, limits, defects) {
            defects.io(at, &error);
        }
    }
    filled
}

/// Members that a stream reader met and that a directory found later knows after all are one member.
fn merge(found: &mut Found) {
    let lone: BTreeSet<u64> = found
        .entries
        .iter()
        .filter(|entry| !entry.views.central)
        .map(|entry| entry.header_offset)
        .collect();
    let mut known = BTreeSet::new();
    for entry in &mut found.entries {
        if entry.views.central && lone.contains(&entry.header_offset) {
            entry.views.stream = true;
            known.insert(entry.header_offset);
        }
    }
    found
        .entries
        .retain(|entry| entry.views.central || !known.contains(&entry.header_offset));
}

fn archive(found: Found, mut gaps: Vec<Range<u64>>, size: u64) -> ZipArchive {
    let first = gaps.first().filter(|gap| gap.start == 0).cloned();
    if first.is_some() {
        gaps.remove(0);
    }
    let behind = found
        .directories
        .first()
        .map(|directory| directory.comment.end);
    let last = gaps
        .last()
        .filter(|gap| gap.end == size && behind.is_some_and(|end| gap.start >= end))
        .cloned();
    if last.is_some() {
        gaps.pop();
    }
    ZipArchive {
        entries: found.entries,
        directories: found.directories,
        prepended: first,
        appended: last,
        gaps,
    }
}
