//! What is made of calls, states and stores; every case is an artifact of its own.

use mith_core::Verdict;
use mith_testkit::pickle::Pickle;

use crate::{ScanOptions, scan_input};

fn verdict(pickle: Pickle) -> Verdict {
    of(&pickle.stop())
}

fn of(bytes: &[u8]) -> Verdict {
    scan_input("x.pkl", &bytes, &ScanOptions::default())[0].verdict
}

fn gadget() -> Vec<u8> {
    Pickle::new(2)
        .call_with_text("os", "system", "touch marker")
        .stop()
}

#[test]
fn plain_values_are_clean() {
    let date = Pickle::new(4)
        .named("datetime", "date")
        .bytes(&[7, 230, 1, 1])
        .tuple1()
        .reduce();
    assert_eq!(verdict(date), Verdict::Clean);
    let path = Pickle::new(4)
        .named("pathlib", "PosixPath")
        .text("a")
        .text("b")
        .tuple2()
        .reduce();
    assert_eq!(verdict(path), Verdict::Clean);
    let regex = Pickle::new(4)
        .named("re", "_compile")
        .text("a+")
        .int(32)
        .tuple2()
        .reduce();
    assert_eq!(verdict(regex), Verdict::Clean);
    let getter = Pickle::new(4)
        .named("operator", "itemgetter")
        .int(1)
        .tuple1()
        .reduce();
    assert_eq!(verdict(getter), Verdict::Clean);
}

#[test]
fn loader_of_bytes_may_be_called_and_not_handed_on() {
    let torch = || Pickle::new(4).named("torch.storage", "_load_from_bytes");
    assert_eq!(
        verdict(torch().bytes(&gadget()).tuple1().reduce()),
        Verdict::Malicious
    );
    let inner = Pickle::new(2).none().stop();
    assert_eq!(
        verdict(torch().bytes(&inner).tuple1().reduce()),
        Verdict::Clean
    );
    let partial = Pickle::new(4)
        .named("functools", "partial")
        .named("torch.storage", "_load_from_bytes")
        .bytes(&gadget())
        .tuple2()
        .reduce();
    assert_ne!(verdict(partial), Verdict::Clean);
    let through = Pickle::new(4)
        .named("numpy.random._pickle", "__generator_ctor")
        .bytes(&gadget())
        .named("torch.storage", "_load_from_bytes")
        .tuple2()
        .reduce();
    assert_ne!(verdict(through), Verdict::Clean);
}

#[test]
fn instance_is_made_with_a_builtin_base_alone() {
    let made = |module: &str, base: &str| {
        Pickle::new(2)
            .global("copyreg", "_reconstructor")
            .mark()
            .global("argparse", "Namespace")
            .global(module, base)
            .none()
            .tuple()
            .reduce()
    };
    assert_eq!(verdict(made("builtins", "object")), Verdict::Clean);
    assert_eq!(verdict(made("pathlib", "PosixPath")), Verdict::Unknown);
}

#[test]
fn live_loggers_are_named_and_not_changed() {
    let logger = || {
        Pickle::new(4)
            .named("logging", "getLogger")
            .text("x")
            .tuple1()
            .reduce()
    };
    assert_eq!(verdict(logger()), Verdict::Clean);
    let state = logger()
        .empty_dict()
        .text("disabled")
        .newtrue()
        .setitem()
        .build();
    assert_ne!(verdict(state), Verdict::Clean);
}

#[test]
fn behaviour_put_into_attributes_is_malicious() {
    let object = Pickle::new(4)
        .named("argparse", "Namespace")
        .empty_tuple()
        .newobj();
    let poisoned = object
        .empty_dict()
        .text("__setstate__")
        .named("my_project", "run")
        .setitem()
        .build();
    assert_eq!(verdict(poisoned), Verdict::Malicious);
}

#[test]
fn items_in_tensors_and_modules_are_malicious() {
    let modules = Pickle::new(4)
        .named("sys", "modules")
        .text("a")
        .none()
        .setitem();
    assert_eq!(verdict(modules), Verdict::Malicious);
    let own = Pickle::new(4)
        .named("my_project", "table")
        .text("a")
        .none()
        .setitem();
    assert_eq!(verdict(own), Verdict::Malicious);
}

#[test]
fn resolved_callee_is_malicious_and_an_own_factory_unknown() {
    let resolved = Pickle::new(4)
        .named("operator", "methodcaller")
        .text("run")
        .tuple1()
        .reduce()
        .none()
        .tuple1()
        .reduce();
    assert_ne!(verdict(resolved), Verdict::Clean);
    let factory = Pickle::new(4)
        .named("my_project", "make")
        .empty_tuple()
        .reduce()
        .empty_tuple()
        .reduce();
    assert_eq!(verdict(factory), Verdict::Unknown);
}

#[test]
fn text_that_calls_is_a_pickle_and_text_that_does_not_is_text() {
    for attack in [
        &b"cevil\nrun\n(tR."[..],
        b"cevil\nrun\n(tRX",
        b"(ievil\nrun\n.",
    ] {
        assert_ne!(of(attack), Verdict::Clean, "{}", attack.escape_ascii());
    }
    let read = |name: &str, text: &str| {
        scan_input(name, &text.as_bytes().to_vec(), &ScanOptions::default())[0].verdict
    };
    assert_eq!(read("vocab.txt", "cat\ndog\nhouse\n"), Verdict::Clean);
    assert_eq!(
        read("README.md", "(introduction)\nof a model\n"),
        Verdict::Clean
    );
    assert_eq!(read("notes.txt", "I am a model\n"), Verdict::Clean);
    assert_eq!(read("notes.txt", "N.\n"), Verdict::Clean);
    assert_eq!(read("README", "Sentence\n'quoted'\n"), Verdict::Clean);
}

#[test]
fn torch_storages_need_their_class() {
    let id = |class: &str| {
        Pickle::new(2)
            .mark()
            .text("storage")
            .global("torch", class)
            .text("0")
            .text("cpu")
            .int(4)
            .tuple()
            .binpersid()
    };
    assert_eq!(verdict(id("FloatStorage")), Verdict::Clean);
    assert_ne!(verdict(id("NoSuchStorage")), Verdict::Clean);
}
