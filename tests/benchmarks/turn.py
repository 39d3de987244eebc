"""`make bench-turn`: what a turn costs, what an acknowledgement costs, and how much memory a server takes.

Runs every measurement in processes of their own, at least three times, prints the medians and writes docs/benchmarks/turn.md.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.embedded_share import resident_mb
from tests.benchmarks.report import ROOT, Figure, machine, shown, table, write

PACKAGES = ("sqlalchemy", "dbos", "chromadb", "cedarpy", "onnxruntime", "aiohttp")
READY_LIMIT_S = 180.0
LINES = (
    ("question: p50", "ms", "A question answered, one after the other, p50", ""),
    ("question: p95", "ms", "A question answered, one after the other, p95", "< 50 ms"),
    ("question: processor", "ms", "A question answered, processor time of the whole process", ""),
    ("card: p95", "ms", "A card shown, p95", "< 50 ms"),
    ("confirmed credit: p50", "ms", "A credit confirmed and given, p50", ""),
    ("confirmed credit: p95", "ms", "A credit confirmed and given, p95", ""),
    ("question, 20 at once: p50", "ms", "A question answered, 20 conversations at once, p50", ""),
    ("question, 20 at once: p95", "ms", "A question answered, 20 conversations at once, p95", ""),
    ("turns a second, 20 at once", "/s", "Turns a second, 20 conversations at once", ""),
    ("commits of a question", "", "Durable commits of a question", ""),
    ("commits of a confirmed credit", "", "Durable commits of a confirmed credit", ""),
    ("floor: p50", "ms", "The floor: as many bare SQLite commits, p50", ""),
    ("floor: p95", "ms", "The floor: as many bare SQLite commits, p95", ""),
    ("kept for later: acknowledgements a second", "/s", "Acknowledgements a second, 100 senders", "≥ 500 /s"),
    ("kept for later: p99", "ms", "An acknowledgement, 100 senders, p99", "< 250 ms"),
    ("while turns are taken: acknowledgements a second", "/s", "The same while their turns are taken", ""),
    ("while turns are taken: p99", "ms", "The same while their turns are taken, p99", ""),
    ("embedded: p50", "ms", "End to end with the embedded model, p50", ""),
    ("embedded: p95", "ms", "End to end with the embedded model, p95", "< 400 ms"),
    ("embedded: MB", "MB", "Resident memory after these turns, without the web server", "< 1,200 MB"),
    ("serving: MB", "MB", "Resident memory of `rapport serve` when it is ready", "< 1,200 MB"),
)
METHOD = """
A turn counts from the offer of the message to the moment when its reply is durable and was read back. Everything lies on files:
SQLite in WAL mode with synchronous=FULL for the database, the engine and the demo company's own system; Chroma for the vectors
of the whole help centre. For the platform's share the language model is a table and the sentence model a hash, so that neither
counts; search, policy, vault, journal and records do. Questions come 500 in a row and 25 each in 20 conversations; credits 60
times. Acknowledgements: 2,000 messages from 100 senders, each sending its next one once the last is acknowledged, first
with the engine not started, so that nothing else runs, then with turns being taken in the same process.
The embedded model is asked 150 questions of the benchmark's set, a conversation each.
""".strip()
UNMEASURED = """
Not measured: PostgreSQL, network and browser, a language model behind an API, more than one process, a disk that is busy
with something else, power loss (killed processes are `make test-recovery`'s).
""".strip()


def main() -> int:
    """Measures, prints, writes."""
    options = argparse.ArgumentParser(description="What a turn costs.")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--only", choices=("platform", "embedded", "serving"), action="append")
    options.add_argument("--print", action="store_true", help="Print only; leave the written report as it is.")
    given = options.parse_args()
    about = machine(PACKAGES)
    values: dict[str, list[float]] = defaultdict(list)
    for number in range(given.runs):
        for part in given.only or ("platform", "embedded", "serving"):
            print(f"run {number + 1} of {given.runs}: {part}", file=sys.stderr, flush=True)
            for name, value in measure(part).items():
                values[name].append(value)
    figures = [Figure(name=told, runs=values[key], unit=unit, aim=aim) for key, unit, told, aim in LINES if key in values]
    measured = table(("Figure", f"Median of {given.runs} runs", "Runs", "Aim"), [figure.row() for figure in figures])
    command = f"python -m tests.benchmarks.turn --runs {given.runs}"
    facts = table(("Machine", ""), list(about.items()))
    text = f"# What a turn costs\n\n`{command}`\n\n{measured}\n\n{METHOD}\n\n{UNMEASURED}\n\n{facts}\n"
    print(text)
    if not given.print and not given.only:
        print(f"Written to {write('turn', text)}.")
    return 0


def measure(part: str) -> dict[str, float]:
    """The figures of one run, from a process of its own."""
    if part == "serving":
        return {"serving: MB": serving_mb()}
    module = "tests.benchmarks.platform_share" if part == "platform" else "tests.benchmarks.embedded_share"
    done = subprocess.run([sys.executable, "-m", module], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module} failed: see above, mend it, and run again.")
    return json.loads(done.stdout)


def serving_mb() -> float:
    """Starts the server on a fresh data folder and returns what it takes once it is ready."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        config = Path(folder) / "config.toml"
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        config.write_text(text.replace('data_dir = "data"', f'data_dir = "{folder}/data"'), encoding="utf-8")
        port = _free_port()
        command = [sys.executable, "-m", "bot", "serve", "--config", str(config), "--port", str(port)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                _wait_until_ready(server, port)
                return resident_mb(str(server.pid))
            finally:
                os.kill(server.pid, signal.SIGTERM)
                server.wait(30)


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    limit = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < limit and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"The server was not ready after {shown(READY_LIMIT_S)} s: start it by hand to see why.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
