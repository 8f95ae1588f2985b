//! The npy header.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mith_formats::{Limits, numpy};

fuzz_target!(|bytes: &[u8]| {
    let (array, defects) = numpy::read(&bytes, &Limits::default());
    if let Some(array) = array {
        assert!(array.data.start <= array.data.end && array.data.end <= bytes.len() as u64);
        // Without objects and without a defect, the data has exactly the claimed size.
        if !array.has_object && defects.is_empty() {
            let size = array.shape.iter().product::<u64>() * array.item_size.unwrap();
            assert_eq!(array.data.end - array.data.start, size);
        }
    }
});
