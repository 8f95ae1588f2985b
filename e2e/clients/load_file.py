"""Loads one file with `torch.load`, as the victim would: `load_file.py FILE`."""

import sys

import torch

torch.load(sys.argv[1], map_location="cpu")
