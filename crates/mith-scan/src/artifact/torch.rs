//! Torch's containers: which members are programs, which are weights, and what should not be there.

use mith_core::{CoverageKind, Evidence, Verdict};
use mith_formats::pickle::Loader;
use mith_formats::tar::TarArchive;
use mith_formats::torch::legacy::{self, StorageKey};
use mith_formats::torch::tarball::{self, TorchTar};
use mith_formats::torch::{PickleHint, TorchZip, ZipKind};
use mith_formats::zip::ZipArchive;
use mith_formats::{Input, Section};

use super::members::{self, As};
use super::pickle_view::{self, View, Way};
use super::{Context, Item, Sheet};
use crate::judge::shown;
use crate::rules;

/// Members of a checkpoint that torch itself writes as pickles.
const OWN_PICKLES: [&str; 6] = [
    "data.pkl",
    "constants.pkl",
    "attributes.pkl",
    "bytecode.pkl",
    "example_outputs.pkl",
    "model.pkl",
];

/// A torch zip: one artifact, whose pickles and sources are named as its members.
pub(crate) fn zip_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    archive: &ZipArchive,
    torch: &TorchZip,
    sheet: &mut Sheet,
) {
    let script = torch.kind == ZipKind::Script;
    sheet.format(
        item,
        match torch.kind {
            ZipKind::Checkpoint => "torch-zip",
            ZipKind::Script => "torchscript",
            ZipKind::Package => "torch-package",
            ZipKind::Exported => "torch-export",
        },
    );
    let mut sources = Vec::new();
    for (index, entry) in archive.entries.iter().enumerate() {
        if entry.is_folder() && entry.compressed_size == 0 {
            continue;
        }
        let name = entry.display_name();
        let part = item.part(&name);
        let hint = torch
            .pickles
            .iter()
            .find(|pickle| pickle.entry == index)
            .map(|pickle| pickle.hint);
        let is_storage = torch.storages.iter().any(|storage| storage.entry == index);
        if torch.sources.contains(&index) {
            sources.push(part.clone());
            if entry.name.ends_with(b".py") {
                continue;
            }
        }
        if hint == Some(PickleHint::Named) {
            note_unexpected(&part, &name, sheet);
            members::examine(context, &part, input, entry, As::Pickle { script }, sheet);
        } else if is_storage {
            members::examine(context, &part, input, entry, As::Data, sheet);
        } else {
            extra(context, &part, input, entry, script, sheet);
        }
    }
    note_sources(&sources, sheet);
}

/// All source files of an archive are one finding.
fn note_sources(sources: &[Item], sheet: &mut Sheet) {
    let Some(first) = sources.first() else {
        return;
    };
    let message = "holds source code that runs when it is loaded or used";
    let mut finding =
        rules::torch_source_code::RULE.finding(first.whole(), message, Evidence::default());
    finding.evidence.count = (sources.len() > 1).then_some(sources.len() as u64);
    sheet.add(finding);
}

fn note_unexpected(part: &Item, name: &str, sheet: &mut Sheet) {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    if !OWN_PICKLES.contains(&file) {
        let message = format!(
            "holds the pickle `{}`, which torch does not write",
            shown(name)
        );
        sheet.find(
            &rules::torch_unexpected_pickle::RULE,
            part.whole(),
            message,
            None,
        );
    }
}

/// A member that is neither pickle by name nor storage: torch's own small records are text, anything else is looked at.
fn extra(
    context: &Context<'_>,
    part: &Item,
    input: &dyn Input,
    entry: &mith_formats::zip::Entry,
    script: bool,
    sheet: &mut Sheet,
) {
    let file = part.file_name();
    let is_record = matches!(
        file.as_str(),
        "version"
            | "byteorder"
            | ".format_version"
            | ".storage_alignment"
            | "serialization_id"
            | "extern_modules"
            | "python_version"
            | "archive_format"
    );
    if is_record && entry.size.unwrap_or(entry.compressed_size) <= 4096 {
        let mut notes = Sheet::default();
        members::examine(context, part, input, entry, As::Anything, &mut notes);
        // Digits and names are text under every view; a pickle would be one here too.
        sheet.findings.extend(notes.findings);
        return;
    }
    let is_debug = script && file.ends_with(".debug_pkl");
    let way = if is_debug {
        As::Pickle { script }
    } else {
        As::Anything
    };
    let mut notes = Sheet::default();
    members::examine(context, part, input, entry, way, &mut notes);
    if !is_debug && notes.pickles > 0 {
        note_unexpected(part, &entry.display_name(), sheet);
    }
    sheet.findings.extend(notes.findings);
}

/// The legacy stream: five pickles, then raw storages. Returns whether the bytes up to the end are explained.
pub(crate) fn legacy_view(item: &Item, input: &dyn Input, view: &View, sheet: &mut Sheet) -> bool {
    if !view.is_legacy() {
        return false;
    }
    sheet.format(item, "torch-legacy");
    let keys: Vec<StorageKey> = view
        .fifth_keys()
        .unwrap_or_default()
        .into_iter()
        .map(|key| StorageKey {
            element_size: view.judge.storages.get(&key).copied().flatten(),
            key,
        })
        .collect();
    let start = view.fifth_end().unwrap_or(view.end);
    let (storages, defects) = legacy::storages_after(input, start, &keys);
    for defect in &defects {
        sheet.defect(&rules::pickle_broken::RULE, item, defect);
    }
    let end = storages.last().map_or(start, |storage| storage.data.end);
    sheet.cover(item, start, end, CoverageKind::Inert, "torch storages");
    if end < input.size() && defects.is_empty() {
        pickle_view::trailing(item, end, input.size(), sheet);
    }
    true
}

/// Torch's oldest container: the object pickle, and counts, pickles and raw bytes in turn.
pub(crate) fn tar_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    archive: &TarArchive,
    torch: &TorchTar,
    sheet: &mut Sheet,
) {
    sheet.format(item, "torch-tar");
    let opened = [
        (torch.sys_info, None),
        (torch.pickle, None),
        (Some(torch.storages), Some(Raw::Storages)),
        (torch.tensors, Some(Raw::Tensors)),
    ];
    for (index, raw) in opened {
        let Some(member) = index.and_then(|index| archive.members.get(index)) else {
            continue;
        };
        let part = item.part(&member.display_name());
        let section: Section<'_> = member.open(input);
        match raw {
            None => pickle_view::as_pickle(context, &part, &section, Loader::Plain, false, sheet),
            Some(raw) => counted(context, &part, &section, raw, sheet),
        }
    }
}

/// What follows each pickle of a member that begins with a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Raw {
    Storages,
    Tensors,
}

/// Most items of such a member; each costs a run.
const ITEMS: i64 = 100_000;

/// A member that holds a count and then, for each item, a pickle and raw bytes.
fn counted(context: &Context<'_>, item: &Item, input: &Section<'_>, raw: Raw, sheet: &mut Sheet) {
    let Some((mut at, mut left)) = count(context, item, input, sheet) else {
        return;
    };
    while left > 0 {
        left -= 1;
        let view = pickle_view::run_within(context, item, &input, at, Way::ONE);
        let done = view.ended.first();
        let size = done.and_then(|done| done.element_size);
        let stopped = done.is_some_and(|done| done.stopped);
        at = view.end;
        pickle_view::note(context, item, &input, view, sheet);
        if !stopped {
            pickle_view::find_more(context, item, &input, at, input.size(), sheet);
            return;
        }
        let end = match raw {
            // An unknown class takes at least a byte; what is not placed by that is found behind the last item.
            Raw::Storages => tarball::storage_end(input, at, size.unwrap_or(1)),
            Raw::Tensors => tarball::tensor_end(input, at),
        };
        match end {
            Ok(end) => at = end,
            Err(defect) => {
                sheet.defect(&rules::pickle_broken::RULE, item, &defect);
                pickle_view::find_more(context, item, &input, at, input.size(), sheet);
                return;
            }
        }
    }
    if raw == Raw::Storages {
        let view = pickle_view::run_within(context, item, &input, at, Way::ONE);
        at = view.end;
        pickle_view::note(context, item, &input, view, sheet);
    }
    let size = input.size();
    if at < size && !pickle_view::find_more(context, item, &input, at, size, sheet) {
        pickle_view::trailing(item, at, size, sheet);
    }
}

/// The count at the beginning of a member and where it ends; `None`, and noted, when there is none.
fn count(
    context: &Context<'_>,
    item: &Item,
    input: &Section<'_>,
    sheet: &mut Sheet,
) -> Option<(u64, i64)> {
    let view = pickle_view::run_within(context, item, &input, 0, Way::ONE);
    let number = view.ended.first().and_then(|done| done.number);
    let end = view.end;
    let harmless = view.whole;
    pickle_view::note(context, item, &input, view, sheet);
    if let Some(number) = number.filter(|number| (0..=ITEMS).contains(number)) {
        return Some((end, number));
    }
    pickle_view::find_more(context, item, &input, end, input.size(), sheet);
    if harmless {
        let message = "does not begin with a count of what it holds";
        let mut finding =
            rules::pickle_broken::RULE.finding(item.at(0), message, Evidence::default());
        finding.verdict = Verdict::Unreadable;
        sheet.add(finding);
    }
    None
}
