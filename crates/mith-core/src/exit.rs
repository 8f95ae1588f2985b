//! Exit codes, which are API.

use crate::Verdict;

/// The exit codes of every command but `run` and `guard`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Nothing at or over the threshold.
    Clean = 0,
    /// Malicious, denied, or a failed check.
    Malicious = 1,
    /// Wrong usage.
    Usage = 2,
    /// Unknown, or needs review.
    Unknown = 3,
    /// Unreadable, or could not finish: I/O, network, budget.
    Unreadable = 4,
    /// A bug of ours.
    Bug = 70,
}

impl ExitCode {
    /// All codes with what each means, for the generated reference.
    pub const TABLE: [(Self, &'static str); 6] = [
        (Self::Clean, "nothing at or over the threshold"),
        (Self::Malicious, "malicious, denied, or a failed check"),
        (Self::Usage, "wrong usage"),
        (Self::Unknown, "unknown, or needs review"),
        (
            Self::Unreadable,
            "unreadable, or could not finish (I/O, network, budget)",
        ),
        (Self::Bug, "a bug of ours"),
    ];

    /// The number that the process returns.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code for the worst verdict under a threshold.
    pub fn from_verdict(verdict: Verdict, fail_on: FailOn) -> Self {
        if verdict < fail_on.threshold() {
            return Self::Clean;
        }
        match verdict {
            Verdict::Clean => Self::Clean,
            Verdict::Unknown => Self::Unknown,
            Verdict::Unreadable => Self::Unreadable,
            Verdict::Malicious => Self::Malicious,
        }
    }
}

/// `--fail-on`: the least verdict that makes a command fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// All but clean fail.
    #[default]
    Unknown,
    /// Unknown passes.
    Unreadable,
    /// Only malicious fails.
    Malicious,
}

impl FailOn {
    const fn threshold(self) -> Verdict {
        match self {
            Self::Unknown => Verdict::Unknown,
            Self::Unreadable => Verdict::Unreadable,
            Self::Malicious => Verdict::Malicious,
        }
    }
}
