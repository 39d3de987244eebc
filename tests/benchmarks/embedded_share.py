"""One run of whole turns with the embedded model on the demo's help centre, on files. Prints its figures as JSON."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bot.wiring.heavy import load
from bot.wiring.kept import open_house, take_in
from core.config import load as read_config
from tests.benchmarks.platform_share import Ends, quieten
from tests.benchmarks.report import ROOT, percentile
from tests.recovery.house import a_message, config_for, launch
from tests.recovery.script import customers

QUESTIONS = 150
WARM = 10


def resident_mb(pid: str = "self") -> float:
    """The resident memory of a process, in megabytes (10^6 bytes)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024 / 1e6


def questions() -> list[str]:
    """Questions about the demo company, an even choice over the whole set."""
    lines = (ROOT / "tests/benchmarks/questions.jsonl").read_text(encoding="utf-8").splitlines()
    step = max(1, len(lines) // (QUESTIONS + WARM))
    return [json.loads(line)["q"] for line in lines[::step]][: QUESTIONS + WARM]


async def run() -> dict[str, float]:
    """Each question in a conversation of its own, one after the other: accepted, answered, readable."""
    quieten()
    ends = Ends()
    ends.watch()
    people = customers()
    times: list[float] = []
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        shipped = read_config(ROOT / "config.toml")
        config = config_for(Path(folder)).model_copy(update={"knowledge": shipped.knowledge, "models": shipped.models})
        heavy = load(config)
        kept = await open_house(config, heavy)
        await heavy.warm()
        await take_in(kept, config.knowledge.paths)
        await launch(kept)
        for number, question in enumerate(questions()):
            message = a_message(kept, f"c{number}", "m", people[number % len(people)], question)
            began = perf_counter()
            accepted = await kept.house.intake.accept(message)
            await ends.end(accepted.row_id)
            times.append((perf_counter() - began) * 1000)
        await kept.house.durable.settle()
        memory = resident_mb()
        await kept.close()
    measured = times[WARM:]
    return {"embedded: p50": percentile(measured, 0.5), "embedded: p95": percentile(measured, 0.95), "embedded: MB": memory}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run())))
