//! The catalogue of rules: an index, and the page of each.

use std::fmt::Write as _;

use mith_scan::{Rule, Stability};

use super::{GENERATED, cell};

pub(super) fn pages() -> Vec<(String, String)> {
    let rules = mith_scan::rules();
    let mut pages = vec![("docs/rules/README.md".to_owned(), index(rules))];
    pages.extend(
        rules
            .iter()
            .map(|rule| (format!("docs/rules/{}.md", rule.id), page(rule))),
    );
    pages
}

fn index(rules: &[&Rule]) -> String {
    let mut text = format!(
        "{GENERATED}# Rules\n\n`mith explain RULE` prints the same pages. The verdict is the least that a finding of \
         the rule forces on its file.\n\n| rule | severity | verdict | what it finds |\n|---|---|---|---|\n"
    );
    for rule in rules {
        let _ = writeln!(
            text,
            "| [`{id}`]({id}.md) | {} | {} | {} |",
            rule.severity,
            rule.verdict,
            cell(rule.title),
            id = rule.id
        );
    }
    text
}

fn page(rule: &Rule) -> String {
    let stability = match rule.stability {
        Stability::Preview => "preview",
        Stability::Stable => "stable",
    };
    let references = if rule.references.is_empty() {
        String::new()
    } else {
        format!(" · {}", rule.references.join(", "))
    };
    format!(
        "{GENERATED}{}\n\n---\n\nRule `{}` · severity {} · verdict {} · since {} · {stability}{references}\n",
        rule.page.trim_end(),
        rule.id,
        rule.severity,
        rule.verdict,
        rule.since
    )
}
