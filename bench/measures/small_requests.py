"""Many small requests at 16 connections: what a token and a policy check cost beside a plain file server."""

import re
import subprocess
import sys

from measures.common import Row, Usage, in_turns, mebibytes, tool
from measures.servers import Servers


def get(wrk, seconds, url, headers):
    """GETs with wrk, 2 threads and 16 connections."""
    command = [wrk, "-t2", "-c16", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    text = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"error: {url} answers with errors:\n{text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return result(rate, float(late.group(1)) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[late.group(2)])


def head(ab, seconds, url, headers):
    """HEADs with two processes of ab with 8 connections each; wrk waits for a body that HEAD does not have."""
    command = [ab, "-i", "-k", "-q", "-c8", f"-t{seconds}", "-n10000000"]
    for header in headers:
        command += ["-H", header]
    running = [subprocess.Popen([*command, url], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    texts = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running) or any("Non-2xx" in text for text in texts):
        sys.exit(f"error: {url} answers with errors:\n{''.join(texts)}")
    rate = sum(float(re.search(r"Requests per second:\s+([\d.]+)", text).group(1)) for text in texts)
    return result(rate, max(float(re.search(r"99%\s+(\d+)", text).group(1)) for text in texts) / 1000)


def result(rate, late):
    """A rate as a `Usage`: its inverse counts as the time, so that the best run has the best rate, and `cpu` carries p99."""
    return Usage(1 / rate, late, 0)


def measure(bench):
    """GET and HEAD of a small file."""
    tools = {"GET": (get, tool("wrk")), "HEAD": (head, tool("ab"))}
    seconds = bench.scaled(8, 1)
    rows = []
    with Servers(bench, 1 << 16) as servers:
        for method, (load, program) in tools.items():
            if not program:
                continue
            contestants = {
                name: lambda url=url, headers=headers: load(program, seconds, url, headers)
                for name, (url, headers) in servers.addresses("config.json").items()
            }
            best = in_turns(bench.rounds, contestants)
            rate = {name: 1 / usage.wall for name, usage in best.items()}
            peer = f"{rate['nginx']:,.0f}/s" if "nginx" in rate else "not measured"
            ratio = f"{rate['mith'] / rate['nginx']:.2f} ×" if "nginx" in rate else ""
            ours = f"{rate['mith']:,.0f}/s, p99 {best['mith'].cpu * 1000:.1f} ms"
            rows.append(Row(f"{method} of a small file, 16 connections, beside nginx", ours, peer, ratio, "≥ 0.4 ×"))
        rows.append(Row("peak memory of the server after the small requests", mebibytes(servers.memory()), "", "", ""))
    return rows
