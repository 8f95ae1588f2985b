//! Members of archives as bytes that the views can look at.

use std::io::Read;

use mith_core::{CoverageKind, Verdict};
use mith_formats::pickle::{Loader, StreamSource};
use mith_formats::zip::{Entry, Member};
use mith_formats::{Defect, DefectKind, Input, Limits, Section};

use super::pickle_view::{self, Way};
use super::{Context, Item, Sheet, route};
use crate::{ScanOptions, rules};

/// How much of a deflated member is held in memory so that every view can look at it.
const HELD: usize = 32 << 20;

/// Opcodes of a deflated member that is too large to be held.
const INFLATED_OPCODES: u64 = 40_000_000;

/// Up to which size a stored member is read once more for its checksum.
const CHECKED: u64 = 4 << 20;

/// How many times its compressed size a member may have that does not fit into [`HELD`].
const RATIO: u64 = 200;

/// Opcodes for a storage that begins as a pickle does.
const DISGUISED_OPCODES: u64 = 100_000;

/// How much of such a storage is looked at.
const DISGUISED_BYTES: u64 = 1 << 20;

/// How a member is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum As {
    /// Under every view.
    Anything,
    /// As a pickle that a loader certainly opens.
    Pickle {
        /// Whether types under `__torch__` belong to the archive.
        script: bool,
    },
    /// As bytes of weights that no loader executes; read through to check them when they are compressed.
    Data,
}

/// Looks at one member of a zip; what is found is noted in `sheet` under `item`.
pub(crate) fn examine(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    entry: &Entry,
    way: As,
    sheet: &mut Sheet,
) {
    if item.depth > context.options.limits.depth {
        let message = "is nested deeper than is looked into";
        sheet.find(
            &rules::archive_member_unreadable::RULE,
            item.whole(),
            message,
            None,
        );
        return;
    }
    match entry.open(input, &context.options.limits, context.budget) {
        Err(defect) => sheet.defect(&rules::archive_member_unreadable::RULE, item, &defect),
        Ok(Member::Stored(section)) => {
            if way != As::Data && section.size() <= CHECKED {
                for defect in entry.verify(input, &context.options.limits, context.budget) {
                    sheet.defect(&rules::zip_views_disagree::RULE, item, &defect);
                }
            }
            stored(context, item, &section, way, sheet);
        }
        Ok(Member::Inflating(mut stream)) => {
            let mut bytes = Vec::new();
            let read = stream
                .by_ref()
                .take(HELD as u64 + 1)
                .read_to_end(&mut bytes);
            let fits = bytes.len() <= HELD;
            if read.is_ok() && fits {
                for defect in stream.finish() {
                    sheet.defect(&rules::archive_member_unreadable::RULE, item, &defect);
                }
                stored(context, item, &bytes, way, sheet);
                return;
            }
            let defects = stream.finish();
            if !fits && way != As::Data && is_bomb(entry, bytes.len()) {
                stored(context, item, &bytes, way, sheet);
                let message = format!(
                    "inflates to more than {} MiB, over {RATIO} times its compressed size; the rest is not read",
                    HELD >> 20
                );
                let defect = Defect::new(DefectKind::Budget, 0, message);
                sheet.defect(&rules::archive_member_unreadable::RULE, item, &defect);
                return;
            }
            // What could be inflated is judged as well: a loader gets that far too.
            stored(
                context,
                item,
                &bytes,
                if fits { way } else { large(way) },
                sheet,
            );
            if fits {
                for defect in defects {
                    sheet.defect(&rules::archive_member_unreadable::RULE, item, &defect);
                }
                return;
            }
            drop(bytes);
            streamed(context, item, input, entry, way, sheet);
        }
    }
}

/// The beginning of a member that is too large to be held: its pickle is read as a stream instead.
const fn large(way: As) -> As {
    match way {
        As::Pickle { .. } | As::Data => As::Data,
        As::Anything => As::Anything,
    }
}

fn stored(context: &Context<'_>, item: &Item, input: &dyn Input, way: As, sheet: &mut Sheet) {
    match way {
        As::Anything => route::examine(context, item, input, sheet),
        As::Pickle { script } => {
            pickle_view::as_pickle(context, item, &input, Loader::Plain, script, sheet);
        }
        As::Data => disguised(context, item, input, sheet),
    }
}

/// Whether so many bytes out of a member are more than its compressed size explains.
fn is_bomb(entry: &Entry, inflated: usize) -> bool {
    let compressed = entry.data.end.saturating_sub(entry.data.start).max(1);
    inflated as u64 / compressed >= RATIO
}

/// Weights that are a program: torch does not run them, and whoever is told to load that member does.
fn disguised(context: &Context<'_>, item: &Item, input: &dyn Input, sheet: &mut Sheet) {
    let head = mith_formats::input::read_vec(input, 0, 2).unwrap_or_default();
    if !matches!(head.as_slice(), [0x80, 2..=5]) {
        return;
    }
    let beginning = Section::new(input, 0, input.size().min(DISGUISED_BYTES));
    let way = Way {
        search: Some(DISGUISED_OPCODES),
        ..Way::ONE
    };
    let view = pickle_view::run_within(context, item, &beginning, 0, way);
    if view.judge.is_malicious() {
        for (_, mut part) in view.judge.parts {
            part.findings
                .retain(|finding| finding.verdict == Verdict::Malicious);
            sheet.findings.extend(part.findings);
        }
    }
}

/// A member that is too large to be held.
fn streamed(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    entry: &Entry,
    way: As,
    sheet: &mut Sheet,
) {
    let limits = &context.options.limits;
    // Opcodes cost next to nothing when they are compressed, so that they are worth less time here.
    let options = ScanOptions {
        limits: Limits {
            opcodes: limits.opcodes.min(INFLATED_OPCODES),
            ..limits.clone()
        },
        ..context.options.clone()
    };
    let context = &Context {
        options: &options,
        ..*context
    };
    let open = || {
        entry
            .stream(input, limits, context.budget)
            .map(|stream| Box::new(stream) as Box<dyn Read + '_>)
            .map_err(|defect| std::io::Error::other(defect.message))
    };
    match way {
        As::Pickle { script } => match StreamSource::reopening(open) {
            Ok(source) => {
                pickle_view::as_pickle(context, item, &source, Loader::Plain, script, sheet);
            }
            Err(error) => {
                let message = format!("cannot be inflated: {error}");
                sheet.find(
                    &rules::archive_member_unreadable::RULE,
                    item.whole(),
                    message,
                    None,
                );
            }
        },
        As::Data | As::Anything => match entry.stream(input, limits, context.budget) {
            Ok(mut stream) => {
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
                let defects = stream.finish();
                for defect in &defects {
                    sheet.defect(&rules::archive_member_unreadable::RULE, item, defect);
                }
                if way == As::Anything {
                    let message =
                        "is too large to be looked at in every way; only its beginning was";
                    sheet.find(
                        &rules::archive_member_unreadable::RULE,
                        item.whole(),
                        message,
                        None,
                    );
                }
            }
            Err(defect) => sheet.defect(&rules::archive_member_unreadable::RULE, item, &defect),
        },
    }
}

/// Names that lead out of the folder into which an archive is unpacked.
pub(crate) fn is_unsafe_name(name: &[u8]) -> bool {
    let text = String::from_utf8_lossy(name);
    let has_drive = matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic());
    name.first()
        .is_some_and(|first| matches!(first, b'/' | b'\\'))
        || has_drive
        || name
            .iter()
            .any(|byte| *byte < 0x20 || *byte == b'\\' || *byte == 0x7f)
        || text.split(['/', '\\']).any(|part| part == "..")
}

/// Notes a name that leads out of the archive.
pub(crate) fn note_name(item: &Item, name: &[u8], offset: u64, sheet: &mut Sheet) {
    if is_unsafe_name(name) {
        let text = pickle_view::shown(&String::from_utf8_lossy(name));
        let message =
            format!("member `{text}` has a name that leads elsewhere or is read differently");
        sheet.find(
            &rules::archive_unsafe_path::RULE,
            item.at(offset),
            message,
            None,
        );
    }
}

/// Notes the header bytes of a container.
pub(crate) fn cover_structure(
    item: &Item,
    size: u64,
    entries: &[(u64, u64)],
    what: &str,
    sheet: &mut Sheet,
) {
    let mut at = 0;
    let mut sorted = entries.to_vec();
    sorted.sort_unstable();
    for (start, end) in sorted {
        if start > at {
            sheet.cover(item, at, start, CoverageKind::Parsed, what);
        }
        at = at.max(end);
    }
    sheet.cover(item, at, size, CoverageKind::Parsed, what);
}

#[cfg(test)]
mod tests;
