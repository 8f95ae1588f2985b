//! What a registry says, for reading in a terminal.

use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets};
use mith_server::wire::{ModelDetail, ModelList, RevisionDetail, State};

use crate::output::{Paint, printable, size};

/// Up to so many reasons are printed; the page shows all.
const REASONS: usize = 20;

/// A state with a symbol, so that it is readable without colour.
pub fn state(state: State, paint: Paint) -> String {
    match state {
        State::Admitted => paint.good("✓ admitted"),
        State::Held => paint.doubtful("? held"),
        State::Scanning => paint.doubtful("… scanning"),
        State::Denied => paint.bad("✗ denied"),
        State::Withdrawn => paint.bad("✗ withdrawn"),
    }
}

/// The list of models.
pub fn list(list: &ModelList, paint: Paint, width: Option<u16>) -> String {
    if list.models.is_empty() {
        return String::from(
            "No model matches; `mith registry add DIR --as org/name` brings one in\n",
        );
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.force_no_tty();
    table.set_header(["state", "model", "revision", "verdict", "added", "reason"]);
    for model in &list.models {
        table.add_row([
            state(model.state, Paint::PLAIN),
            model.repo.to_string(),
            short(model.revision.as_str()).to_owned(),
            model
                .verdict
                .map_or_else(|| "-".to_owned(), |verdict| verdict.to_string()),
            printable(&model.created_at).into_owned(),
            model
                .reason
                .as_deref()
                .map_or_else(|| "-".to_owned(), |reason| printable(reason).into_owned()),
        ]);
    }
    let mut text = String::new();
    for (index, line) in table.lines().enumerate() {
        let line = line.trim_end();
        let _ = if index == 0 {
            writeln!(text, "{}", paint.strong(line))
        } else {
            writeln!(text, "{line}")
        };
    }
    text
}

/// A revision with its decision, reasons and what to do next.
pub fn revision(revision: &RevisionDetail, server: &str, paint: Paint) -> String {
    let mut text = format!(
        "{}  {}\n",
        state(revision.state, paint),
        paint.strong(format!("{}@{}", revision.repo, revision.revision))
    );
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(
            text,
            "  {} {}",
            paint.faint(format!("{label:<9}")),
            printable(value)
        );
    };
    line(
        "verdict",
        &revision
            .verdict
            .map_or_else(|| "not yet".to_owned(), |verdict| verdict.to_string()),
    );
    line("tree", &format!("sha256:{}", revision.tree_digest));
    let bytes = revision
        .files
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.size));
    line(
        "files",
        &format!("{} ({})", revision.files.len(), size(bytes)),
    );
    line("added", &revision.created_at);
    if !revision.message.is_empty() {
        line("message", &revision.message);
    }
    if let Some(decision) = &revision.decision {
        line(
            "decided",
            &format!("{} by {} at {}", decision.outcome, decision.by, decision.at),
        );
        if !decision.why.is_empty() {
            line("why", &decision.why);
        }
        for reason in decision.reasons.iter().take(REASONS) {
            let path = reason
                .path
                .as_deref()
                .map(|path| format!("{path}: "))
                .unwrap_or_default();
            line(
                "reason",
                &format!("{path}{} [{}]", reason.message, reason.rule),
            );
        }
        if let Some(left) = decision
            .reasons
            .len()
            .checked_sub(REASONS)
            .filter(|left| *left > 0)
        {
            line("reason", &format!("… and {left} more"));
        }
    }
    let _ = writeln!(text, "{}", next_step(revision, server));
    text
}

/// The other revisions of a model, below the one that is shown.
pub fn history(model: &ModelDetail, shown: &RevisionDetail, paint: Paint) -> String {
    let others: Vec<&RevisionDetail> = model
        .revisions
        .iter()
        .filter(|revision| revision.revision != shown.revision)
        .collect();
    let mut text = match &model.main {
        Some(main) if *main == shown.revision => {
            String::from("Clients get this revision as `main`\n")
        }
        Some(main) => format!("Clients get {} as `main`\n", short(main.as_str())),
        None => String::from("Clients get nothing: no revision is admitted\n"),
    };
    if !others.is_empty() {
        let _ = writeln!(text, "\n{}", paint.strong("Other revisions"));
    }
    for revision in others {
        let _ = writeln!(
            text,
            "  {}  {}  {}",
            state(revision.state, paint),
            short(revision.revision.as_str()),
            printable(&revision.created_at)
        );
    }
    text
}

/// What the reader does next.
fn next_step(revision: &RevisionDetail, server: &str) -> String {
    let name = &revision.repo;
    let page = format!("{server}/models/{name}");
    match revision.state {
        State::Admitted => format!(
            "Next: export HF_ENDPOINT={server} HF_TOKEN=… and load it with `from_pretrained(\"{name}\")`; page: {page}"
        ),
        State::Held => format!(
            "Next: look at the reasons, then `mith registry approve {name} --reason …` or `deny`; page: {page}"
        ),
        State::Scanning => {
            format!("Next: `mith registry show {name}` tells when it is decided; page: {page}")
        }
        State::Denied => format!(
            "Next: clients are refused and told why; `mith explain RULE` says how to fix what a rule found; page: {page}"
        ),
        State::Withdrawn => {
            format!("Next: clients fail from now on, warm cache or not; page: {page}")
        }
    }
}

fn short(revision: &str) -> &str {
    revision.get(..12).unwrap_or(revision)
}

#[cfg(test)]
mod tests;
