//! The interpreter against a real CPython: no name that CPython resolves may be missed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use mith_formats::Limits;
use mith_formats::pickle::{Global, Options, Value, Visitor, interpret_all};
use mith_testkit::oracle::{EXTENSIONS, Oracle};
use mith_testkit::{pickle_names, pickle_random};

/// Streams that are compared.
const STREAMS: u64 = 4_000;

/// Collects names as they are before the mapping from Python 2.
#[derive(Default)]
struct Names {
    told: BTreeSet<(String, String)>,
    /// Names that are told to be computed in a way that is not followed.
    hidden: usize,
}

impl Visitor for Names {
    fn global(&mut self, _: u64, global: &Global) {
        let raw = global.raw.clone();
        let (module, name) = raw.unwrap_or((global.module.clone(), global.qualname.clone()));
        self.told.insert((module.to_string(), name.to_string()));
    }

    fn hidden_global(&mut self, _: u64, _: &Value, _: &Value) {
        self.hidden += 1;
    }
}

/// The interpreter to ask, or nothing when there is none and none is required.
#[expect(clippy::print_stdout, reason = "a skipped test says why")]
fn python() -> Option<PathBuf> {
    let python =
        std::env::var_os("MITH_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let starts = Command::new(&python)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if starts {
        return Some(python);
    }
    let required = std::env::var("MITH_REQUIRE").is_ok_and(|tools| tools.contains("python"));
    assert!(
        !required,
        "MITH_REQUIRE asks for python, but `{}` does not start",
        python.display()
    );
    println!("skipped: `{}` does not start", python.display());
    None
}

fn told(stream: &[u8]) -> Names {
    let extensions = EXTENSIONS.iter();
    let options = Options {
        extensions: extensions
            .map(|(code, module, name)| (*code, (*module).into(), (*name).into()))
            .collect(),
        ..Options::default()
    };
    let mut names = Names::default();
    interpret_all(
        &stream,
        0,
        &options,
        &Limits::default(),
        &mut names,
        &mut |_| true,
    );
    names
}

#[test]
fn tells_every_name_that_cpython_resolves_in_random_streams() {
    let Some(python) = python() else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/python/oracle.py");
    let mut oracle = Oracle::new(&python, &script);
    let (mut resolved, mut skipped) = (0, 0);
    for seed in 0..STREAMS {
        let mut stream = pickle_random::stream(seed, 60);
        if seed % 2 == 1 {
            stream = pickle_random::mutate(&stream, seed, 2_000);
        }
        let answer = oracle.ask(&stream).unwrap();
        skipped += u64::from(answer.cut_short);
        let told = told(&stream).told;
        for name in &answer.names {
            resolved += 1;
            assert!(
                told.contains(name),
                "seed {seed}: CPython resolves {name:?} in {}, told are {told:?}",
                stream.escape_ascii()
            );
        }
    }
    assert!(
        resolved > STREAMS / 4,
        "the streams resolve too few names to prove anything: {resolved}"
    );
    assert!(
        skipped < STREAMS / 10,
        "too many streams ran out of time or memory: {skipped}"
    );
}

#[test]
fn names_that_are_put_together_are_what_cpython_puts_together() {
    let Some(python) = python() else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/python/oracle.py");
    let mut oracle = Oracle::pure(&python, &script);
    let (mut found, mut hidden) = (0, 0);
    for seed in 0..STREAMS {
        let stream = pickle_names::stream(seed);
        let answer = oracle.ask(&stream).unwrap();
        let names = told(&stream);
        let mut missing = 0;
        for name in answer.names.iter().filter(|(module, _)| module == "os") {
            if names.told.contains(name) {
                found += 1;
                continue;
            }
            // A name that is not followed has to be told as such.
            hidden += 1;
            missing += 1;
            let known = names.told.iter().filter(|(module, _)| module == "os");
            assert!(
                names.hidden >= missing,
                "seed {seed}: CPython resolves {name:?}, told are {:?} for {}",
                known.collect::<Vec<_>>(),
                stream.escape_ascii()
            );
        }
    }
    assert!(
        found > 4 * hidden && found > STREAMS / 4,
        "{found} names are found, {hidden} are hidden"
    );
}
