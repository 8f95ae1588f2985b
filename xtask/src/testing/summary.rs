//! Results of all suites, and the closing lines that people and machines read.

use std::fmt;

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// It held.
    Passed,
    /// It did not.
    Failed,
    /// It did not run, and this is why.
    Skipped(String),
}

/// One test of any suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    suite: String,
    name: String,
    pub(crate) state: State,
}

impl Case {
    /// A test of a suite.
    pub(crate) fn new(suite: &str, name: &str, state: State) -> Self {
        Self {
            suite: suite.to_owned(),
            name: name.to_owned(),
            state,
        }
    }
}

/// All tests that were run or skipped.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    cases: Vec<Case>,
}

impl Summary {
    /// Adds one result.
    pub(crate) fn add(&mut self, case: Case) {
        self.cases.push(case);
    }

    /// Adds many results.
    pub(crate) fn extend(&mut self, cases: Vec<Case>) {
        self.cases.extend(cases);
    }

    /// True when tests ran and none failed: a run of nothing proves nothing.
    pub(crate) fn passed(&self) -> bool {
        self.count(|state| *state == State::Failed) == 0
            && self.count(|state| *state == State::Passed) > 0
    }

    fn count(&self, wanted: impl Fn(&State) -> bool) -> usize {
        self.cases.iter().filter(|case| wanted(&case.state)).count()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter)?;
        for case in &self.cases {
            if let State::Skipped(reason) = &case.state {
                writeln!(formatter, "skipped: {} {}: {reason}", case.suite, case.name)?;
            }
        }
        for case in self.cases.iter().filter(|case| case.state == State::Failed) {
            writeln!(formatter, "failed: {} {}", case.suite, case.name)?;
        }
        write!(
            formatter,
            "{} passed, {} failed, {} skipped",
            self.count(|state| *state == State::Passed),
            self.count(|state| *state == State::Failed),
            self.count(|state| matches!(state, State::Skipped(_))),
        )
    }
}

#[cfg(test)]
mod tests;
