"""Runs tests in order, prints each with its time, and tells skips from failures.

A test that lacks something is skipped with the reason; `MITH_REQUIRE=python,torch,…` makes that a failure.
"""

import os
import time
import traceback
import typing


class Skip(Exception):
    """A test cannot run here, and this is why."""


class Test(typing.NamedTuple):
    """A test and the parts of the machine it needs."""

    name: str
    needs: tuple
    function: typing.Callable


class Result(typing.NamedTuple):
    """How a test ended."""

    name: str
    state: str
    reason: str = ""


def test(*needs):
    """Marks a function `def behaviour(world)` as a test that needs these parts: python, torch, model, chromium."""

    def mark(function):
        scenario = function.__module__.rsplit(".", 1)[-1]
        name = f"{scenario}::{function.__name__}"
        function.end_to_end_test = Test(name, needs, function)
        return function

    return mark


def tests_of(module):
    """The tests of a scenario in the order they are written."""
    return [item.end_to_end_test for item in vars(module).values() if hasattr(item, "end_to_end_test")]


def required():
    """The parts whose lack is a failure."""
    return {word.strip() for word in os.environ.get("MITH_REQUIRE", "").split(",") if word.strip()}


def run(test, world):
    """Runs one test and prints one line about it."""
    started = time.monotonic()
    missing = {part: world.missing(part) for part in test.needs}
    missing = {part: reason for part, reason in missing.items() if reason}
    if missing:
        reason = "; ".join(missing.values())
        state = "failed" if required() & set(missing) else "skipped"
        print(f"{state:>7}  {test.name}: {reason}", flush=True)
        return Result(test.name, state, reason)
    try:
        test.function(world)
    except Skip as reason:
        print(f"skipped  {test.name}: {reason}", flush=True)
        return Result(test.name, "skipped", str(reason))
    except Exception as error:  # A test may fail in any way, and the next one still runs.
        print(f" failed  {test.name} ({time.monotonic() - started:.1f} s)", flush=True)
        traceback.print_exc()
        world.show_log()
        return Result(test.name, "failed", f"{type(error).__name__}: {error}")
    print(f" passed  {test.name} ({time.monotonic() - started:.1f} s)", flush=True)
    return Result(test.name, "passed")


def check(condition, message):
    """An assertion that names what was seen."""
    if not condition:
        raise AssertionError(message)


def check_equal(found, wanted, what):
    """An assertion that two things are equal."""
    check(found == wanted, f"{what}: found {found!r}, wanted {wanted!r}")
