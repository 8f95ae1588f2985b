//! Files with a known verdict. Payloads touch a file in a temporary folder, and nothing here ever loads one.

use std::fs;
use std::path::Path;

/// A pickle that calls `os.system('touch …')` when it is loaded.
pub(crate) fn malicious_pickle() -> Vec<u8> {
    b"cos\nsystem\n(S'touch marker'\ntR.".to_vec()
}

/// A safetensors file with one tensor of two floats; `seed` makes different bytes.
pub(crate) fn safetensors(seed: u8) -> Vec<u8> {
    let header = br#"{"weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}     "#;
    let mut bytes = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend_from_slice(header);
    bytes.extend_from_slice(&[seed, 0, 0, 0x3f, 0, 0, 0x80, 0x3f]);
    bytes
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
    fs::write(folder.join("pytorch_model.bin"), malicious_pickle()).unwrap();
}
