//! What known functions call on the objects that they are given: none of it may be of the file's choice.
//!
//! The function that would run is harmless in every case here, so that it is the way to it that is judged.

use mith_core::Verdict;
use mith_testkit::pickle::Pickle;

use crate::{ScanOptions, scan_input};

fn verdict(pickle: Pickle) -> Verdict {
    scan_input("x.pkl", &pickle.stop(), &ScanOptions::default())[0].verdict
}

fn clean(pickle: Pickle) {
    assert_eq!(verdict(pickle), Verdict::Clean);
}

fn objected(pickle: Pickle) {
    assert_ne!(verdict(pickle), Verdict::Clean);
}

fn function(name: &str) -> Pickle {
    let (module, name) = name.rsplit_once('.').unwrap();
    Pickle::new(4).named(module, name)
}

/// Steps of a stream that are put together.
trait Steps {
    fn namespace(self) -> Self;
    fn layer(self) -> Self;
    fn remembered(self) -> Self;
}

impl Steps for Pickle {
    fn namespace(self) -> Self {
        self.global("types", "SimpleNamespace")
            .empty_tuple()
            .newobj()
    }

    fn layer(self) -> Self {
        self.global("torch.nn.modules.module", "Module")
            .empty_tuple()
            .newobj()
    }

    /// A function that is kept: `functools.partial(list)`.
    fn remembered(self) -> Self {
        self.global("functools", "partial")
            .global("builtins", "list")
            .tuple1()
            .reduce()
    }
}

#[test]
fn random_generator_is_made_by_its_own_constructor() {
    for name in ["__generator_ctor", "__randomstate_ctor"] {
        let made = || function(&format!("numpy.random._pickle.{name}"));
        clean(made().text("PCG64").tuple1().reduce());
        clean(
            made()
                .text("PCG64")
                .global("numpy.random._pickle", "__bit_generator_ctor")
                .tuple2()
                .reduce(),
        );
        clean(
            made()
                .global("numpy.random._pickle", "__bit_generator_ctor")
                .global("numpy.random._pcg64", "PCG64")
                .tuple1()
                .reduce()
                .tuple1()
                .reduce(),
        );
        objected(
            made()
                .text("a")
                .global("builtins", "list")
                .tuple2()
                .reduce(),
        );
        objected(
            made()
                .text("a")
                .global("numpy.random._pcg64", "PCG64")
                .tuple2()
                .reduce(),
        );
        objected(made().namespace().tuple1().reduce());
    }
    let class = function("numpy.random._pickle.__bit_generator_ctor");
    objected(class.global("builtins", "list").tuple1().reduce());
}

#[test]
fn tensors_are_rebuilt_over_storages_and_tensors_alone() {
    let tensor = |pickle: Pickle, storage: &dyn Fn(Pickle) -> Pickle| {
        storage(pickle.global("torch._utils", "_rebuild_tensor").mark())
            .int(0)
            .empty_tuple()
            .empty_tuple()
            .tuple()
            .reduce()
    };
    let saved = |pickle: Pickle| {
        pickle
            .global("torch.storage", "_load_from_bytes")
            .bytes(&Pickle::new(2).none().stop())
            .tuple1()
            .reduce()
    };
    clean(tensor(Pickle::new(2), &saved));
    objected(tensor(Pickle::new(2), &Steps::namespace));
    let parameter = |data: &dyn Fn(Pickle) -> Pickle| {
        data(function("torch._utils._rebuild_parameter").mark())
            .newtrue()
            .global("collections", "OrderedDict")
            .empty_tuple()
            .reduce()
            .tuple()
            .reduce()
    };
    clean(parameter(&|pickle| tensor(pickle, &saved)));
    objected(parameter(&Steps::namespace));
}

#[test]
fn inner_call_and_state_of_a_rebuilt_type_are_judged() {
    let rebuilt = |storage: &dyn Fn(Pickle) -> Pickle, key: &str| {
        let arguments = function("torch._tensor._rebuild_from_type_v2")
            .mark()
            .global("torch._utils", "_rebuild_tensor")
            .global("torch.nn.parameter", "Parameter")
            .mark();
        storage(arguments)
            .int(0)
            .empty_tuple()
            .empty_tuple()
            .tuple()
            .empty_dict()
            .text(key)
            .global("builtins", "list")
            .setitem()
            .tuple()
            .reduce()
    };
    let saved = |pickle: Pickle| {
        pickle
            .global("torch.storage", "_load_from_bytes")
            .bytes(&Pickle::new(2).none().stop())
            .tuple1()
            .reduce()
    };
    clean(rebuilt(&saved, "kind"));
    objected(rebuilt(&Steps::namespace, "kind"));
    assert_eq!(verdict(rebuilt(&saved, "__class__")), Verdict::Malicious);
}

#[test]
fn factory_of_a_dict_makes_an_empty_container_or_a_zero() {
    let made = || function("collections.defaultdict");
    for name in ["list", "dict", "set", "int", "float", "str"] {
        clean(made().global("builtins", name).tuple1().reduce());
    }
    let nested = made()
        .global("functools", "partial")
        .global("collections", "defaultdict")
        .global("builtins", "int")
        .tuple2()
        .reduce();
    clean(nested.tuple1().reduce());
    let other = made()
        .global("functools", "partial")
        .global("operator", "itemgetter")
        .int(1)
        .tuple2()
        .reduce();
    objected(other.tuple1().reduce());
    objected(made().global("pathlib", "PosixPath").tuple1().reduce());
}

#[test]
fn plain_types_are_made_of_plain_values() {
    for name in ["str", "list", "dict", "int", "bytes", "set", "float"] {
        let made = || function(&format!("builtins.{name}"));
        objected(made().layer().tuple1().reduce());
        objected(made().namespace().tuple1().reduce());
    }
    objected(
        function("builtins.str")
            .empty_list()
            .layer()
            .append()
            .tuple1()
            .reduce(),
    );
    objected(function("numpy.float64").namespace().tuple1().reduce());
    let encoded = function("builtins.bytearray")
        .global("_codecs", "encode")
        .text("ab")
        .text("latin1")
        .tuple2()
        .reduce();
    clean(encoded.tuple1().reduce());
    let subclass = |state: &dyn Fn(Pickle) -> Pickle| {
        state(
            function("copyreg._reconstructor")
                .mark()
                .global("argparse", "Namespace")
                .global("builtins", "dict"),
        )
        .tuple()
        .reduce()
    };
    clean(subclass(&Pickle::empty_dict));
    objected(subclass(&Steps::namespace));
}

#[test]
fn attribute_that_hides_a_method_is_not_clean() {
    let given = |key: &str, value: &dyn Fn(Pickle) -> Pickle| {
        value(Pickle::new(4).layer().empty_dict().text(key))
            .setitem()
            .build()
    };
    for key in ["extra_repr", "_hook_for_profile", "untyped", "keys"] {
        objected(given(key, &Steps::remembered));
    }
    objected(given("__array__", &|p| p.global("builtins", "list")));
    clean(given("activation", &Steps::remembered));
    clean(given("extra_repr", &|pickle| pickle.text("text")));
    clean(given("__wrapped__", &Steps::remembered));
}

#[test]
fn state_is_a_dict_that_can_be_followed() {
    let given = |state: &dyn Fn(Pickle) -> Pickle| state(Pickle::new(4).namespace()).build();
    let pairs = |key: &str| {
        let key = key.to_owned();
        move |pickle: Pickle| {
            pickle
                .global("collections", "OrderedDict")
                .empty_list()
                .text(&key)
                .global("builtins", "list")
                .tuple2()
                .append()
                .tuple1()
                .reduce()
        }
    };
    assert_eq!(verdict(given(&pairs("__setstate__"))), Verdict::Malicious);
    assert_eq!(verdict(given(&pairs("kind"))), Verdict::Unknown);
    let array = |pickle: Pickle| {
        pickle
            .global("builtins", "bytearray")
            .bytes(b"x")
            .tuple1()
            .reduce()
    };
    objected(given(&array));
    let many = |last: &'static str| {
        move |pickle: Pickle| {
            let mut pickle = pickle.empty_dict().mark();
            for number in 0..100 {
                pickle = pickle.text(&format!("k{number}")).int(number);
            }
            match last {
                "" => pickle.setitems(),
                key => pickle.text(key).global("builtins", "list").setitems(),
            }
        }
    };
    clean(given(&many("")));
    objected(given(&many("__setstate__")));
}

#[test]
fn second_state_is_not_clean_after_a_first_that_is_not_plain() {
    let twice = |value: &dyn Fn(Pickle) -> Pickle| {
        value(Pickle::new(4).layer().empty_dict().text("a"))
            .setitem()
            .build()
            .empty_dict()
            .build()
    };
    clean(twice(&|pickle| pickle.int(1)));
    objected(twice(&|pickle| pickle.global("builtins", "list")));
}

#[test]
fn class_of_a_legacy_torch_file_is_the_class() {
    let class = |module: &str, name: &str| {
        Pickle::new(2)
            .mark()
            .text("module")
            .global(module, name)
            .text("activation.py")
            .text("class ReLU: pass")
            .tuple()
            .binpersid()
            .empty_tuple()
            .newobj()
            .empty_dict()
            .text("training")
            .newtrue()
            .setitem()
            .build()
    };
    clean(class("torch.nn.modules.activation", "ReLU"));
    assert_eq!(verdict(class("my_project", "Net")), Verdict::Unknown);
    assert_eq!(verdict(class("os", "system")), Verdict::Malicious);
    let state = Pickle::new(2)
        .mark()
        .text("module")
        .global("torch.nn.modules.activation", "ReLU")
        .none()
        .none()
        .tuple()
        .binpersid()
        .empty_dict()
        .build();
    assert_eq!(verdict(state), Verdict::Malicious);
}
