"""How fast the pickle VM is, and what its memo costs."""

import io
import pickle
import random

from measures.common import Row, in_turns, mebibytes, run


def floats(path, count):
    """A list of floats: one BINFLOAT each, no memo entry."""
    source = random.Random(1)
    path.write_bytes(pickle.dumps([source.random() for _ in range(count)], protocol=4))


def tuples(path, count, memo):
    """A list of one-element tuples, each with or without a memo entry; else the same opcodes."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=4)
    pickler.fast = not memo
    pickler.dump([(index & 0xFF,) for index in range(count)])
    path.write_bytes(buffer.getvalue())


def memory(bench, path):
    """Peak memory of one scan."""
    return run([bench.mith, "scan", "--no-digest", path]).memory


def measure(bench):
    """Nanoseconds an opcode beside picklescan, then bytes a memo entry."""
    count = bench.scaled(6_670_000, 50_000)
    path = bench.folder / "floats.pkl"
    floats(path, count)
    picklescan = bench.picklescan()
    best = in_turns(bench.rounds, {"mith": lambda: run([bench.mith, "scan", "--no-digest", path])})
    # The peer takes long and varies little.
    best |= in_turns(1, {"picklescan": lambda: run([picklescan, "-p", path])})
    ours, peer = best["mith"], best["picklescan"]
    path.unlink()

    entries = bench.scaled(8_000_000, 100_000)
    path = bench.folder / "memo.pkl"
    peak = {}
    for number in (1, entries):
        path.write_bytes(b"\x80\x04N" + b"\x94" * number + b".")
        peak[number] = min(memory(bench, path) for _ in range(3))
    kept = bench.scaled(1_000_000, 50_000)
    for memo in (True, False):
        tuples(path, kept, memo)
        peak[memo, kept] = min(memory(bench, path) for _ in range(3))
    path.unlink()
    return [
        Row(
            f"pickle of {count:,} BINFLOAT, protocol 4, CPU an opcode; picklescan 1.0.5",
            f"{ours.cpu / count * 1e9:.0f} ns",
            f"{peer.cpu / count * 1e9:.0f} ns",
            f"{peer.cpu / ours.cpu:.0f} × faster",
            "≤ 45 ns",
        ),
        Row("memory of the same run", mebibytes(ours.memory), mebibytes(peer.memory), "", "≤ 64 MB"),
        Row(
            f"memory an entry of a memo of {entries:,}",
            f"{(peak[entries] - peak[1]) / entries:.1f} B",
            "",
            "",
            "≤ 24 B",
        ),
        Row(
            f"memory of a memo of {kept:,} tuples that it keeps alive, an entry with its tuple; without memo in all",
            f"{(peak[True, kept] - peak[False, kept]) / kept:.1f} B; {mebibytes(peak[False, kept])}",
            "",
            "",
            "",
        ),
    ]
