//! Random pickles from a seed: nearly valid streams, and changes of a stream opcode by opcode.

use std::ops::Range;

/// Names that the streams import.
const NAMES: &[(&str, &str)] = &[
    ("os", "system"),
    ("builtins", "eval"),
    ("__builtin__", "unicode"),
    ("copy_reg", "_reconstructor"),
    ("é", "ü"),
    ("a.b", "c.d"),
    ("x", "y\r"),
    ("urllib", "urlopen"),
    ("exceptions", "OSError"),
    (" ", "\t"),
];

/// Lines that numbers are read from.
const NUMBERS: &[&[u8]] = &[
    b"0",
    b"1",
    b"00",
    b"01",
    b"0x1",
    b"0x1f",
    b"1\0junk",
    b"\0\0",
    b" 1",
    b"1 ",
    b"1_0",
    b"0o17",
    b"08",
    b"-5",
    b"+3",
    b"0b11",
    b"99999999999999999999",
    b"-9223372036854775808",
    b"9223372036854775807",
    b"9223372036854775808",
    b"\x0b7",
    b"5L",
    b"L",
    b"",
    b"1.5",
    b"1.5\0x",
    b"inf",
    b"nan",
    b"1e5",
    b" 2.5",
    b".5",
    b"1e",
    b"0x",
    b"2",
    b"3",
    b"4",
    b"255",
    b"__",
    b"1__0",
    b"\t9",
    b"10\r",
    b"-0",
    b"000001",
];

/// Lines that text is read from.
const TEXTS: &[&[u8]] = &[
    b"'os'",
    b"\"system\"",
    b"'a\\x41\\n'",
    b"'\\101\\8'",
    b"'caf\xe9'",
    b"'\\'",
    b"'",
    b"''",
    b"os",
    b"'os' ",
    b"'\\x4'",
    b"\\u006fs",
    b"sys\\U00000074em",
    b"\\\\u0041",
    b"\\u12",
    b"\xe9",
    b"\\",
    b"a\\",
    b"'\\\n",
    b"'it\\'s'",
];

/// Content of counted strings.
const CONTENTS: &[&[u8]] = &[
    b"os",
    b"system",
    b"",
    b"builtins",
    b"eval",
    b"\xc3\xa9",
    b"\xe9",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"a\0b",
    b"\n",
    b"cos\nsystem\n(tR.",
];

/// A small generator of numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// Whether one of `of` cases came up.
    pub fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// Opcodes by what they need: minimal depth above the mark, whether they need a mark, byte, what they leave.
struct Kind {
    opcode: u8,
    takes: usize,
    mark: bool,
    leaves: usize,
}

const fn kind(opcode: u8, takes: usize, mark: bool, leaves: usize) -> Kind {
    Kind {
        opcode,
        takes,
        mark,
        leaves,
    }
}

/// Every opcode of protocols 0 to 5 but STOP.
const KINDS: &[Kind] = &[
    kind(b'(', 0, false, 0),
    kind(b'0', 1, false, 0),
    kind(b'1', 0, true, 0),
    kind(b'2', 1, false, 2),
    kind(b'F', 0, false, 1),
    kind(b'I', 0, false, 1),
    kind(b'J', 0, false, 1),
    kind(b'K', 0, false, 1),
    kind(b'L', 0, false, 1),
    kind(b'M', 0, false, 1),
    kind(b'N', 0, false, 1),
    kind(b'P', 0, false, 1),
    kind(b'Q', 1, false, 1),
    kind(b'R', 2, false, 1),
    kind(b'S', 0, false, 1),
    kind(b'T', 0, false, 1),
    kind(b'U', 0, false, 1),
    kind(b'V', 0, false, 1),
    kind(b'X', 0, false, 1),
    kind(b'a', 2, false, 1),
    kind(b'b', 2, false, 1),
    kind(b'c', 0, false, 1),
    kind(b'c', 0, false, 1),
    kind(b'd', 0, true, 1),
    kind(b'}', 0, false, 1),
    kind(b'e', 0, true, 0),
    kind(b'g', 0, false, 1),
    kind(b'h', 0, false, 1),
    kind(b'i', 0, true, 1),
    kind(b'j', 0, false, 1),
    kind(b'l', 0, true, 1),
    kind(b']', 0, false, 1),
    kind(b'o', 1, true, 1),
    kind(b'p', 1, false, 1),
    kind(b'q', 1, false, 1),
    kind(b'r', 1, false, 1),
    kind(b's', 3, false, 1),
    kind(b't', 0, true, 1),
    kind(b')', 0, false, 1),
    kind(b'u', 0, true, 0),
    kind(b'G', 0, false, 1),
    kind(0x80, 0, false, 0),
    kind(0x81, 2, false, 1),
    kind(0x82, 0, false, 1),
    kind(0x83, 0, false, 1),
    kind(0x84, 0, false, 1),
    kind(0x85, 1, false, 1),
    kind(0x86, 2, false, 1),
    kind(0x87, 3, false, 1),
    kind(0x88, 0, false, 1),
    kind(0x89, 0, false, 1),
    kind(0x8a, 0, false, 1),
    kind(0x8b, 0, false, 1),
    kind(b'B', 0, false, 1),
    kind(b'C', 0, false, 1),
    kind(0x8c, 0, false, 1),
    kind(0x8d, 0, false, 1),
    kind(0x8e, 0, false, 1),
    kind(0x8f, 0, false, 1),
    kind(0x90, 0, true, 0),
    kind(0x91, 0, true, 1),
    kind(0x92, 3, false, 1),
    kind(0x93, 2, false, 1),
    kind(0x94, 1, false, 1),
    kind(0x95, 0, false, 0),
    kind(0x96, 0, false, 1),
    kind(0x97, 0, false, 1),
    kind(0x98, 1, false, 1),
];

/// A stream of at most `most` opcodes that is valid for the greater part.
#[must_use]
pub fn stream(seed: u64, most: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::new();
    if random.one_in(2) {
        bytes.extend([0x80, random.byte() % 6]);
    }
    let mut depths = vec![0_usize];
    for _ in 0..random.below(most) + 2 {
        let Some(kind) = KINDS.get(random.below(KINDS.len())) else {
            continue;
        };
        let depth = depths.last().copied().unwrap_or_default();
        let fits = depth >= kind.takes && (!kind.mark || depths.len() > 1);
        if !fits && !random.one_in(60) {
            // Something to work with instead.
            match random.below(4) {
                0 => named(&mut bytes, &mut random),
                1 => bytes.extend(b"K\x01"),
                2 => bytes.push(b')'),
                _ => content(&mut bytes, 0x8c, 1, &mut random),
            }
            if let Some(depth) = depths.last_mut() {
                *depth += 1;
            }
            continue;
        }
        opcode(&mut bytes, kind.opcode, &mut random);
        if kind.opcode == b'(' {
            depths.push(0);
            continue;
        }
        if kind.mark && depths.len() > 1 {
            depths.pop();
        }
        if let Some(depth) = depths.last_mut() {
            let takes = if kind.mark { 0 } else { kind.takes };
            *depth = depth.saturating_sub(takes) + kind.leaves;
        }
    }
    bytes.push(b'.');
    if random.one_in(8) {
        bytes.extend(stream(random.next(), most / 2 + 1));
    }
    bytes
}

fn named(bytes: &mut Vec<u8>, random: &mut Random) {
    if let Some((module, name)) = random.pick(NAMES) {
        bytes.push(b'c');
        bytes.extend([module.as_bytes(), b"\n", name.as_bytes(), b"\n"].concat());
    }
}

fn line(bytes: &mut Vec<u8>, opcode: u8, lines: &[&[u8]], random: &mut Random) {
    bytes.push(opcode);
    bytes.extend(random.pick(lines).unwrap_or_default());
    bytes.push(b'\n');
}

/// A counted content, with a length of `width` bytes that now and then lies.
fn content(bytes: &mut Vec<u8>, opcode: u8, width: usize, random: &mut Random) {
    let content = random.pick(CONTENTS).unwrap_or_default();
    let mut length = content.len() as u64;
    if random.one_in(40) {
        length = [length + 1, 1 << 31, u64::MAX, length.saturating_sub(1)][random.below(4)];
    }
    bytes.push(opcode);
    bytes.extend(length.to_le_bytes().into_iter().take(width));
    bytes.extend(content);
}

/// Writes one opcode with an argument.
fn opcode(bytes: &mut Vec<u8>, opcode: u8, random: &mut Random) {
    match opcode {
        b'F' | b'I' | b'L' | b'g' | b'p' => line(bytes, opcode, NUMBERS, random),
        b'S' | b'V' => line(bytes, opcode, TEXTS, random),
        b'P' => line(bytes, opcode, &[b"0", b"id", b"\xe9", b""], random),
        b'c' => named(bytes, random),
        b'i' => {
            named(bytes, random);
            let at = bytes
                .iter()
                .rposition(|byte| *byte == b'c')
                .unwrap_or_default();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = b'i';
            }
        }
        b'K' | b'h' | b'q' | 0x82 => bytes.extend([opcode, [0, 1, 2, 3, 255][random.below(5)]]),
        0x80 => bytes.extend([opcode, random.byte() % 7]),
        b'M' | 0x83 => bytes.extend([opcode, random.byte() % 4, random.byte() & 1]),
        b'J' | 0x84 => {
            bytes.push(opcode);
            let number = [0_i32, 1, 2, -1, 70_000, i32::MIN][random.below(6)];
            bytes.extend(number.to_le_bytes());
        }
        b'j' | b'r' => {
            bytes.push(opcode);
            let index = [0_u32, 1, 2, 300, 5000, 70_000][random.below(6)];
            bytes.extend(index.to_le_bytes());
        }
        b'G' => {
            bytes.push(opcode);
            bytes.extend(random.next().to_be_bytes());
        }
        b'T' | b'X' | b'B' | 0x8b => content(bytes, opcode, 4, random),
        b'U' | b'C' | 0x8a | 0x8c => content(bytes, opcode, 1, random),
        0x8d | 0x8e | 0x96 => content(bytes, opcode, 8, random),
        0x95 => {
            bytes.push(opcode);
            let length = match random.below(8) {
                0 => 0,
                1 => 1 << 40,
                2 => u64::MAX,
                _ => random.below(80) as u64,
            };
            bytes.extend(length.to_le_bytes());
        }
        _ => bytes.push(opcode),
    }
}

/// Where the opcodes of a stream begin and end, read byte after byte; what cannot be read is one piece.
#[must_use]
pub fn split(data: &[u8]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(byte) = data.get(at) {
        let rest = data.get(at + 1..).unwrap_or_default();
        let argument = match byte {
            b'F' | b'I' | b'L' | b'S' | b'V' | b'P' | b'g' | b'p' => lines(rest, 1),
            b'c' | b'i' => lines(rest, 2),
            b'K' | b'h' | b'q' | 0x80 | 0x82 => 1,
            b'M' | 0x83 => 2,
            b'J' | b'j' | b'r' | 0x84 => 4,
            b'G' | 0x95 => 8,
            b'U' | b'C' | 0x8a | 0x8c => counted(rest, 1),
            b'T' | b'X' | b'B' | 0x8b => counted(rest, 4),
            0x8d | 0x8e | 0x96 => counted(rest, 8),
            _ => 0,
        };
        let end = at
            .saturating_add(1)
            .saturating_add(argument)
            .min(data.len());
        pieces.push(at..end);
        at = end;
    }
    pieces
}

fn lines(rest: &[u8], count: usize) -> usize {
    let ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(at, _)| at + 1)
        .nth(count - 1)
        .unwrap_or(rest.len())
}

fn counted(rest: &[u8], width: usize) -> usize {
    let digits = rest.iter().take(width).rev();
    let length = digits.fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
    usize::try_from(length)
        .unwrap_or(usize::MAX)
        .saturating_add(width)
}

/// Changes a stream: opcodes are added, removed, doubled, moved, replaced.
#[must_use]
pub fn mutate(data: &[u8], seed: u64, longest: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut pieces: Vec<Vec<u8>> = split(data)
        .into_iter()
        .filter_map(|piece| data.get(piece).map(<[u8]>::to_vec))
        .collect();
    for _ in 0..=random.below(4) {
        let at = random.below(pieces.len() + 1);
        match random.below(7) {
            0 | 1 => {
                let mut piece = Vec::new();
                let byte = KINDS
                    .get(random.below(KINDS.len()))
                    .map_or(b'.', |kind| kind.opcode);
                opcode(&mut piece, byte, &mut random);
                pieces.insert(at, piece);
            }
            2 if at < pieces.len() => drop(pieces.remove(at)),
            3 if at < pieces.len() => {
                let piece = pieces.get(at).cloned().unwrap_or_default();
                pieces.insert(random.below(pieces.len() + 1), piece);
            }
            4 if at < pieces.len() => {
                let other = random.below(pieces.len());
                pieces.swap(at, other);
            }
            5 => pieces.insert(at, stream(random.next(), 6)),
            _ => {
                if let Some(piece) = pieces.get_mut(at) {
                    let place = random.below(piece.len());
                    if let Some(byte) = piece.get_mut(place) {
                        *byte = if random.one_in(2) {
                            random.byte()
                        } else {
                            byte.wrapping_add(1)
                        };
                    }
                }
            }
        }
    }
    let mut changed = pieces.concat();
    changed.truncate(longest);
    changed
}
