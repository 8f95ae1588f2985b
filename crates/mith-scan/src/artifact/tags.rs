//! Tags in YAML by which a reader builds objects: spelled plainly, escaped, or under a handle of the file's own.

use mith_core::Evidence;
use mith_formats::{Input, input::read_vec};

use super::{Item, Sheet};
use crate::judge::shown;
use crate::rules;

/// How much is searched at a time.
const CHUNK: usize = 4 << 20;

/// Tags of YAML's own types, which build plain values.
const CORE: [&str; 14] = [
    "!!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!!map",
    "!!seq",
    "!!set",
    "!!omap",
    "!!pairs",
    "!!binary",
    "!!timestamp",
    "!!merge",
    "!!value",
];

/// What tells a YAML reader of Python to build objects, whatever the file is called.
const PYTHON: [&[u8]; 2] = [b"!!python/", b"tag:yaml.org,2002:python"];

/// Notes the first tag of Python in any text; whether there is one.
pub(crate) fn note_python(item: &Item, input: &dyn Input, sheet: &mut Sheet) -> bool {
    let longest = PYTHON.iter().map(|tag| tag.len()).max().unwrap_or(0);
    let mut at = 0;
    while at < input.size() {
        let Ok(chunk) = read_vec(input, at, CHUNK + longest) else {
            return false;
        };
        for tag in PYTHON {
            if let Some(place) = find(&chunk, tag) {
                let message = format!(
                    "holds `{}`, by which its reader is told to load something",
                    String::from_utf8_lossy(tag)
                );
                let place = item.at(at + place as u64);
                sheet.find(&rules::json_names_code::RULE, place, message, None);
                return true;
            }
        }
        at += CHUNK as u64;
    }
    false
}

/// Notes, in a YAML file, tags beyond YAML's own, handles that spell others, and keys that are written in escapes.
pub(crate) fn note_yaml(item: &Item, text: &[u8], sheet: &mut Sheet) {
    let text = String::from_utf8_lossy(text);
    let mut offset = 0_u64;
    let mut number = 1;
    // YAML ends lines at each of these.
    for line in text.split_inclusive(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let found = if line.starts_with("%TAG") {
            Some("a handle for tags".to_owned())
        } else if line.trim_start().starts_with('#') {
            None
        } else {
            tag_in(line)
                .map(|tag| format!("the tag `{}`", shown(tag)))
                .or_else(|| has_escaped_key(line).then(|| "a key in escapes".to_owned()))
        };
        if let Some(found) = found {
            let message =
                format!("holds {found}, by which its reader may be told to load something");
            let mut finding =
                rules::json_names_code::RULE.finding(item.at(offset), message, Evidence::default());
            finding.location.line = Some(number);
            sheet.add(finding);
            return;
        }
        offset += line.len() as u64;
        number += u64::from(line.ends_with('\n'));
    }
}

/// The first tag of a line that is not one of YAML's own types.
fn tag_in(line: &str) -> Option<&str> {
    line.match_indices('!').find_map(|(at, _)| {
        let before = line.get(..at)?.chars().next_back();
        let begins =
            before.is_none_or(|letter| letter.is_whitespace() || "[{,:-?\u{feff}".contains(letter));
        if !begins {
            return None;
        }
        let rest = line.get(at..)?;
        let end = rest
            .find(|letter: char| letter.is_whitespace() || ",]}".contains(letter))
            .unwrap_or(rest.len());
        // A name in angle brackets may hold commas.
        let tag = if rest.starts_with("!<") {
            rest.split_inclusive('>').next()?
        } else {
            rest.get(..end)?
        };
        let name = tag.trim_start_matches('!');
        let is_name =
            name.starts_with(|first: char| first.is_ascii_alphanumeric() || "<%".contains(first));
        (is_name && !CORE.contains(&tag)).then_some(tag)
    })
}

/// Whether a quoted key has letters in escapes.
fn has_escaped_key(line: &str) -> bool {
    let Some(end) = line.find("\":").or_else(|| line.find("\" :")) else {
        return false;
    };
    let key = line.get(..end).unwrap_or_default();
    key.contains('"')
        && ["\\x", "\\u", "\\U"]
            .iter()
            .any(|escape| key.contains(escape))
}

/// Where a text holds another, in either case of letters.
pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    text.windows(needle.len()).position(|window| {
        window
            .first()
            .is_some_and(|letter| letter.eq_ignore_ascii_case(first))
            && window.eq_ignore_ascii_case(needle)
    })
}

#[cfg(test)]
mod tests;
