//! A decompiled file for reading, the dangerous lines marked.

use std::fmt::Write as _;

use mith_scan::{ExplainedLine, ExplainedPickle, Explanation, Mark};

use crate::output::{Paint, printable};

/// The explanation as text with a final line feed.
pub fn render(explanation: &Explanation, paint: Paint) -> String {
    let mut text = paint.strong(printable(&explanation.path));
    if explanation.formats.is_empty() {
        text.push('\n');
    } else {
        let _ = writeln!(text, "  {}", explanation.formats.join(", "));
    }
    if explanation.pickles.is_empty() {
        text.push_str("\nNo pickle is in it, so a loader of pickles runs nothing; `mith scan` judges the rest\n");
        return text;
    }
    for pickle in &explanation.pickles {
        text.push('\n');
        self::pickle(&mut text, pickle, paint);
    }
    if explanation.truncated {
        text.push_str(
            "\n… the rest is left out to keep this readable; the scan itself reads everything\n",
        );
    }
    let _ = writeln!(text, "\n{}", closing(explanation, paint));
    text
}

fn pickle(text: &mut String, pickle: &ExplainedPickle, paint: Paint) {
    let member = pickle
        .member
        .as_deref()
        .map(|member| format!(" in {}", printable(member)))
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "{}",
        paint.faint(format!(
            "# pickle {}{member}, bytes {}..{}",
            pickle.index, pickle.start, pickle.end
        ))
    );
    for line in &pickle.lines {
        self::line(text, line, paint);
    }
}

fn line(text: &mut String, line: &ExplainedLine, paint: Paint) {
    let code = printable(&line.text);
    let rule = line
        .rule
        .map(|rule| format!("   # {rule}"))
        .unwrap_or_default();
    let offset = paint.faint(format!("{:>10}", line.offset));
    let _ = match line.mark {
        Mark::None => writeln!(text, "   {offset}  {code}{rule}"),
        Mark::Unknown => writeln!(
            text,
            " {} {offset}  {}",
            paint.doubtful("?"),
            paint.doubtful(format!("{code}{rule}"))
        ),
        Mark::Dangerous => writeln!(
            text,
            "{} {offset}  {}",
            paint.bad(">>"),
            paint.bad(format!("{code}{rule}"))
        ),
    };
}

fn closing(explanation: &Explanation, paint: Paint) -> String {
    let lines = || explanation.pickles.iter().flat_map(|pickle| &pickle.lines);
    let worst = lines()
        .max_by_key(|line| line.mark)
        .map_or(Mark::None, |line| line.mark);
    let rule = lines()
        .filter(|line| line.mark == worst)
        .find_map(|line| line.rule)
        .unwrap_or("RULE");
    match worst {
        Mark::Dangerous => format!(
            "{} lines run code when the file is loaded; do not load it; `mith explain {rule}` is the page of the rule",
            paint.bad(">>")
        ),
        Mark::Unknown => format!(
            "{} lines use what is not on the known-good list; `mith explain {rule}` is the page of the rule",
            paint.doubtful("?")
        ),
        Mark::None => String::from(
            "Nothing here is objected to; `mith scan` gives the verdict over the whole file",
        ),
    }
}
