//! The memo, and what is kept when memory is short.

use super::{DefectKind, Limits, Loader, Recorder, defects, result, run, run_with};
use crate::pickle::{Options, StreamSource, interpret};
use mith_testkit::pickle::Pickle;

#[test]
fn every_opcode_of_the_memo_reaches_the_same_entries() {
    let stream = Pickle::new(0)
        .int(7)
        .put_line(b"5")
        .binget(5)
        .long_binget(5)
        .get_line(b" 5 ")
        .tuple3()
        .stop();
    assert_eq!(result(&stream), "(7, 7, 7)");
    let stream = Pickle::new(0)
        .int(8)
        .long_binput(70_000)
        .pop()
        .get_line(b"70_000")
        .stop();
    assert_eq!(result(&stream), "8");
    assert_eq!(
        result(
            &Pickle::new(0)
                .int(1)
                .put_line(b"1\0x")
                .pop()
                .binget(1)
                .stop()
        ),
        "1"
    );
}

#[test]
fn memoize_uses_the_number_of_entries() {
    let stream = Pickle::new(4)
        .int(1)
        .binput(5)
        .pop()
        .int(2)
        .memoize()
        .pop()
        .binget(1)
        .stop();
    assert_eq!(result(&stream), "2");
    let stream = Pickle::new(4)
        .int(1)
        .binput(0)
        .binput(0)
        .pop()
        .int(2)
        .memoize()
        .pop()
        .binget(1)
        .stop();
    assert_eq!(result(&stream), "2");
}

#[test]
fn memo_entries_can_be_replaced() {
    let stream = Pickle::new(0)
        .int(1)
        .binput(0)
        .pop()
        .int(2)
        .binput(0)
        .pop()
        .binget(0)
        .stop();
    assert_eq!(result(&stream), "2");
}

#[test]
fn huge_and_sparse_indices_cost_what_they_hold() {
    let mut pickle = Pickle::new(2).none();
    for index in 0..2_000_u32 {
        pickle = pickle.long_binput(index * 2_000_000);
    }
    assert_eq!(result(&pickle.pop().long_binget(2_000_000).stop()), "None");
    let beyond = b"123456789012345678901234567890";
    assert_eq!(
        result(
            &Pickle::new(0)
                .int(3)
                .put_line(beyond)
                .pop()
                .get_line(beyond)
                .stop()
        ),
        "3"
    );
}

#[test]
fn sparse_entries_move_when_the_memo_grows_to_them() {
    let mut pickle = Pickle::new(4).int(9).long_binput(9_000).pop().none();
    for _ in 0..6_000 {
        pickle = pickle.memoize();
    }
    assert_eq!(
        result(
            &pickle
                .int(1)
                .long_binput(9_001)
                .pop()
                .long_binget(9_000)
                .stop()
        ),
        "9"
    );
}

#[test]
fn missing_and_negative_entries_end_the_pickle() {
    assert_eq!(
        defects(&Pickle::new(0).binget(1).stop()),
        [DefectKind::Malformed]
    );
    assert_eq!(
        defects(&Pickle::new(0).none().put_line(b"-1").stop()),
        [DefectKind::Malformed]
    );
    assert_eq!(
        defects(&Pickle::new(0).get_line(b"x").stop()),
        [DefectKind::Malformed]
    );
}

#[test]
fn budgets_end_the_pickle_with_a_defect() {
    let limits = Limits {
        opcodes: 2_000,
        stack: 10_000,
        memo: 1_500,
        ..Limits::default()
    };
    let kind = |stream: &[u8]| run_with(stream, Loader::Plain, &limits).0.defects[0].kind;
    assert_eq!(kind(&b"N0".repeat(2_000)), DefectKind::Budget);
    assert_eq!(
        kind(&[b"N".to_vec(), vec![0x94; 5_000]].concat()),
        DefectKind::Budget
    );
}

#[test]
fn long_runs_of_constants_do_not_fill_the_stack() {
    let limits = Limits {
        stack: 20_000,
        ..Limits::default()
    };
    let stream = Pickle::new(0)
        .empty_list()
        .mark()
        .raw(&b"K\x01".repeat(500_000))
        .appends()
        .stop();
    let (outcome, _) = run_with(&stream, Loader::Plain, &limits);
    assert!(outcome.stopped, "{:?}", outcome.defects);
    let super::Value::List(list) = &outcome.result else {
        panic!("a list is returned");
    };
    assert_eq!(list.len(), 500_000);
    assert!(list.holds().only_plain());
    let pops = Pickle::new(0)
        .raw(&b"K\x01".repeat(30_000))
        .raw(&b"0".repeat(29_999))
        .stop();
    assert!(run_with(&pops, Loader::Plain, &limits).0.stopped);
    assert_eq!(
        defects(
            &Pickle::new(0)
                .raw(&b"N".repeat(30_000))
                .raw(&b"0".repeat(30_001))
                .stop()
        ),
        [DefectKind::Malformed]
    );
}

#[test]
fn constants_next_to_a_folded_run_are_still_known() {
    let stream = Pickle::new(4)
        .raw(&b"N".repeat(50_000))
        .text("os")
        .text("system")
        .stack_global()
        .stop();
    let (_, events) = run(&stream);
    assert_eq!(events, ["global os.system"]);
    let first = Pickle::new(4)
        .text("os")
        .text("system")
        .raw(&b"N".repeat(50_000))
        .raw(&b"0".repeat(50_000));
    assert_eq!(run(&first.stack_global().stop()).1, ["global os.system"]);
}

#[test]
fn names_are_read_again_when_text_was_not_kept() {
    let limits = Limits {
        held_bytes: 0,
        ..Limits::default()
    };
    // What is set apart for small values is used up as well.
    let mut pickle = Pickle::new(4);
    for index in 0..40_000 {
        pickle = pickle.text(&format!("{index:0500}")).memoize().pop();
    }
    for _ in 0..20 {
        pickle = pickle.text("a").memoize().pop();
    }
    let stream = pickle
        .text("os")
        .text("system")
        .stack_global()
        .text("x")
        .tuple1()
        .reduce()
        .stop();
    let (outcome, events) = run_with(&stream, Loader::Plain, &limits);
    assert!(outcome.stopped);
    assert!(
        events.contains(&"global os.system".to_owned()),
        "{events:?}"
    );
    assert!(
        events.iter().any(|event| event.starts_with("call ")),
        "{events:?}"
    );
    let once = StreamSource::once(Box::new(&stream[..]));
    let mut recorder = Recorder::default();
    let outcome = interpret(&once, 0, &Options::default(), &limits, &mut recorder);
    assert!(
        outcome
            .defects
            .iter()
            .any(|defect| defect.kind == DefectKind::Budget)
    );
    assert!(
        recorder
            .events
            .iter()
            .any(|event| event.starts_with("hidden"))
    );
}

#[test]
fn content_too_long_to_be_held_is_known_by_its_place() {
    let stream = Pickle::new(4).bytes8(&vec![0; 200_000]).stop();
    assert_eq!(result(&stream), "<200000 bytes at 11>");
    let once = StreamSource::once(Box::new(&stream[..]));
    let outcome = interpret(
        &once,
        0,
        &Options::default(),
        &Limits::default(),
        &mut Recorder::default(),
    );
    assert!(outcome.stopped && outcome.end == stream.len() as u64);
}
