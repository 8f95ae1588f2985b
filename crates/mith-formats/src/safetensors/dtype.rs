//! Element types of safetensors.

/// An element type of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(non_camel_case_types, reason = "spelled as in the format")]
#[expect(missing_docs, reason = "the names are the format's own")]
pub enum Dtype {
    BOOL,
    F4,
    F6_E2M3,
    F6_E3M2,
    U8,
    I8,
    F8_E5M2,
    F8_E4M3,
    F8_E5M2FNUZ,
    F8_E4M3FNUZ,
    F8_E8M0,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64,
}

impl Dtype {
    /// Every element type with its name in the header.
    pub const ALL: [(&'static str, Self); 22] = [
        ("BOOL", Self::BOOL),
        ("F4", Self::F4),
        ("F6_E2M3", Self::F6_E2M3),
        ("F6_E3M2", Self::F6_E3M2),
        ("U8", Self::U8),
        ("I8", Self::I8),
        ("F8_E5M2", Self::F8_E5M2),
        ("F8_E4M3", Self::F8_E4M3),
        ("F8_E5M2FNUZ", Self::F8_E5M2FNUZ),
        ("F8_E4M3FNUZ", Self::F8_E4M3FNUZ),
        ("F8_E8M0", Self::F8_E8M0),
        ("I16", Self::I16),
        ("U16", Self::U16),
        ("F16", Self::F16),
        ("BF16", Self::BF16),
        ("I32", Self::I32),
        ("U32", Self::U32),
        ("F32", Self::F32),
        ("C64", Self::C64),
        ("F64", Self::F64),
        ("I64", Self::I64),
        ("U64", Self::U64),
    ];

    /// The type that a header names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, dtype)| *dtype)
    }

    /// Bits of one element.
    pub const fn bits(self) -> u64 {
        match self {
            Self::F4 => 4,
            Self::F6_E2M3 | Self::F6_E3M2 => 6,
            Self::BOOL
            | Self::U8
            | Self::I8
            | Self::F8_E5M2
            | Self::F8_E4M3
            | Self::F8_E5M2FNUZ
            | Self::F8_E4M3FNUZ
            | Self::F8_E8M0 => 8,
            Self::I16 | Self::U16 | Self::F16 | Self::BF16 => 16,
            Self::I32 | Self::U32 | Self::F32 => 32,
            Self::C64 | Self::F64 | Self::I64 | Self::U64 => 64,
        }
    }
}
