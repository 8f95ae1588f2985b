//! Finding end records and walking the central directories that they lead to.

use std::{io, ops::Range};

use super::{
    Directory, Entry, Views, layout,
    record::{self, Central, END, END_SIZE, End, EndClaim, LOCATOR64_SIZE},
};
use crate::{
    DefectKind, Input, Limits,
    bytes::Window,
    defects::{Defects, shown},
    input::read_vec,
};

/// Readers look for the end record in the last 64 KiB, which is as long as a comment can be.
const TAIL: usize = 0xffff + END_SIZE;

/// End records that are followed; an honest file has one.
const MOST_ENDS: usize = 16;

/// End records that are looked at, whether or not they lead anywhere.
const MOST_TRIED: usize = 256;

/// Where a directory begins, according to one way of reading an end record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placement {
    start: u64,
    base: i64,
    claim: EndClaim,
    zip64: bool,
    python: bool,
    miniz: bool,
}

/// What the walk over all directories has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) directories: Vec<Directory>,
    pub(super) entries: Vec<Entry>,
    /// End records and zip64 records, whether or not they led anywhere.
    pub(super) structure: Vec<Range<u64>>,
    /// Bytes of names held, against [`Limits::held_bytes`].
    pub(super) held: usize,
    /// The end of the file, where readers look for the end record, is done; what is found now is found by searching.
    pub(super) past_tail: bool,
    full: bool,
}

impl Found {
    /// Whether there is room for one more entry with this name; notes it once when there is not.
    pub(super) fn admit(
        &mut self,
        name: &[u8],
        at: u64,
        limits: &Limits,
        defects: &mut Defects,
    ) -> bool {
        self.held = self.held.saturating_add(name.len());
        if self.entries.len() < limits.members && self.held <= limits.held_bytes {
            return true;
        }
        if !self.full {
            self.full = true;
            let members = limits.members;
            defects.push(DefectKind::Budget, at, || {
                format!("has more than {members} members, or names that fill the memory budget")
            });
        }
        false
    }
}

/// Offsets of end record signatures in the tail, last first.
pub(super) fn ends_in_tail(input: &dyn Input) -> io::Result<Vec<u64>> {
    let start = input.size().saturating_sub(TAIL as u64);
    let tail = read_vec(input, start, TAIL)?;
    let ends = tail
        .windows(END_SIZE)
        .enumerate()
        .rev()
        .filter(|(_, window)| window.starts_with(&END))
        .map(|(at, _)| start + at as u64)
        .collect();
    Ok(ends)
}

/// The last end record that some reader would follow.
pub(super) fn likely_end(input: &dyn Input) -> Option<u64> {
    let mut window = Window::new(input, 1 << 10);
    let mut unheard = Defects::default();
    ends_in_tail(input)
        .ok()?
        .into_iter()
        .take(MOST_ENDS)
        .find(|at| {
            let end = record::end(&mut window, *at).ok().flatten();
            end.is_some_and(|end| {
                let empty = end.claim.entries == 0 && end.zip64.is_none();
                let closes = at + END_SIZE as u64 == input.size();
                let leads = placements(&mut window, &end, &mut unheard);
                (closes || !empty) && leads.is_ok_and(|places| !places.is_empty())
            })
        })
}

/// Follows end records, the decisive one first. Those inside a member of a directory that was already read are
/// members of a nested zip and are nobody's end record.
pub(super) fn read_ends(
    input: &dyn Input,
    ends: &[u64],
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) {
    let mut window = Window::new(input, 64 << 10);
    let mut data = layout::data(found);
    let mut tried = 0;
    for at in ends {
        let after = data.partition_point(|range| range.end <= *at);
        let nested = data.get(after).is_some_and(|range| range.contains(at));
        let known = found
            .directories
            .iter()
            .any(|known| known.end_record == *at);
        if nested || known {
            continue;
        }
        tried += 1;
        if found.directories.len() >= MOST_ENDS || tried > MOST_TRIED {
            defects.push(DefectKind::Budget, *at, || {
                "has more end records than are followed".to_owned()
            });
            return;
        }
        let before = found.entries.len();
        if let Err(error) = follow(&mut window, *at, found, limits, defects) {
            defects.io(*at, &error);
        }
        if found.entries.len() > before {
            layout::place(input, found, before, defects);
            data = layout::data(found);
        }
    }
}

fn follow(
    window: &mut Window<'_>,
    at: u64,
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) -> io::Result<()> {
    let Some(end) = record::end(window, at)? else {
        return Ok(());
    };
    let first = found.directories.is_empty();
    let decisive = first && !found.past_tail;
    let placements = placements(window, &end, defects)?;
    if placements.is_empty() {
        if decisive || end.claim.entries > 0 {
            defects.push(DefectKind::Malformed, at, || {
                "an end record leads to no central directory".to_owned()
            });
        }
        return Ok(());
    }
    if !decisive {
        let what = if first {
            "the end record is farther from the end than most readers search"
        } else {
            "a second end record leads to another central directory; readers that search differently see another archive"
        };
        defects.push(DefectKind::Disagreement, at, || what.to_owned());
    }
    found.structure.push(at..at + END_SIZE as u64);
    if let Some((record, _)) = end.zip64 {
        found
            .structure
            .push(record..record + record::END64_SIZE as u64);
        found.structure.push(at - LOCATOR64_SIZE as u64..at);
    }
    if end.claim.several_disks {
        defects.push(DefectKind::Unsupported, at, || {
            "spans several disks".to_owned()
        });
    }
    for placement in placements {
        let known = found.directories.iter().any(|directory| {
            directory.records.start == placement.start && directory.base == placement.base
        });
        if known {
            continue;
        }
        walk(window, &end, placement, decisive, found, limits, defects)?;
    }
    Ok(())
}

/// Every place that some reader would take for the beginning of the directory.
fn placements(
    window: &mut Window<'_>,
    end: &End,
    defects: &mut Defects,
) -> io::Result<Vec<Placement>> {
    let mut list: Vec<Placement> = Vec::new();
    let mut claims = Vec::new();
    if let Some((record, claim)) = end.zip64 {
        claims.push((record, claim, true));
        if conflicts(end.claim, claim) {
            defects.push(DefectKind::Disagreement, end.at, || {
                "the zip64 end record says something else than the plain one".to_owned()
            });
            claims.push((end.at, end.claim, false));
        }
    } else {
        claims.push((end.at, end.claim, false));
    }
    if let Some((record, claim)) = end.zip64_near {
        defects.push(DefectKind::Disagreement, end.at, || {
            "the zip64 locator points to another record than the one in front of it".to_owned()
        });
        claims.push((record, claim, true));
    }
    for (directory_end, claim, zip64) in claims {
        let by_size = directory_end.checked_sub(claim.size);
        let python = match by_size {
            Some(start) if leads(window, start, claim)? => Some(start),
            _ => None,
        };
        // An empty directory can be anywhere; there is nothing to disagree about.
        let empty = claim.entries == 0 && claim.size == 0;
        let miniz = (!empty || python.is_none())
            && claim.offset <= directory_end
            && leads(window, claim.offset, claim)?;
        let decisive = list.is_empty();
        if let Some(start) = python {
            list.push(Placement {
                start,
                base: start.cast_signed().wrapping_sub(claim.offset.cast_signed()),
                claim,
                zip64,
                python: decisive,
                miniz: decisive && (start == claim.offset || !miniz),
            });
        }
        if miniz && python != Some(claim.offset) {
            defects.push(DefectKind::Disagreement, end.at, || {
                "size and offset of the central directory lead to different places".to_owned()
            });
            list.push(Placement {
                start: claim.offset,
                base: 0,
                claim,
                zip64,
                python: false,
                miniz: decisive,
            });
        }
    }
    Ok(list)
}

/// Whether a directory with these claims can begin here.
fn leads(window: &mut Window<'_>, start: u64, claim: EndClaim) -> io::Result<bool> {
    if claim.entries == 0 && claim.size == 0 {
        return Ok(true);
    }
    Ok(window.bytes(start, 4)? == record::CENTRAL)
}

/// Whether a plain end record contradicts the zip64 one; all ones mean "look there".
fn conflicts(plain: EndClaim, long: EndClaim) -> bool {
    let differs = |short: u64, marker: u64, long: u64| short != marker && short != long;
    differs(plain.entries, 0xffff, long.entries)
        || differs(plain.size, 0xffff_ffff, long.size)
        || differs(plain.offset, 0xffff_ffff, long.offset)
}

fn walk(
    window: &mut Window<'_>,
    end: &End,
    placement: Placement,
    decisive: bool,
    found: &mut Found,
    limits: &Limits,
    defects: &mut Defects,
) -> io::Result<()> {
    let index = found.directories.len();
    let limit = end
        .zip64
        .map_or(end.at, |(record, _)| record.min(end.at))
        .max(placement.start);
    let mut at = placement.start;
    let mut walked = 0_u64;
    let empty = placement.claim.entries == 0 && placement.claim.size == 0;
    while !empty && at < limit {
        let Some(central) = record::central(window, at)? else {
            break;
        };
        if !found.admit(&central.name, at, limits, defects) {
            break;
        }
        let views = Views {
            python: decisive && placement.python && at - placement.start < placement.claim.size,
            miniz: decisive && placement.miniz && walked < placement.claim.entries,
            central: true,
            stream: false,
            carved: false,
        };
        check_record(&central, at, defects);
        let length = central.length;
        found
            .entries
            .push(entry(central, placement.base, index, views));
        walked += 1;
        at = at.saturating_add(length);
    }
    check_walk(placement, walked, at, defects);
    let comment = end.at + END_SIZE as u64;
    let size = window.input_size();
    if comment.saturating_add(u64::from(end.comment_length)) > size {
        defects.push(DefectKind::Disagreement, end.at, || {
            "the comment is longer than the file; strict readers refuse the archive".to_owned()
        });
    }
    found.directories.push(Directory {
        end_record: end.at,
        records: placement.start..at.min(size),
        claimed_entries: placement.claim.entries,
        base: placement.base,
        zip64: placement.zip64,
        comment: comment
            ..comment
                .saturating_add(u64::from(end.comment_length))
                .min(size),
    });
    Ok(())
}

fn check_walk(placement: Placement, walked: u64, at: u64, defects: &mut Defects) {
    let claim = placement.claim;
    if walked != claim.entries {
        defects.push(DefectKind::Disagreement, placement.start, || {
            format!(
                "the central directory has {walked} records and claims {}",
                claim.entries
            )
        });
    }
    let length = at - placement.start;
    if length != claim.size {
        defects.push(DefectKind::Disagreement, placement.start, || {
            format!(
                "the central directory has {length} bytes and claims {}",
                claim.size
            )
        });
    }
}

fn check_record(central: &Central, at: u64, defects: &mut Defects) {
    let mut note = |kind, what: &str| {
        defects.push(kind, at, || {
            format!("member `{}` {what}", shown(&central.name))
        });
    };
    if central.disk != 0 && central.disk != 0xffff {
        note(DefectKind::Unsupported, "is on another disk");
    }
    if central.extra.zip64_missing {
        note(DefectKind::Malformed, "needs a zip64 field and has none");
    }
    if central.extra.zip64_unasked {
        note(
            DefectKind::Disagreement,
            "has a zip64 field that contradicts its sizes",
        );
    }
    if central.extra.other_name.is_some() {
        note(
            DefectKind::Disagreement,
            "has another name in its Unicode path field",
        );
    }
}

fn entry(central: Central, base: i64, directory: usize, views: Views) -> Entry {
    Entry {
        name: central.name,
        method: central.method,
        flags: central.flags,
        crc32: Some(central.crc32),
        compressed_size: central.compressed_size,
        size: Some(central.size),
        header_offset: central.header_offset.wrapping_add_signed(base),
        local: None,
        data: 0..0,
        directory: Some(directory),
        views,
        overlaps: false,
    }
}
