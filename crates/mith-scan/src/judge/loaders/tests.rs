//! A loader of bytes may be called and not be handed on, kept, stored or left lying about.

use mith_core::Verdict;
use mith_testkit::pickle::Pickle;

use crate::{ScanOptions, scan_input};

fn verdict(pickle: Pickle) -> Verdict {
    scan_input("x.pkl", &pickle.stop(), &ScanOptions::default())[0].verdict
}

fn inner() -> Vec<u8> {
    Pickle::new(2).none().stop()
}

/// A stream that names the loader, calls it as writers do and keeps it in the memo.
fn honest() -> Pickle {
    Pickle::new(4)
        .named("torch.storage", "_load_from_bytes")
        .binput(9)
        .bytes(&inner())
        .tuple1()
        .reduce()
}

#[test]
fn one_import_may_be_called_many_times() {
    let twice = honest().binget(9).bytes(&inner()).tuple1().reduce();
    assert_eq!(verdict(twice.tuple2()), Verdict::Clean);
}

#[test]
fn import_that_is_never_called_is_not_clean() {
    let named = Pickle::new(4).named("torch.storage", "_load_from_bytes");
    assert_eq!(verdict(named), Verdict::Unknown);
    let mut many = honest();
    for _ in 0..300 {
        many = many.pop().global("torch.storage", "_load_from_bytes");
    }
    assert_eq!(verdict(many), Verdict::Unknown);
}

#[test]
fn call_does_not_excuse_that_it_is_handed_on() {
    let list = honest()
        .named("collections", "deque")
        .empty_list()
        .empty_list()
        .binget(9)
        .append()
        .append()
        .tuple1()
        .reduce();
    assert_eq!(verdict(list), Verdict::Malicious);
    let state = honest()
        .named("types", "SimpleNamespace")
        .empty_tuple()
        .newobj()
        .empty_dict()
        .text("a")
        .binget(9)
        .setitem()
        .build();
    assert_eq!(verdict(state), Verdict::Malicious);
    let stored = honest()
        .named("collections", "OrderedDict")
        .empty_tuple()
        .reduce()
        .text("a")
        .binget(9)
        .setitem();
    assert_eq!(verdict(stored), Verdict::Malicious);
    let appended = honest()
        .named("collections", "deque")
        .empty_tuple()
        .reduce()
        .binget(9)
        .append();
    assert_eq!(verdict(appended), Verdict::Malicious);
}

#[test]
fn class_of_a_persistent_id_is_no_way_around() {
    let value = honest()
        .mark()
        .text("module")
        .binget(9)
        .none()
        .none()
        .tuple()
        .binpersid();
    assert_ne!(verdict(value), Verdict::Clean);
}

#[test]
fn names_that_are_not_followed_are_unknown_beside_a_loader() {
    let filled = |mut pickle: Pickle, value: &dyn Fn(Pickle) -> Pickle| {
        pickle = pickle
            .named("collections", "OrderedDict")
            .empty_dict()
            .mark();
        for number in 0..100 {
            pickle = value(pickle.int(number));
        }
        pickle.setitems().tuple1().reduce()
    };
    let name = |pickle: Pickle| pickle.global("builtins", "list");
    assert_eq!(verdict(filled(honest(), &name)), Verdict::Unknown);
    assert_eq!(verdict(filled(honest(), &|p| p.int(1))), Verdict::Clean);
    assert_eq!(verdict(filled(Pickle::new(4), &name)), Verdict::Clean);
}
