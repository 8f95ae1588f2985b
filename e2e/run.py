#!/usr/bin/env python3
"""End-to-end tests: unmodified clients against a real `mith serve`.

Called by `cargo xtask test`; by hand:
    python3 e2e/run.py --mith target/debug/mith --cache ~/.cache/mithridate [--only TEXT]

Needs nothing but the standard library itself; the clients live in virtual environments that `cargo xtask setup` makes.
"""

import argparse
import json
import pathlib
import sys

from lib import harness, world
from scenarios import browser, crash, good_model, held, hostile, poisoned, startup, withdrawn

SCENARIOS = [startup, good_model, poisoned, held, withdrawn, hostile, crash, browser]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mith", type=pathlib.Path, required=True, help="the binary under test")
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="folder of the environments")
    parser.add_argument("--results", type=pathlib.Path, help="write one JSON object a test here")
    parser.add_argument("--only", default="", help="run tests whose name contains this text")
    parser.add_argument("--pictures", type=pathlib.Path, help="keep the browser's pictures here")
    return parser.parse_args()


def main():
    options = arguments()
    chosen = [test for scenario in SCENARIOS for test in harness.tests_of(scenario) if options.only in test.name]
    if not chosen:
        sys.exit(f"no test has `{options.only}` in its name")
    with world.World(options.mith.resolve(), options.cache, options.pictures) as the_world:
        results = [harness.run(test, the_world) for test in chosen]
    if options.results:
        lines = (json.dumps(result._asdict()) + "\n" for result in results)
        options.results.write_text("".join(lines), encoding="utf-8")
    count = {state: sum(result.state == state for result in results) for state in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    sys.exit(1 if count["failed"] else 0)


if __name__ == "__main__":
    main()
