"""Small models made on the spot with the standard library alone."""

import hashlib
import json
import pathlib
import struct

CONFIG = {
    "architectures": ["BertModel"],
    "hidden_size": 8,
    "intermediate_size": 16,
    "max_position_embeddings": 32,
    "model_type": "bert",
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "vocab_size": 9,
}
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "model", "of", "ours"]


def safetensors(tensors):
    """The bytes of a safetensors file with float32 tensors: name -> list of numbers."""
    header, body = {}, b""
    for name, values in tensors.items():
        data = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": [len(values)], "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def tiny(folder, **changes):
    """A complete little BERT; `changes` replace or add files, path -> bytes."""
    folder = pathlib.Path(folder)
    files = {
        "README.md": b"# A tiny model\n",
        "config.json": json.dumps(CONFIG, indent=2).encode(),
        "model.safetensors": safetensors({"weight": [0.5, -1.0, 2.0, 0.25]}),
        "tokenizer_config.json": json.dumps({"tokenizer_class": "BertTokenizer"}).encode(),
        "vocab.txt": "\n".join(WORDS).encode() + b"\n",
        **changes,
    }
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def digests(folder):
    """SHA-256 of every file of a folder, by relative path."""
    folder = pathlib.Path(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
