//! Which views are taken of bytes. Content decides, never the name alone; the pickle view is tried on everything that
//! could begin one.

use mith_core::{CoverageKind, Verdict};
use mith_formats::sniff::{self, Certainty, Format};
use mith_formats::{Input, text as formats_text};

use super::text::{is_program_name, text_view};
use super::{Context, Item, Sheet, archive, pickle_view, tensors, torch};
use crate::rules;

/// Formats that decide by themselves what bytes are; two of them in one file are one too many.
const STRONG: [&str; 12] = [
    "zip",
    "torch-zip",
    "torchscript",
    "torch-package",
    "torch-export",
    "npz",
    "keras",
    "skops",
    "tar",
    "safetensors",
    "npy",
    "pickle",
];

/// Looks at bytes under every view that could take them.
pub(crate) fn examine(context: &Context<'_>, item: &Item, input: &dyn Input, sheet: &mut Sheet) {
    let size = input.size();
    if size == 0 {
        sheet.format(item, "empty");
        return;
    }
    let guesses = sniff::formats(input);
    let likely = |format: Format| {
        guesses
            .iter()
            .any(|guess| guess.format == format && guess.certainty == Certainty::Likely)
    };
    let mut explained = false;
    if guesses.iter().any(|guess| guess.format == Format::Zip) {
        explained |= archive::zip_view(context, item, input, sheet);
    }
    if guesses.iter().any(|guess| guess.format == Format::Tar) {
        explained |= archive::tar_view(context, item, input, sheet);
    }
    if likely(Format::SafeTensors) || item.extension() == "safetensors" {
        explained |= tensors::safetensors_view(context, item, input, sheet);
    }
    if likely(Format::Npy) {
        explained |= tensors::npy_view(context, item, input, sheet);
    }
    let is_text = match formats_text::is_utf8_text(input) {
        Ok(is_text) => is_text,
        Err(error) => {
            let message = format!("cannot be read: {error}");
            sheet.find(&rules::file_unreadable::RULE, item.whole(), message, None);
            return;
        }
    };
    explained |= pickle(context, item, input, is_text, explained, sheet);
    if !explained && is_text {
        text_view(context, item, input, likely(Format::Json), sheet);
        explained = true;
    }
    explained |= others(item, size, &guesses, explained, sheet);
    note_polyglot(item, sheet);
    note_program(item, explained, is_text, sheet);
    if !explained {
        unrecognised(item, size, &guesses, sheet);
    }
}

/// The pickle view; true when the bytes are one.
fn pickle(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    is_text: bool,
    explained: bool,
    sheet: &mut Sheet,
) -> bool {
    let Some((view, loader)) = pickle_view::attempt(context, item, input, is_text) else {
        return false;
    };
    // Beside another view that explains the bytes, only a pickle that does something counts.
    if explained && view.judge.seen().globals == 0 && view.judge.seen().calls == 0 {
        return false;
    }
    if view.only_text {
        pickle_view::note_judge(context, item, &input, view.judge, sheet);
        return false;
    }
    if loader == mith_formats::pickle::Loader::Joblib {
        sheet.format(item, "joblib");
    }
    let (end, whole) = (view.end, view.whole);
    let is_legacy = torch::legacy_view(item, input, &view, sheet);
    let size = input.size();
    pickle_view::note(context, item, &input, view, sheet);
    if end < size && !is_legacy && !explained {
        let found = pickle_view::find_more(context, item, &input, end, size, sheet);
        if !found && whole && !archive::is_zero(input, end, size) {
            pickle_view::trailing(item, end, size, sheet);
        }
    }
    true
}

/// Formats that are recognised by their magic number: images are data, the rest is not judged yet.
fn others(
    item: &Item,
    size: u64,
    guesses: &[sniff::Guess],
    explained: bool,
    sheet: &mut Sheet,
) -> bool {
    let mut any = false;
    for guess in guesses
        .iter()
        .filter(|guess| guess.certainty == Certainty::Likely)
    {
        match guess.format {
            Format::Pickle
            | Format::Zip
            | Format::Tar
            | Format::SafeTensors
            | Format::Npy
            | Format::Json
            | Format::Utf8Text
            | Format::Xml => {}
            Format::Png | Format::Jpeg | Format::Gif | Format::WebP => {
                sheet.format(item, guess.format.name());
                if !explained {
                    sheet.cover(item, 0, size, CoverageKind::Inert, "image");
                    any = true;
                }
            }
            Format::Elf | Format::Pe | Format::MachO | Format::PythonBytecode => {
                sheet.format(item, guess.format.name());
                let message = format!("is a program: {}", guess.format.name());
                sheet.find(
                    &rules::python_source::RULE,
                    item.at(guess.offset),
                    message,
                    None,
                );
                any = true;
            }
            format => {
                sheet.format(item, format.name());
                let message = format!("the format `{}` is not judged yet", format.name());
                sheet.find(
                    &rules::file_format_unknown::RULE,
                    item.at(guess.offset),
                    message,
                    None,
                );
                any = true;
            }
        }
    }
    any
}

/// Two formats at once.
fn note_polyglot(item: &Item, sheet: &mut Sheet) {
    let strong: Vec<&String> = sheet
        .formats
        .iter()
        .filter(|format| {
            let is_other = matches!(
                format.as_str(),
                "gguf"
                    | "ggml"
                    | "hdf5"
                    | "tflite"
                    | "7z"
                    | "rar"
                    | "elf"
                    | "pe"
                    | "png"
                    | "jpeg"
                    | "gif"
                    | "webp"
            );
            STRONG.contains(&format.as_str()) || is_other
        })
        .collect();
    // An object array is a pickle inside an array file.
    let is_objects = strong.iter().any(|format| *format == "npy")
        && strong.len() == 2
        && strong.iter().any(|format| *format == "pickle");
    if strong.len() > 1 && !is_objects {
        let names: Vec<&str> = strong.iter().map(|format| format.as_str()).collect();
        let message = format!("is {} at once", names.join(" and "));
        sheet.find(
            &rules::container_polyglot::RULE,
            item.whole(),
            message,
            None,
        );
    }
}

/// Names that say that people or loaders run the file, where its bytes do not.
fn note_program(item: &Item, explained: bool, is_text: bool, sheet: &mut Sheet) {
    if is_program_name(&item.extension())
        && !(explained && is_text)
        && sheet.findings.verdict() == Verdict::Clean
    {
        let message = format!(
            "`{}` is named as a program",
            crate::judge::shown(&item.file_name())
        );
        sheet.find(&rules::python_source::RULE, item.whole(), message, None);
    }
}

fn unrecognised(item: &Item, size: u64, guesses: &[sniff::Guess], sheet: &mut Sheet) {
    sheet.cover(item, 0, size, CoverageKind::NotUnderstood, "no view");
    if sheet.findings.verdict() > Verdict::Unknown {
        return;
    }
    let possible: Vec<&str> = guesses.iter().map(|guess| guess.format.name()).collect();
    let detail = (!possible.is_empty()).then(|| format!("could be {}", possible.join(", ")));
    let message = "the format is not recognised";
    sheet.find(
        &rules::file_format_unknown::RULE,
        item.whole(),
        message,
        detail,
    );
}
