//! A builder of pickles, one method an opcode: honest streams, and any stream that no pickler would write.

/// A pickle under construction.
#[derive(Debug, Clone, Default)]
pub struct Pickle {
    bytes: Vec<u8>,
}

/// Opcodes without an argument: method, byte.
macro_rules! plain {
    ($($(#[$doc:meta])* $method:ident = $byte:expr;)*) => {
        impl Pickle {
            $($(#[$doc])*
            #[must_use]
            pub fn $method(self) -> Self {
                self.raw(&[$byte])
            })*
        }
    };
}

plain! {
    /// `MARK`
    mark = b'(';
    /// `POP`
    pop = b'0';
    /// `POP_MARK`
    pop_mark = b'1';
    /// `DUP`
    dup = b'2';
    /// `NONE`
    none = b'N';
    /// `BINPERSID`
    binpersid = b'Q';
    /// `REDUCE`
    reduce = b'R';
    /// `APPEND`
    append = b'a';
    /// `BUILD`
    build = b'b';
    /// `DICT`
    dict = b'd';
    /// `EMPTY_DICT`
    empty_dict = b'}';
    /// `APPENDS`
    appends = b'e';
    /// `LIST`
    list = b'l';
    /// `EMPTY_LIST`
    empty_list = b']';
    /// `OBJ`
    obj = b'o';
    /// `SETITEM`
    setitem = b's';
    /// `TUPLE`
    tuple = b't';
    /// `EMPTY_TUPLE`
    empty_tuple = b')';
    /// `SETITEMS`
    setitems = b'u';
    /// `NEWOBJ`
    newobj = 0x81;
    /// `TUPLE1`
    tuple1 = 0x85;
    /// `TUPLE2`
    tuple2 = 0x86;
    /// `TUPLE3`
    tuple3 = 0x87;
    /// `NEWTRUE`
    newtrue = 0x88;
    /// `NEWFALSE`
    newfalse = 0x89;
    /// `EMPTY_SET`
    empty_set = 0x8f;
    /// `ADDITEMS`
    additems = 0x90;
    /// `FROZENSET`
    frozenset = 0x91;
    /// `NEWOBJ_EX`
    newobj_ex = 0x92;
    /// `STACK_GLOBAL`
    stack_global = 0x93;
    /// `MEMOIZE`
    memoize = 0x94;
    /// `NEXT_BUFFER`
    next_buffer = 0x97;
    /// `READONLY_BUFFER`
    readonly_buffer = 0x98;
}

impl Pickle {
    /// A pickle that begins with `PROTO`; protocols 0 and 1 have none.
    #[must_use]
    pub fn new(protocol: u8) -> Self {
        let empty = Self::default();
        if protocol < 2 {
            empty
        } else {
            empty.proto(protocol)
        }
    }

    /// A stream without any opcode yet.
    #[must_use]
    pub fn bare() -> Self {
        Self::default()
    }

    /// Appends bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Bytes so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are no bytes yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes without a `STOP`.
    #[must_use]
    pub fn unfinished(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes with a `STOP`.
    #[must_use]
    pub fn stop(self) -> Vec<u8> {
        self.raw(b".").bytes
    }

    fn counted(self, opcode: u8, length: &[u8], content: &[u8]) -> Self {
        self.raw(&[opcode]).raw(length).raw(content)
    }

    fn line(self, opcode: u8, content: &[u8]) -> Self {
        self.raw(&[opcode]).raw(content).raw(b"\n")
    }

    /// Length as four bytes.
    fn short(content: &[u8]) -> [u8; 4] {
        u32::try_from(content.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes()
    }

    /// `PROTO`
    #[must_use]
    pub fn proto(self, protocol: u8) -> Self {
        self.raw(&[0x80, protocol])
    }

    /// `FRAME` of a length that may lie.
    #[must_use]
    pub fn frame(self, length: u64) -> Self {
        self.raw(&[0x95]).raw(&length.to_le_bytes())
    }

    /// `GLOBAL`
    #[must_use]
    pub fn global(self, module: &str, name: &str) -> Self {
        self.raw(b"c")
            .raw(module.as_bytes())
            .raw(b"\n")
            .raw(name.as_bytes())
            .raw(b"\n")
    }

    /// `INST`
    #[must_use]
    pub fn inst(self, module: &str, name: &str) -> Self {
        self.raw(b"i")
            .raw(module.as_bytes())
            .raw(b"\n")
            .raw(name.as_bytes())
            .raw(b"\n")
    }

    /// Module and name as text, and `STACK_GLOBAL`.
    #[must_use]
    pub fn named(self, module: &str, name: &str) -> Self {
        self.text(module).text(name).stack_global()
    }

    /// `INT` with this text.
    #[must_use]
    pub fn int_line(self, text: &[u8]) -> Self {
        self.line(b'I', text)
    }

    /// `LONG` with this text.
    #[must_use]
    pub fn long_line(self, text: &[u8]) -> Self {
        self.line(b'L', text)
    }

    /// `FLOAT` with this text.
    #[must_use]
    pub fn float_line(self, text: &[u8]) -> Self {
        self.line(b'F', text)
    }

    /// `STRING` with this text, quotes included.
    #[must_use]
    pub fn string_line(self, quoted: &[u8]) -> Self {
        self.line(b'S', quoted)
    }

    /// `UNICODE` with this text.
    #[must_use]
    pub fn unicode_line(self, text: &[u8]) -> Self {
        self.line(b'V', text)
    }

    /// `PERSID`
    #[must_use]
    pub fn persid(self, id: &[u8]) -> Self {
        self.line(b'P', id)
    }

    /// `PUT` with this text.
    #[must_use]
    pub fn put_line(self, index: &[u8]) -> Self {
        self.line(b'p', index)
    }

    /// `GET` with this text.
    #[must_use]
    pub fn get_line(self, index: &[u8]) -> Self {
        self.line(b'g', index)
    }

    /// The smallest of `BININT1`, `BININT2`, `BININT` and `LONG1` that holds the number.
    #[must_use]
    pub fn int(self, number: i64) -> Self {
        if let Ok(small) = u8::try_from(number) {
            return self.raw(&[b'K', small]);
        }
        if let Ok(small) = u16::try_from(number) {
            return self.raw(b"M").raw(&small.to_le_bytes());
        }
        match i32::try_from(number) {
            Ok(small) => self.binint(small),
            Err(_) => self.long1(&number.to_le_bytes()),
        }
    }

    /// `BININT`
    #[must_use]
    pub fn binint(self, number: i32) -> Self {
        self.raw(b"J").raw(&number.to_le_bytes())
    }

    /// `LONG1`
    #[must_use]
    pub fn long1(self, bytes: &[u8]) -> Self {
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        self.counted(0x8a, &[length], bytes)
    }

    /// `LONG4`
    #[must_use]
    pub fn long4(self, bytes: &[u8]) -> Self {
        self.counted(0x8b, &Self::short(bytes), bytes)
    }

    /// `BINFLOAT`
    #[must_use]
    pub fn float(self, number: f64) -> Self {
        self.raw(b"G").raw(&number.to_be_bytes())
    }

    /// `BINUNICODE`
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.counted(b'X', &Self::short(text.as_bytes()), text.as_bytes())
    }

    /// `SHORT_BINUNICODE`
    #[must_use]
    pub fn short_text(self, text: &str) -> Self {
        let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
        self.counted(0x8c, &[length], text.as_bytes())
    }

    /// `BINUNICODE8`
    #[must_use]
    pub fn text8(self, text: &str) -> Self {
        self.counted(0x8d, &(text.len() as u64).to_le_bytes(), text.as_bytes())
    }

    /// `BINSTRING`
    #[must_use]
    pub fn binstring(self, content: &[u8]) -> Self {
        self.counted(b'T', &Self::short(content), content)
    }

    /// `SHORT_BINSTRING`
    #[must_use]
    pub fn short_binstring(self, content: &[u8]) -> Self {
        let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
        self.counted(b'U', &[length], content)
    }

    /// `BINBYTES`
    #[must_use]
    pub fn bytes(self, content: &[u8]) -> Self {
        self.counted(b'B', &Self::short(content), content)
    }

    /// `SHORT_BINBYTES`
    #[must_use]
    pub fn short_bytes(self, content: &[u8]) -> Self {
        let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
        self.counted(b'C', &[length], content)
    }

    /// `BINBYTES8`
    #[must_use]
    pub fn bytes8(self, content: &[u8]) -> Self {
        self.counted(0x8e, &(content.len() as u64).to_le_bytes(), content)
    }

    /// `BYTEARRAY8`
    #[must_use]
    pub fn bytearray8(self, content: &[u8]) -> Self {
        self.counted(0x96, &(content.len() as u64).to_le_bytes(), content)
    }

    /// `BINPUT`
    #[must_use]
    pub fn binput(self, index: u8) -> Self {
        self.raw(&[b'q', index])
    }

    /// `BINGET`
    #[must_use]
    pub fn binget(self, index: u8) -> Self {
        self.raw(&[b'h', index])
    }

    /// `LONG_BINPUT`
    #[must_use]
    pub fn long_binput(self, index: u32) -> Self {
        self.raw(b"r").raw(&index.to_le_bytes())
    }

    /// `LONG_BINGET`
    #[must_use]
    pub fn long_binget(self, index: u32) -> Self {
        self.raw(b"j").raw(&index.to_le_bytes())
    }

    /// `EXT1`
    #[must_use]
    pub fn ext1(self, code: u8) -> Self {
        self.raw(&[0x82, code])
    }

    /// `EXT2`
    #[must_use]
    pub fn ext2(self, code: u16) -> Self {
        self.raw(&[0x83]).raw(&code.to_le_bytes())
    }

    /// `EXT4`
    #[must_use]
    pub fn ext4(self, code: i32) -> Self {
        self.raw(&[0x84]).raw(&code.to_le_bytes())
    }

    /// `module.name(text)`, by `GLOBAL` and `REDUCE`.
    #[must_use]
    pub fn call_with_text(self, module: &str, name: &str, text: &str) -> Self {
        self.global(module, name).text(text).tuple1().reduce()
    }
}
