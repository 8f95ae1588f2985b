//! No bytes make the pickle interpreter panic, hang or grow: seeds of the fuzzer, damaged pickles, random ones.

use std::path::Path;

use mith_formats::Limits;
use mith_formats::pickle::listing::Listing;
use mith_formats::pickle::{Loader, Options, StreamSource, interpret_all};
use mith_testkit::pickle_random;
use proptest::prelude::*;

/// Reads a stream in every way.
fn read(stream: &[u8]) {
    let limits = Limits {
        opcodes: 100_000,
        stack: 10_000,
        memo: 10_000,
        held_bytes: 1 << 20,
        ..Limits::default()
    };
    for loader in [Loader::Plain, Loader::Joblib] {
        let options = Options {
            loader,
            ..Options::default()
        };
        let mut listing = Listing::new(100, 200);
        interpret_all(
            &stream,
            0,
            &options,
            &limits,
            &mut listing,
            &mut |outcome| {
                assert!(outcome.start <= outcome.end && outcome.end <= stream.len() as u64);
                assert!(
                    outcome.stopped || !outcome.defects.is_empty(),
                    "an end without a reason"
                );
                true
            },
        );
        let once = StreamSource::once(Box::new(stream));
        let mut other = Listing::new(100, 200);
        interpret_all(&once, 0, &options, &limits, &mut other, &mut |_| true);
    }
}

#[test]
fn seeds_of_the_fuzzer_are_read() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for target in ["pickle", "pickle_differential"] {
        let mut count = 0;
        for entry in std::fs::read_dir(seeds.join(target)).unwrap() {
            read(&std::fs::read(entry.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 50, "{target} has {count} seeds");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn truncation_is_survived(seed: u64, cut in 0_usize..400) {
        let stream = pickle_random::stream(seed, 60);
        read(&stream[..cut.min(stream.len())]);
    }

    #[test]
    fn flipped_bits_are_survived(seed: u64, flips in prop::collection::vec((0_usize..4_000, 0_u8..8), 1..8)) {
        let mut stream = pickle_random::stream(seed, 60);
        let len = stream.len();
        for (at, bit) in flips {
            stream[at % len] ^= 1 << bit;
        }
        read(&stream);
    }

    #[test]
    fn changed_opcodes_are_survived(seed: u64, other: u64) {
        read(&pickle_random::mutate(&pickle_random::stream(seed, 40), other, 4_000));
    }

    #[test]
    fn random_bytes_are_survived(stream in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&stream);
    }
}
