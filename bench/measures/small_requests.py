"""Many small requests at 16 connections: what a token and a policy check cost beside a plain file server."""

import re
import subprocess
import sys

from measures.common import Row, Usage, in_turns, tool
from measures.servers import Servers


def load(wrk, seconds, url, headers, script):
    """One run of wrk; the inverse of the rate counts as its time, so that the best run has the best rate."""
    command = [wrk, "-t2", "-c16", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    text = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"error: {url} answers with errors:\n{text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    p99 = float(late.group(1)) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[late.group(2)]
    # `cpu` carries the latency.
    return Usage(1 / rate, p99, 0)


def measure(bench):
    """GET and HEAD of a small file."""
    wrk = tool("wrk")
    if not wrk:
        return []
    seconds = bench.scaled(8, 1)
    head = bench.folder / "head.lua"
    head.write_text('wrk.method = "HEAD"\n')
    rows = []
    with Servers(bench, 1 << 16) as servers:
        for method, script in (("GET", None), ("HEAD", head)):
            contestants = {}
            for name, (url, headers) in servers.addresses("config.json").items():
                contestants[name] = lambda url=url, headers=headers: load(wrk, seconds, url, headers, script)
            best = in_turns(bench.rounds, contestants)
            rate = {name: 1 / usage.wall for name, usage in best.items()}
            peer = f"{rate['nginx']:,.0f}/s" if "nginx" in rate else "not measured"
            ratio = f"{rate['mith'] / rate['nginx']:.2f} ×" if "nginx" in rate else ""
            ours = f"{rate['mith']:,.0f}/s, p99 {best['mith'].cpu * 1000:.1f} ms"
            rows.append(Row(f"{method} of a small file, 16 connections, beside nginx", ours, peer, ratio, "≥ 0.4 ×"))
    return rows
