//! Text, JSON and images: what no loader executes, and the keys by which a text names something that one does.

use mith_core::{CoverageKind, Evidence};
use mith_formats::{Input, input::read_vec};

use super::json::json_view;
use super::tags::{self, find};
use super::{Context, Item, Sheet};
use crate::judge::shown;
use crate::rules;

/// How much of a text is searched for tags that make a reader build objects.
const SEARCHED: usize = 4 << 20;

/// Looks at a file that is UTF-8 text from its first byte to its last.
pub(crate) fn text_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    likely_json: bool,
    sheet: &mut Sheet,
) {
    let extension = item.extension();
    let named_json = matches!(extension.as_str(), "json" | "ipynb" | "jsonl");
    sheet.cover(item, 0, input.size(), CoverageKind::Inert, "text");
    if named_json || likely_json {
        json_view(context, item, input, named_json, sheet);
    } else {
        sheet.format(item, "text");
    }
    if is_program_name(&extension) {
        sheet.format(item, "program");
        let message = format!("`{}` is a program", shown(&item.file_name()));
        sheet.find(&rules::python_source::RULE, item.whole(), message, None);
    }
    let head = read_vec(input, 0, SEARCHED).unwrap_or_default();
    if head.starts_with(b"#!") {
        sheet.find(
            &rules::python_source::RULE,
            item.at(0),
            "begins as a script does",
            None,
        );
    }
    if matches!(extension.as_str(), "jinja" | "jinja2" | "j2") {
        sheet.find(
            &rules::json_chat_template::RULE,
            item.whole(),
            "is a chat template",
            None,
        );
    }
    if !(named_json || likely_json) {
        let found = tags::note_python(item, input, sheet);
        note_tags(item, &extension, &head, input.size(), sheet);
        if is_yaml(item, &extension) && !found {
            tags::note_yaml(item, &head, sheet);
        }
    }
}

/// Programs by the ending of their name.
pub(crate) fn is_program_name(extension: &str) -> bool {
    matches!(
        extension,
        "py" | "pyw"
            | "pyx"
            | "pyc"
            | "pyo"
            | "pyd"
            | "ipynb"
            | "sh"
            | "bash"
            | "zsh"
            | "ps1"
            | "bat"
            | "cmd"
            | "js"
            | "mjs"
            | "ts"
            | "rb"
            | "pl"
            | "lua"
            | "r"
            | "jl"
            | "so"
            | "dll"
            | "dylib"
            | "exe"
            | "com"
            | "jar"
            | "cu"
            | "cpp"
            | "c"
            | "h"
            | "hpp"
            | "rs"
            | "go"
            | "java"
            | "service"
            | "desktop"
            | "vbs"
            | "msi"
            | "deb"
            | "rpm"
    )
}

/// Whether a loader reads the file as YAML.
fn is_yaml(item: &Item, extension: &str) -> bool {
    matches!(extension, "yaml" | "yml") || item.file_name() == "mlmodel"
}

/// Tags in YAML and XML by which a reader builds objects, opens files or asks the network.
fn note_tags(item: &Item, extension: &str, head: &[u8], size: u64, sheet: &mut Sheet) {
    let is_yaml = is_yaml(item, extension);
    let is_xml =
        matches!(extension, "xml" | "pmml" | "svg" | "html" | "htm") || head.starts_with(b"<?xml");
    if !is_yaml && !is_xml {
        return;
    }
    let tags: &[&[u8]] = if is_yaml {
        &[b"_target_", b"loader_module", b"!!javax", b"!!java"]
    } else {
        &[
            b"<!DOCTYPE",
            b"<!ENTITY",
            b"<script",
            b"javascript:",
            b"xlink:href=\"http",
            b"library=",
        ]
    };
    for tag in tags {
        if let Some(at) = find(head, tag) {
            let message = format!(
                "holds `{}`, by which its reader is told to load something",
                String::from_utf8_lossy(tag)
            );
            let mut finding = rules::json_names_code::RULE.finding(
                item.at(at as u64),
                message,
                Evidence::default(),
            );
            finding.location.line = Some(line_of(head, at));
            sheet.add(finding);
        }
    }
    if size > head.len() as u64 {
        let message = "is longer than is searched for tags that build objects";
        sheet.find(
            &rules::json_names_code::RULE,
            item.at(head.len() as u64),
            message,
            None,
        );
    }
}

fn line_of(text: &[u8], at: usize) -> u64 {
    let before = text.get(..at).unwrap_or_default();
    before.split(|byte| *byte == b'\n').count() as u64
}
