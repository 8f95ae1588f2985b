//! Torch's zip containers: checkpoints, `TorchScript`, torch.package, `.pt2`.

use std::io::Read;

use crate::{
    Defect, Input, Limits,
    budget::Budget,
    sniff::{self, PickleStart},
    zip::{Entry, ZipArchive},
};

/// How much of `version` and `byteorder` is read.
const SHORT: usize = 64;

/// How much of a member decides whether it could be a pickle.
const HEAD: usize = 64;

/// Which torch container a zip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ZipKind {
    /// `torch.save`: `data.pkl` and storages.
    Checkpoint,
    /// `torch.jit.save`: `constants.pkl` or `code/`.
    Script,
    /// `torch.package`: `.data/` and Python source.
    Package,
    /// `torch.export`: `.pt2` archives.
    Exported,
}

/// Why a member is taken for a pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PickleHint {
    /// The first bytes could be opcodes of protocol 0 or 1; often chance.
    Opcode,
    /// The first bytes are `PROTO` with a version that exists.
    Protocol,
    /// A loader opens it as a pickle because of its name (`data.pkl`, `constants.pkl`, `*.pkl`, …).
    Named,
}

/// A member that could be a pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PickleMember {
    /// Index into [`ZipArchive::entries`].
    pub entry: usize,
    /// The strongest reason.
    pub hint: PickleHint,
}

/// A member that holds the raw bytes of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageMember {
    /// The key that `persistent_load` gets: `0` of `archive/data/0`.
    pub key: Vec<u8>,
    /// Index into [`ZipArchive::entries`].
    pub entry: usize,
    /// Bytes it claims to hold.
    pub size: u64,
}

/// What a torch zip holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TorchZip {
    /// Which container.
    pub kind: ZipKind,
    /// The folder that all members are in, without the slash: the part of the first record's name before the first
    /// slash, as torch takes it.
    pub root: Vec<u8>,
    /// Every member that could be a pickle, whatever it is called, in archive order. Storages are not among them.
    pub pickles: Vec<PickleMember>,
    /// Storages, in archive order.
    pub storages: Vec<StorageMember>,
    /// Members with source code (`code/…`, `*.py`): indices into [`ZipArchive::entries`].
    pub sources: Vec<usize>,
    /// Content of `version`, when it is there and short.
    pub version: Option<String>,
    /// Content of `byteorder`, when it is there and short.
    pub byteorder: Option<String>,
}

/// Recognises a torch container in a zip that was listed; `None` when it is none.
///
/// Reads the first bytes of every member that is not a storage. A member that cannot be opened is a defect here too,
/// because whether it is a pickle stays open.
pub fn read_zip(
    input: &dyn Input,
    archive: &ZipArchive,
    limits: &Limits,
    budget: &Budget,
) -> (Option<TorchZip>, Vec<Defect>) {
    let root = root(archive);
    let Some(kind) = kind(archive, &root) else {
        return (None, Vec::new());
    };
    let mut defects = Vec::new();
    let mut torch = TorchZip {
        kind,
        root,
        pickles: Vec::new(),
        storages: Vec::new(),
        sources: Vec::new(),
        version: None,
        byteorder: None,
    };
    for (index, entry) in archive.entries.iter().enumerate() {
        if entry.is_folder() && entry.data.is_empty() {
            continue;
        }
        let inner = inner_name(&torch.root, &entry.name);
        if let Some(key) = storage_key(inner) {
            torch.storages.push(StorageMember {
                key: key.to_vec(),
                entry: index,
                size: entry.size.unwrap_or(entry.compressed_size),
            });
            continue;
        }
        let head = match head(input, entry, limits, budget) {
            Ok(head) => head,
            Err(defect) => {
                defects.push(defect);
                Vec::new()
            }
        };
        if let Some(hint) = hint(entry, &head) {
            torch.pickles.push(PickleMember { entry: index, hint });
        }
        if inner.starts_with(b"code/") || has_extension(inner, b"py") {
            torch.sources.push(index);
        }
        let text = || Some(String::from_utf8_lossy(&head).trim().to_owned());
        match inner {
            b"version" | b".data/version" => torch.version = text(),
            b"byteorder" => torch.byteorder = text(),
            _ => {}
        }
    }
    (Some(torch), defects)
}

/// The folder of the first record, which torch takes for the folder of all.
fn root(archive: &ZipArchive) -> Vec<u8> {
    archive
        .entries
        .iter()
        .find(|entry| entry.views.miniz)
        .or_else(|| archive.entries.first())
        .and_then(|entry| {
            let slash = entry.name.iter().position(|byte| is_slash(*byte))?;
            entry.name.get(..slash).map(<[u8]>::to_vec)
        })
        .unwrap_or_default()
}

/// The name below the root. Torch finds members without regard to case.
fn inner_name<'entry>(root: &[u8], name: &'entry [u8]) -> &'entry [u8] {
    let below = name
        .get(..root.len())
        .filter(|start| start.eq_ignore_ascii_case(root))
        .and_then(|_| name.get(root.len()..))
        .and_then(|rest| rest.split_first())
        .filter(|(slash, _)| is_slash(**slash))
        .map(|(_, rest)| rest);
    below.unwrap_or(name)
}

/// Windows readers take a backslash for a slash.
const fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Members that tell the kinds apart.
#[derive(Default)]
struct Signs {
    exported: bool,
    script: bool,
    package: bool,
    data: bool,
    data_anywhere: bool,
}

impl Signs {
    fn see(&mut self, inner: &[u8]) {
        let below = |folder: &[u8]| {
            inner
                .get(..folder.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(folder))
        };
        let is = |name: &[u8]| inner.eq_ignore_ascii_case(name);
        self.exported |=
            is(b"archive_format") || is(b"models/model.json") || below(b"data/weights/");
        self.script |= is(b"constants.pkl") || below(b"code/");
        self.package |= below(b".data/");
        self.data |= is(b"data.pkl");
        self.data_anywhere |= inner
            .rsplit(|byte| is_slash(*byte))
            .next()
            .is_some_and(|last| last.eq_ignore_ascii_case(b"data.pkl"));
    }
}

fn kind(archive: &ZipArchive, root: &[u8]) -> Option<ZipKind> {
    let mut signs = Signs::default();
    for entry in &archive.entries {
        signs.see(inner_name(root, &entry.name));
        signs.see(inner_name(root, entry.local_name()));
    }
    if signs.exported {
        Some(ZipKind::Exported)
    } else if signs.script {
        Some(ZipKind::Script)
    } else if signs.package && !signs.data {
        Some(ZipKind::Package)
    } else {
        signs.data_anywhere.then_some(ZipKind::Checkpoint)
    }
}

/// The key of a storage: `data/KEY` in a checkpoint, `constants/KEY` in a script, `.data/KEY.storage` in a package.
fn storage_key(inner: &[u8]) -> Option<&[u8]> {
    let key = [b"data/".as_slice(), b"constants/", b"tensors/"]
        .iter()
        .find_map(|folder| inner.strip_prefix(*folder));
    if let Some(key) = key {
        return (!key.is_empty() && key.iter().all(u8::is_ascii_digit)).then_some(key);
    }
    inner
        .strip_prefix(b".data/")
        .and_then(|name| name.strip_suffix(b".storage"))
}

fn has_extension(name: &[u8], extension: &[u8]) -> bool {
    name.rsplit(|byte| *byte == b'.')
        .next()
        .is_some_and(|last| last.len() < name.len() && last.eq_ignore_ascii_case(extension))
}

fn hint(entry: &Entry, head: &[u8]) -> Option<PickleHint> {
    let named = [entry.name.as_slice(), entry.local_name()]
        .iter()
        .any(|name| {
            [b"pkl".as_slice(), b"pickle", b"p"]
                .iter()
                .any(|extension| has_extension(name, extension))
        });
    match sniff::pickle_start(head) {
        _ if named => Some(PickleHint::Named),
        Some(PickleStart::Protocol) => Some(PickleHint::Protocol),
        Some(PickleStart::Opcode) => Some(PickleHint::Opcode),
        None => None,
    }
}

/// The first bytes of a member.
fn head(
    input: &dyn Input,
    entry: &Entry,
    limits: &Limits,
    budget: &Budget,
) -> Result<Vec<u8>, Defect> {
    let mut stream = entry.stream(input, limits, budget)?;
    let mut head = vec![0; HEAD.max(SHORT)];
    let mut filled = 0;
    while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(_) => {
                return match stream.finish().into_iter().next() {
                    Some(defect) => Err(defect),
                    None => break,
                };
            }
        }
    }
    head.truncate(filled);
    Ok(head)
}
