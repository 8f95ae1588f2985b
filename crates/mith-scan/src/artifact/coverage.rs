//! Which bytes of an artifact were parsed, are inert data, or were not understood.

use mith_core::{CoverageKind, CoverageSpan};

/// How many spans an artifact's report holds.
const KEPT: usize = 64;

/// Spans in the order in which views reported them.
#[derive(Default)]
pub(crate) struct Coverage {
    spans: Vec<CoverageSpan>,
}

impl Coverage {
    /// Adds a span; empty ones are left out.
    pub(crate) fn add(&mut self, start: u64, end: u64, kind: CoverageKind, what: &str) {
        if start < end {
            self.spans.push(CoverageSpan {
                start,
                end,
                kind,
                what: what.to_owned(),
            });
            if self.spans.len() > KEPT * 64 {
                self.join();
            }
        }
    }

    /// Joins neighbours of the same kind.
    fn join(&mut self) {
        self.spans.sort_by(|left, right| {
            (left.start, left.end, &left.what).cmp(&(right.start, right.end, &right.what))
        });
        let mut joined: Vec<CoverageSpan> = Vec::new();
        for span in self.spans.drain(..) {
            match joined.last_mut() {
                Some(last)
                    if last.kind == span.kind
                        && last.what == span.what
                        && span.start <= last.end =>
                {
                    last.end = last.end.max(span.end);
                }
                _ => joined.push(span),
            }
        }
        self.spans = joined;
    }

    /// The report's list; what no view spoke of is not understood. A list that is too long ends in one span for the rest.
    pub(crate) fn into_spans(mut self, size: u64) -> Vec<CoverageSpan> {
        self.join();
        let mut gaps = Vec::new();
        let mut at = 0;
        for span in &self.spans {
            if span.start > at {
                gaps.push((at, span.start));
            }
            at = at.max(span.end);
        }
        if at < size {
            gaps.push((at, size));
        }
        for (start, end) in gaps {
            self.add(start, end, CoverageKind::NotUnderstood, "no view");
        }
        self.join();
        if self.spans.len() > KEPT {
            let rest = self.spans.split_off(KEPT - 1);
            let worst = if rest
                .iter()
                .any(|span| span.kind == CoverageKind::NotUnderstood)
            {
                CoverageKind::NotUnderstood
            } else if rest.iter().any(|span| span.kind == CoverageKind::Parsed) {
                CoverageKind::Parsed
            } else {
                CoverageKind::Inert
            };
            let start = rest.first().map_or(0, |span| span.start);
            self.spans.push(CoverageSpan {
                start,
                end: size,
                kind: worst,
                what: format!("{} more spans", rest.len()),
            });
        }
        self.spans
    }
}

#[cfg(test)]
mod tests;
