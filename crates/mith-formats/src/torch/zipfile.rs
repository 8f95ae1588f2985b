//! Torch's zip containers: checkpoints, TorchScript, torch.package, `.pt2`.

use crate::{Defect, Input, Limits, budget::Budget, zip::ZipArchive};

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
    /// Every member that could be a pickle, whatever it is called, in archive order.
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
pub fn read_zip(
    _input: &dyn Input,
    _archive: &ZipArchive,
    _limits: &Limits,
    _budget: &Budget,
) -> (Option<TorchZip>, Vec<Defect>) {
    (None, Vec::new())
}
