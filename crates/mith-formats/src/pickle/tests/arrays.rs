//! joblib: raw arrays between the opcodes.

use super::{DefectKind, Loader, run_with};
use crate::limits::Limits;
use mith_testkit::pickle::Pickle;

/// `numpy.dtype(name, False, True)` with its state.
fn dtype(pickle: Pickle, name: &str) -> Pickle {
    let dtype = pickle
        .global("numpy", "dtype")
        .text(name)
        .newfalse()
        .newtrue()
        .tuple3()
        .reduce();
    // As numpy writes it: texts say their size, and a flag says that there are objects.
    let bytes = if name == "U5" { 20 } else { -1 };
    let flags = if name.starts_with('O') { 63 } else { 0 };
    stated(dtype, bytes, flags)
}

/// Builds a dtype with its state.
fn stated(dtype: Pickle, bytes: i64, flags: i64) -> Pickle {
    let state = dtype
        .mark()
        .int(3)
        .text("<")
        .none()
        .none()
        .none()
        .int(bytes)
        .int(-1)
        .int(flags)
        .tuple();
    state.build()
}

/// An array wrapper of a shape, up to its `BUILD`.
fn wrapper(shape: &[i64], name: &str, aligned: bool) -> Pickle {
    let wrapper = Pickle::new(3)
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .empty_tuple()
        .newobj();
    let mut pickle = wrapper.empty_dict().mark().text("shape").mark();
    for length in shape {
        pickle = pickle.int(*length);
    }
    pickle = dtype(pickle.tuple().text("dtype"), name);
    if aligned {
        pickle = pickle.text("numpy_array_alignment_bytes").int(16);
    }
    pickle.setitems().build()
}

/// Defects, events and array spans of a joblib stream.
fn read(stream: &[u8]) -> (Vec<DefectKind>, Vec<String>, Vec<(u64, u64)>) {
    let (outcome, events) = run_with(stream, Loader::Joblib, &Limits::default());
    let defects = outcome.defects.iter().map(|defect| defect.kind).collect();
    let arrays = outcome
        .arrays
        .iter()
        .map(|span| (span.start, span.end))
        .collect();
    (defects, events, arrays)
}

#[test]
fn an_array_is_data_and_what_follows_is_read() {
    let before = wrapper(&[2, 3], "f8", false);
    let start = before.len() as u64;
    let stream = before
        .raw(&[b'c'; 48])
        .pop()
        .call_with_text("os", "system", "x")
        .stop();
    let (defects, events, arrays) = read(&stream);
    assert_eq!(defects, []);
    assert_eq!(arrays, [(start, start + 48)]);
    assert_eq!(
        events.last().map(String::as_str),
        Some("call os.system('x')")
    );
}

#[test]
fn an_aligned_array_begins_behind_its_padding() {
    let before = wrapper(&[4], "u1", true);
    let start = before.len() as u64 + 4;
    let stream = before.raw(&[3, 0xff, 0xff, 0xff]).raw(b"....").stop();
    let (defects, _, arrays) = read(&stream);
    assert_eq!(defects, []);
    assert_eq!(arrays, [(start, start + 4)]);
}

#[test]
fn a_scalar_array_has_one_element() {
    let (defects, _, arrays) = read(&wrapper(&[], "U5", false).raw(&[0; 20]).stop());
    assert_eq!(defects, []);
    assert_eq!(arrays.len(), 1);
}

#[test]
fn an_array_of_objects_is_a_pickle() {
    let inner = Pickle::new(2).call_with_text("os", "system", "x").stop();
    let stream = wrapper(&[1], "O8", true).raw(&inner).stop();
    let (defects, events, arrays) = read(&stream);
    assert_eq!(defects, []);
    assert_eq!(arrays, []);
    assert_eq!(
        events.last().map(String::as_str),
        Some("call os.system('x')")
    );
}

#[test]
fn a_shape_that_lies_is_a_defect() {
    assert_eq!(
        read(&wrapper(&[1 << 40], "f8", false).stop()).0,
        [DefectKind::Truncated]
    );
    assert_eq!(
        read(&wrapper(&[1 << 62, 3], "f8", false).stop()).0,
        [DefectKind::Malformed]
    );
    assert_eq!(
        read(&wrapper(&[-1], "f8", false).stop()).0,
        [DefectKind::Malformed]
    );
    assert_eq!(
        read(&wrapper(&[1], "no such type", false).stop()).0,
        [DefectKind::Unsupported]
    );
}

#[test]
fn lengths_wrap_around_as_in_numpy() {
    let (defects, _, arrays) = read(&wrapper(&[1 << 33, 1 << 33], "f8", false).stop());
    assert_eq!(defects, []);
    assert!(arrays.iter().all(|(start, end)| start == end));
}

#[test]
fn the_plain_loader_reads_on_as_opcodes() {
    let stream = wrapper(&[1], "u1", false).stop();
    let (outcome, _) = run_with(&stream, Loader::Plain, &Limits::default());
    assert!(outcome.stopped && outcome.defects.is_empty());
}

/// A wrapper whose dtype is built with these flags.
fn flagged(name: &str, flags: i64) -> Vec<u8> {
    let pickle = Pickle::new(3)
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .empty_tuple()
        .newobj()
        .empty_dict()
        .mark()
        .text("shape")
        .mark()
        .int(1)
        .tuple()
        .text("dtype")
        .global("numpy", "dtype")
        .text(name)
        .tuple1()
        .reduce();
    stated(pickle, -1, flags)
        .setitems()
        .build()
        .raw(&[b'.'; 64])
        .stop()
}

#[test]
fn a_dtype_whose_flags_contradict_its_name_is_not_followed() {
    // numpy asks the flags alone, so joblib would read nothing where a pickle of objects seems to stand.
    assert!(
        read(&flagged("O8", 0))
            .0
            .contains(&DefectKind::Disagreement)
    );
    assert!(
        read(&flagged("f8", 63))
            .0
            .contains(&DefectKind::Disagreement)
    );
}

#[test]
fn a_wrapper_with_an_attribute_of_its_own_is_not_followed() {
    let pickle = Pickle::new(3)
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .empty_tuple()
        .newobj()
        .empty_dict()
        .mark()
        .text("shape")
        .mark()
        .int(8)
        .tuple();
    let pickle = dtype(pickle.text("dtype"), "u1");
    let stream = pickle
        .text("read")
        .global("builtins", "slice")
        .setitems()
        .build()
        .raw(&[b'0'; 8])
        .stop();
    let (defects, _, arrays) = read(&stream);
    assert!(defects.contains(&DefectKind::Unsupported));
    assert_eq!(arrays, []);
}
