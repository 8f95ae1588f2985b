//! JSON events, and the whole-file judgements over text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mith_formats::{Limits, json, sniff, text};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { held_bytes: 64, ..Limits::default() };
    let valid = json::check(&bytes, &limits).is_ok();
    if valid {
        assert!(std::str::from_utf8(bytes).is_ok());
    }
    if text::is_utf8_text(&bytes).unwrap_or(false) {
        assert!(std::str::from_utf8(bytes).is_ok());
    }
    let _ = sniff::formats(&bytes);
});
