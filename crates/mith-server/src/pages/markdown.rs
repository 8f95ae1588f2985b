//! As much Markdown as the rules' own pages use: headings, paragraphs, lists, code.
//!
//! It makes data that a template escapes; it never makes HTML, so nothing that a page says can become markup.

/// A part of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading with its level.
    Heading(usize, Vec<Span>),
    /// Running text.
    Paragraph(Vec<Span>),
    /// Points, numbered or not.
    List(Vec<Vec<Span>>),
    /// Lines that stay as they are.
    Code(String),
}

/// A part of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Words.
    Text(String),
    /// Words between backticks.
    Code(String),
}

/// Splits a page.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut running = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            flush(&mut running, &mut blocks);
            let code: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.trim().starts_with("```"))
                .collect();
            blocks.push(Block::Code(code.join("\n")));
        } else if let Some(heading) = heading(trimmed) {
            flush(&mut running, &mut blocks);
            blocks.push(heading);
        } else if let Some(item) = list_item(trimmed) {
            flush(&mut running, &mut blocks);
            match blocks.last_mut() {
                Some(Block::List(items)) => items.push(spans(item)),
                _ => blocks.push(Block::List(vec![spans(item)])),
            }
        } else if trimmed.is_empty() {
            flush(&mut running, &mut blocks);
        } else if let (true, true, Some(Block::List(items))) = (
            line.starts_with("  "),
            running.is_empty(),
            blocks.last_mut(),
        ) {
            // A point that goes on in the next line.
            if let Some(item) = items.last_mut() {
                item.push(Span::Text(" ".to_owned()));
                item.extend(spans(trimmed));
            }
        } else {
            if !running.is_empty() {
                running.push(' ');
            }
            running.push_str(trimmed);
        }
    }
    flush(&mut running, &mut blocks);
    blocks
}

fn flush(running: &mut String, blocks: &mut Vec<Block>) {
    if !running.is_empty() {
        blocks.push(Block::Paragraph(spans(running)));
        running.clear();
    }
}

fn heading(line: &str) -> Option<Block> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let text = text.strip_prefix(' ')?;
    (1..=6)
        .contains(&level)
        .then(|| Block::Heading(level, spans(text)))
}

fn list_item(line: &str) -> Option<&str> {
    if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(item);
    }
    let (number, item) = line.split_once(". ")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(item)
}

/// Splits at backticks; one that is not closed is a backtick.
fn spans(line: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else {
            break;
        };
        if !before.is_empty() {
            spans.push(Span::Text(plain(before)));
        }
        spans.push(Span::Code(code.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(Span::Text(plain(rest)));
    }
    spans
}

/// Emphasis is dropped rather than shown as stars.
fn plain(text: &str) -> String {
    text.replace("**", "")
}

#[cfg(test)]
mod tests;
