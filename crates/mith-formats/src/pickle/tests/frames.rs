//! Frames that lie, as every kind of file reads them.

use super::{DefectKind, Options, Recorder, events, interpret, interpret_all, run};
use crate::limits::Limits;
use crate::pickle::{PickleSource, Silent, StreamSource};
use mith_testkit::pickle::Pickle;

#[test]
fn honest_frames_change_nothing() {
    let body = Pickle::bare().named("os", "system").stop();
    let stream = Pickle::new(4)
        .frame(body.len() as u64)
        .raw(&body)
        .unfinished();
    assert_eq!(events(&stream), ["global os.system"]);
    let two = Pickle::new(4)
        .frame(2)
        .int(1)
        .frame(2)
        .int(2)
        .tuple2()
        .stop();
    assert_eq!(events(&two), [""; 0]);
}

/// The names told under all readings.
fn told(stream: &[u8]) -> Vec<String> {
    let (outcome, events) = run(stream);
    assert!(
        outcome
            .defects
            .iter()
            .any(|defect| defect.kind == DefectKind::Disagreement),
        "{:?}",
        outcome.defects
    );
    events
        .into_iter()
        .filter(|event| event.starts_with("global"))
        .collect()
}

#[test]
fn a_frame_that_ends_in_an_argument_is_read_both_ways() {
    // A file drops the byte that the frame still holds, and takes both from behind it.
    let stream = Pickle::new(4).frame(4).raw(b"N0M\0").raw(b"U\x03");
    let stream = stream.global("os", "system").stop();
    let names = told(&stream);
    assert!(names.contains(&"global os.system".to_owned()), "{names:?}");
}

#[test]
fn a_line_that_crosses_the_end_of_a_frame_begins_behind_it_in_a_file() {
    let stream = Pickle::new(4)
        .frame(7)
        .global("os", "path")
        .global("x", "y")
        .stop();
    let names = told(&stream);
    assert!(names.contains(&"global os.path".to_owned()), "{names:?}");
    assert!(names.contains(&"global os.h".to_owned()), "{names:?}");
}

#[test]
fn a_frame_beyond_the_end_is_read_as_far_as_it_goes() {
    let (outcome, events) = run(&Pickle::new(4).frame(1000).global("os", "system").stop());
    assert_eq!(events[0], "global os.system");
    assert!(
        outcome
            .defects
            .iter()
            .any(|defect| defect.kind == DefectKind::Truncated)
    );
}

#[test]
fn a_pickle_behind_a_frame_that_outlasts_stop_is_found_too() {
    let mut stream = Pickle::new(4).frame(6).none().stop();
    stream.extend(b"....");
    stream.extend(Pickle::new(0).global("os", "system").stop());
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
fn a_lie_that_only_a_small_buffer_sees_is_read() {
    // A frame within the first 8 KiB has no effect on an open file; one that reaches behind them has.
    let padding = vec![b'a'; 8150];
    let body = Pickle::new(4).bytes(&padding).pop().unfinished();
    let rest = 8192 - body.len() as u64;
    let stream =
        Pickle::bare()
            .raw(&body)
            .frame(rest + 2)
            .raw(&vec![b'('; usize::try_from(rest).unwrap() - 1]);
    let stream = stream.global("os", "path").global("x", "y").stop();
    let names = told(&stream);
    assert!(names.contains(&"global os.path".to_owned()), "{names:?}");
    assert!(names.len() > 2, "{names:?}");
}

#[test]
fn a_stream_that_cannot_be_read_twice_says_so() {
    let stream = Pickle::new(4).frame(7).global("os", "path").stop();
    let once = StreamSource::once(Box::new(&stream[..]));
    assert!(!once.rereads());
    let outcome = interpret(
        &once,
        0,
        &Options::default(),
        &Limits::default(),
        &mut Silent,
    );
    assert!(
        outcome
            .defects
            .iter()
            .any(|defect| defect.kind == DefectKind::Unsupported)
    );
    let again = StreamSource::reopening(|| Ok(Box::new(&stream[..]))).unwrap();
    let mut recorder = Recorder::default();
    interpret(
        &again,
        0,
        &Options::default(),
        &Limits::default(),
        &mut recorder,
    );
    assert!(recorder.events.contains(&"reading Framed".to_owned()));
}

#[test]
fn bytes_that_cross_the_end_of_a_frame_lose_nothing() {
    // Unlike other arguments they are copied from what is held and then from the file; the lie behind them shows it.
    let stream = Pickle::new(4)
        .frame(4)
        .raw(b"C\x04ab")
        .raw(b"cd0")
        .frame(7)
        .global("os", "path")
        .global("x", "y")
        .stop();
    let names = told(&stream);
    assert!(names.contains(&"global os.h".to_owned()), "{names:?}");
}

#[test]
fn a_file_goes_on_where_it_stops_though_the_linear_reading_breaks_off() {
    // A file without `peek` drops three bytes of the BININT and stops behind the four that follow the frame; read byte
    // after byte, the STOP finds nothing above a mark.
    let mut stream = Pickle::bare()
        .frame(5)
        .raw(b"\x8fJ\x02\0\0")
        .raw(b"\0\x98)(.")
        .unfinished();
    stream.extend(Pickle::bare().global("os", "system").stop());
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
