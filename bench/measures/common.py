"""What every measure uses: running a command with its resource use, alternating contestants, printing rows."""

import shutil
import subprocess
import sys
import typing


class Row(typing.NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    peer: str
    ratio: str
    goal: str


class Usage(typing.NamedTuple):
    """What one run of a command cost."""

    wall: float
    cpu: float
    memory: int


class Bench:
    """The binary under measurement and where things go."""

    def __init__(self, mith, cache, folder, rounds, small):
        self.mith, self.cache, self.folder, self.rounds, self.small = mith, cache, folder, rounds, small

    def scaled(self, full, small):
        """The size of an input."""
        return small if self.small else full

    def hash_file(self):
        """The example that hashes a file with our library and does nothing else; built beside the binary."""
        path = self.mith.parent / "examples" / "hash_file"
        return path if path.is_file() else None

    def picklescan(self):
        """The peer, installed once into an environment of its own."""
        environment = self.cache / "venv-bench"
        program = environment / "bin" / "picklescan"
        if not program.exists():
            subprocess.run(["/usr/bin/python3", "-m", "venv", environment], check=True)
            pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "picklescan==1.0.5"]
            subprocess.run(pip, check=True)
        return program


# Starts a command and prints wall and CPU seconds and the peak memory of it. The kernel counts the memory of whoever
# forked towards the peak of a child, so a small interpreter starts it: about 9 MiB is the least that can be seen.
STARTER = """
import os, subprocess, sys, time
sink = open(os.devnull, "wb")
started = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
_, status, used = os.wait4(process.pid, 0)
process.returncode = 0
wall = time.monotonic() - started
print(os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""


def run(command, allowed=(0,)):
    """Runs a command once; an exit code that is not allowed ends the measurement."""
    starter = ["/usr/bin/python3", "-I", "-S", "-c", STARTER]
    done = subprocess.run([*starter, *map(str, command)], check=True, capture_output=True, text=True)
    code, wall, cpu, memory = done.stdout.split()
    if int(code) not in allowed:
        sys.exit(f"error: `{' '.join(map(str, command))}` ended with {code}")
    return Usage(float(wall), float(cpu), int(memory))


def in_turns(rounds, contestants):
    """Runs contestants in turns, so that a busy moment of the machine hits all; the best of each by wall time.

    `contestants`: name -> function that returns a `Usage`.
    """
    best = {}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            usage = contestant()
            if name not in best or usage.wall < best[name].wall:
                best[name] = usage
    return best


def tool(name):
    """A program from Debian, or nothing with advice."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        package = {"ab": "apache2-utils"}.get(name, name)
        print(f"skipped: no `{name}`, install Debian's {package}", file=sys.stderr)
    return found


def mebibytes(size):
    """A size for the table."""
    return f"{size / 2**20:.1f} MiB"


def print_table(rows):
    """Rows as Markdown."""
    print("| what | mith | beside it | ratio | goal |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")

