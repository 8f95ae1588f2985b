//! Files with a known verdict. Payloads touch a file in a temporary folder, and nothing here ever loads one.

use std::fs;
use std::path::Path;

use mith_testkit::pickle::Pickle;
use mith_testkit::safetensors::SafeTensors;
use mith_testkit::torch::{Checkpoint, float_state_dict};

/// A pickle that calls `os.system('touch marker')` when it is loaded.
pub(crate) fn malicious_pickle() -> Vec<u8> {
    Pickle::new(2)
        .global("os", "system")
        .text("touch marker")
        .tuple1()
        .reduce()
        .stop()
}

/// The same pickle in a torch checkpoint.
pub(crate) fn malicious_checkpoint() -> Vec<u8> {
    Checkpoint::new(malicious_pickle()).storage([0; 16]).build()
}

/// A torch checkpoint that holds tensors and nothing else.
pub(crate) fn clean_checkpoint() -> Vec<u8> {
    Checkpoint::new(float_state_dict(&[("weight", 4)]))
        .storage([0; 16])
        .build()
}

/// A safetensors file with one tensor of two floats; `seed` makes different bytes.
pub(crate) fn safetensors(seed: u8) -> Vec<u8> {
    SafeTensors::new()
        .tensor("weight", "F32", &[2], &[seed, 0, 0, 0x3f, 0, 0, 0x80, 0x3f])
        .build()
}

/// A safetensors file whose header claims a gigabyte.
pub(crate) fn unreadable_safetensors() -> Vec<u8> {
    let mut bytes = (1_u64 << 30).to_le_bytes().to_vec();
    bytes.extend_from_slice(b"{}");
    bytes
}

/// Python source, which no rule judges yet.
pub(crate) fn python_source() -> Vec<u8> {
    b"import torch\n\n\nclass Model(torch.nn.Module):\n    pass\n".to_vec()
}

/// A folder that is clean; `seed` makes another model.
pub(crate) fn clean_model(folder: &Path, seed: u8) {
    fs::create_dir_all(folder).unwrap();
    fs::write(
        folder.join("config.json"),
        b"{\n  \"model_type\": \"bert\",\n  \"hidden_size\": 8\n}\n",
    )
    .unwrap();
    fs::write(folder.join("README.md"), "# A tiny model\n").unwrap();
    fs::write(folder.join("vocab.txt"), "[PAD]\n[UNK]\na\nmodel\n").unwrap();
    fs::write(folder.join("model.safetensors"), safetensors(seed)).unwrap();
}

/// The same folder with a poisoned checkpoint.
pub(crate) fn poisoned_model(folder: &Path) {
    clean_model(folder, 0);
    fs::write(folder.join("pytorch_model.bin"), malicious_checkpoint()).unwrap();
}
