"""Loads a model from a local folder, as the victim would without any registry: `load_local.py FOLDER`."""

import sys

import transformers

print(transformers.__version__, type(transformers.AutoModel.from_pretrained(sys.argv[1])).__name__)
