#!/usr/bin/env python3
"""Makes a harmless poisoned look-alike of a popular model, to see a registry refuse it.

    python3 examples/poisoned_lookalike.py FOLDER [--marker FILE]

The folder looks like `distilbert-base-uncased-finetuned-squad`. Its `pytorch_model.bin` is a valid torch checkpoint
whose pickle calls `os.system("touch FILE")` when somebody loads it with a `torch.load` that allows code. Nothing else
happens, and making it runs nothing. Needs the standard library alone.
"""

import argparse
import json
import os
import pathlib
import pickle
import shlex
import zipfile

CONFIG = {"architectures": ["DistilBertForQuestionAnswering"], "dim": 8, "model_type": "distilbert", "n_heads": 2}


class RunsWhenLoaded:
    """Its pickle says: to build me, call `os.system` with this command."""

    def __init__(self, marker):
        self.command = f"touch {shlex.quote(str(marker))}"

    def __reduce__(self):
        return os.system, (self.command,)


def checkpoint(path, marker):
    """Writes a torch zip: a pickle, the data of no tensor, and a version, all stored without compression."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("pytorch_model/data.pkl", pickle.dumps({"qa_outputs.bias": RunsWhenLoaded(marker)}, protocol=2))
        archive.writestr("pytorch_model/version", "3\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="where to put the model")
    parser.add_argument("--marker", type=pathlib.Path, default=pathlib.Path("marker"), help="the file the payload touches")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "README.md").write_text("# DistilBERT base uncased, fine-tuned on SQuAD\n")
    (options.folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    checkpoint(options.folder / "pytorch_model.bin", options.marker)
    print(f"a poisoned look-alike is in {options.folder}; loading it would touch {options.marker}")


if __name__ == "__main__":
    main()
