"""What CPython resolves in a pickle, without carrying anything out.

Reads streams from stdin, each behind its length (4 bytes, little endian), and answers on stdout with a status byte
(0 read, 1 out of memory or time) and the names that `find_class` was asked for: a count, then module and name, each behind
its length. Every name and every persistent id stands for one inert class.

With `--pure`, for streams that our own tests make, pure functions of strings and containers are what they are.
"""

import _pickle
import copyreg
import io
import itertools
import pickle
import resource
import signal
import struct
import sys

MEMORY = 192 << 20
SECONDS = 2
LOADS = 4

EXTENSIONS = [
    ("ext.one", "first", 1),
    ("ext.two", "second", 2),
    ("ext.three", "third", 255),
    ("ext.four", "fourth", 256),
    ("ext.five", "fifth", 70000),
]


class TooLong(Exception):
    """A stream takes too long."""


class Inert(type):
    """Whatever is done to a class of this type does nothing."""

    def __call__(cls, *args, **kwargs):
        return cls

    def __setitem__(cls, key, value):
        pass

    def __getattr__(cls, name):
        return ignore

    def __setattr__(cls, name, value):
        pass


def ignore(*args, **kwargs):
    return Stub


class Stub(metaclass=Inert):
    """Stands for everything."""

    __setstate__ = ignore
    append = ignore
    extend = ignore
    add = ignore

    def __new__(cls, *args, **kwargs):
        return Stub


class Native(_pickle.Unpickler):
    """CPython's C unpickler."""

    def find_class(self, module, name):
        NAMES.add((module, name))
        return Stub

    def persistent_load(self, pid):
        return Stub


class Python(pickle._Unpickler):
    """Python's own unpickler."""

    def find_class(self, module, name):
        NAMES.add((module, name))
        if not module or not name:
            raise ValueError("importing nothing, and looking for an attribute without a name, both fail")
        return Stub

    def persistent_load(self, pid):
        return Stub


class Pure(_pickle.Unpickler):
    """CPython's C unpickler, which may call pure functions."""

    def find_class(self, module, name):
        NAMES.add((module, name))
        if (module, name) in PURE:
            return super().find_class(module, name)
        return Stub

    def persistent_load(self, pid):
        return Stub


PURE = {
    ("builtins", name)
    for name in (
        "str", "bytes", "int", "chr", "ord", "list", "tuple", "reversed", "iter", "slice", "getattr",
        "str.join", "str.replace", "str.lower", "str.upper", "str.strip", "str.format", "str.split", "str.partition",
        "str.__add__", "str.__mod__", "str.__getitem__", "str.__mul__", "str.encode", "str.translate", "str.removeprefix",
        "str.swapcase", "str.capitalize", "str.rpartition",
        "bytes.decode", "bytes.join", "bytes.fromhex", "bytes.replace", "dict.get", "dict.pop", "list.pop", "list.reverse",
        "list.__getitem__", "next",
    )
} | {
    ("operator", name)
    for name in (
        "add", "concat", "getitem", "itemgetter", "methodcaller", "mod", "mul", "iadd", "setitem", "xor", "sub",
    )
} | {
    ("_codecs", "encode"), ("_codecs", "decode"), ("codecs", "encode"), ("codecs", "decode"),
    ("base64", "b64decode"), ("base64", "urlsafe_b64decode"), ("binascii", "unhexlify"), ("functools", "partial"),
}

NAMES = set()


def readings(data):
    """The ways in which a loader may read the stream: a file, and what makes an unpickler of it."""
    if "--pure" in sys.argv:
        yield io.BytesIO(data), Pure
        return
    buffers = itertools.repeat(bytearray(b"x"))
    whole = io.BufferedReader(io.BytesIO(data), len(data) + 1)
    small = io.BufferedReader(io.BytesIO(data), 8192)
    yield io.BytesIO(data), lambda file: Native(file, buffers=buffers)
    yield whole, lambda file: Native(file, encoding="latin1", buffers=buffers)
    yield small, lambda file: Native(file, encoding="utf-8", buffers=buffers)
    yield io.BytesIO(data), lambda file: Native(file, encoding="bytes", buffers=buffers)
    yield io.BytesIO(data), lambda file: Python(file, encoding="latin1", buffers=buffers)


def observe(data):
    """The names that any reading resolves, and whether all of them came to an end."""
    NAMES.clear()
    status = 0
    for file, unpickler in readings(data):
        copyreg.clear_extension_cache()
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            for _ in range(LOADS):
                unpickler(file).load()
        except (MemoryError, RecursionError, TooLong):
            status = 1
        except Exception:
            pass
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return status


def too_long(number, frame):
    raise TooLong


def pack(text):
    raw = text.encode("utf-8", "surrogatepass")
    return struct.pack("<I", len(raw)) + raw


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (3600, 3600))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, too_long)
    for module, name, code in EXTENSIONS:
        copyreg.add_extension(module, name, code)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        head = source.read(4)
        if len(head) < 4:
            return
        data = source.read(struct.unpack("<I", head)[0])
        status = observe(data)
        names = sorted(NAMES, key=repr)
        answer = [bytes([status]), struct.pack("<I", len(names))]
        for module, name in names:
            answer += [pack(module), pack(name)]
        sink.write(b"".join(answer))
        sink.flush()


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    main()
