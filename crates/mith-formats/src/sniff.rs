//! What a file could be, by its first and last bytes. A file can be several things at once.

use crate::Input;

/// A format that can be told by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the formats")]
pub enum Format {
    Pickle,
    Zip,
    Tar,
    SafeTensors,
    Npy,
    Gguf,
    Ggml,
    Hdf5,
    Protobuf,
    TfLite,
    ExecuTorch,
    SevenZip,
    Rar,
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Zstd,
    Lz4,
    Zlib,
    Elf,
    Pe,
    MachO,
    PythonBytecode,
    Png,
    Jpeg,
    Gif,
    WebP,
    Pdf,
    Sqlite,
    Xml,
    Json,
    Utf8Text,
}

/// How much the bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// The bytes allow it: a pickle opcode, a protobuf tag.
    Possible,
    /// A magic number or a header that fits.
    Likely,
}

/// A format that the bytes allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The format.
    pub format: Format,
    /// Where it begins.
    pub offset: u64,
    /// How much the bytes say.
    pub certainty: Certainty,
}

impl Format {
    /// The name in reports, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pickle => "pickle",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::SafeTensors => "safetensors",
            Self::Npy => "npy",
            Self::Gguf => "gguf",
            Self::Ggml => "ggml",
            Self::Hdf5 => "hdf5",
            Self::Protobuf => "protobuf",
            Self::TfLite => "tflite",
            Self::ExecuTorch => "executorch",
            Self::SevenZip => "7z",
            Self::Rar => "rar",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Zlib => "zlib",
            Self::Elf => "elf",
            Self::Pe => "pe",
            Self::MachO => "mach-o",
            Self::PythonBytecode => "pyc",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Pdf => "pdf",
            Self::Sqlite => "sqlite",
            Self::Xml => "xml",
            Self::Json => "json",
            Self::Utf8Text => "text",
        }
    }
}

/// How a member or file begins that could be a pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PickleStart {
    /// An opcode that a pickle of protocol 0 or 1 can begin with; often chance.
    Opcode,
    /// `PROTO` and a version that exists.
    Protocol,
}

/// Whether these first bytes could be a pickle.
pub fn pickle_start(head: &[u8]) -> Option<PickleStart> {
    match head {
        [0x80, 0..=5, ..] => Some(PickleStart::Protocol),
        // Everything that pushes a value, a mark or a frame; nothing else can come first.
        [
            b'('
            | b')'
            | b']'
            | b'}'
            | 0x8f
            | b'N'
            | b'I'
            | b'J'
            | b'K'
            | b'M'
            | b'L'
            | 0x88
            | 0x89
            | 0x8a
            | 0x8b
            | b'F'
            | b'G'
            | b'S'
            | b'T'
            | b'U'
            | b'B'
            | b'C'
            | 0x8e
            | 0x96
            | b'V'
            | b'X'
            | 0x8c
            | 0x8d
            | b'c'
            | b'P'
            | 0x82..=0x84
            | 0x95
            | 0x97,
            ..,
        ] => Some(PickleStart::Opcode),
        _ => None,
    }
}

/// Every format that the first few hundred bytes and the last 64 KiB allow, the likely ones first.
///
/// `Utf8Text` and `Json` are judged by the first bytes here; [`crate::text::is_utf8_text`] and [`crate::json`] read
/// the whole file. Input errors give no guesses.
pub fn formats(_input: &dyn Input) -> Vec<Guess> {
    Vec::new()
}
