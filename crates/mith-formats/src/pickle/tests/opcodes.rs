//! Every opcode does what the C unpickler does.

use super::{DefectKind, defects, events, result, run};
use mith_testkit::pickle::Pickle;

#[test]
fn atoms_are_constants() {
    assert_eq!(result(&Pickle::new(2).none().stop()), "None");
    assert_eq!(
        result(&Pickle::new(2).newtrue().newfalse().tuple2().stop()),
        "(True, False)"
    );
    assert_eq!(result(&Pickle::new(0).int(7).stop()), "7");
    assert_eq!(result(&Pickle::new(0).int(700).stop()), "700");
    assert_eq!(result(&Pickle::new(0).int(-70_000).stop()), "-70000");
    assert_eq!(result(&Pickle::new(0).int(1 << 40).stop()), "1099511627776");
    assert_eq!(result(&Pickle::new(0).float(1.5).stop()), "1.5");
    assert_eq!(result(&Pickle::new(2).long1(&[]).stop()), "0");
    assert_eq!(result(&Pickle::new(2).long1(&[0xff]).stop()), "-1");
    assert_eq!(result(&Pickle::new(2).long4(&[0, 1]).stop()), "256");
}

#[test]
fn large_binary_numbers_keep_sign_and_digits() {
    let large = [0, 0, 0, 0, 0, 0, 0, 0, 1];
    assert_eq!(
        result(&Pickle::new(2).long1(&large).stop()),
        "0x010000000000000000"
    );
    let negative = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe];
    assert_eq!(
        result(&Pickle::new(2).long1(&negative).stop()),
        "-0x010000000000000001"
    );
}

#[test]
fn strings_of_every_opcode_are_text_or_bytes() {
    assert_eq!(result(&Pickle::new(0).string_line(b"'a'").stop()), "'a'");
    assert_eq!(result(&Pickle::new(0).unicode_line(b"a").stop()), "'a'");
    assert_eq!(result(&Pickle::new(1).binstring(b"a").stop()), "'a'");
    assert_eq!(result(&Pickle::new(1).short_binstring(b"a").stop()), "'a'");
    assert_eq!(result(&Pickle::new(1).text("é").stop()), "'é'");
    assert_eq!(result(&Pickle::new(4).short_text("a").stop()), "'a'");
    assert_eq!(result(&Pickle::new(4).text8("a").stop()), "'a'");
    assert_eq!(result(&Pickle::new(3).bytes(b"a\xff").stop()), "b'a\\xff'");
    assert_eq!(result(&Pickle::new(3).short_bytes(b"a").stop()), "b'a'");
    assert_eq!(result(&Pickle::new(4).bytes8(b"a").stop()), "b'a'");
    assert_eq!(
        result(&Pickle::new(5).bytearray8(b"a").stop()),
        "bytearray(b'a')"
    );
}

#[test]
fn containers_hold_what_is_put_in() {
    let list = Pickle::new(1).empty_list().mark().int(1).int(2).appends();
    assert_eq!(result(&list.clone().int(3).append().stop()), "[1, 2, 3]");
    assert_eq!(result(&Pickle::new(0).mark().int(1).list().stop()), "[1]");
    let dict = Pickle::new(1)
        .empty_dict()
        .mark()
        .text("a")
        .int(1)
        .setitems();
    assert_eq!(
        result(&dict.text("b").int(2).setitem().stop()),
        "{'a': 1, 'b': 2}"
    );
    assert_eq!(
        result(&Pickle::new(0).mark().int(1).int(2).dict().stop()),
        "{1: 2}"
    );
    assert_eq!(
        result(&Pickle::new(4).empty_set().mark().int(1).additems().stop()),
        "{1}"
    );
    assert_eq!(
        result(&Pickle::new(4).mark().int(1).frozenset().stop()),
        "frozenset({1})"
    );
    assert_eq!(
        result(&Pickle::new(0).mark().int(1).int(2).tuple().stop()),
        "(1, 2)"
    );
    assert_eq!(result(&Pickle::new(2).int(1).tuple1().stop()), "(1,)");
    assert_eq!(
        result(&Pickle::new(2).int(1).int(2).int(3).tuple3().stop()),
        "(1, 2, 3)"
    );
    assert_eq!(result(&Pickle::new(1).empty_tuple().stop()), "()");
}

#[test]
fn stack_opcodes_move_values_and_marks() {
    assert_eq!(result(&Pickle::new(0).int(1).int(2).pop().stop()), "1");
    assert_eq!(result(&Pickle::new(0).int(1).mark().pop().stop()), "1");
    assert_eq!(
        result(&Pickle::new(0).int(1).mark().int(2).int(3).pop_mark().stop()),
        "1"
    );
    assert_eq!(
        result(&Pickle::new(2).int(1).dup().tuple2().stop()),
        "(1, 1)"
    );
}

#[test]
fn every_way_to_call_is_told() {
    let call = "call os.system('x')";
    assert_eq!(
        events(&Pickle::new(0).call_with_text("os", "system", "x").stop()),
        ["global os.system", call]
    );
    assert_eq!(
        events(&Pickle::new(0).mark().text("x").inst("os", "system").stop()),
        ["global os.system", call]
    );
    let obj = Pickle::new(1)
        .mark()
        .global("os", "system")
        .text("x")
        .obj()
        .stop();
    assert_eq!(events(&obj), ["global os.system", call]);
    let newobj = Pickle::new(2)
        .global("a", "B")
        .text("x")
        .tuple1()
        .newobj()
        .stop();
    assert_eq!(
        events(&newobj),
        ["global a.B", "call a.B.__new__(a.B, 'x')"]
    );
    let keywords = Pickle::new(4)
        .named("a", "B")
        .empty_tuple()
        .empty_dict()
        .text("k")
        .int(1)
        .setitem();
    assert_eq!(
        events(&keywords.newobj_ex().stop()),
        ["global a.B", "call a.B.__new__(a.B, **{'k': 1})"]
    );
}

#[test]
fn a_result_that_is_dropped_was_still_called() {
    let dropped = Pickle::new(0)
        .call_with_text("os", "system", "x")
        .pop()
        .none()
        .stop();
    assert!(events(&dropped).contains(&"call os.system('x')".to_owned()));
    let dropped = Pickle::new(0)
        .mark()
        .mark()
        .global("os", "system")
        .obj()
        .pop_mark()
        .none()
        .stop();
    assert!(events(&dropped).contains(&"call os.system()".to_owned()));
}

#[test]
fn build_and_stores_into_foreign_objects_are_told() {
    let build = Pickle::new(2)
        .global("sys", "modules")
        .empty_dict()
        .build()
        .stop();
    assert_eq!(
        events(&build),
        ["global sys.modules", "build sys.modules {}"]
    );
    let store = Pickle::new(2)
        .global("a", "b")
        .text("k")
        .int(1)
        .setitem()
        .int(2)
        .append();
    let store = store.mark().int(3).additems().stop();
    assert_eq!(
        events(&store),
        ["global a.b", "setitem a.b 1", "append a.b 2", "add a.b 3"]
    );
}

#[test]
fn persistent_ids_are_told() {
    assert_eq!(
        events(&Pickle::new(0).persid(b"id").stop()),
        ["persistent 'id'"]
    );
    let binary = Pickle::new(2)
        .text("storage")
        .int(1)
        .tuple2()
        .binpersid()
        .stop();
    assert_eq!(events(&binary), ["persistent ('storage', 1)"]);
}

#[test]
fn buffers_stay_opaque() {
    assert_eq!(
        result(&Pickle::new(5).next_buffer().readonly_buffer().stop()),
        "<buffer>"
    );
}

#[test]
fn the_fence_of_a_mark_holds() {
    let underflows = [
        Pickle::new(0).int(1).mark().dup().stop(),
        Pickle::new(2).int(1).mark().tuple1().stop(),
        Pickle::new(0).int(1).mark().stop(),
        Pickle::new(0)
            .global("a", "b")
            .mark()
            .empty_tuple()
            .reduce()
            .stop(),
        Pickle::new(0).empty_list().mark().int(1).append().stop(),
        Pickle::new(0)
            .empty_dict()
            .mark()
            .int(1)
            .int(2)
            .setitem()
            .stop(),
        Pickle::new(0)
            .global("a", "b")
            .mark()
            .empty_dict()
            .build()
            .stop(),
        Pickle::new(0).int(1).mark().binput(0).stop(),
        Pickle::new(0).int(1).mark().memoize().stop(),
        Pickle::new(0).mark().appends().stop(),
        Pickle::new(0).mark().obj().stop(),
        Pickle::new(0).tuple().stop(),
        Pickle::new(0).pop().stop(),
        Pickle::new(0).pop_mark().stop(),
        Pickle::new(0).stop(),
    ];
    for stream in underflows {
        assert_eq!(
            defects(&stream),
            [DefectKind::Malformed],
            "{}",
            stream.escape_ascii()
        );
    }
}

#[test]
fn an_odd_number_of_items_is_refused() {
    assert_eq!(
        defects(&Pickle::new(0).mark().int(1).dict().stop()),
        [DefectKind::Malformed]
    );
    let odd = Pickle::new(0).empty_dict().mark().int(1).setitems().stop();
    assert_eq!(defects(&odd), [DefectKind::Malformed]);
}

#[test]
fn protocols_above_five_are_refused() {
    let (outcome, _) = run(&Pickle::bare().proto(5).proto(1).none().stop());
    assert_eq!((outcome.protocol, outcome.stopped), (5, true));
    assert_eq!(
        defects(&Pickle::bare().proto(6).none().stop()),
        [DefectKind::Malformed]
    );
}

#[test]
fn what_comes_before_a_broken_tail_is_told() {
    let call = Pickle::new(0).call_with_text("os", "system", "x");
    let tails: [&[u8]; 5] = [b"", b"\xff", b"h\x09.", b"X\xff\xff\xff\x7f", b"R."];
    for tail in tails {
        let (outcome, events) = run(&call.clone().raw(tail).unfinished());
        assert!(!outcome.stopped);
        assert_eq!(outcome.defects.len(), 1);
        assert_eq!(events, ["global os.system", "call os.system('x')"]);
    }
}

#[test]
fn bad_lengths_are_refused() {
    assert_eq!(defects(b"T\xff\xff\xff\xff."), [DefectKind::Malformed]);
    assert_eq!(defects(b"\x8b\xff\xff\xff\xff."), [DefectKind::Malformed]);
    assert_eq!(
        defects(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
        [DefectKind::Malformed]
    );
    assert_eq!(
        defects(b"\x8e\x00\x00\x00\x00\x00\x00\x00\x10."),
        [DefectKind::Truncated]
    );
}
