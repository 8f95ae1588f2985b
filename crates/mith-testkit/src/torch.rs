//! Torch containers around a pickle that the caller made: zip checkpoint, legacy stream, tar.

use crate::{
    tar,
    zip::{Member, Zip},
};

/// A zip checkpoint, laid out as `torch.save` does it.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    root: String,
    pickle: Vec<u8>,
    storages: Vec<Vec<u8>>,
    more: Vec<Member>,
}

impl Checkpoint {
    /// A checkpoint whose `data.pkl` is `pickle`.
    pub fn new(pickle: impl AsRef<[u8]>) -> Self {
        Self {
            root: "archive".to_owned(),
            pickle: pickle.as_ref().to_vec(),
            storages: Vec::new(),
            more: Vec::new(),
        }
    }

    /// The folder of all members; `archive` unless set.
    #[must_use]
    pub fn root(mut self, root: &str) -> Self {
        root.clone_into(&mut self.root);
        self
    }

    /// The bytes of the next storage: `data/0`, `data/1`, …
    #[must_use]
    pub fn storage(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.storages.push(bytes.as_ref().to_vec());
        self
    }

    /// Another member, with its full name.
    #[must_use]
    pub fn member(mut self, member: Member) -> Self {
        self.more.push(member);
        self
    }

    /// The archive, for further lies.
    pub fn zip(&self) -> Zip {
        let member = |name: &str, data: &[u8]| {
            Member::new(format!("{}/{name}", self.root), data)
                .flags(1 << 11)
                .descriptor()
                .align(64)
        };
        let mut zip = Zip::new()
            .member(member("data.pkl", &self.pickle))
            .member(member("byteorder", b"little"));
        for (key, storage) in self.storages.iter().enumerate() {
            zip = zip.member(member(&format!("data/{key}"), storage));
        }
        zip = zip.member(member("version", b"3\n"));
        for more in &self.more {
            zip = zip.member(more.clone());
        }
        zip
    }

    /// The bytes.
    pub fn build(&self) -> Vec<u8> {
        self.zip().build()
    }
}

/// A `data.pkl` (protocol 2) of an ordered dict of contiguous float tensors, one storage each, as `torch.save` writes
/// it: names and lengths of the tensors, in order.
pub fn float_state_dict(tensors: &[(&str, u32)]) -> Vec<u8> {
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (key, (name, length)) in tensors.iter().enumerate() {
        text(&mut out, name);
        out.extend_from_slice(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        out.extend_from_slice(b"ctorch\nFloatStorage\n");
        text(&mut out, &key.to_string());
        text(&mut out, "cpu");
        number(&mut out, *length);
        // Offset 0, a shape and a stride of one dimension, no gradient, no hooks.
        out.extend_from_slice(b"tQK\x00");
        number(&mut out, *length);
        out.extend_from_slice(b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend_from_slice(b"u.");
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn number(out: &mut Vec<u8>, value: u32) {
    out.push(b'J');
    out.extend_from_slice(&value.to_le_bytes());
}

/// The first three pickles of a legacy stream: magic number, protocol, system information.
pub fn legacy_head() -> [Vec<u8>; 3] {
    let mut information = b"\x80\x02}(".to_vec();
    text(&mut information, "protocol_version");
    information.extend_from_slice(b"M\xe9\x03");
    text(&mut information, "little_endian");
    information.extend_from_slice(b"\x88");
    text(&mut information, "type_sizes");
    information.extend_from_slice(b"}(");
    for (name, size) in [("short", 2), ("int", 4), ("long", 4)] {
        text(&mut information, name);
        information.extend_from_slice(&[b'K', size]);
    }
    information.extend_from_slice(b"uu.");
    [
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec(),
        b"\x80\x02M\xe9\x03.".to_vec(),
        information,
    ]
}

/// A legacy stream: three fixed pickles, the object, the list of keys, and each storage behind its element count.
pub fn legacy(object: &[u8], keys: &[u8], storages: &[(u64, &[u8])]) -> Vec<u8> {
    let mut out = legacy_head().concat();
    out.extend_from_slice(object);
    out.extend_from_slice(keys);
    for (elements, data) in storages {
        out.extend_from_slice(&elements.to_le_bytes());
        out.extend_from_slice(data);
    }
    out
}

/// Torch's tar: the four members with their raw content.
pub fn tarball(storages: &[u8], tensors: &[u8], pickle: &[u8]) -> Vec<u8> {
    let [_, _, information] = legacy_head();
    tar::Tar::new()
        .file("sys_info", &information)
        .file("pickle", pickle)
        .file("storages", storages)
        .file("tensors", tensors)
        .build()
}
