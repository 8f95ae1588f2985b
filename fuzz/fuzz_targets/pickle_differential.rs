//! Every name that CPython resolves in a stream is among the names that the interpreter tells.
//!
//! Needs `python3` on the path (or `MITH_PYTHON`); streams that make it run out of memory or time are counted as skipped.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use mith_formats::Limits;
use mith_formats::pickle::{Global, Options, Value, Visitor, interpret_all};
use mith_testkit::oracle::{EXTENSIONS, Oracle};
use mith_testkit::pickle_random;

/// Streams that were compared.
static COMPARED: AtomicU64 = AtomicU64::new(0);
/// Streams that the oracle could not read to the end.
static SKIPPED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static ORACLE: RefCell<Oracle> = RefCell::new(Oracle::new(
        Path::new(&std::env::var("MITH_PYTHON").unwrap_or_else(|_| "python3".to_owned())),
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("python/oracle.py"),
    ));
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 8 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let changed = pickle_random::mutate(&data[..size], u64::from(seed), max_size);
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
});

/// Collects names as they are before the mapping.
#[derive(Default)]
struct Names {
    told: BTreeSet<(String, String)>,
    hidden: bool,
}

impl Visitor for Names {
    fn global(&mut self, _: u64, global: &Global) {
        let (module, name) = global
            .raw
            .clone()
            .unwrap_or((global.module.clone(), global.qualname.clone()));
        self.told.insert((module.to_string(), name.to_string()));
    }

    fn hidden_global(&mut self, _: u64, _: &Value, _: &Value) {
        self.hidden = true;
    }
}

fuzz_target!(|data: &[u8]| {
    let options = Options {
        extensions: EXTENSIONS
            .iter()
            .map(|(code, module, name)| (*code, (*module).to_owned(), (*name).to_owned()))
            .collect(),
        ..Options::default()
    };
    let mut names = Names::default();
    interpret_all(
        &data,
        0,
        &options,
        &Limits::default(),
        &mut names,
        &mut |_| true,
    );
    let answer = ORACLE
        .with_borrow_mut(|oracle| oracle.ask(data))
        .expect("python3 starts");
    if answer.cut_short {
        SKIPPED.fetch_add(1, Ordering::Relaxed);
    }
    let compared = COMPARED.fetch_add(1, Ordering::Relaxed) + 1;
    if compared % 50_000 == 0 {
        eprintln!(
            "compared {compared} streams, {} of them cut short",
            SKIPPED.load(Ordering::Relaxed)
        );
    }
    for name in &answer.names {
        assert!(
            names.told.contains(name),
            "CPython resolves {name:?}, told are {:?}",
            names.told
        );
    }
});
