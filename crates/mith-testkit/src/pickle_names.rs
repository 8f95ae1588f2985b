//! Pickles that put a name together from pieces, by random pure functions.

use crate::pickle::Pickle;
use crate::pickle_random::Random;

/// Pieces of text.
const PIECES: &[&str] = &[
    "sys", "tem", "SyStEm", "s", "", " pop ", "en-", "a,b", "metsys", "%s", "{}", "73", "é", "c3lz",
];

/// A protocol 4 stream that imports `os.<a computed name>`, perhaps more than once.
#[must_use]
pub fn stream(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut pickle = Pickle::new(4);
    for _ in 0..=random.below(3) {
        pickle = text(pickle.text("os"), &mut random, 4).stack_global();
        pickle = if random.one_in(2) {
            pickle.pop()
        } else {
            pickle
        };
    }
    pickle.none().stop()
}

fn piece(random: &mut Random) -> &'static str {
    PIECES
        .get(random.below(PIECES.len()))
        .copied()
        .unwrap_or_default()
}

/// Pushes a text, or something that only looks as if it were one.
fn text(pickle: Pickle, random: &mut Random, depth: u32) -> Pickle {
    if depth == 0 {
        return pickle.text(piece(random));
    }
    let depth = depth - 1;
    match random.below(12) {
        0 => pickle.text(piece(random)),
        1 => {
            let name = [
                "str.lower",
                "str.upper",
                "str.strip",
                "str.swapcase",
                "str.capitalize",
            ][random.below(5)];
            text(pickle.named("builtins", name), random, depth)
                .tuple1()
                .reduce()
        }
        2 => {
            let name = ["add", "concat", "iadd", "mod"][random.below(4)];
            let first = text(pickle.named("operator", name), random, depth);
            text(first, random, depth).tuple2().reduce()
        }
        3 => {
            let first = text(pickle.named("builtins", "str.join"), random, depth);
            list(first, random, depth).tuple2().reduce()
        }
        4 => {
            let first = text(pickle.named("builtins", "str.replace"), random, depth);
            text(text(first, random, 0), random, 0).tuple3().reduce()
        }
        5 => {
            let codec = ["rot13", "latin1", "utf-8", "hex", "unicode_escape"][random.below(5)];
            let call = ["encode", "decode"][random.below(2)];
            text(pickle.named("_codecs", call), random, depth)
                .text(codec)
                .tuple2()
                .reduce()
        }
        6 => {
            let start = ["_codecs", "codecs"][random.below(2)];
            let codec = ["ascii", "utf8", "hex", "utf-16-le", "base64"][random.below(5)];
            let bytes: [&[u8]; 4] = [b"system", b"73797374656d", b"s\0y\0s\0", b"c3lzdGVt"];
            let content = bytes.get(random.below(4)).copied().unwrap_or_default();
            pickle
                .named(start, "decode")
                .bytes(content)
                .text(codec)
                .tuple2()
                .reduce()
        }
        other => object_text(pickle, random, depth, other),
    }
}

/// The same by items, slices and objects that are called.
fn object_text(pickle: Pickle, random: &mut Random, depth: u32, way: usize) -> Pickle {
    match way {
        7 => {
            let values = list(pickle.named("operator", "getitem"), random, depth);
            index(values, random).tuple2().reduce()
        }
        8 => index(
            text(pickle.named("operator", "getitem"), random, depth),
            random,
        )
        .tuple2()
        .reduce(),
        9 => {
            let method = ["lower", "upper", "strip"][random.below(3)];
            if random.one_in(2) {
                let partial = pickle
                    .named("functools", "partial")
                    .named("builtins", "str.lower");
                return text(partial.tuple1().reduce(), random, depth)
                    .tuple1()
                    .reduce();
            }
            let getter = pickle
                .named("operator", "methodcaller")
                .text(method)
                .tuple1()
                .reduce();
            text(getter, random, depth).tuple1().reduce()
        }
        10 => {
            let first = text(pickle.named("builtins", "str.format"), random, depth);
            text(first, random, depth).tuple2().reduce()
        }
        _ => {
            let bound = text(pickle.named("builtins", "getattr"), random, depth)
                .text("lower")
                .tuple2()
                .reduce();
            bound.empty_tuple().reduce()
        }
    }
}

/// Pushes a list of texts, which may be changed on the way.
fn list(pickle: Pickle, random: &mut Random, depth: u32) -> Pickle {
    let depth = depth.saturating_sub(1);
    match random.below(7) {
        0 => text(
            text(pickle.empty_list().mark(), random, depth),
            random,
            depth,
        )
        .appends(),
        1 => text(text(pickle, random, depth), random, depth).tuple2(),
        2 => text(pickle.named("builtins", "reversed"), random, depth)
            .tuple1()
            .reduce(),
        3 => text(pickle.named("builtins", "list"), random, depth)
            .tuple1()
            .reduce()
            .text("x")
            .append(),
        4 => {
            let split = text(pickle.named("builtins", "str.split"), random, depth)
                .text(",")
                .tuple2()
                .reduce();
            if random.one_in(2) {
                split.text("y").append()
            } else {
                split
            }
        }
        5 => {
            // A list that other code turns round before it is used.
            let made = text(text(pickle.empty_list(), random, 0).append(), random, 0).append();
            let made = made.put_line(b"100");
            let turned = made
                .named("builtins", "list.reverse")
                .get_line(b"100")
                .tuple1()
                .reduce();
            turned.pop()
        }
        _ => {
            // An iterator of which one entry is taken.
            let iterator = text(pickle.named("builtins", "iter"), random, depth)
                .tuple1()
                .reduce();
            let iterator = iterator.put_line(b"101");
            let taken = match random.below(2) {
                0 => iterator
                    .named("builtins", "next")
                    .get_line(b"101")
                    .tuple1()
                    .reduce(),
                _ => iterator
                    .named("builtins", "str.join")
                    .text("")
                    .get_line(b"101")
                    .tuple2()
                    .reduce(),
            };
            taken.pop()
        }
    }
}

/// Pushes an index or a slice.
fn index(pickle: Pickle, random: &mut Random) -> Pickle {
    match random.below(3) {
        0 => pickle.int(0),
        1 => pickle.int(-1),
        _ => {
            let slice = pickle.named("builtins", "slice").none().none();
            let steps = [-1, 1, 2, -2];
            slice
                .int(steps.get(random.below(4)).copied().unwrap_or(1))
                .tuple3()
                .reduce()
        }
    }
}
