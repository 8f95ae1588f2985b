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

/// Every format that the first few hundred bytes and the last 64 KiB allow, the likely ones first.
///
/// `Utf8Text` and `Json` are judged by the first bytes here; [`crate::text::is_utf8_text`] and [`crate::json`] read
/// the whole file. Input errors give no guesses.
pub fn formats(_input: &dyn Input) -> Vec<Guess> {
    Vec::new()
}
