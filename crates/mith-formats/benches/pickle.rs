//! Nanoseconds per opcode of the pickle interpreter; the items of the output are opcodes.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use mith_formats::Limits;
use mith_formats::pickle::{Options, Silent, interpret};
use mith_testkit::pickle::Pickle;

fn main() {
    divan::main();
}

/// Interprets a stream that has to be sound.
fn run(bencher: Bencher<'_, '_>, stream: &[u8]) {
    let (options, limits) = (Options::default(), Limits::default());
    let opcodes = interpret(&stream, 0, &options, &limits, &mut Silent).opcodes;
    bencher.counter(ItemsCount::new(opcodes)).bench(|| {
        let outcome = interpret(black_box(&stream), 0, &options, &limits, &mut Silent);
        assert!(outcome.stopped && outcome.defects.is_empty());
        outcome
    });
}

/// A list of floats as protocol 4 writes it: batches of 1000 between MARK and APPENDS.
#[divan::bench(args = [667_000, 6_670_000])]
fn floats(bencher: Bencher<'_, '_>, count: u32) {
    let mut pickle = Pickle::new(4).empty_list().memoize();
    for batch in 0..count / 1_000 {
        pickle = pickle.mark();
        for index in 0..1_000 {
            pickle = pickle.float(f64::from(batch) + f64::from(index) / 7.0);
        }
        pickle = pickle.appends();
    }
    run(bencher, &pickle.stop());
}

/// Short strings, each in the memo.
#[divan::bench]
fn texts(bencher: Bencher<'_, '_>) {
    let mut pickle = Pickle::new(4).empty_list().memoize();
    for batch in 0..500 {
        pickle = pickle.mark();
        for index in 0..1_000 {
            pickle = pickle
                .short_text(&format!("token{}", batch * 1_000 + index))
                .memoize();
        }
        pickle = pickle.appends();
    }
    run(bencher, &pickle.stop());
}

/// A state dict as torch writes it.
#[divan::bench]
fn tensors(bencher: Bencher<'_, '_>) {
    let mut pickle = Pickle::new(2).empty_dict().binput(0).mark();
    for index in 0..20_000 {
        let tensor = pickle
            .text(&format!("layer.{index}.weight"))
            .global("torch._utils", "_rebuild_tensor_v2");
        let storage = tensor
            .mark()
            .mark()
            .text("storage")
            .global("torch", "FloatStorage")
            .text(&index.to_string());
        let storage = storage.text("cpu").int(4096).tuple().binpersid();
        let shape = storage
            .int(0)
            .int(64)
            .int(64)
            .tuple2()
            .int(64)
            .int(1)
            .tuple2()
            .newfalse();
        pickle = shape
            .global("collections", "OrderedDict")
            .empty_tuple()
            .reduce()
            .tuple()
            .reduce();
    }
    run(bencher, &pickle.setitems().stop());
}
