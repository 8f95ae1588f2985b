//! Names: how they are written, mapped and computed.

use super::{DefectKind, Options, Recorder, defects, events, interpret, interpret_all, run};
use crate::limits::Limits;
use crate::pickle::{Global, Origin, Silent, Visitor};
use mith_testkit::pickle::Pickle;

#[test]
fn names_of_python_two_are_mapped_below_protocol_three() {
    assert_eq!(
        events(&Pickle::new(0).global("__builtin__", "eval").stop()),
        ["global builtins.eval"]
    );
    assert_eq!(
        events(&Pickle::new(2).global("commands", "getoutput").stop()),
        ["global subprocess.getoutput"]
    );
    assert_eq!(
        events(&Pickle::new(0).global("urllib", "urlopen").stop()),
        ["global urllib.request.urlopen"]
    );
    assert_eq!(
        events(&Pickle::new(3).global("__builtin__", "eval").stop()),
        ["global __builtin__.eval"]
    );
}

#[test]
fn the_name_as_written_is_kept_beside_the_mapped_one() {
    struct Raw(Vec<Global>);
    impl Visitor for Raw {
        fn global(&mut self, _: u64, global: &Global) {
            self.0.push(global.clone());
        }
    }
    let stream = Pickle::new(0).global("copy_reg", "_reconstructor").stop();
    let mut raw = Raw(Vec::new());
    interpret(
        &stream,
        0,
        &Options::default(),
        &Limits::default(),
        &mut raw,
    );
    let [global] = &raw.0[..] else {
        panic!("one name is told");
    };
    assert!(global.is("copyreg", "_reconstructor"));
    assert_eq!(
        global.raw.as_ref().map(|(module, _)| &**module),
        Some("copy_reg")
    );
    assert_eq!(global.origin, Origin::Global);
}

#[test]
fn the_protocol_in_force_is_the_last_one() {
    let stream = Pickle::new(4).proto(0).named("__builtin__", "eval").stop();
    assert_eq!(events(&stream), ["global builtins.eval"]);
}

#[test]
fn stack_global_takes_text_from_anywhere() {
    let memo = Pickle::new(4)
        .text("system")
        .memoize()
        .text("os")
        .memoize()
        .pop()
        .pop();
    let stream = memo.binget(1).binget(0).stack_global().stop();
    assert_eq!(events(&stream), ["global os.system"]);
    let dup = Pickle::new(4).text("os").dup().stack_global().stop();
    assert_eq!(events(&dup), ["global os.os"]);
}

#[test]
fn a_name_that_is_not_text_is_refused_or_told_as_hidden() {
    assert_eq!(
        defects(&Pickle::new(4).int(1).text("x").stack_global().stop()),
        [DefectKind::Malformed]
    );
    let computed = Pickle::new(4)
        .named("a", "b")
        .empty_tuple()
        .reduce()
        .text("x")
        .stack_global()
        .stop();
    assert_eq!(
        events(&computed),
        ["global a.b", "call a.b()", "hidden a.b() 'x'"]
    );
}

#[test]
fn names_have_to_be_there_and_readable() {
    assert_eq!(defects(b"c\nsystem\n."), [DefectKind::Malformed]);
    assert_eq!(defects(b"cos\n\n."), [DefectKind::Malformed]);
    assert_eq!(defects(b"c\xff\nx\n."), [DefectKind::Malformed]);
    assert_eq!(defects(b"(i\xc3\xa9\nx\n."), [DefectKind::Malformed]);
    assert_eq!(events("cé\nü\n.".as_bytes()), ["global é.ü"]);
}

#[test]
fn a_carriage_return_belongs_to_the_name() {
    assert_eq!(events(b"cos\r\nsystem\r\n."), ["global os\\r.system\\r"]);
}

#[test]
fn extension_codes_registered_by_the_stream_are_resolved() {
    let add = Pickle::new(2).global("copyreg", "add_extension");
    let add = add
        .text("os")
        .text("system")
        .int(240)
        .tuple3()
        .reduce()
        .pop();
    let stream = add.ext1(240).stop();
    let told = events(&stream);
    assert_eq!(told[2..], ["extension 240 true", "global os.system"]);
}

#[test]
fn extension_codes_stored_into_the_registry_are_resolved() {
    let store = Pickle::new(2)
        .global("copyreg", "_inverted_registry")
        .int(300);
    let store = store.text("os").text("system").tuple2().setitem().pop();
    assert!(events(&store.ext2(300).stop()).contains(&"global os.system".to_owned()));
    let cache = Pickle::new(2).global("copyreg", "_extension_cache").int(7);
    let cache = cache
        .global("os", "system")
        .setitem()
        .pop()
        .ext4(7)
        .text("x")
        .tuple1()
        .reduce()
        .stop();
    assert!(events(&cache).contains(&"call os.system('x')".to_owned()));
}

#[test]
fn extension_codes_of_an_earlier_pickle_hold_in_a_later_one() {
    let add = Pickle::new(2).global("copyreg", "add_extension");
    let mut stream = add
        .text("os")
        .text("system")
        .int(9)
        .tuple3()
        .reduce()
        .stop();
    stream.extend(Pickle::new(2).ext1(9).stop());
    let mut recorder = Recorder::default();
    interpret_all(
        &stream,
        0,
        &Options::default(),
        &Limits::default(),
        &mut recorder,
        &mut |_| true,
    );
    assert!(recorder.events.contains(&"global os.system".to_owned()));
}

#[test]
fn extension_codes_of_the_host_are_resolved_and_others_told() {
    let options = Options {
        extensions: vec![(5, "a".into(), "b".into())],
        ..Options::default()
    };
    let stream = Pickle::new(2).ext1(5).ext1(6).tuple2().stop();
    let mut recorder = Recorder::default();
    interpret(&stream, 0, &options, &Limits::default(), &mut recorder);
    assert_eq!(
        recorder.events,
        ["extension 5 true", "global a.b", "extension 6 false"]
    );
    assert_eq!(
        defects(&Pickle::new(2).ext1(0).stop()),
        [DefectKind::Malformed]
    );
    assert_eq!(
        defects(&Pickle::new(2).ext4(-1).stop()),
        [DefectKind::Malformed]
    );
}

#[test]
fn several_pickles_follow_each_other() {
    let mut stream = Pickle::new(2).none().stop();
    stream.extend(Pickle::new(0).global("os", "system").stop());
    stream.extend(b"junk");
    let mut ends = Vec::new();
    let mut done = |outcome: crate::pickle::Outcome| {
        ends.push((outcome.start, outcome.end, outcome.stopped));
        true
    };
    interpret_all(
        &stream,
        0,
        &Options::default(),
        &Limits::default(),
        &mut Silent,
        &mut done,
    );
    assert_eq!(ends, [(0, 4, true), (4, 16, true), (16, 17, false)]);
}

#[test]
fn a_pickle_can_begin_anywhere() {
    let mut stream = b"junk".to_vec();
    stream.extend(Pickle::new(0).global("os", "system").stop());
    let mut recorder = Recorder::default();
    let outcome = interpret(
        &stream,
        4,
        &Options::default(),
        &Limits::default(),
        &mut recorder,
    );
    assert_eq!((outcome.start, outcome.end), (4, stream.len() as u64));
    assert_eq!(recorder.events, ["global os.system"]);
    assert_eq!(run(b"").0.defects[0].kind, DefectKind::Truncated);
}
