//! The findings of one artifact: the same thing at many places is one finding, and their number is bounded.

use std::collections::HashMap;

use mith_core::{Finding, Severity, Verdict};

/// How many findings of each verdict an artifact may have; more are counted, and still decide the verdict.
const KEPT: usize = 64;

/// What makes two findings the same: rule, member, and the import or else the message.
type Key = (String, Option<String>, String);

/// Findings so far, and the worst verdict they force.
#[derive(Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    places: HashMap<Key, usize>,
    left_off: HashMap<Verdict, u64>,
}

impl Findings {
    /// Adds one, or counts it to the same one from before. Returns where it is, unless it was left off.
    pub(crate) fn add(&mut self, finding: Finding) -> Option<usize> {
        let what = finding
            .evidence
            .import
            .clone()
            .unwrap_or_else(|| finding.message.clone());
        let key = (finding.rule.clone(), finding.location.member.clone(), what);
        if let Some(at) = self.places.get(&key).copied()
            && let Some(old) = self.list.get_mut(at)
        {
            merge(old, finding);
            return Some(at);
        }
        if self.is_full(finding.verdict) {
            self.leave_off(finding.verdict);
            return None;
        }
        let at = self.list.len();
        self.places.insert(key, at);
        self.list.push(finding);
        Some(at)
    }

    /// Whether there are as many of a verdict as are kept.
    pub(crate) fn is_full(&self, verdict: Verdict) -> bool {
        let same = |old: &&Finding| old.verdict == verdict;
        self.list.iter().filter(same).count() >= KEPT
    }

    /// Counts one that is not kept.
    pub(crate) fn leave_off(&mut self, verdict: Verdict) {
        *self.left_off.entry(verdict).or_default() += 1;
    }

    /// Counts the finding at a place that [`Self::add`] returned once more, for an import or for a call.
    pub(crate) fn again(&mut self, at: usize, is_call: bool) {
        if let Some(old) = self.list.get_mut(at)
            && old.evidence.call.is_some() == is_call
        {
            old.evidence.count = Some(old.evidence.count.unwrap_or(1).saturating_add(1));
        }
    }

    /// Lowers every verdict to at most `most`.
    pub(crate) fn cap(&mut self, most: Verdict) {
        for finding in &mut self.list {
            finding.verdict = finding.verdict.min(most);
            finding.severity = finding.severity.min(Severity::High);
        }
        let left_off: u64 = std::mem::take(&mut self.left_off).into_values().sum();
        if left_off > 0 {
            self.left_off.insert(most, left_off);
        }
    }

    /// Takes over all findings of `other`.
    pub(crate) fn extend(&mut self, other: Self) {
        for (verdict, count) in other
            .left_off
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>()
        {
            *self.left_off.entry(verdict).or_default() += count;
        }
        for finding in other.list {
            self.add(finding);
        }
    }

    /// Keeps those for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Finding) -> bool) {
        let list = std::mem::take(&mut self.list);
        self.places.clear();
        for finding in list.into_iter().filter(keep) {
            self.add(finding);
        }
    }

    /// Gives the findings of a rule a lesser verdict, where the bytes are known to be harmless otherwise.
    pub(crate) fn soften(&mut self, rule: &str, verdict: Verdict) {
        for finding in self.list.iter_mut().filter(|finding| finding.rule == rule) {
            finding.verdict = verdict;
        }
    }

    /// The worst verdict that any finding forces.
    pub(crate) fn verdict(&self) -> Verdict {
        let kept = self.list.iter().map(|finding| finding.verdict).max();
        let left_off = self.left_off.keys().copied().max();
        kept.max(left_off).unwrap_or(Verdict::Clean)
    }

    /// The list, highest severity first, then by place; a last line tells how many were left off.
    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        self.list.sort_by(|left, right| {
            (right.severity, right.verdict)
                .cmp(&(left.severity, left.verdict))
                .then_with(|| left.location.cmp(&right.location))
                .then_with(|| left.rule.cmp(&right.rule))
                .then_with(|| left.message.cmp(&right.message))
        });
        let left_off: u64 = self.left_off.values().sum();
        if let Some(last) = self.list.last().filter(|_| left_off > 0).cloned() {
            let verdict = self.left_off.keys().copied().max().unwrap_or(last.verdict);
            self.list.push(Finding {
                message: format!("{left_off} more findings of this artifact are not shown"),
                severity: Severity::Info,
                verdict,
                evidence: mith_core::Evidence::default(),
                location: mith_core::Location::default(),
                ..last
            });
        }
        self.list
    }
}

/// A call says more than the import that it makes, so it replaces the sentence; the number of places is kept.
fn merge(old: &mut Finding, new: Finding) {
    let says_more = new.evidence.call.is_some() && old.evidence.call.is_none();
    let graver = new.verdict > old.verdict;
    let severity = old.severity.max(new.severity);
    let verdict = old.verdict.max(new.verdict);
    let count = old.evidence.count.unwrap_or(1);
    if says_more || graver {
        *old = new;
        old.evidence.count = (count > 1).then_some(count);
    } else if new.evidence.call.is_some() == old.evidence.call.is_some() {
        old.evidence.count = Some(count.saturating_add(1));
    }
    old.severity = severity;
    old.verdict = verdict;
}

#[cfg(test)]
mod tests;
