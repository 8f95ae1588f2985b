//! Why an interpretation ends.

use crate::limits::{Defect, DefectKind};

/// The end of an interpretation other than STOP.
pub(super) struct Halt(pub(super) Box<Defect>);

impl Halt {
    /// Ends with a defect at an offset.
    #[cold]
    pub(super) fn new(kind: DefectKind, offset: u64, message: impl Into<String>) -> Self {
        Self(Box::new(Defect::new(kind, offset, message)))
    }

    /// Not what the format says.
    #[cold]
    pub(super) fn malformed(offset: u64, message: impl Into<String>) -> Self {
        Self::new(DefectKind::Malformed, offset, message)
    }

    /// The stream ends in the middle.
    #[cold]
    pub(super) fn truncated(offset: u64, message: impl Into<String>) -> Self {
        Self::new(DefectKind::Truncated, offset, message)
    }
}
