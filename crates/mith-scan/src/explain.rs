//! The pickles of a file as readable Python-like lines, with what is dangerous marked.

use std::cell::RefCell;

use mith_core::Verdict;
use mith_formats::Input;
use mith_formats::budget::Budget;
use mith_formats::pickle::listing::{Listing, Statement, StatementKind};
use mith_formats::pickle::{self, Loader, Options, PickleSource, Tee};

use crate::ScanOptions;
use crate::artifact::{self, Context, Effort, Item, Judge, Sheet};

/// The decompiled view of one file; bounded, see [`Explanation::truncated`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The name that was given.
    pub path: String,
    /// Every format under which a loader could open the bytes.
    pub formats: Vec<String>,
    /// The pickles found, in the order of the bytes; empty when the file holds none.
    pub pickles: Vec<ExplainedPickle>,
    /// Whether lines were left off to keep the output short.
    pub truncated: bool,
}

/// One pickle as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedPickle {
    /// Member of the container that holds it, if any.
    pub member: Option<String>,
    /// Which pickle of the stream, from 0.
    pub index: u32,
    /// First byte.
    pub start: u64,
    /// One past the last byte that was read.
    pub end: u64,
    /// The statements.
    pub lines: Vec<ExplainedLine>,
}

/// One statement of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLine {
    /// The byte at which the statement takes effect.
    pub offset: u64,
    /// One line of Python-like text, printable.
    pub text: String,
    /// Whether the rules object to it.
    pub mark: Mark,
    /// The rule that does.
    pub rule: Option<&'static str>,
}

/// What the rules say of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing.
    None,
    /// Not on the known-good list.
    Unknown,
    /// Runs code or does harm.
    Dangerous,
}

/// How many lines an explanation has in all.
const LINES: usize = 5_000;

/// About how many characters a line has.
const WIDTH: usize = 400;

/// Decompiles the pickles of a file, those of its members and of loads inside the load included.
pub fn explain(name: &str, input: &dyn Input, options: &ScanOptions<'_>) -> Explanation {
    let budget = Budget::new(&options.limits);
    let effort = Effort::new(&options.limits);
    let explainer = RefCell::new(Explainer::default());
    let context = Context {
        options,
        budget: &budget,
        effort: &effort,
        explainer: Some(&explainer),
    };
    let item = Item {
        path: name.to_owned(),
        member: None,
        depth: 0,
    };
    let mut sheet = Sheet::default();
    artifact::examine(&context, &item, input, &mut sheet);
    let formats = sheet.formats;
    let explainer = explainer.into_inner();
    Explanation {
        path: name.to_owned(),
        formats,
        pickles: explainer.pickles,
        truncated: explainer.truncated,
    }
}

/// Writes pickles down as text while they are judged.
#[derive(Default)]
pub(crate) struct Explainer {
    pickles: Vec<ExplainedPickle>,
    lines: usize,
    truncated: bool,
}

impl Explainer {
    /// Adds the pickles of one stream, which begin at `starts`.
    pub(crate) fn add(
        &mut self,
        context: &Context<'_>,
        item: &Item,
        source: &dyn PickleSource,
        starts: &[u64],
        loader: Loader,
        script: bool,
    ) {
        let options = Options {
            loader,
            ..Options::default()
        };
        for (index, start) in starts.iter().enumerate() {
            let left = LINES.saturating_sub(self.lines);
            if left == 0 {
                self.truncated = true;
                return;
            }
            let mut judge = Judge::new(item, script);
            let mut listing = Listing::new(left, WIDTH);
            let outcome = pickle::interpret(
                source,
                *start,
                &options,
                &context.options.limits,
                &mut Tee(&mut judge, &mut listing),
            );
            listing.finish(&outcome);
            self.truncated |= listing.omitted() > 0;
            self.lines += listing.lines().len();
            self.pickles.push(ExplainedPickle {
                member: inner_path(item),
                index: u32::try_from(index).unwrap_or(u32::MAX),
                start: outcome.start,
                end: outcome.end,
                lines: listing
                    .lines()
                    .iter()
                    .map(|line| marked(line, &judge))
                    .collect(),
            });
        }
    }
}

/// The path inside the file that was asked for.
fn inner_path(item: &Item) -> Option<String> {
    item.path.split_once('!').map(|(_, inner)| inner.to_owned())
}

/// A statement with the gravest objection to its place.
fn marked(line: &Statement, judge: &Judge) -> ExplainedLine {
    let is_remark = matches!(line.kind, StatementKind::Remark | StatementKind::Result);
    let gravest = judge
        .objections
        .iter()
        .filter(|objection| !is_remark && objection.at == line.at)
        .max_by_key(|objection| objection.verdict);
    ExplainedLine {
        offset: line.at,
        text: line.text.clone(),
        mark: match gravest.map(|objection| objection.verdict) {
            None | Some(Verdict::Clean) => Mark::None,
            Some(Verdict::Unknown | Verdict::Unreadable) => Mark::Unknown,
            Some(Verdict::Malicious) => Mark::Dangerous,
        },
        rule: gravest.map(|objection| objection.rule),
    }
}

#[cfg(test)]
mod tests;
