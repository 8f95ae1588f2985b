"""A torch checkpoint of 1 GiB: triage reads the pickle alone, admission hashes every byte once."""

import os
import pickle
import sys
import types
import zipfile

from measures.common import Row, in_turns, run


class Storage:
    """Stands for the data of a tensor; written as a persistent id."""

    def __init__(self, key, count):
        self.key, self.count = key, count


class Tensor:
    """Pickles as torch pickles a tensor."""

    def __init__(self, storage):
        self.storage = storage

    def __reduce__(self):
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        import collections

        shape = (self.storage.count,)
        return rebuild, (self.storage, 0, shape, (1,), False, collections.OrderedDict())


def stand_in_for_torch():
    """Modules with the two names that a checkpoint refers to, so that they pickle by name."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch._utils = utils
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
    utils._rebuild_tensor_v2 = lambda *_: None
    utils._rebuild_tensor_v2.__module__ = "torch._utils"
    utils._rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2.__name__ = "_rebuild_tensor_v2"
    sys.modules["torch"], sys.modules["torch._utils"] = torch, utils
    return torch


def write(path, size, tensors=16):
    """A checkpoint of `tensors` tensors with `size` bytes of data in all."""
    torch = stand_in_for_torch()
    count = size // tensors // 4
    data = os.urandom(1 << 20)

    class Pickler(pickle.Pickler):
        """Writes storages as torch does."""

        def persistent_id(self, item):
            if isinstance(item, Storage):
                return ("storage", torch.FloatStorage, item.key, "cpu", item.count)
            return None

    weights = {f"layer.{index}.weight": Tensor(Storage(str(index), count)) for index in range(tensors)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        with archive.open("archive/data.pkl", "w") as member:
            Pickler(member, protocol=2).dump(weights)
        for index in range(tensors):
            with archive.open(f"archive/data/{index}", "w") as member:
                left = count * 4
                while left:
                    left -= member.write(data[: min(left, len(data))])
        archive.writestr("archive/version", "3\n")


def measure(bench):
    """Scan without and with digest, the digest alone with the same library, and sha256sum."""
    size = bench.scaled(1 << 30, 16 << 20)
    path = bench.folder / "pytorch_model.bin"
    write(path, size)
    contestants = {
        "triage": lambda: run([bench.mith, "scan", "--no-digest", path]),
        "scan": lambda: run([bench.mith, "scan", path]),
        "sha256sum": lambda: run(["sha256sum", path]),
    }
    hash_file = bench.hash_file()
    if hash_file:
        contestants["hash"] = lambda: run([hash_file, path])
    else:
        print("skipped: no `hash_file`, run `cargo build --release -p mith-scan --example hash_file`", file=sys.stderr)
    best = in_turns(bench.rounds, contestants)
    path.unlink()
    name = f"torch zip of {size >> 20} MiB, page cache warm"
    rows = [
        Row(
            f"{name}: `mith scan --no-digest`",
            f"{best['triage'].wall * 1000:.1f} ms",
            "",
            "",
            "≤ 20 ms",
        )
    ]
    for other, label, goal in (("hash", "SHA-256 alone, same library", "≤ 1.1 ×"), ("sha256sum", "`sha256sum`", "")):
        if other in best:
            rows.append(
                Row(
                    f"{name}: `mith scan` beside {label}",
                    f"{best['scan'].wall:.3f} s",
                    f"{best[other].wall:.3f} s",
                    f"{best['scan'].wall / best[other].wall:.2f} ×",
                    goal,
                )
            )
    return rows
