//! The interpreter never panics, keeps its limits, and shows what it read in bounded text.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use mith_formats::Limits;
use mith_formats::pickle::listing::Listing;
use mith_formats::pickle::{Loader, Options, StreamSource, interpret_all, render};
use mith_testkit::pickle_random;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 3 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let changed = pickle_random::mutate(&data[..size], u64::from(seed), max_size);
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
});

fuzz_target!(|data: &[u8]| {
    let limits = Limits {
        opcodes: 200_000,
        stack: 20_000,
        memo: 20_000,
        held_bytes: 1 << 20,
        ..Limits::default()
    };
    for loader in [Loader::Plain, Loader::Joblib] {
        let options = Options {
            loader,
            ..Options::default()
        };
        let mut listing = Listing::new(200, 300);
        let mut opcodes = 0;
        interpret_all(&data, 0, &options, &limits, &mut listing, &mut |outcome| {
            assert!(outcome.start <= data.len() as u64 && outcome.end <= data.len() as u64);
            assert!(render::render(&outcome.result, 500).len() < 20_000);
            opcodes += outcome.opcodes;
            true
        });
        assert!(listing.lines().len() <= 200);
        assert!(opcodes <= 5 * limits.opcodes);
        let stream = StreamSource::once(Box::new(data));
        let mut other = Listing::new(200, 300);
        interpret_all(&stream, 0, &options, &limits, &mut other, &mut |_| true);
    }
});
