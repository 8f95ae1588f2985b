//! Words with a symbol and a colour; the meaning is never in the colour alone.

use std::fmt;

use mith_core::{Severity, Verdict};
use owo_colors::Style;

/// The symbol that stands before a verdict, for eyes that do not see its colour.
pub const fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "✓",
        Verdict::Unknown => "?",
        Verdict::Unreadable => "!",
        Verdict::Malicious => "✗",
    }
}

/// Paints text, or not; decided once, at the top.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    enabled: bool,
}

impl Paint {
    /// With colour.
    pub const COLOURED: Self = Self { enabled: true };
    /// Without.
    pub const PLAIN: Self = Self { enabled: false };

    /// Whether it paints.
    pub const fn enabled(self) -> bool {
        self.enabled
    }

    /// Headings and names.
    pub fn strong(self, text: impl fmt::Display) -> String {
        self.apply(Style::new().bold(), text)
    }

    /// What matters less.
    pub fn faint(self, text: impl fmt::Display) -> String {
        self.apply(Style::new().dimmed(), text)
    }

    /// Something good.
    pub fn good(self, text: impl fmt::Display) -> String {
        self.apply(Style::new().green(), text)
    }

    /// Something that needs a look.
    pub fn doubtful(self, text: impl fmt::Display) -> String {
        self.apply(Style::new().yellow(), text)
    }

    /// Something bad.
    pub fn bad(self, text: impl fmt::Display) -> String {
        self.apply(Style::new().red().bold(), text)
    }

    /// A verdict with its symbol.
    pub fn verdict(self, verdict: Verdict) -> String {
        let text = format!("{} {verdict}", symbol(verdict));
        match verdict {
            Verdict::Clean => self.good(text),
            Verdict::Unknown => self.doubtful(text),
            Verdict::Unreadable => self.apply(Style::new().magenta(), text),
            Verdict::Malicious => self.bad(text),
        }
    }

    /// The word of a severity.
    pub fn severity(self, severity: Severity) -> String {
        match severity {
            Severity::Info | Severity::Low => self.faint(severity),
            Severity::Medium => self.doubtful(severity),
            Severity::High | Severity::Critical => self.bad(severity),
        }
    }

    fn apply(self, style: Style, text: impl fmt::Display) -> String {
        if self.enabled {
            style.style(text).to_string()
        } else {
            text.to_string()
        }
    }
}
