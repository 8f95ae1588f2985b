//! The safetensors header: what is accepted keeps the format's promises.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mith_formats::{Limits, safetensors};

fuzz_target!(|bytes: &[u8]| {
    let (file, defects) = safetensors::read(&bytes, &Limits::default());
    if !defects.is_empty() {
        return;
    }
    let mut tensors = file.tensors;
    tensors.sort_by_key(|tensor| (tensor.data.start, tensor.data.end));
    let mut at = file.buffer.start;
    for tensor in tensors {
        assert_eq!(tensor.data.start, at);
        let bits = tensor.shape.iter().product::<u64>() * tensor.dtype.bits();
        assert_eq!(tensor.data.end - tensor.data.start, bits / 8);
        at = tensor.data.end;
    }
    assert_eq!(at, bytes.len() as u64);
});
