//! Whether bytes that can be run as a pickle are one: what they do, what their name says, and what text does by chance.

use super::Item;
use super::pickle_view::View;

/// How much behind a pickle in a text is looked at, to see whether the text ends there.
pub(crate) const TAIL: usize = 64;

/// Whether what was seen shows that the bytes are a pickle. `tail` is what follows it, in text that is named as text.
pub(crate) fn decides(
    view: &View,
    item: &Item,
    size: u64,
    is_text: bool,
    tail: Option<&[u8]>,
) -> bool {
    let seen = view.judge.seen();
    let Some(first) = view.ended.first() else {
        return false;
    };
    let declared = first.protocol > 0;
    if view.judge.is_malicious() || (seen.calls > 0 && seen.known > 0) {
        return true;
    }
    let acts = seen.calls > 0 || seen.globals > 0;
    if !is_text {
        let is_data = first.stopped && (view.end == size || declared);
        return is_data || declared || seen.calls > 0 || seen.known > 0 || (first.stopped && acts);
    }
    if is_pickle_name(item) {
        // Its loader runs it up to the place at which it breaks off.
        return acts || (first.stopped && view.end == size);
    }
    // A call of a name that could be one has happened, whatever follows.
    if seen.calls > 0 && seen.plausible > 0 {
        return true;
    }
    match tail {
        // Two lines of a word list import a name too; an attack ends where the text does.
        Some(tail) => {
            let ends = first.stopped && tail.trim_ascii().is_empty();
            seen.plausible > 0 && ends && view.end + (tail.len() as u64) >= size
        }
        None => seen.plausible > 0 || (first.stopped && acts),
    }
}

/// Whether these are names in a text that calls nothing and is called a text.
pub(crate) fn is_only_text(view: &View, item: &Item) -> bool {
    let seen = view.judge.seen();
    let stopped = view.ended.first().is_some_and(|done| done.stopped);
    !stopped && seen.calls == 0 && is_text_name(item)
}

/// Whether a file name says that a loader opens the file as a pickle.
pub(crate) fn is_pickle_name(item: &Item) -> bool {
    matches!(
        item.extension().as_str(),
        "bin"
            | "pkl"
            | "pickle"
            | "pck"
            | "pcl"
            | "pk"
            | "p"
            | "joblib"
            | "jbl"
            | "dill"
            | "pth"
            | "pt"
            | "pt2"
            | "ptl"
            | "ckpt"
            | "sav"
            | "dat"
            | "data"
            | "npy"
            | "npz"
            | "pdparams"
            | "pdopt"
            | "mar"
            | "model"
    )
}

/// Names under which text is meant as text.
pub(crate) fn is_text_name(item: &Item) -> bool {
    matches!(
        item.extension().as_str(),
        "txt"
            | "md"
            | "json"
            | "csv"
            | "tsv"
            | "vocab"
            | "yaml"
            | "yml"
            | "xml"
            | "svg"
            | "html"
            | "jsonl"
            | "cfg"
            | "ini"
            | "toml"
            | "rst"
            | "bpe"
            | "merges"
            | "py"
            | "jinja"
            | "tex"
            | "log"
            | "gitattributes"
            | "gitignore"
    ) || matches!(
        item.file_name().as_str(),
        "readme" | "license" | "licence" | "notice" | "authors" | "vocab" | "merges" | "changelog"
    )
}

#[cfg(test)]
mod tests;
