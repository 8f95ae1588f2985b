"""What one `mith scan` of a tiny file costs: the price in a commit hook or an editor."""

import pickle

from measures.common import Row, mebibytes, run


def measure(bench):
    """CPU time and memory over many runs; the median, because a best run is luck at this scale."""
    path = bench.folder / "tiny.pkl"
    path.write_bytes(pickle.dumps({"a": [1, 2, 3]}, protocol=4))
    runs = bench.scaled(200, 10)
    usages = [run([bench.mith, "scan", path]) for _ in range(runs)]
    cpu = sorted(usage.cpu for usage in usages)[runs // 2]
    wall = sorted(usage.wall for usage in usages)[runs // 2]
    memory = max(usage.memory for usage in usages)
    return [
        Row(
            f"cold start, `mith scan` of a tiny file, median of {runs}",
            f"{cpu * 1000:.1f} ms CPU, {wall * 1000:.1f} ms wall, {mebibytes(memory)}",
            "",
            "",
            "≤ 10 ms CPU, ≤ 15 MB",
        )
    ]
