//! Collects defects of a reader without growing by the input's will.

use crate::{Defect, DefectKind};

/// How many defects one reader lists; a hostile file can hold one per member.
const LISTED: usize = 1000;

/// A bounded list of defects.
#[derive(Debug, Default)]
pub(crate) struct Defects {
    list: Vec<Defect>,
    dropped: u64,
}

impl Defects {
    /// Notes a defect. The message is only made when there is room for it.
    pub(crate) fn push(&mut self, kind: DefectKind, offset: u64, message: impl FnOnce() -> String) {
        if self.list.len() < LISTED {
            self.list.push(Defect::new(kind, offset, message()));
        } else {
            self.dropped += 1;
        }
    }

    /// Notes that the input could not be read.
    pub(crate) fn io(&mut self, offset: u64, error: &std::io::Error) {
        self.push(DefectKind::Io, offset, || error.to_string());
    }

    /// Whether nothing was noted.
    pub(crate) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The list, with one more line when some were dropped.
    pub(crate) fn finish(mut self) -> Vec<Defect> {
        if self.dropped > 0 {
            let offset = self.list.last().map_or(0, |last| last.offset);
            self.list.push(Defect::new(
                DefectKind::Budget,
                offset,
                format!("{} more defects are not listed", self.dropped),
            ));
        }
        self.list
    }
}

/// Bytes of a name for a message: lossy, escaped and cut.
pub(crate) fn shown(name: &[u8]) -> String {
    const LONGEST: usize = 120;
    let cut = name.get(..LONGEST).unwrap_or(name);
    let mut text = String::from_utf8_lossy(cut).escape_debug().to_string();
    if cut.len() < name.len() {
        text.push('…');
    }
    text
}
