//! What a container holds, told by kind.

/// What is somewhere inside a container, told by kind; a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Holds(u8);

impl Holds {
    /// Only constants and containers of them.
    pub const PLAIN: Self = Self(0);
    /// An imported name.
    pub const GLOBAL: Self = Self(1);
    /// The result of a call.
    pub const CALL: Self = Self(2);
    /// A persistent object.
    pub const PERSISTENT: Self = Self(4);
    /// A value about which nothing is known.
    pub const UNKNOWN: Self = Self(8);

    /// Whether only constants are inside.
    pub const fn only_plain(self) -> bool {
        self.0 == 0
    }

    /// Whether all flags of `other` are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
