"""A registry process with its own data folder and port, and the two ways to talk to it: HTTP and the command line."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Answer:
    """An HTTP answer, whatever its status."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        """The body as JSON."""
        return json.loads(self.body)


def free_port():
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(home, **more):
    """An environment with nothing of the caller's but the path, so that no setting of a developer changes a result."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "NO_COLOR": "1", **more}


class Registry:
    """A `mith serve` and its data."""

    def __init__(self, mith, folder):
        self.mith = mith
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "serve.log"
        self.token = None
        self.process = None

    def start(self):
        """Starts the server and returns the seconds until `/healthz` answered."""
        token_file = self.folder / "token"
        command = [self.mith, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.folder / "data"]
        command += ["--admin-token-file", token_file]
        started = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean_environment(self.folder)
            )
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    if json.load(answer) == {"status": "ok"}:
                        break
            except OSError:
                pass
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.log.read_text()}")
            if time.monotonic() - started > 60:
                raise AssertionError("the server did not answer /healthz within 60 s")
            time.sleep(0.005)
        seconds = time.monotonic() - started
        if self.token is None:
            self.token = token_file.read_text().strip()
        return seconds

    def stop(self):
        """Asks the server to end and waits for it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def kill(self):
        """Ends the server as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def memory(self):
        """Resident memory of the server in bytes."""
        return self._status("VmRSS:")

    def peak_memory(self):
        """The most resident memory that the server had so far, in bytes."""
        return self._status("VmHWM:")

    def _status(self, field):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(field))
        return int(line.split()[1]) * 1024

    def cli(self, *arguments, timeout=300):
        """Runs `mith` as a developer would who has set the server and the token."""
        return subprocess.run(
            [self.mith, *arguments],
            env=clean_environment(self.folder, MITH_SERVER=self.url, MITH_TOKEN=self.token),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def http(self, method, path, body=None, headers=None, token=None, timeout=60):
        """One request with the token; no redirect is an error, no status is an exception."""
        request = urllib.request.Request(f"{self.url}{path}", method=method, data=body)
        request.add_header("Authorization", f"Bearer {token or self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def wait_for_state(self, repo, wanted, timeout=120):
        """Waits until the newest revision of a model is in one of these states, and returns the revision."""
        until = time.monotonic() + timeout
        while True:
            answer = self.http("GET", f"/api/mith/v1/models/{repo}/revisions/latest")
            if answer.status == 200 and answer.json()["state"] in wanted:
                return answer.json()
            if time.monotonic() > until:
                raise AssertionError(f"{repo} is not {wanted} after {timeout} s: {answer.status} {answer.body[:500]}")
            time.sleep(0.1)
