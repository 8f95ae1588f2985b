//! How pages write states, times and sizes.

use jiff::Timestamp;
use mith_store::RevisionState;

/// A sign beside the word, for those who see shapes sooner than words; it never stands alone.
pub(super) const fn glyph(state: RevisionState) -> &'static str {
    match state {
        RevisionState::Scanning => "↻",
        RevisionState::Held => "‖",
        RevisionState::Admitted => "✓",
        RevisionState::Denied => "✕",
        RevisionState::Withdrawn => "⊘",
    }
}

/// One sentence about a state.
pub(super) const fn meaning(state: RevisionState) -> &'static str {
    match state {
        RevisionState::Scanning => "It is being scanned. Clients do not get it.",
        RevisionState::Held => "A person decides. Clients do not get it until then.",
        RevisionState::Admitted => "Clients may load it.",
        RevisionState::Denied => "Refused. Clients do not get it and are told why.",
        RevisionState::Withdrawn => {
            "Taken back. Clients with a copy in their cache are told to stop."
        }
    }
}

/// A time to the second.
pub(super) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A size with three digits at most.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = u128::from(bytes) * 10 / 1024;
    for unit in UNITS {
        if tenths < 10_240 || unit == "PiB" {
            return if tenths < 1_000 {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            } else {
                format!("{} {unit}", tenths / 10)
            };
        }
        tenths /= 1024;
    }
    format!("{bytes} B")
}

/// The first digits of a revision.
pub(super) fn short(revision: &mith_core::Revision) -> String {
    revision.as_str().chars().take(12).collect()
}

/// At most so many characters.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::{cut, size};

    #[test]
    fn writes_sizes_for_people() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (102_400, "100 KiB"),
            (1 << 20, "1.0 MiB"),
            (90_868_376, "86.6 MiB"),
            (1 << 40, "1.0 TiB"),
            (u64::MAX, "16383 PiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn cuts_by_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }
}
