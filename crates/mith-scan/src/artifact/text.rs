//! Text, JSON and images: what no loader executes, and the keys by which a text names something that one does.

use mith_core::{CoverageKind, Evidence, Verdict};
use mith_formats::json::{Event, Parser};
use mith_formats::{DefectKind, Input, input::read_vec};

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
    let named_json = extension == "json" || extension == "ipynb";
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
        note_tags(item, &extension, &head, input.size(), sheet);
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

/// Tags in YAML and XML by which a reader builds objects, opens files or asks the network.
fn note_tags(item: &Item, extension: &str, head: &[u8], size: u64, sheet: &mut Sheet) {
    let is_yaml = matches!(extension, "yaml" | "yml") || item.file_name() == "mlmodel";
    let is_xml =
        matches!(extension, "xml" | "pmml" | "svg" | "html" | "htm") || head.starts_with(b"<?xml");
    if !is_yaml && !is_xml {
        return;
    }
    let tags: &[&[u8]] = if is_yaml {
        &[
            b"!!python",
            b"!python",
            b"tag:yaml.org,2002:python",
            b"_target_",
            b"loader_module",
            b"!!javax",
            b"!!java",
        ]
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

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle))
}

fn line_of(text: &[u8], at: usize) -> u64 {
    let before = text.get(..at).unwrap_or_default();
    before.split(|byte| *byte == b'\n').count() as u64
}

/// What a key in a JSON file means for the loader that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Names code beside the file.
    Code,
    /// Holds a template.
    Template,
    /// Names a class that a loader imports.
    Class,
}

/// Walks a JSON document for keys that name code or hold templates.
fn json_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    named: bool,
    sheet: &mut Sheet,
) {
    let mut parser = Parser::new(input, &context.options.limits);
    let mut walk = Walk::new(item);
    loop {
        match parser.next_event() {
            Ok(Some(event)) => walk.step(&event),
            Ok(None) => {
                sheet.format(item, "json");
                break;
            }
            Err(defect) => {
                // A file that is not called JSON and is none is text like any other.
                if named || defect.kind == DefectKind::Budget || defect.kind == DefectKind::Io {
                    sheet.format(item, "json");
                    sheet.defect(&rules::json_invalid::RULE, item, &defect);
                    if defect.kind == DefectKind::Malformed || defect.kind == DefectKind::Truncated
                    {
                        // Every byte is text, which no loader executes; it just is not what its name says.
                        sheet
                            .findings
                            .soften(rules::json_invalid::RULE.id, Verdict::Unknown);
                    }
                } else {
                    sheet.format(item, "text");
                }
                break;
            }
        }
    }
    for (offset, key, value) in walk.found {
        let at = item.at(offset);
        match key {
            Key::Code => sheet.find(
                &rules::json_names_code::RULE,
                at,
                "tells its loader to import code that comes with the model",
                Some(value),
            ),
            Key::Class => sheet.find(
                &rules::json_names_code::RULE,
                at,
                "names a class that its loader imports",
                Some(value),
            ),
            Key::Template => sheet.find(
                &rules::json_chat_template::RULE,
                at,
                "holds a chat template",
                None,
            ),
        }
    }
}

/// Libraries that a diffusers pipeline takes its parts from; any other name is a module beside the model.
const PIPELINE_LIBRARIES: [&str; 4] = [
    "diffusers",
    "transformers",
    "stable_diffusion",
    "onnxruntime",
];

/// How many keys of interest are kept.
const FOUND: usize = 32;

struct Walk {
    found: Vec<(u64, Key, String)>,
    pending: Option<(u64, Key, String)>,
    is_pipeline: bool,
    is_modules: bool,
    first_of_array: bool,
}

impl Walk {
    fn new(item: &Item) -> Self {
        let name = item.file_name();
        Self {
            found: Vec::new(),
            pending: None,
            is_pipeline: name == "model_index.json",
            is_modules: name == "modules.json",
            first_of_array: false,
        }
    }

    fn step(&mut self, event: &Event<'_>) {
        let pending = self.pending.take();
        let first = std::mem::take(&mut self.first_of_array);
        if let Some((offset, key, name)) = pending {
            self.value(offset, key, name, event);
        }
        match event {
            Event::Key(text) => {
                let key = match text.value {
                    "auto_map" | "custom_pipelines" | "custom_pipeline" | "trust_remote_code"
                    | "_target_" | "target_py" => Some(Key::Code),
                    "chat_template" | "chat_templates" => Some(Key::Template),
                    "__module__" | "__loader__" | "registered_name" => Some(Key::Class),
                    "type" if self.is_modules => Some(Key::Class),
                    _ => None,
                };
                self.pending = key.map(|key| (text.offset, key, text.value.to_owned()));
            }
            Event::ArrayStart => self.first_of_array = true,
            Event::String(text)
                if first && self.is_pipeline && !PIPELINE_LIBRARIES.contains(&text.value) =>
            {
                self.push(text.offset, Key::Code, text.value.to_owned());
            }
            _ => {}
        }
    }

    /// The value of a key of interest; nothing, false and empty ones ask for nothing.
    fn value(&mut self, offset: u64, key: Key, name: String, event: &Event<'_>) {
        match event {
            Event::Null | Event::Bool(false) => {}
            Event::String(text) if text.value.is_empty() => {}
            Event::String(text) => {
                let own = text.value.starts_with("sentence_transformers.models.");
                if !(key == Key::Class && self.is_modules && own) {
                    self.push(offset, key, format!("{name}: {}", text.value));
                }
            }
            _ => self.push(offset, key, name),
        }
    }

    fn push(&mut self, offset: u64, key: Key, value: String) {
        if self.found.len() < FOUND {
            self.found.push((offset, key, value));
        }
    }
}
