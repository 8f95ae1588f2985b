//! A tar writer with knobs for the headers that readers get wrong.

/// An archive.
#[derive(Debug, Clone, Default)]
pub struct Tar {
    out: Vec<u8>,
    open: bool,
}

impl Tar {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// A regular file.
    #[must_use]
    pub fn file(self, name: &str, data: &[u8]) -> Self {
        self.entry(name.as_bytes(), b'0', b"", data.len() as u64, data)
    }

    /// Any header, with a size claim of its own.
    #[must_use]
    pub fn entry(mut self, name: &[u8], flag: u8, link: &[u8], size: u64, data: &[u8]) -> Self {
        let header = header(name, flag, link, &format!("{size:011o}\0").into_bytes());
        self.out.extend_from_slice(&header);
        self.data(data);
        self
    }

    /// A file whose size is base-256.
    #[must_use]
    pub fn base256(mut self, name: &str, size: u64, data: &[u8]) -> Self {
        let mut field = vec![0x80, 0, 0, 0];
        field.extend_from_slice(&size.to_be_bytes());
        self.out
            .extend_from_slice(&header(name.as_bytes(), b'0', b"", &field));
        self.data(data);
        self
    }

    /// A file with a GNU long name in front.
    #[must_use]
    pub fn long_name(self, name: &str, data: &[u8]) -> Self {
        let long = [name.as_bytes(), b"\0"].concat();
        self.entry(b"././@LongLink", b'L', b"", long.len() as u64, &long)
            .file("cut", data)
    }

    /// A file with pax records in front.
    #[must_use]
    pub fn pax(self, records: &[(&str, &str)], name: &str, data: &[u8]) -> Self {
        let mut text = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let mut length = rest + 1;
            while rest + length.to_string().len() != length {
                length += 1;
            }
            text.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
        }
        self.entry(b"pax", b'x', b"", text.len() as u64, &text)
            .file(name, data)
    }

    /// Leaves the closing zero blocks away.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// The bytes.
    pub fn build(&self) -> Vec<u8> {
        let mut out = self.out.clone();
        if !self.open {
            out.resize(out.len() + 1024, 0);
        }
        out
    }

    fn data(&mut self, data: &[u8]) {
        self.out.extend_from_slice(data);
        let padded = self.out.len().next_multiple_of(512);
        self.out.resize(padded, 0);
    }
}

fn header(name: &[u8], flag: u8, link: &[u8], size: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let field = |out: &mut Vec<u8>, bytes: &[u8], length: usize| {
        let end = out.len() + length;
        out.extend(bytes.iter().take(length));
        out.resize(end, 0);
    };
    field(&mut out, name, 100);
    field(&mut out, b"0000644\0", 8);
    field(&mut out, b"0000000\0", 8);
    field(&mut out, b"0000000\0", 8);
    field(&mut out, size, 12);
    field(&mut out, b"00000000000\0", 12);
    field(&mut out, b"        ", 8);
    out.push(flag);
    field(&mut out, link, 100);
    field(&mut out, b"ustar\x0000", 8);
    field(&mut out, b"", 512 - 265);
    let sum: u32 = out.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ").into_bytes();
    for (to, from) in out.iter_mut().skip(148).zip(sum) {
        *to = from;
    }
    out
}
