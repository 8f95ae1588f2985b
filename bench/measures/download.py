"""One connection fetches 1 GiB, from the registry (token and policy checked) and from nginx with sendfile."""

import subprocess
import sys

from measures.common import Row, Usage, in_turns, mebibytes, tool
from measures.servers import Servers


def fetch(curl, url, headers, size):
    """Fetches once; the length is checked, because a short answer is a fast one."""
    command = [curl, "--silent", "--fail", "--output", "/dev/null", "--write-out", "%{time_total} %{size_download}"]
    for header in headers:
        command += ["--header", header]
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
    seconds, received = done.stdout.split()
    if int(received) < size:
        sys.exit(f"error: {url} sent {received} bytes of {size}")
    return Usage(float(seconds), 0.0, 0)


def measure(bench):
    """Best of many in turns."""
    curl = tool("curl")
    if not curl:
        return []
    size = bench.scaled(1 << 30, 8 << 20)
    with Servers(bench, size) as servers:
        contestants = {}
        for name, (url, headers) in servers.addresses("model.safetensors").items():
            contestants[name] = lambda url=url, headers=headers: fetch(curl, url, headers, size)
        best = in_turns(bench.rounds, contestants)
        memory = servers.memory()
    rate = {name: size / usage.wall / 1e9 for name, usage in best.items()}
    peer = f"{rate['nginx']:.2f} GB/s" if "nginx" in rate else "not measured"
    ratio = f"{rate['mith'] / rate['nginx']:.2f} ×" if "nginx" in rate else ""
    return [
        Row(f"GET of {size >> 20} MiB, one connection, beside nginx", f"{rate['mith']:.2f} GB/s", peer, ratio, "≥ 0.8 ×"),
        Row("peak memory of the server after the add and the downloads", mebibytes(memory), "", "", ""),
    ]
