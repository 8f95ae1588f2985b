//! What policy makes of a verdict: allow, hold or deny, always with its reasons.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// The three things that can happen to a model at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Clients may have it.
    Allow,
    /// A person looks first.
    Hold,
    /// Refused.
    Deny,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Allow => "allow",
            Self::Hold => "hold",
            Self::Deny => "deny",
        })
    }
}

/// One reason of a decision, readable by the developer who asked for the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule or policy that gives the reason, e.g. `pickle-known-gadget` or `verdict-unknown`.
    pub rule: String,
    /// The artifact it is about, when it is about one.
    pub path: Option<String>,
    /// One sentence without a final full stop.
    pub message: String,
}

/// What policy decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Allow, hold or deny.
    pub outcome: Outcome,
    /// Never empty.
    pub reasons: Vec<Reason>,
}

impl Decision {
    /// The default policy: clean is allowed, unknown waits for a review, malicious and unreadable are denied.
    pub fn from_verdict(verdict: Verdict, mut reasons: Vec<Reason>) -> Self {
        let (outcome, message) = match verdict {
            Verdict::Clean => (
                Outcome::Allow,
                "every file was read and holds nothing that a loader executes",
            ),
            Verdict::Unknown => (
                Outcome::Hold,
                "something in it is not on the known-good list; a person reviews it first",
            ),
            Verdict::Unreadable => (
                Outcome::Deny,
                "it could not be read to the end, so nothing can be promised",
            ),
            Verdict::Malicious => (
                Outcome::Deny,
                "it holds a known way to run code when it is loaded",
            ),
        };
        if reasons.is_empty() {
            reasons.push(Reason {
                rule: format!("verdict-{verdict}"),
                path: None,
                message: message.to_owned(),
            });
        }
        Self { outcome, reasons }
    }
}
