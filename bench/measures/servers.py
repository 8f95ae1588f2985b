"""The registry and nginx, both serving the same files on loopback."""

import os
import pathlib
import socket
import struct
import subprocess
import time
import urllib.request

from measures.common import tool

REPO = "bench/model"


def free_port():
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process):
    """Waits until a server answers."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"error: nothing answers on {url}")


def model(folder, size):
    """A model with one safetensors file of about `size` bytes and a small configuration."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "bert", "hidden_size": 8}\n')
    header = b'{"weight":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (size, size)
    header += b" " * (-len(header) % 8)
    block = os.urandom(1 << 20)
    with (folder / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        left = size
        while left:
            left -= file.write(block[: min(left, len(block))])
    return folder


class Servers:
    """Both servers with the same model; used with `with`."""

    def __init__(self, bench, size):
        self.bench = bench
        self.folder = pathlib.Path(bench.folder) / f"servers-{size}"
        self.files = model(self.folder / "files", size)
        self.processes = []

    def __enter__(self):
        self._start_mith()
        nginx = tool("nginx")
        self.nginx = self._start_nginx(nginx) if nginx else None
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        subprocess.run(["rm", "-rf", self.folder], check=True)

    def _start_mith(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        token_file = self.folder / "token"
        command = [self.bench.mith, "serve", "--listen", f"127.0.0.1:{port}", "--data", self.folder / "data"]
        command += ["--admin-token-file", token_file]
        log = (self.folder / "mith.log").open("wb")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        self.mith_id = process.pid
        wait_for(f"{self.url}/healthz", process)
        self.token = token_file.read_text().strip()
        environment = {**os.environ, "MITH_SERVER": self.url, "MITH_TOKEN": self.token}
        add = [self.bench.mith, "registry", "add", self.files, "--as", REPO]
        subprocess.run(add, env=environment, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def _start_nginx(self, nginx):
        port = free_port()
        place = self.folder / "nginx"
        place.mkdir()
        # A world-readable root: workers may run as another user.
        for folder in (self.bench.folder, self.folder, self.files):
            os.chmod(folder, 0o755)
        configuration = place / "nginx.conf"
        configuration.write_text(
            f"""
            worker_processes 2; pid {place}/pid; error_log {place}/error.log; daemon off;
            events {{ worker_connections 256; }}
            http {{
                access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
                client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
                uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
                server {{ listen 127.0.0.1:{port}; root {self.files}; }}
            }}
            """
        )
        process = subprocess.Popen([nginx, "-p", place, "-c", configuration], stdin=subprocess.DEVNULL)
        self.processes.append(process)
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/config.json", process)
        return url

    def addresses(self, file):
        """The same file from both: name -> (url, headers)."""
        ours = f"{self.url}/{REPO}/resolve/main/{file}"
        found = {"mith": (ours, [f"Authorization: Bearer {self.token}"])}
        if self.nginx:
            found["nginx"] = (f"{self.nginx}/{file}", [])
        return found

    def memory(self):
        """Peak resident memory of our server in bytes."""
        status = pathlib.Path(f"/proc/{self.mith_id}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
