//! Names that are put together from pieces are found.

use super::{events, run};
use mith_testkit::pickle::Pickle;

/// A stream that imports `os` and whatever `name` pushes.
fn imports(name: impl Fn(Pickle) -> Pickle) -> Vec<String> {
    let stream = name(Pickle::new(4).text("os")).stack_global().stop();
    events(&stream)
}

/// `module.name(*args)`, where `args` pushes the tuple.
fn call(pickle: Pickle, module: &str, name: &str, args: impl Fn(Pickle) -> Pickle) -> Pickle {
    args(pickle.named(module, name)).reduce()
}

fn finds(name: impl Fn(Pickle) -> Pickle) {
    let told = imports(name);
    assert!(told.contains(&"global os.system".to_owned()), "{told:?}");
}

#[test]
fn codecs_are_followed() {
    finds(|p| {
        call(p, "_codecs", "encode", |p| {
            p.text("flfgrz").text("rot13").tuple2()
        })
    });
    finds(|p| {
        call(p, "codecs", "decode", |p| {
            p.text("flfgrz").text("ROT-13").tuple2()
        })
    });
    finds(|p| {
        call(p, "_codecs", "decode", |p| {
            p.bytes(b"system").text("utf8").tuple2()
        })
    });
    finds(|p| {
        call(p, "_codecs", "decode", |p| {
            p.bytes(b"s\0y\0s\0t\0e\0m\0").text("utf-16-le").tuple2()
        })
    });
    finds(|p| {
        call(p, "_codecs", "decode", |p| {
            p.bytes(b"s\\x79stem").text("unicode_escape").tuple2()
        })
    });
    let hex = |p| {
        call(p, "_codecs", "decode", |p| {
            p.bytes(b"73797374656d").text("hex").tuple2()
        })
    };
    finds(|p| call(p, "builtins", "str", |p| hex(p).text("ascii").tuple2()));
    let base64 = |p| call(p, "base64", "b64decode", |p| p.text("c3lzdGVt").tuple1());
    finds(|p| call(p, "builtins", "bytes.decode", |p| base64(p).tuple1()));
}

#[test]
fn string_methods_are_followed() {
    finds(|p| {
        call(p, "builtins", "str.join", |p| {
            p.text("").text("sys").text("tem").tuple2().tuple2()
        })
    });
    finds(|p| {
        call(p, "builtins", "str.replace", |p| {
            p.text("sXstem").text("X").text("y").tuple3()
        })
    });
    finds(|p| call(p, "builtins", "str.lower", |p| p.text("SYSTEM").tuple1()));
    finds(|p| call(p, "builtins", "str.strip", |p| p.text(" system\n").tuple1()));
    finds(|p| {
        call(p, "builtins", "str.format", |p| {
            p.text("{}tem").text("sys").tuple2()
        })
    });
    finds(|p| {
        call(p, "builtins", "str.__mod__", |p| {
            p.text("sys%s").text("tem").tuple2()
        })
    });
    finds(|p| {
        call(p, "builtins", "str.__add__", |p| {
            p.text("sys").text("tem").tuple2()
        })
    });
    finds(|p| call(p, "operator", "add", |p| p.text("sys").text("tem").tuple2()));
    let split = |p| call(p, "builtins", "str.split", |p| p.text("a system").tuple1());
    finds(|p| call(p, "operator", "getitem", |p| split(p).int(1).tuple2()));
}

#[test]
fn slices_and_reversals_are_followed() {
    let slice = |p| call(p, "builtins", "slice", |p| p.none().none().int(-1).tuple3());
    finds(|p| {
        call(p, "operator", "getitem", |p| {
            slice(p.text("metsys")).tuple2()
        })
    });
    let reversed = |p| call(p, "builtins", "reversed", |p| p.text("metsys").tuple1());
    finds(|p| call(p, "builtins", "str.join", |p| reversed(p.text("")).tuple2()));
}

#[test]
fn characters_and_containers_are_followed() {
    let s = |p| call(p, "builtins", "chr", |p| p.int(115).tuple1());
    finds(|p| call(p, "operator", "concat", |p| s(p).text("ystem").tuple2()));
    finds(|p| {
        call(p, "builtins", "dict.get", |p| {
            p.empty_dict()
                .text("k")
                .text("system")
                .setitem()
                .text("k")
                .tuple2()
        })
    });
    finds(|p| {
        call(p, "operator", "getitem", |p| {
            p.text("a").text("system").tuple2().int(-1).tuple2()
        })
    });
    let getter = |p| call(p, "operator", "itemgetter", |p| p.int(0).tuple1());
    finds(|p| {
        getter(p)
            .text("system")
            .text("x")
            .tuple2()
            .tuple1()
            .reduce()
    });
    let method = |p| call(p, "operator", "methodcaller", |p| p.text("lower").tuple1());
    finds(|p| method(p).text("SYSTEM").tuple1().reduce());
    let bound = |p| {
        call(p, "builtins", "getattr", |p| {
            p.text("SYSTEM").text("lower").tuple2()
        })
    };
    finds(|p| bound(p).empty_tuple().reduce());
}

/// Whether a stream reaches `os.system` by attribute access.
fn reaches(pickle: Pickle) {
    let told = events(&pickle.text("x").tuple1().reduce().stop());
    assert!(told.contains(&"global os.system".to_owned()), "{told:?}");
    assert!(told.contains(&"call os.system('x')".to_owned()), "{told:?}");
}

#[test]
fn attribute_access_on_names_gives_names() {
    let p = || Pickle::new(4);
    let os = |p| call(p, "importlib", "import_module", |p| p.text("os").tuple1());
    reaches(call(p(), "builtins", "getattr", |p| {
        os(p).text("system").tuple2()
    }));
    reaches(call(p(), "builtins", "object.__getattribute__", |p| {
        os(p).text("system").tuple2()
    }));
    reaches(call(p(), "inspect", "getattr_static", |p| {
        os(p).text("system").tuple2()
    }));
    let import = |p| call(p, "builtins", "__import__", |p| p.text("os").tuple1());
    let getter = |p| call(p, "operator", "attrgetter", |p| p.text("system").tuple1());
    reaches(import(getter(p())).tuple1().reduce());
    reaches(call(p(), "pkgutil", "resolve_name", |p| {
        p.text("os:system").tuple1()
    }));
    let modules = |p: Pickle| {
        call(p, "operator", "getitem", |p| {
            p.named("sys", "modules").text("os").tuple2()
        })
    };
    reaches(call(p(), "builtins", "getattr", |p| {
        modules(p).text("system").tuple2()
    }));
    let vars = |p| call(p, "builtins", "vars", |p| os(p).tuple1());
    reaches(call(p(), "builtins", "dict.get", |p| {
        vars(p).text("system").tuple2()
    }));
}

#[test]
fn a_method_called_by_name_on_a_module_is_called() {
    let os = call(Pickle::new(4), "operator", "methodcaller", |p| {
        p.text("system").text("x").tuple2()
    });
    let stream = call(os, "importlib", "import_module", |p| p.text("os").tuple1())
        .tuple1()
        .reduce()
        .stop();
    assert!(events(&stream).contains(&"call os.system('x')".to_owned()));
}

#[test]
fn a_partial_calls_what_it_wraps() {
    let partial = call(Pickle::new(4), "functools", "partial", |p| {
        p.named("os", "system").text("x").tuple2()
    });
    let told = events(&partial.empty_tuple().reduce().stop());
    assert!(told.contains(&"call os.system('x')".to_owned()), "{told:?}");
    let swapped = call(Pickle::new(4), "functools", "partial", |p| {
        p.named("builtins", "print").tuple1()
    });
    let state = swapped
        .mark()
        .named("os", "system")
        .text("x")
        .tuple1()
        .empty_dict()
        .none()
        .tuple();
    let told = events(&state.build().empty_tuple().reduce().stop());
    assert!(told.contains(&"call os.system('x')".to_owned()), "{told:?}");
}

#[test]
fn what_other_code_may_have_changed_is_not_folded() {
    let list = Pickle::new(4)
        .text("os")
        .named("builtins", "str.join")
        .text("");
    let list = list.empty_list().memoize().text("metsys").append();
    let reversed = list
        .named("builtins", "list.reverse")
        .binget(0)
        .tuple1()
        .reduce()
        .pop();
    let told = events(&reversed.tuple2().reduce().stack_global().stop());
    assert!(
        told.iter().any(|event| event.starts_with("hidden 'os'")),
        "{told:?}"
    );
}

#[test]
fn a_call_that_is_not_followed_hides_the_name() {
    let told = imports(|p| call(p, "a", "b", |p| p.text("system").tuple1()));
    assert!(
        told.iter().any(|event| event.starts_with("hidden 'os'")),
        "{told:?}"
    );
    let told = imports(|p| call(p, "builtins", "str.title", |p| p.text("system").tuple1()));
    assert!(
        told.iter().any(|event| event.starts_with("hidden 'os'")),
        "{told:?}"
    );
}

#[test]
fn folding_stays_bounded() {
    let repeat = |p: Pickle, count: i64| {
        call(p, "operator", "mul", |p| {
            p.text("aaaaaaaa").int(count).tuple2()
        })
    };
    let (outcome, events) = run(&repeat(Pickle::new(4), 1 << 40).stop());
    assert!(outcome.stopped && events.len() == 2);
    let mut partial = Pickle::new(4).named("os", "system").memoize();
    for index in 0..200 {
        partial = partial
            .pop()
            .named("functools", "partial")
            .binget(index)
            .tuple1()
            .reduce()
            .memoize();
    }
    let (outcome, events) = run(&partial.empty_tuple().reduce().stop());
    assert!(outcome.stopped);
    assert!(events.len() < 2_000);
}
