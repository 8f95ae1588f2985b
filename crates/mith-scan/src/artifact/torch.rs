//! Torch's containers: which members are programs, which are weights, and what should not be there.

use mith_core::{CoverageKind, Evidence};
use mith_formats::pickle::Loader;
use mith_formats::tar::TarArchive;
use mith_formats::torch::legacy::{self, StorageKey};
use mith_formats::torch::tarball::TorchTar;
use mith_formats::torch::{PickleHint, TorchZip, ZipKind};
use mith_formats::zip::ZipArchive;
use mith_formats::{Input, Section};

use super::members::{self, As};
use super::pickle_view::{self, View};
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
        torch.sys_info,
        torch.pickle,
        Some(torch.storages),
        torch.tensors,
    ];
    for index in opened.into_iter().flatten() {
        let Some(member) = archive.members.get(index) else {
            continue;
        };
        let part = item.part(&member.display_name());
        let section: Section<'_> = member.open(input);
        pickle_view::as_pickle(context, &part, &section, Loader::Plain, false, sheet);
    }
}
