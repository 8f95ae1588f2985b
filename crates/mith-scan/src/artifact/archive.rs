//! Zip and tar archives: every member that any reader could open is an artifact of its own.

use mith_core::{CoverageKind, Evidence, Verdict};
use mith_formats::tar::{self, TarKind};
use mith_formats::torch::{self, tarball};
use mith_formats::zip::{self, ZipArchive};
use mith_formats::{Defect, DefectKind, Input};

use super::members::{self, As};
use super::sheet::digest_of;
use super::torch as torch_view;
use super::{Context, Item, Sheet, route};
use crate::rules;

/// How the reader's remark on a name ends that [`members::note_name`] reports.
const LEAVES_FOLDER: &str = "has a name that leaves the folder it is unpacked into";

/// Whether a defect says no more than that.
fn is_of_name(defect: &Defect) -> bool {
    defect.kind == DefectKind::Malformed && defect.message.ends_with(LEAVES_FOLDER)
}

/// Looks at the bytes as a zip; false when no reader would find one.
pub(crate) fn zip_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    sheet: &mut Sheet,
) -> bool {
    let limits = &context.options.limits;
    let (archive, defects) = zip::read(input, limits);
    if !archive.is_zip() {
        return false;
    }
    // A name that leads elsewhere is a finding of its own and keeps nobody from reading the member.
    for defect in defects.iter().filter(|defect| !is_of_name(defect)) {
        let rule = match defect.kind {
            DefectKind::Disagreement => &rules::zip_views_disagree::RULE,
            _ => &rules::archive_member_unreadable::RULE,
        };
        sheet.defect(rule, item, defect);
    }
    for entry in &archive.entries {
        members::note_name(item, &entry.name, entry.header_offset, sheet);
        if entry.local_name() != entry.name {
            members::note_name(item, entry.local_name(), entry.header_offset, sheet);
        }
    }
    note_foreign_bytes(item, input, &archive, sheet);
    let (kind, torch_defects) = torch::read_zip(input, &archive, limits, context.budget);
    for defect in &torch_defects {
        sheet.defect(&rules::archive_member_unreadable::RULE, item, defect);
    }
    match kind {
        Some(kind) => torch_view::zip_view(context, item, input, &archive, &kind, sheet),
        None => plain_zip(context, item, input, &archive, sheet),
    }
    cover(item, input, &archive, sheet);
    true
}

fn cover(item: &Item, input: &dyn Input, archive: &ZipArchive, sheet: &mut Sheet) {
    if item.member.is_some() {
        return;
    }
    let mut data: Vec<(u64, u64)> = archive
        .entries
        .iter()
        .map(|entry| (entry.data.start, entry.data.end))
        .collect();
    let foreign = archive
        .prepended
        .iter()
        .chain(&archive.appended)
        .chain(&archive.gaps);
    data.extend(foreign.map(|range| (range.start, range.end)));
    members::cover_structure(item, input.size(), &data, "zip structure", sheet);
    for range in archive
        .gaps
        .iter()
        .chain(&archive.prepended)
        .chain(&archive.appended)
    {
        sheet.cover(
            item,
            range.start,
            range.end,
            CoverageKind::NotUnderstood,
            "outside the zip",
        );
    }
    for entry in &archive.entries {
        sheet.cover(
            item,
            entry.data.start,
            entry.data.end,
            CoverageKind::Parsed,
            "zip member",
        );
    }
}

/// Bytes around and between the members that belong to no zip.
fn note_foreign_bytes(item: &Item, input: &dyn Input, archive: &ZipArchive, sheet: &mut Sheet) {
    let around = archive.prepended.iter().chain(&archive.appended);
    for range in around.chain(&archive.gaps) {
        if !is_zero(input, range.start, range.end) {
            let message = format!(
                "{} bytes belong to no part of the zip",
                range.end - range.start
            );
            sheet.find(
                &rules::container_polyglot::RULE,
                item.at(range.start),
                message,
                None,
            );
        }
    }
}

/// Whether a short range holds nothing but zeros.
pub(crate) fn is_zero(input: &dyn Input, start: u64, end: u64) -> bool {
    const LONGEST: u64 = 1 << 20;
    end - start <= LONGEST
        && mith_formats::input::read_vec(input, start, usize::try_from(end - start).unwrap_or(0))
            .is_ok_and(|bytes| bytes.iter().all(|byte| *byte == 0))
}

fn plain_zip(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    archive: &ZipArchive,
    sheet: &mut Sheet,
) {
    let arrays = archive
        .entries
        .iter()
        .any(|entry| entry.name.ends_with(b".npy"));
    sheet.format(
        item,
        match item.extension().as_str() {
            "keras" => "keras",
            "skops" => "skops",
            "npz" => "npz",
            _ if arrays => "npz",
            _ => "zip",
        },
    );
    for entry in &archive.entries {
        if entry.is_folder() && entry.compressed_size == 0 {
            continue;
        }
        let name = entry.display_name();
        if arrays {
            let part = item.part(&name);
            members::examine(context, &part, input, entry, As::Anything, sheet);
            continue;
        }
        let member = item.member_artifact(&name);
        let mut notes = Sheet::default();
        members::examine(context, &member, input, entry, As::Anything, &mut notes);
        let sha256 = member_digest(context, input, entry);
        let size = entry.size.unwrap_or(entry.compressed_size);
        adopt(item, &name, notes, &member, size, sha256, sheet);
    }
}

fn member_digest(
    context: &Context<'_>,
    input: &dyn Input,
    entry: &zip::Entry,
) -> Option<mith_core::Digest> {
    use sha2::Digest as _;
    if !context.options.digest {
        return None;
    }
    let mut stream = entry
        .stream(input, &context.options.limits, context.budget)
        .ok()?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match std::io::Read::read(&mut stream, &mut buffer) {
            Ok(0) => return Some(mith_core::Digest::from_bytes(hasher.finalize().into())),
            Ok(count) => hasher.update(buffer.get(..count).unwrap_or_default()),
            Err(_) => return None,
        }
    }
}

/// Takes a member's report into the one of its archive, which is as bad as its worst member.
fn adopt(
    item: &Item,
    name: &str,
    notes: Sheet,
    member: &Item,
    size: u64,
    sha256: Option<mith_core::Digest>,
    sheet: &mut Sheet,
) {
    let reports = notes.into_reports(&member.path, size, sha256);
    if let Some(first) = reports.first()
        && first.verdict != Verdict::Clean
    {
        let mut at = item.whole();
        at.member = Some(crate::judge::shown(name));
        let worst = first.findings.first();
        let message = match worst {
            Some(finding) => format!(
                "member `{}` is {}: {}",
                crate::judge::shown(name),
                first.verdict,
                finding.message
            ),
            None => format!(
                "member `{}` is {}",
                crate::judge::shown(name),
                first.verdict
            ),
        };
        let mut finding = rules::container_member::RULE.finding(at, message, Evidence::default());
        finding.verdict = first.verdict;
        finding.severity = worst.map_or(finding.severity, |worst| worst.severity);
        if let Some(worst) = worst {
            finding.evidence = worst.evidence.clone();
            finding.evidence.count = None;
            finding.evidence.import = None;
        }
        sheet.add(finding);
    }
    sheet.members.extend(reports);
}

/// Looks at one member of a tar.
fn tar_member(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    member: &tar::TarMember,
    sheet: &mut Sheet,
) {
    let name = member.display_name();
    match member.kind {
        TarKind::Folder => {}
        TarKind::File => {
            let own = item.member_artifact(&name);
            let section = member.open(input);
            let mut notes = Sheet::default();
            if own.depth > context.options.limits.depth {
                let message = "is nested deeper than is looked into";
                notes.find(
                    &rules::archive_member_unreadable::RULE,
                    own.whole(),
                    message,
                    None,
                );
            } else {
                route::examine(context, &own, &section, &mut notes);
            }
            let sha256 = digest_of(&section, context.options.digest);
            adopt(item, &name, notes, &own, member.size, sha256, sheet);
        }
        TarKind::HardLink
        | TarKind::SymbolicLink
        | TarKind::Device
        | TarKind::Sparse
        | TarKind::Other(_) => {
            let message = format!("member `{}` is no plain file", crate::judge::shown(&name));
            sheet.find(
                &rules::archive_unsafe_path::RULE,
                item.at(member.header_offset),
                message,
                None,
            );
        }
    }
}

/// Looks at the bytes as a tar; false when they are none.
pub(crate) fn tar_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    sheet: &mut Sheet,
) -> bool {
    let limits = &context.options.limits;
    let (archive, defects) = tar::read(input, limits);
    if archive.members.is_empty() {
        return false;
    }
    for defect in defects.iter().filter(|defect| !is_of_name(defect)) {
        let rule = match defect.kind {
            DefectKind::Disagreement => &rules::zip_views_disagree::RULE,
            _ => &rules::archive_member_unreadable::RULE,
        };
        sheet.defect(rule, item, defect);
    }
    let torch = tarball::recognise(&archive);
    let mut opened = Vec::new();
    if let Some(torch) = &torch {
        torch_view::tar_view(context, item, input, &archive, torch, sheet);
        opened.extend([
            torch.sys_info,
            torch.pickle,
            Some(torch.storages),
            torch.tensors,
        ]);
    }
    sheet.format(item, "tar");
    let mut data = Vec::new();
    for (index, member) in archive.members.iter().enumerate() {
        members::note_name(item, &member.name, member.header_offset, sheet);
        data.push((member.data.start, member.data.end));
        sheet.cover(
            item,
            member.data.start,
            member.data.end,
            CoverageKind::Parsed,
            "tar member",
        );
        // Those of torch were looked at as what torch opens.
        if !opened.contains(&Some(index)) {
            tar_member(context, item, input, member, sheet);
        }
    }
    let end = archive.end.min(input.size());
    data.push((end, input.size()));
    members::cover_structure(item, input.size(), &data, "tar structure", sheet);
    if is_zero(input, end, input.size()) {
        sheet.cover(item, end, input.size(), CoverageKind::Inert, "padding");
    } else if end < input.size() {
        sheet.cover(
            item,
            end,
            input.size(),
            CoverageKind::NotUnderstood,
            "behind the tar",
        );
        let message = format!("{} bytes behind the end of the tar", input.size() - end);
        sheet.find(
            &rules::container_polyglot::RULE,
            item.at(end),
            message,
            None,
        );
    }
    true
}
