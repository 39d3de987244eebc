"""Kills the process that answers, again and again: `python -m tests.recovery.kills --kills 100 --conversations 50`.

Prints the figures and exits with 1 when a message was lost or answered twice, an effect was doubled, or an order broken.
`--plant` breaks the product on purpose, to see that this would be found.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import dbos  # pyright: ignore[reportUnusedImport]  # noqa: F401 - so that the forks needn't import it

from tests.recovery.driver import Driver, Log, Plan
from tests.recovery.ledger import Sum, add_up, read

SHOWN_FAULTS = 20


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def table(log: Log, found: Sum, took_s: float) -> str:
    """The figures, one a line."""
    rows = [
        ("kills", f"{log.kills}, {log.at_points} of them at named points"),
        ("restarts", str(log.restarts)),
        ("messages sent", f"{log.sent}, {log.repeats} of them again although acknowledged"),
        ("acknowledged", str(len(log.acknowledged))),
        ("lost", str(found.lost)),
        ("doubled", str(found.doubled)),
        ("out of order", str(found.out_of_order)),
        ("credits intended", str(found.intended)),
        ("credits applied", str(found.applied)),
        ("journal rows sealed and verified", str(found.sealed)),
        ("recovery, process running already", _recovery(log.warm_s)),
        ("recovery, with the interpreter's start", _recovery(log.cold_s)),
        ("took", f"{took_s:.0f} s"),
    ]
    return "\n".join(f"{name:40} {value}" for name, value in rows)


def main() -> int:
    """Runs one plan and reports."""
    options = argparse.ArgumentParser(description="Kills the process that answers, and counts what was lost or doubled.")
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--conversations", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--plant", choices=("double", "lose"), default="")
    options.add_argument("--keep", action="store_true", help="Leave the data folder for a look.")
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rapport-kills-"))
    began = time.monotonic()
    plan = Plan(folder=folder, kills=given.kills, conversations=given.conversations, seed=given.seed, plant=given.plant)
    log = Driver(plan).run()
    found = add_up(read(folder), log)
    print(table(log, found, time.monotonic() - began))
    for fault in found.faults[:SHOWN_FAULTS]:
        print(f"FAULT {fault}")
    if len(found.faults) > SHOWN_FAULTS:
        print(f"FAULT and {len(found.faults) - SHOWN_FAULTS} more")
    if given.keep:
        print(f"data folder: {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if found.faults else 0


def _recovery(times_s: list[float]) -> str:
    if not times_s:
        return "not measured"
    p50, p95 = percentile(times_s, 0.5), percentile(times_s, 0.95)
    return f"p50 {p50:.2f} s, p95 {p95:.2f} s to the first turn finished ({len(times_s)} starts)"


if __name__ == "__main__":
    sys.exit(main())
