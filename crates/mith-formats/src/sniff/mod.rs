//! What a file could be, by its first and last bytes. A file can be several things at once.

#[cfg(test)]
mod tests;

use crate::{
    Input,
    bytes::{u32_at, u64_at},
    input::read_vec,
    tar, text, zip,
};

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
    /// Where it begins; for a zip that only its end record shows, where that record is.
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

/// How much of the beginning is looked at.
const HEAD: usize = 1024;

/// Every format that the first few hundred bytes and the last 64 KiB allow, the likely ones first.
///
/// `Utf8Text` and `Json` are judged by the first bytes here; [`crate::text::is_utf8_text`] and [`crate::json`] read
/// the whole file. Input errors give no guesses.
pub fn formats(input: &dyn Input) -> Vec<Guess> {
    let Ok(head) = read_vec(input, 0, HEAD) else {
        return Vec::new();
    };
    let mut guesses = Vec::new();
    let mut add = |format, offset, certainty| {
        let guess = Guess {
            format,
            offset,
            certainty,
        };
        if !guesses.iter().any(|known: &Guess| known.format == format) {
            guesses.push(guess);
        }
    };
    for (format, offset, magic) in MAGICS {
        if head
            .get(*offset..)
            .is_some_and(|rest| rest.starts_with(magic))
        {
            add(*format, 0, Certainty::Likely);
        }
    }
    for (format, matches) in HEADS {
        if matches(&head) {
            add(*format, 0, Certainty::Likely);
        }
    }
    if let Some(end) = zip_end(input) {
        add(Format::Zip, end, Certainty::Likely);
    }
    match pickle_start(&head) {
        Some(PickleStart::Protocol) => add(Format::Pickle, 0, Certainty::Likely),
        Some(PickleStart::Opcode) => add(Format::Pickle, 0, Certainty::Possible),
        None => {}
    }
    if is_text_head(&head) {
        add(Format::Utf8Text, 0, Certainty::Likely);
        if matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
            add(Format::Json, 0, Certainty::Possible);
        }
    }
    if is_protobuf_head(&head) {
        add(Format::Protobuf, 0, Certainty::Possible);
    }
    guesses.sort_by_key(|guess| std::cmp::Reverse(guess.certainty));
    guesses
}

/// Magic numbers: format, where, bytes.
const MAGICS: &[(Format, usize, &[u8])] = &[
    (Format::Zip, 0, b"PK\x03\x04"),
    (Format::Zip, 0, b"PK\x05\x06"),
    (Format::Npy, 0, b"\x93NUMPY"),
    (Format::Gguf, 0, b"GGUF"),
    (Format::Ggml, 0, b"lmgg"),
    (Format::Ggml, 0, b"fmgg"),
    (Format::Ggml, 0, b"tjgg"),
    (Format::Hdf5, 0, b"\x89HDF\r\n\x1a\n"),
    (Format::Hdf5, 512, b"\x89HDF\r\n\x1a\n"),
    (Format::TfLite, 4, b"TFL3"),
    (Format::ExecuTorch, 4, b"ET12"),
    (Format::SevenZip, 0, b"7z\xbc\xaf\x27\x1c"),
    (Format::Rar, 0, b"Rar!\x1a\x07"),
    (Format::Gzip, 0, b"\x1f\x8b"),
    (Format::Bzip2, 0, b"BZh"),
    (Format::Xz, 0, b"\xfd7zXZ\0"),
    (Format::Zstd, 0, b"\x28\xb5\x2f\xfd"),
    (Format::Lz4, 0, b"\x04\x22\x4d\x18"),
    (Format::Elf, 0, b"\x7fELF"),
    (Format::MachO, 0, b"\xfe\xed\xfa\xce"),
    (Format::MachO, 0, b"\xfe\xed\xfa\xcf"),
    (Format::MachO, 0, b"\xce\xfa\xed\xfe"),
    (Format::MachO, 0, b"\xcf\xfa\xed\xfe"),
    (Format::MachO, 0, b"\xca\xfe\xba\xbe"),
    (Format::Png, 0, b"\x89PNG\r\n\x1a\n"),
    (Format::Jpeg, 0, b"\xff\xd8\xff"),
    (Format::Gif, 0, b"GIF87a"),
    (Format::Gif, 0, b"GIF89a"),
    (Format::Pdf, 0, b"%PDF-"),
    (Format::Sqlite, 0, b"SQLite format 3\0"),
    (Format::Xml, 0, b"<?xml"),
];

/// Judges the first bytes.
type HeadTest = fn(&[u8]) -> bool;

/// Heads that are more than a magic number.
const HEADS: &[(Format, HeadTest)] = &[
    (Format::Tar, |head| tar::is_header(head)),
    (Format::SafeTensors, |head| {
        u64_at(head, 0).is_some_and(|length| (2..1 << 40).contains(&length))
            && head.get(8) == Some(&b'{')
    }),
    (Format::Zlib, |head| match head {
        // Window and method in the first byte, a check over both; the four levels that writers use.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => true,
        _ => false,
    }),
    (Format::Lzma, |head| {
        // Properties of every writer, and a power of two for the dictionary.
        head.first() == Some(&0x5d)
            && u32_at(head, 1).is_some_and(|size| size.is_power_of_two() && size >= 1 << 12)
    }),
    (Format::WebP, |head| {
        head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")
    }),
    (Format::Pe, |head| {
        let place = u32_at(head, 0x3c).and_then(|at| usize::try_from(at).ok());
        head.starts_with(b"MZ")
            && place.is_some_and(|at| {
                head.get(at..)
                    .is_none_or(|rest| rest.starts_with(b"PE\0\0") || rest.len() < 4)
            })
    }),
    (Format::PythonBytecode, |head| {
        matches!(
            head,
            [_, 0x0c..=0x0f, b'\r', b'\n', ..] | [0x03, 0xf3, b'\r', b'\n', ..]
        )
    }),
];

/// The end record of a zip in the last 64 KiB, when it leads to a directory or closes the file.
fn zip_end(input: &dyn Input) -> Option<u64> {
    zip::likely_end(input)
}

/// Whether the beginning reads as text; a character that is cut at the end of the head does not count.
fn is_text_head(head: &[u8]) -> bool {
    let controls = head.iter().copied().any(text::is_control);
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    valid && !controls && !head.is_empty()
}

/// Whether the first field could be one that a protobuf message of a model begins with: a small field number, and a
/// length that the head can confirm.
fn is_protobuf_head(head: &[u8]) -> bool {
    match head {
        // ONNX begins with its version as a number.
        [0x08, 1..=0x7f, next, ..] => matches!(next & 7, 0 | 2) && (0x08..=0xf8).contains(next),
        // SavedModel and GraphDef begin with a message.
        [0x0a, ..] => {
            let Some((length, rest)) = varint(head.get(1..).unwrap_or_default()) else {
                return false;
            };
            usize::try_from(length).ok().is_some_and(|length| {
                length >= 2
                    && rest
                        .get(length)
                        .is_none_or(|next| matches!(next & 7, 0 | 2 | 5))
            }) && !is_text_head(head)
        }
        _ => false,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}
