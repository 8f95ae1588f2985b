//! The pickle view: is this a stream of pickles under any loader, and what do they do?

use std::collections::HashSet;
use std::mem::discriminant;
use std::rc::Rc;

use mith_core::{CoverageKind, Evidence, Finding, Verdict};
use mith_formats::pickle::{self, Loader, Options, Outcome, PickleSource};
use mith_formats::torch::legacy;
use mith_formats::{DefectKind, Input, Limits, input::read_vec, sniff};

use super::claim;
use super::effort::Known;
use super::pickles::Judge;
use super::{Context, Item, Sheet, route};
use crate::globals::LoadFormat;
use crate::judge::{Content, Inner};
use crate::{judge, rules};

/// How many pickles of one stream are run.
const PICKLES: usize = 20_000;

/// How far behind a broken or finished pickle another one is looked for.
const SEARCHED: usize = 8 << 20;

/// How many places are tried there.
const TRIES: usize = 512;

/// What came of the pickle view.
pub(crate) struct View {
    /// Whether the bytes are a pickle.
    pub(crate) applies: bool,
    /// Whether they are a text that only names something.
    pub(crate) only_text: bool,
    /// Where the last pickle ended.
    pub(crate) end: u64,
    /// Whether every pickle came to its STOP without a defect.
    pub(crate) whole: bool,
    /// How many pickles ran.
    pub(crate) count: usize,
    /// How it was read.
    pub(crate) loader: Loader,
    /// Whether types under `__torch__` belong to the archive.
    pub(crate) script: bool,
    /// What the judge knows.
    pub(crate) judge: Judge,
    /// What is kept of each pickle.
    pub(crate) ended: Vec<Ended>,
}

/// What is kept of an [`Outcome`].
pub(crate) struct Ended {
    outcome_start: u64,
    /// Where it ended.
    pub(crate) end: u64,
    /// Its highest protocol.
    pub(crate) protocol: u8,
    /// Whether it came to its STOP.
    pub(crate) stopped: bool,
    defects: Vec<mith_formats::Defect>,
    arrays: Vec<pickle::DataSpan>,
    /// Keys of storages, when the result is a list of texts.
    keys: Option<Keys>,
    /// The result, when it is a small number.
    pub(crate) number: Option<i64>,
    /// Bytes per element of the storage class that ends a tuple.
    pub(crate) element_size: Option<u64>,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome_start: outcome.start,
            end: outcome.end,
            protocol: outcome.protocol,
            stopped: outcome.stopped,
            defects: outcome.defects,
            arrays: outcome.arrays,
            keys: keys_of(&outcome.result),
            number: outcome.result.int(),
            element_size: element_size(&outcome.result),
        }
    }
}

/// Torch's oldest container describes a storage as `(key, location, class)`.
fn element_size(result: &pickle::Value) -> Option<u64> {
    let pickle::Value::Tuple(tuple) = result else {
        return None;
    };
    match tuple.items().last() {
        Some(pickle::Value::Global(class)) => judge::element_size(&class.qualname),
        _ => None,
    }
}

/// A list of texts: the first of them, and how many there are.
type Keys = (Vec<Vec<u8>>, u64);

/// The texts of a list, as the fifth pickle of torch's legacy stream has them.
fn keys_of(result: &pickle::Value) -> Option<Keys> {
    let pickle::Value::List(list) = result else {
        return None;
    };
    let texts: Option<Vec<Vec<u8>>> = list
        .items()
        .iter()
        .map(|key| match key {
            pickle::Value::Text(text) => Some(text.content().to_vec()),
            _ => None,
        })
        .collect();
    Some((texts?, list.len()))
}

impl View {
    /// The storage keys of the fifth pickle. Torch writes them sorted, so that a long list, of which only the beginning
    /// is kept, is known from the storages that the fourth pickle named.
    pub(crate) fn fifth_keys(&self) -> Option<Vec<Vec<u8>>> {
        let (kept, count) = self.ended.get(4)?.keys.as_ref()?;
        if kept.len() as u64 == *count {
            return Some(kept.clone());
        }
        let named: Vec<Vec<u8>> = self.judge.storages.keys().cloned().collect();
        (named.len() as u64 == *count && named.starts_with(kept)).then_some(named)
    }

    /// Whether this is torch's legacy stream.
    pub(crate) fn is_legacy(&self) -> bool {
        is_legacy(&self.ended)
    }

    /// Where the fifth pickle ends.
    pub(crate) fn fifth_end(&self) -> Option<u64> {
        self.ended.get(4).map(|done| done.end)
    }
}

/// Runs the pickles of a stream from `start` on, as far as they follow one another.
pub(crate) fn run(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    start: u64,
    loader: Loader,
    script: bool,
) -> View {
    let way = Way {
        loader,
        script,
        ..Way::ONE
    };
    run_within(
        context,
        item,
        source,
        start,
        Way {
            most: PICKLES,
            ..way
        },
    )
}

/// How a stream is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// Which loader reads it.
    pub(crate) loader: Loader,
    /// Whether types under `__torch__` belong to the archive.
    pub(crate) script: bool,
    /// Most opcodes, where bytes are searched that nothing points to.
    pub(crate) search: Option<u64>,
    /// Most pickles.
    pub(crate) most: usize,
}

impl Way {
    /// One pickle without more.
    pub(crate) const ONE: Self = Self {
        loader: Loader::Plain,
        script: false,
        search: None,
        most: 1,
    };
}

/// Runs as [`run`] does, in one of several ways.
pub(crate) fn run_within(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    start: u64,
    way: Way,
) -> View {
    let Way {
        loader,
        script,
        search,
        most,
    } = way;
    let limits = &context.options.limits;
    let wanted = search.map_or(limits.opcodes, |most| most.min(limits.opcodes));
    let limits = Limits {
        opcodes: context.effort.opcodes(wanted, search.is_some()).max(1),
        ..limits.clone()
    };
    let mut spent = 0_u64;
    let mut judge = Judge::new(item, script);
    let index = Rc::clone(&judge.index);
    let options = Options {
        loader,
        ..Options::default()
    };
    let mut ended: Vec<Ended> = Vec::new();
    pickle::interpret_all(
        source,
        start,
        &options,
        &limits,
        &mut judge,
        &mut |outcome| {
            spent = spent.saturating_add(outcome.opcodes);
            ended.push(Ended::from(outcome));
            index.set(u32::try_from(ended.len()).unwrap_or(u32::MAX));
            ended.len() < most
        },
    );
    let furthest = ended.iter().map(|done| done.end).max().unwrap_or(start);
    context
        .effort
        .pay(spent, furthest.saturating_sub(start), search.is_some());
    let count = ended.len();
    let steps = legacy::STEPS.len();
    if count > steps && is_legacy(&ended) {
        // Raw storages follow.
        for index in steps..count {
            judge.forget(u32::try_from(index).unwrap_or(u32::MAX));
        }
        ended.truncate(steps);
    }
    let count = ended.len();
    // What follows the pickles may be no pickle: then the caller looks at it, and what was seen in it is chance.
    if count > 1 && ended.last().is_some_and(is_chance) {
        ended.pop();
        judge.forget(u32::try_from(count - 1).unwrap_or(u32::MAX));
    }
    View {
        applies: false,
        only_text: false,
        end: ended.iter().map(|done| done.end).max().unwrap_or(start),
        whole: ended
            .iter()
            .all(|done| done.stopped && done.defects.is_empty()),
        count: ended.len(),
        loader,
        script,
        judge,
        ended,
    }
}

/// Whether these are the pickles of torch's legacy stream: the second is its version, the fifth the list of keys.
fn is_legacy(ended: &[Ended]) -> bool {
    ended.get(1).is_some_and(|done| done.number == Some(1001))
        && ended
            .get(4)
            .is_some_and(|done| done.stopped && done.keys.is_some())
}

/// Whether a run behind another pickle broke off before it was anything.
fn is_chance(done: &Ended) -> bool {
    !done.stopped && done.protocol == 0
}

/// Adds what the view says to the sheet.
pub(crate) fn note(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    view: View,
    sheet: &mut Sheet,
) {
    sheet.format(item, "pickle");
    sheet.pickles += 1;
    if let Some(explainer) = context.explainer {
        let starts: Vec<u64> = view.ended.iter().map(|done| done.outcome_start).collect();
        explainer
            .borrow_mut()
            .add(context, item, source, &starts, view.loader, view.script);
    }
    for done in &view.ended {
        for defect in &done.defects {
            let rule = match defect.kind {
                DefectKind::Disagreement => &rules::pickle_reader_divergence::RULE,
                _ => &rules::pickle_broken::RULE,
            };
            sheet.defect(rule, item, defect);
        }
        if !done.stopped && done.defects.is_empty() {
            let at = item.at(done.end);
            sheet.find(&rules::pickle_broken::RULE, at, "ends without a STOP", None);
        }
        let mut at = done.outcome_start;
        for array in &done.arrays {
            sheet.cover(item, at, array.start, CoverageKind::Parsed, "pickle");
            sheet.cover(
                item,
                array.start,
                array.end,
                CoverageKind::Inert,
                "array data",
            );
            at = array.end;
        }
        sheet.cover(item, at, done.end, CoverageKind::Parsed, "pickle");
    }
    if view.count >= PICKLES {
        let message = format!("holds more than {PICKLES} pickles, the rest is not read");
        sheet.find(
            &rules::pickle_broken::RULE,
            item.at(view.end),
            message,
            None,
        );
    }
    note_judge(context, item, source, view.judge, sheet);
}

/// Adds what the judge found, and looks into the loads inside the load.
pub(crate) fn note_judge(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    judge: Judge,
    sheet: &mut Sheet,
) {
    for (_, part) in judge.parts {
        for finding in part.loaders.left(&item.whole()) {
            sheet.add(finding);
        }
        sheet.findings.extend(part.findings);
        if part.inner_left_off {
            let message = "makes more loads inside the load than are looked into";
            not_looked_into(item, 0, message, sheet);
        }
        // The same bytes of the stream may be loaded any number of times.
        let mut places = HashSet::new();
        for (at, inner) in part.inner {
            let is_new = match &inner.content {
                Content::At { offset, len } => {
                    places.insert((discriminant(&inner.load.format), *offset, *len))
                }
                Content::Held(_) => true,
            };
            if is_new {
                look_inside(context, item, source, at, &inner, sheet);
            }
        }
    }
}

/// Looks at the bytes of a load inside the load as at a file of their own.
fn look_inside(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    at: u64,
    inner: &Inner,
    sheet: &mut Sheet,
) {
    let part = item.part(&format!("{}@{at}", inner.import));
    let bytes = match content(context, source, &inner.content) {
        Ok(bytes) => bytes,
        Err(message) => {
            not_looked_into(item, at, &message, sheet);
            return;
        }
    };
    if part.depth > context.options.limits.depth {
        let message = "nests loads deeper than they are looked into";
        not_looked_into(item, at, message, sheet);
        return;
    }
    let Ok(digest) = crate::hash::digest(&bytes, None) else {
        return not_looked_into(item, at, "loads bytes that cannot be read", sheet);
    };
    match context.effort.inner(inner.load.format, digest) {
        Known::New => {}
        Known::Seen => return,
        Known::TooMany => {
            let message = "makes more loads inside the load than are looked into";
            return not_looked_into(item, at, message, sheet);
        }
    }
    let mut notes = Sheet::default();
    match inner.load.format {
        LoadFormat::Pickle => as_pickle(context, &part, &bytes, Loader::Plain, false, &mut notes),
        LoadFormat::Joblib | LoadFormat::Torch | LoadFormat::Numpy => {
            route::examine(context, &part, &bytes, &mut notes);
        }
    }
    let verdict = notes.findings.verdict();
    if verdict == Verdict::Malicious {
        let message = format!(
            "loads bytes with `{}` that do harm when they are loaded",
            inner.import
        );
        let mut finding: Finding =
            rules::pickle_nested_load::RULE.finding(item.at(at), message, Evidence::default());
        finding.verdict = verdict;
        finding.severity = mith_core::Severity::Critical;
        finding.evidence.import = Some(inner.import.clone());
        sheet.add(finding);
    }
    sheet.findings.extend(notes.findings);
}

/// Notes a load inside the load that stays unjudged.
fn not_looked_into(item: &Item, at: u64, message: &str, sheet: &mut Sheet) {
    let mut finding =
        rules::pickle_nested_load::RULE.finding(item.at(at), message, Evidence::default());
    finding.verdict = Verdict::Unreadable;
    sheet.add(finding);
}

fn content(
    context: &Context<'_>,
    source: &dyn PickleSource,
    content: &Content,
) -> Result<Vec<u8>, String> {
    match content {
        Content::Held(pickle::Value::Bytes(blob)) => Ok(blob.content().to_vec()),
        Content::Held(pickle::Value::Text(text)) => Ok(text.content().to_vec()),
        Content::Held(_) => Err("loads bytes that are not held".to_owned()),
        Content::At { offset, len } => {
            let length = *len as usize;
            if *len == u32::MAX || length > context.options.limits.held_bytes {
                return Err(format!(
                    "loads {len} bytes inside the load, more than are looked into"
                ));
            }
            let mut bytes = vec![0; length];
            let mut filled = 0;
            while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match source.read_at(offset + filled as u64, rest) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) => {
                        return Err(format!("loads bytes that cannot be read again: {error}"));
                    }
                }
            }
            bytes.truncate(filled);
            Ok(bytes)
        }
    }
}

/// Judges bytes that a loader certainly opens as pickles.
pub(crate) fn as_pickle(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    loader: Loader,
    script: bool,
    sheet: &mut Sheet,
) {
    let view = run(context, item, source, 0, loader, script);
    let (end, first_whole) = (view.end, view.whole);
    note(context, item, source, view, sheet);
    if let Some(size) = source.size()
        && end < size
        && source.rereads()
    {
        let found = find_more(context, item, source, end, size, sheet);
        if first_whole && !found {
            trailing(item, end, size, sheet);
        }
    }
}

/// Notes bytes behind the pickles that nothing explains.
pub(crate) fn trailing(item: &Item, end: u64, size: u64, sheet: &mut Sheet) {
    sheet.cover(
        item,
        end,
        size,
        CoverageKind::NotUnderstood,
        "behind the pickles",
    );
    let message = format!(
        "{} bytes behind the last pickle are not understood",
        size - end
    );
    sheet.find(
        &rules::pickle_trailing_data::RULE,
        item.at(end),
        message,
        None,
    );
}

/// Looks for further pickles behind the place at which reading stopped: by their header anywhere, and by their first
/// opcode right behind it. Returns whether the bytes up to the end are explained.
pub(crate) fn find_more(
    context: &Context<'_>,
    item: &Item,
    source: &dyn PickleSource,
    from: u64,
    size: u64,
    sheet: &mut Sheet,
) -> bool {
    let bytes = match read_source(source, from, SEARCHED) {
        Ok(bytes) => bytes,
        Err(error) => {
            let at = item.at(from);
            sheet.find(
                &rules::file_unreadable::RULE,
                at,
                format!("cannot be read: {error}"),
                None,
            );
            return false;
        }
    };
    let mut next = 0;
    let mut explained = false;
    for at in candidates(&bytes).take(TRIES) {
        if at < next {
            continue;
        }
        let start = from + at as u64;
        if context.effort.opcodes(u64::MAX, true) == 0 {
            let message = "holds more beginnings of pickles behind the first than are tried";
            let mut finding =
                rules::pickle_broken::RULE.finding(item.at(start), message, Evidence::default());
            finding.verdict = Verdict::Unreadable;
            sheet.add(finding);
            break;
        }
        let way = Way {
            search: Some(u64::MAX),
            most: PICKLES,
            ..Way::ONE
        };
        let view = run_within(context, item, source, start, way);
        let seen = view.judge.seen();
        let stopped = view.ended.first().is_some_and(|done| done.stopped);
        let is_one = view.judge.is_malicious()
            || (stopped && (seen.calls > 0 || seen.known > 0 || view.end == size));
        if is_one {
            next = usize::try_from(view.end.saturating_sub(from)).unwrap_or(usize::MAX);
            explained = view.end == size;
            let message = "another pickle follows bytes that are none";
            sheet.find(
                &rules::pickle_trailing_data::RULE,
                item.at(start),
                message,
                None,
            );
            note(context, item, source, view, sheet);
        }
    }
    explained
}

/// Places at which a pickle could begin.
fn candidates(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().enumerate().filter_map(move |(at, byte)| {
        let protocol = *byte == 0x80 && bytes.get(at + 1).is_some_and(|version| *version <= 5);
        let near = at < 64 && bytes.get(at..).and_then(sniff::pickle_start).is_some();
        (protocol || near).then_some(at)
    })
}

fn read_source(source: &dyn PickleSource, from: u64, limit: usize) -> std::io::Result<Vec<u8>> {
    let rest = source
        .size()
        .map_or(limit as u64, |size| size.saturating_sub(from));
    let mut bytes = vec![0; usize::try_from(rest).unwrap_or(limit).min(limit)];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read_at(from + filled as u64, rest)? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Tries the pickle view on bytes of which nothing else says what they are; `None` when they are no pickle.
pub(crate) fn attempt(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    is_text: bool,
) -> Option<(View, Loader)> {
    let head = read_vec(input, 0, 16).ok()?;
    sniff::pickle_start(&head)?;
    let mut view = run(context, item, &input, 0, Loader::Plain, false);
    if view.judge.seen().joblib {
        let joblib = run(context, item, &input, 0, Loader::Joblib, false);
        return Some((joined(view, joblib), Loader::Joblib));
    }
    let text = if is_text && claim::is_text_name(item) {
        read_vec(input, view.end, claim::TAIL).ok()
    } else {
        None
    };
    view.applies = claim::decides(&view, item, input.size(), is_text, text.as_deref());
    if view.applies && is_text && claim::is_only_text(&view, item) {
        view.only_text = true;
        // The names stand in a text that calls nothing: that is worth a look, and no attack.
        for (_, part) in &mut view.judge.parts {
            part.findings.cap(Verdict::Unknown);
        }
    }
    view.applies.then_some((view, Loader::Plain))
}

/// Joblib's reading, with what is dangerous in the plain one: its opcodes between the arrays may be data, or not.
fn joined(plain: View, mut joblib: View) -> View {
    let arrays: Vec<pickle::DataSpan> = joblib
        .ended
        .iter()
        .flat_map(|done| done.arrays.iter().cloned())
        .collect();
    let in_array = |at: u64| {
        let after = arrays.partition_point(|array| array.end <= at);
        arrays.get(after).is_some_and(|array| array.start <= at)
    };
    // Chance makes no names out of numbers: then the arrays are a program for every reader but joblib.
    let runs = plain.judge.active_left_off || plain.judge.active.iter().any(|at| in_array(*at));
    for (index, mut part) in plain.judge.parts {
        part.findings.retain(|finding| {
            let inside = finding.location.offset.is_some_and(in_array);
            finding.verdict == Verdict::Malicious
                || (runs && inside && finding.verdict >= Verdict::Unknown)
        });
        part.inner.retain(|(at, _)| runs && in_array(*at));
        joblib.judge.parts.push((index, part));
    }
    let disagreements = plain
        .ended
        .into_iter()
        .flat_map(|done| done.defects)
        .filter(|defect| runs && defect.kind == DefectKind::Disagreement);
    if let Some(first) = joblib.ended.first_mut() {
        first.defects.extend(disagreements);
    }
    joblib.applies = true;
    joblib
}

/// Text that evidence can hold, for other views.
pub(crate) fn shown(text: &str) -> String {
    judge::shown(text)
}
