"""`python -m tests.benchmarks.suggestions`: how long a suggestion takes with the embedded model, and how often there is one."""

import argparse
import asyncio
import json
import sys
from collections import Counter
from time import perf_counter

from bot.ask.script import Script
from bot.wiring.worlds import FreshWorlds, worlds
from core.config import load as read_config
from core.people import Assurance
from handoff.desk.views import SuggestionView
from skills.sandbox.company import Sandbox
from tests.benchmarks.platform_share import quieten
from tests.benchmarks.report import ROOT, machine, percentile, shown, table, write
from tests.fakes.copilot_house import PERSON, Copilot, copilot_over
from tests.scenario.story import Story
from tests.scenario.story_model import StoryModel

WARM = 5
AIM = "< 1,000 ms"
METHOD = """
Each line is written in a conversation of its own that a person holds, by a verified Owner where the set names an account. A
suggestion counts from the moment when the watch asks for it until it is durable: reading the case, understanding, recall, search,
phrasing and checking every sentence, or reading records under policy, the action prepared beside it, the hint. Database, vectors
and demo company are in memory.
""".strip()


def lines(count: int) -> list[tuple[str, str | None]]:
    """What customers write, with who they are: questions about the company, and the first lines of stories."""
    folder = ROOT / "tests/benchmarks"
    found: list[tuple[str, str | None]] = []
    for name in ("questions", "stories"):
        for each in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(each)
            found.append((row["q"] if name == "questions" else row["turns"][0], row["account"]))
    step = max(1, len(found) // count)
    return found[::step][:count]


async def begun(made: FreshWorlds, threshold: float, account: str | None) -> Copilot:
    """A case that Sam has just claimed."""
    known = Assurance.VERIFIED if account else Assurance.ANONYMOUS
    world = await made.make(Script(id=0, turns=(), account=account, contact=None, assurance=known))
    company = Sandbox.fresh(made.heavy.company, world.house.clock)
    copilot = copilot_over(Story(world=world, company=company, model=StoryModel()), made.knowledge, threshold)
    await copilot.hand_over(PERSON)
    return copilot


async def measured(count: int) -> tuple[list[float], Counter[str]]:
    """The time of each suggestion in milliseconds, and what came of it."""
    config = read_config(ROOT / "config.toml")
    times: list[float] = []
    came: Counter[str] = Counter()
    async with worlds(config) as made:
        for number, (text, account) in enumerate(lines(count + WARM)):
            copilot = await begun(made, config.knowledge.answerable, account)
            await copilot.story.world.say(text)
            began = perf_counter()
            found = await copilot.offered()
            if number >= WARM:
                times.append((perf_counter() - began) * 1000)
                came[await _came(copilot, found)] += 1
            await copilot.story.world.close()
    return times, came


async def _came(copilot: Copilot, found: SuggestionView | None) -> str:
    if found is None:
        events = await copilot.events("suggestion.withheld")
        return f"withheld: {events[-1]['reason']}" if events else "nothing to answer"
    if found.citations:
        return "from articles"
    return "with an action" if found.action else "from records or in words of its own"


def main() -> int:
    """Measures, prints, writes."""
    options = argparse.ArgumentParser(description="What a suggestion costs.")
    options.add_argument("--lines", type=int, default=200)
    options.add_argument("--print", action="store_true", help="Print only; leave the written report as it is.")
    given = options.parse_args()
    quieten()
    about = machine(("numpy", "onnxruntime", "sqlalchemy"))
    times, came = asyncio.run(measured(given.lines))
    rows = [
        ("p50", f"{shown(percentile(times, 0.5))} ms", ""),
        ("p95", f"{shown(percentile(times, 0.95))} ms", AIM),
        ("slowest", f"{shown(max(times))} ms", ""),
    ]
    shares = [(name, f"{number / len(times):.0%}") for name, number in came.most_common()]
    parts = [
        "# What a suggestion costs",
        f"Command: `make bench-suggestions` (`python -m tests.benchmarks.suggestions --lines {given.lines}`), one run.",
        table(("A suggestion with the embedded model", f"{len(times)} lines", "Aim"), rows),
        table(("What came of it", "Share"), shares),
        METHOD,
        "Not measured: the way to Slack or Teams and back, a database on disk, a language model behind an API. There is no peer:"
        " no other product drafts with an embedded model.",
        table(("Machine", ""), list(about.items())),
    ]
    text = "\n\n".join(parts)
    print(text)
    if not given.print:
        write("suggestions", text)
    return 0 if percentile(times, 0.95) < 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
