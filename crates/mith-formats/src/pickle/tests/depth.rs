//! Nesting of any depth costs no stack, neither while reading nor while dropping.

use super::{DefectKind, Limits, Loader, Options, Outcome, interpret, run_with};
use crate::pickle::Silent;
use crate::pickle::render::render;
use mith_testkit::pickle::Pickle;

/// Interprets without writing anything down.
fn run(stream: &[u8]) -> Outcome {
    let (options, limits) = (Options::default(), Limits::default());
    interpret(&stream, 0, &options, &limits, &mut Silent)
}

/// Far deeper than any call stack.
const DEEP: usize = 1_000_000;

#[test]
fn a_million_tuples_in_tuples() {
    let stream = Pickle::new(2).none().raw(&vec![0x85; DEEP]).stop();
    let outcome = run(&stream);
    assert!(outcome.stopped);
    assert!(render(&outcome.result, 1_000).len() < 2_000);
    drop(outcome);
}

#[test]
fn a_million_lists_in_lists() {
    let mut stream = vec![b']'; DEEP];
    stream.extend(vec![b'a'; DEEP - 1]);
    stream.push(b'.');
    let outcome = run(&stream);
    assert!(outcome.stopped);
    drop(outcome);
}

#[test]
fn a_million_calls_of_calls() {
    let stream = Pickle::new(2)
        .global("a", "b")
        .raw(&b")R".repeat(DEEP / 4))
        .stop();
    let outcome = run(&stream);
    assert!(outcome.stopped);
    let persistent = Pickle::new(2).none().raw(&vec![b'Q'; DEEP]).stop();
    assert!(run(&persistent).stopped);
}

#[test]
fn marks_without_end_run_into_the_budget() {
    let limits = Limits {
        stack: 10_000,
        ..Limits::default()
    };
    let stream = vec![b'('; 100_000];
    let (outcome, _) = run_with(&stream, Loader::Plain, &limits);
    assert_eq!(outcome.defects[0].kind, DefectKind::Budget);
}

#[test]
fn a_list_of_itself_can_be_shown_and_dropped() {
    let stream = Pickle::new(2)
        .empty_list()
        .memoize()
        .binget(0)
        .append()
        .stop();
    let outcome = run(&stream);
    assert!(outcome.stopped);
    assert!(render(&outcome.result, 100).len() < 200);
    let stream = Pickle::new(2)
        .empty_dict()
        .memoize()
        .int(1)
        .binget(0)
        .tuple1()
        .setitem()
        .stop();
    assert!(run(&stream).stopped);
}

#[test]
fn lists_that_double_are_shown_in_bounds() {
    let mut pickle = Pickle::new(4).empty_list().memoize();
    for index in 0..100 {
        pickle = pickle
            .pop()
            .empty_list()
            .memoize()
            .binget(index)
            .binget(index)
            .mark()
            .pop();
        pickle = pickle.tuple2().append();
    }
    let outcome = run(&pickle.stop());
    assert!(outcome.stopped);
    assert!(render(&outcome.result, 500).len() < 4_000);
}
