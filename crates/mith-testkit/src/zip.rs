//! A zip writer that is honest unless told to lie.
//!
//! `Zip::new().member(Member::new("a", b"bytes")).build()` is a plain archive; each knob of [`Member`] and [`Zip`]
//! makes one lie, so that a test shows which lie was caught.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

/// One member, with a knob for each lie that a header can tell.
#[derive(Debug, Clone)]
pub struct Member {
    name: Vec<u8>,
    local_name: Option<Vec<u8>>,
    data: Vec<u8>,
    deflated: bool,
    method: Option<u16>,
    local_method: Option<u16>,
    flags: u16,
    local_flags: Option<u16>,
    crc32: Option<u32>,
    local_crc32: Option<u32>,
    size: Option<u64>,
    compressed_size: Option<u64>,
    local_sizes: Option<(u64, u64)>,
    descriptor: bool,
    zip64: bool,
    align: usize,
    hidden: bool,
    central_twice: bool,
    disk: u16,
    extra: Vec<u8>,
    behind: Vec<u8>,
}

impl Member {
    /// An honest stored member.
    pub fn new(name: impl AsRef<[u8]>, data: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            local_name: None,
            data: data.as_ref().to_vec(),
            deflated: false,
            method: None,
            local_method: None,
            flags: 0,
            local_flags: None,
            crc32: None,
            local_crc32: None,
            size: None,
            compressed_size: None,
            local_sizes: None,
            descriptor: false,
            zip64: false,
            align: 0,
            hidden: false,
            central_twice: false,
            disk: 0,
            extra: Vec::new(),
            behind: Vec::new(),
        }
    }

    /// Deflates the data.
    #[must_use]
    pub fn deflated(mut self) -> Self {
        self.deflated = true;
        self
    }

    /// Another name in the local header.
    #[must_use]
    pub fn local_name(mut self, name: impl AsRef<[u8]>) -> Self {
        self.local_name = Some(name.as_ref().to_vec());
        self
    }

    /// Another method number in both headers; the data stays as it is.
    #[must_use]
    pub fn method(mut self, method: u16) -> Self {
        self.method = Some(method);
        self
    }

    /// Another method number in the local header.
    #[must_use]
    pub fn local_method(mut self, method: u16) -> Self {
        self.local_method = Some(method);
        self
    }

    /// Flags of both headers.
    #[must_use]
    pub fn flags(mut self, flags: u16) -> Self {
        self.flags = flags;
        self
    }

    /// Flags of the local header.
    #[must_use]
    pub fn local_flags(mut self, flags: u16) -> Self {
        self.local_flags = Some(flags);
        self
    }

    /// A CRC claim in both headers.
    #[must_use]
    pub fn crc32(mut self, crc32: u32) -> Self {
        self.crc32 = Some(crc32);
        self
    }

    /// A CRC claim in the local header.
    #[must_use]
    pub fn local_crc32(mut self, crc32: u32) -> Self {
        self.local_crc32 = Some(crc32);
        self
    }

    /// An uncompressed size claim in both headers.
    #[must_use]
    pub fn size(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// A compressed size claim in both headers.
    #[must_use]
    pub fn compressed_size(mut self, size: u64) -> Self {
        self.compressed_size = Some(size);
        self
    }

    /// Compressed and uncompressed size claims in the local header.
    #[must_use]
    pub fn local_sizes(mut self, compressed: u64, size: u64) -> Self {
        self.local_sizes = Some((compressed, size));
        self
    }

    /// Zeros in the local header and a descriptor behind the data, as torch writes.
    #[must_use]
    pub fn descriptor(mut self) -> Self {
        self.descriptor = true;
        self
    }

    /// Sizes in zip64 fields.
    #[must_use]
    pub fn zip64(mut self) -> Self {
        self.zip64 = true;
        self
    }

    /// Pads the local header with an `FB` field so that the data is aligned, as torch writes.
    #[must_use]
    pub fn align(mut self, align: usize) -> Self {
        self.align = align;
        self
    }

    /// No record in the central directory.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Two records in the central directory for the same local header.
    #[must_use]
    pub fn central_twice(mut self) -> Self {
        self.central_twice = true;
        self
    }

    /// A disk number.
    #[must_use]
    pub fn disk(mut self, disk: u16) -> Self {
        self.disk = disk;
        self
    }

    /// A raw extra field in both headers.
    #[must_use]
    pub fn extra(mut self, kind: u16, body: &[u8]) -> Self {
        push_extra(&mut self.extra, kind, body);
        self
    }

    /// Raw bytes behind the data (and its descriptor) that belong to nothing.
    #[must_use]
    pub fn behind(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.behind = bytes.as_ref().to_vec();
        self
    }

    fn stored(&self) -> Vec<u8> {
        if !self.deflated {
            return self.data.clone();
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        // Writing into memory does not fail.
        let written = encoder.write_all(&self.data);
        encoder
            .finish()
            .ok()
            .filter(|_| written.is_ok())
            .unwrap_or_default()
    }
}

/// An archive, with a knob for each lie that the whole can tell.
#[derive(Debug, Clone, Default)]
pub struct Zip {
    members: Vec<Member>,
    prepend: Vec<u8>,
    shifted: bool,
    before_directory: Vec<u8>,
    append: Vec<u8>,
    comment: Vec<u8>,
    comment_length: Option<u16>,
    entries: Option<u16>,
    directory_size: Option<u32>,
    directory_offset: Option<u32>,
    zip64: bool,
    zip64_entries: Option<u64>,
    locator: Option<u64>,
    no_directory: bool,
    disk: u16,
}

impl Zip {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    #[must_use]
    pub fn member(mut self, member: Member) -> Self {
        self.members.push(member);
        self
    }

    /// Bytes in front, with every offset as if they were not there (`cat stub.exe archive.zip`).
    #[must_use]
    pub fn prepend(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.prepend = bytes.as_ref().to_vec();
        self
    }

    /// Makes the offsets count what is prepended.
    #[must_use]
    pub fn shifted(mut self) -> Self {
        self.shifted = true;
        self
    }

    /// Bytes between the last member and the central directory.
    #[must_use]
    pub fn before_directory(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.before_directory = bytes.as_ref().to_vec();
        self
    }

    /// Bytes behind the comment.
    #[must_use]
    pub fn append(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.append = bytes.as_ref().to_vec();
        self
    }

    /// The comment.
    #[must_use]
    pub fn comment(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.comment = bytes.as_ref().to_vec();
        self
    }

    /// A comment length claim.
    #[must_use]
    pub fn comment_length(mut self, length: u16) -> Self {
        self.comment_length = Some(length);
        self
    }

    /// An entry count claim.
    #[must_use]
    pub fn entries(mut self, entries: u16) -> Self {
        self.entries = Some(entries);
        self
    }

    /// A directory size claim.
    #[must_use]
    pub fn directory_size(mut self, size: u32) -> Self {
        self.directory_size = Some(size);
        self
    }

    /// A directory offset claim.
    #[must_use]
    pub fn directory_offset(mut self, offset: u32) -> Self {
        self.directory_offset = Some(offset);
        self
    }

    /// A zip64 end record and locator; the plain end record says "look there".
    #[must_use]
    pub fn zip64(mut self) -> Self {
        self.zip64 = true;
        self
    }

    /// An entry count claim in the zip64 end record.
    #[must_use]
    pub fn zip64_entries(mut self, entries: u64) -> Self {
        self.zip64_entries = Some(entries);
        self
    }

    /// Where the zip64 locator points.
    #[must_use]
    pub fn locator(mut self, offset: u64) -> Self {
        self.locator = Some(offset);
        self
    }

    /// Leaves directory and end record away: a download that broke off.
    #[must_use]
    pub fn no_directory(mut self) -> Self {
        self.no_directory = true;
        self
    }

    /// A disk number in the end record.
    #[must_use]
    pub fn disk(mut self, disk: u16) -> Self {
        self.disk = disk;
        self
    }

    /// The bytes.
    pub fn build(&self) -> Vec<u8> {
        let mut out = self.prepend.clone();
        let base = if self.shifted { 0 } else { out.len() as u64 };
        let mut records = Vec::new();
        for member in &self.members {
            let offset = out.len() as u64 - base;
            let stored = write_local(&mut out, member);
            if !member.hidden {
                let copies = if member.central_twice { 2 } else { 1 };
                for _ in 0..copies {
                    records.push(central(member, stored, offset));
                }
            }
        }
        if self.no_directory {
            return out;
        }
        out.extend_from_slice(&self.before_directory);
        let start = out.len() as u64 - base;
        for record in &records {
            out.extend_from_slice(record);
        }
        let size = out.len() as u64 - base - start;
        self.write_end(&mut out, records.len() as u64, size, start, base);
        out
    }

    fn write_end(&self, out: &mut Vec<u8>, entries: u64, size: u64, start: u64, base: u64) {
        if self.zip64 {
            let record = out.len() as u64 - base;
            out.extend_from_slice(b"PK\x06\x06");
            put64(out, 44);
            put16(out, 45);
            put16(out, 45);
            put32(out, 0);
            put32(out, 0);
            put64(out, entries);
            put64(out, self.zip64_entries.unwrap_or(entries));
            put64(out, size);
            put64(out, start);
            out.extend_from_slice(b"PK\x06\x07");
            put32(out, 0);
            put64(out, self.locator.unwrap_or(record));
            put32(out, 1);
        }
        let plain = |value: u64| if self.zip64 { u64::MAX } else { value };
        out.extend_from_slice(b"PK\x05\x06");
        put16(out, u64::from(self.disk));
        put16(out, 0);
        let claimed = self.entries.map_or(plain(entries), u64::from);
        put16(out, claimed);
        put16(out, claimed);
        put32(out, self.directory_size.map_or(plain(size), u64::from));
        put32(out, self.directory_offset.map_or(plain(start), u64::from));
        let length = self
            .comment_length
            .map_or(self.comment.len() as u64, u64::from);
        put16(out, length);
        out.extend_from_slice(&self.comment);
        out.extend_from_slice(&self.append);
    }
}

/// CRC and length of the stored bytes, which both headers need.
#[derive(Clone, Copy)]
struct Stored {
    crc32: u32,
    compressed: u64,
}

fn write_local(out: &mut Vec<u8>, member: &Member) -> Stored {
    let data = member.stored();
    let stored = Stored {
        crc32: member
            .crc32
            .unwrap_or_else(|| crc32fast::hash(&member.data)),
        compressed: member.compressed_size.unwrap_or(data.len() as u64),
    };
    let size = member.size.unwrap_or(member.data.len() as u64);
    let (crc32, sizes) = if member.descriptor {
        (0, member.local_sizes.unwrap_or((0, 0)))
    } else {
        (
            stored.crc32,
            member.local_sizes.unwrap_or((stored.compressed, size)),
        )
    };
    let name = member.local_name.as_ref().unwrap_or(&member.name);
    let mut extra = member.extra.clone();
    if member.zip64 {
        let body = [sizes.1.to_le_bytes(), sizes.0.to_le_bytes()].concat();
        push_extra(&mut extra, 1, &body);
    }
    if member.align > 0 {
        let unaligned = out.len() + 30 + name.len() + extra.len() + 4;
        let padding = (member.align - unaligned % member.align) % member.align;
        push_extra(&mut extra, u16::from_le_bytes(*b"FB"), &vec![b'Z'; padding]);
    }
    let flags = member.local_flags.unwrap_or(member.flags) | u16::from(member.descriptor) << 3;
    let long = |value: u64| if member.zip64 { u64::MAX } else { value };
    out.extend_from_slice(b"PK\x03\x04");
    put16(out, if member.zip64 { 45 } else { 20 });
    put16(out, u64::from(flags));
    put16(
        out,
        u64::from(member.local_method.unwrap_or_else(|| method(member))),
    );
    put32(out, 0x0021_0000);
    put32(out, u64::from(member.local_crc32.unwrap_or(crc32)));
    put32(out, long(sizes.0));
    put32(out, long(sizes.1));
    put16(out, name.len() as u64);
    put16(out, extra.len() as u64);
    out.extend_from_slice(name);
    out.extend_from_slice(&extra);
    out.extend_from_slice(&data);
    if member.descriptor {
        out.extend_from_slice(b"PK\x07\x08");
        put32(out, u64::from(stored.crc32));
        put32(out, stored.compressed);
        put32(out, size);
    }
    out.extend_from_slice(&member.behind);
    stored
}

fn central(member: &Member, stored: Stored, offset: u64) -> Vec<u8> {
    let size = member.size.unwrap_or(member.data.len() as u64);
    let mut extra = member.extra.clone();
    if member.zip64 {
        let body = [size, stored.compressed, offset]
            .map(u64::to_le_bytes)
            .concat();
        push_extra(&mut extra, 1, &body);
    }
    let long = |value: u64| if member.zip64 { u64::MAX } else { value };
    let mut out = b"PK\x01\x02".to_vec();
    put16(&mut out, 20);
    put16(&mut out, if member.zip64 { 45 } else { 20 });
    put16(
        &mut out,
        u64::from(member.flags | u16::from(member.descriptor) << 3),
    );
    put16(&mut out, u64::from(method(member)));
    put32(&mut out, 0x0021_0000);
    put32(&mut out, u64::from(stored.crc32));
    put32(&mut out, long(stored.compressed));
    put32(&mut out, long(size));
    put16(&mut out, member.name.len() as u64);
    put16(&mut out, extra.len() as u64);
    put16(&mut out, 0);
    put16(&mut out, u64::from(member.disk));
    put16(&mut out, 0);
    put32(&mut out, 0);
    put32(&mut out, long(offset));
    out.extend_from_slice(&member.name);
    out.extend_from_slice(&extra);
    out
}

fn method(member: &Member) -> u16 {
    member.method.unwrap_or(if member.deflated { 8 } else { 0 })
}

fn push_extra(extra: &mut Vec<u8>, kind: u16, body: &[u8]) {
    extra.extend_from_slice(&kind.to_le_bytes());
    put16(extra, body.len() as u64);
    extra.extend_from_slice(body);
}

/// The low 16 bits; a claim that does not fit is all ones, which is what zip64 wants.
fn put16(out: &mut Vec<u8>, value: u64) {
    let value = u16::try_from(value).unwrap_or(u16::MAX);
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u64) {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}
