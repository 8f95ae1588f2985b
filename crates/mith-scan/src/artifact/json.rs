//! JSON: the keys by which a configuration names code, classes, templates or files that its loader goes on with.

use mith_core::Verdict;
use mith_formats::json::{Event, Parser};
use mith_formats::{Defect, DefectKind, Input, input::read_vec};

use super::{Context, Item, Sheet};
use crate::rules;

/// What a key in a JSON file means for the loader that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Names code beside the file.
    Code,
    /// Holds a template.
    Template,
    /// Names a class that a loader imports.
    Class,
    /// Names a file that the loader opens.
    Path,
}

/// Walks a JSON document for keys that name code or hold templates.
pub(crate) fn json_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    named: bool,
    sheet: &mut Sheet,
) {
    let mut walk = Walk::new(item);
    match document(context, input, &mut walk).or_else(|defect| {
        let mut lines = Walk::new(item);
        let is_lines = lines_view(context, input, &mut lines);
        is_lines.then(|| walk = lines).ok_or(defect)
    }) {
        Ok(()) => sheet.format(item, "json"),
        Err(defect) => {
            // A file that is not called JSON and is none is text like any other.
            if named || defect.kind == DefectKind::Budget || defect.kind == DefectKind::Io {
                sheet.format(item, "json");
                sheet.defect(&rules::json_invalid::RULE, item, &defect);
                if defect.kind == DefectKind::Malformed || defect.kind == DefectKind::Truncated {
                    // Every byte is text, which no loader executes; it just is not what its name says.
                    sheet
                        .findings
                        .soften(rules::json_invalid::RULE.id, Verdict::Unknown);
                }
            } else {
                sheet.format(item, "text");
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
            Key::Path => sheet.find(
                &rules::json_names_code::RULE,
                at,
                "names a file that is hidden or stands outside of the model's folder",
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

/// Walks one document.
fn document(context: &Context<'_>, input: &dyn Input, walk: &mut Walk) -> Result<(), Defect> {
    let mut parser = Parser::new(input, &context.options.limits);
    while let Some(event) = parser.next_event()? {
        walk.step(&event);
    }
    Ok(())
}

/// Longest file that is tried as JSON Lines.
const LINES_BYTES: usize = 64 << 20;

/// Walks a document on each line; false when some line is none, or when there are not two.
fn lines_view(context: &Context<'_>, input: &dyn Input, walk: &mut Walk) -> bool {
    if input.size() > LINES_BYTES as u64 {
        return false;
    }
    let Ok(text) = read_vec(input, 0, LINES_BYTES) else {
        return false;
    };
    let mut documents = 0_u64;
    for line in text.split(|byte| *byte == b'\n') {
        if !line.trim_ascii().is_empty() {
            walk.restart();
            if document(context, &line.to_vec(), walk).is_err() {
                return false;
            }
            documents += 1;
        }
        walk.base += line.len() as u64 + 1;
    }
    documents > 1
}

/// Whether a path of a weight map leads out of the folder, or to what is hidden.
fn leads_away(path: &str) -> bool {
    path.starts_with('/')
        || path.contains(['\\', ':'])
        || path.split('/').any(|part| part.starts_with('.'))
}

/// Whether Keras itself has the module.
fn is_keras_module(module: &str) -> bool {
    let package = module.split('.').next().unwrap_or_default();
    matches!(
        package,
        "keras" | "tf_keras" | "tensorflow" | "builtins" | "keras_nlp" | "keras_hub" | "keras_cv"
    )
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
    /// Where the line begins that is walked.
    base: u64,
    /// A key whose value decides what it means.
    asked: Option<Asked>,
    /// Whether the strings are files of a weight map.
    in_weight_map: bool,
    /// The value of a `module` key that was the last thing.
    module: Option<(u64, String)>,
}

/// Keys whose value decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// A class of Keras, where `Lambda` is code.
    KerasClass,
    /// A function that sentence-transformers imports.
    Function,
    /// A library that peft imports.
    Library,
    /// The class of a diffusers part, where a list names a module.
    DiffusersClass,
    /// The map from tensors to files.
    WeightMap,
    /// A module that Keras imports a class from.
    Module,
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
            base: 0,
            asked: None,
            in_weight_map: false,
            module: None,
        }
    }

    /// Forgets where it is, for the next document.
    fn restart(&mut self) {
        self.pending = None;
        self.asked = None;
        self.module = None;
        self.first_of_array = false;
        self.in_weight_map = false;
    }

    /// Keys whose value decides, and the values of a weight map.
    fn ask(&mut self, event: &Event<'_>) {
        let asked = self.asked.take();
        let module = self.module.take();
        match event {
            Event::Key(text) => {
                if let Some((offset, name)) = module.filter(|_| text.value == "class_name") {
                    self.push(offset, Key::Class, format!("module: {name}"));
                }
                self.asked = match text.value {
                    "class_name" => Some(Asked::KerasClass),
                    "activation_function" => Some(Asked::Function),
                    "parent_library" => Some(Asked::Library),
                    "_class_name" => Some(Asked::DiffusersClass),
                    "weight_map" => Some(Asked::WeightMap),
                    "module" => Some(Asked::Module),
                    _ => None,
                };
            }
            Event::String(text) if self.in_weight_map && leads_away(text.value) => {
                self.push(text.offset, Key::Path, text.value.to_owned());
            }
            Event::String(text) => {
                if let Some(asked) = asked {
                    self.answer(asked, text.offset, text.value);
                }
            }
            Event::ArrayStart if asked == Some(Asked::DiffusersClass) => {
                self.push(0, Key::Code, "_class_name".to_owned());
            }
            Event::ObjectStart => self.in_weight_map |= asked == Some(Asked::WeightMap),
            Event::ObjectEnd => self.in_weight_map = false,
            _ => {}
        }
    }

    fn answer(&mut self, asked: Asked, offset: u64, value: &str) {
        let last = value.rsplit(['.', '>']).next().unwrap_or_default();
        let package = value.split('.').next().unwrap_or_default();
        let (key, name) = match asked {
            Asked::KerasClass if matches!(last, "Lambda" | "__lambda__") => {
                (Key::Code, "class_name")
            }
            Asked::Function if value.contains('.') && !value.starts_with("torch.nn.") => {
                (Key::Class, "activation_function")
            }
            Asked::Library
                if !matches!(package, "transformers" | "diffusers" | "peft" | "timm") =>
            {
                (Key::Code, "parent_library")
            }
            Asked::Module if !is_keras_module(value) => {
                self.module = Some((offset, value.to_owned()));
                return;
            }
            _ => return,
        };
        self.push(offset, key, format!("{name}: {value}"));
    }

    fn step(&mut self, event: &Event<'_>) {
        self.ask(event);
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
            self.found.push((self.base + offset, key, value));
        }
    }
}

#[cfg(test)]
mod tests;
