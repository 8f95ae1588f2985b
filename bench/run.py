#!/usr/bin/env python3
"""Measures the release binary beside its peers and prints a Markdown table.

    cargo build --release --bin mith && cargo build --release -p mith-scan --example hash_file
    python3 bench/run.py [--mith target/release/mith] [--only TEXT] [--rounds 5] [--small]

`--small` shrinks every input: it shows that the scripts work and measures nothing worth keeping.
"""

import argparse
import os
import pathlib
import sys
import tempfile

from measures import cold_start, download, opcodes, small_requests, torch_zip
from measures.common import Bench, print_table

MEASURES = {
    "cold_start": cold_start.measure,
    "opcodes": opcodes.measure,
    "torch_zip": torch_zip.measure,
    "download": download.measure,
    "small_requests": small_requests.measure,
}


def cache():
    """The folder that outlives runs; the same as that of `cargo xtask`."""
    if os.environ.get("MITH_CACHE"):
        return pathlib.Path(os.environ["MITH_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "mithridate"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mith", type=pathlib.Path, default=pathlib.Path("target/release/mith"))
    parser.add_argument("--only", default="", help=f"measures whose name contains this text: {', '.join(MEASURES)}")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contestant, in turns; the best counts")
    parser.add_argument("--small", action="store_true", help="tiny inputs, to try the scripts")
    parser.add_argument("--folder", type=pathlib.Path, help="where to put inputs (default: a temporary folder)")
    options = parser.parse_args()
    if not options.mith.is_file():
        sys.exit(f"error: no `{options.mith}`\nhint: run `cargo build --release --bin mith`")
    rows = []
    with tempfile.TemporaryDirectory(prefix="mith-bench-", dir=options.folder) as folder:
        bench = Bench(options.mith.resolve(), cache(), pathlib.Path(folder), options.rounds, options.small)
        for name, measure in MEASURES.items():
            if options.only in name:
                print(f"--- {name}", file=sys.stderr, flush=True)
                rows += measure(bench)
    print_table(rows)


if __name__ == "__main__":
    main()
