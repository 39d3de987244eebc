"""`python -m tests.conformance`: plays every dialogue k times with each model, prints pass^1 and pass^k, writes the report.

    python -m tests.conformance --runs 4 --models embedded,scripted-openai --pattern cancel --show
    python -m tests.conformance --model claude --config config.toml

A real model is one of `[models.providers]` in the configuration; without its key it is skipped, and the report says so.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.models.embedded.lexicon import Lexicon
from bot.models.fluent.model import Settings
from bot.wiring.worlds import START, worlds
from core.config import Config, load
from core.errors import BadInput
from skills.procedures.procedure import Procedure
from skills.procedures.published import bodies, parsed
from tests.conformance.casts import OWN, Company, cast_of, real_cast
from tests.conformance.dialogue import PATTERNS, Dialogue
from tests.conformance.generated import generated
from tests.conformance.playing import Cast, Played, play
from tests.conformance.reading import hand_written
from tests.conformance.report import failures, figures, report
from tests.conformance.stage import Theatre


def procedures() -> dict[str, Procedure]:
    """The shipped procedures as they stand in their files."""
    return {name: parsed(body, name) for name, body in bodies().items()}


def every_dialogue() -> list[Dialogue]:
    """The hand-written ones, then those that are made from each procedure."""
    return [*hand_written(), *generated(procedures())]


@asynccontextmanager
async def theatre(config: Config) -> AsyncGenerator[tuple[Theatre, Company]]:
    """What all dialogues share, loaded once."""
    lexicon = Lexicon.load(Path(config.demo.folder) / "lexicon.toml")
    async with worlds(config) as made:
        opened = Theatre(worlds=made, live=procedures(), lexicon=lexicon)
        settings = Settings(company=config.tenant.name, lexicon=lexicon, today=lambda: config.demo.clock_start or START)
        with opened.open():
            yield opened, Company(embedded=made.heavy.model, lexicon=lexicon, settings=settings)


async def perform(stage: Theatre, cast: Cast, dialogues: Sequence[Dialogue], *, runs: int, seed: int = 0) -> list[Played]:
    """Every dialogue that is for this kind of model, so many times."""
    meant = [each for each in dialogues if not each.only or cast.kind in each.only]
    found: list[Played] = []
    for run in range(runs):
        for place, dialogue in enumerate(meant, 1):
            found.append(await play(stage, dialogue, cast, run=run, seed=seed))
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{cast.name}, run {run + 1} of {runs}: {place} of {len(meant)} ")
    return found


async def main(given: argparse.Namespace) -> int:
    wanted = [each for each in every_dialogue() if _chosen(each, given)]
    config = load(given.config)
    found: list[Played] = []
    skipped: list[str] = []
    async with theatre(config) as (stage, company):
        for name in given.models:
            async with cast_of(name, company) as cast:
                found += await perform(stage, cast, wanted, runs=given.runs, seed=given.seed)
        for name in given.model:
            try:
                async with real_cast(name, given.config, company) as cast:
                    found += await perform(stage, cast, wanted, runs=given.runs, seed=given.seed)
            except BadInput as error:
                skipped.append(f"{name} is skipped: {error.message}")
    print(figures(found, runs=given.runs))
    print(*skipped, sep="\n")
    print(failures(found, show=given.show))
    if not (given.pattern or given.only or given.written or given.keep):
        report(found, runs=given.runs, seed=given.seed, skipped=skipped)
    return 0 if all(each.passed for each in found) else 1


def _chosen(dialogue: Dialogue, given: argparse.Namespace) -> bool:
    pattern = not given.pattern or dialogue.pattern in given.pattern
    return pattern and (not given.only or given.only in dialogue.name) and not (given.written and dialogue.over)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", type=lambda text: [each for each in text.split(",") if each], default=list(OWN))
    parser.add_argument("--model", action="append", default=[], help="a configured model by name; may be given again")
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--pattern", action="append", default=[], choices=PATTERNS)
    parser.add_argument("--only", default="", help="dialogues whose name contains this")
    parser.add_argument("--written", action="store_true", help="the hand-written dialogues alone")
    parser.add_argument("--show", action="store_true", help="print the transcript of each failure")
    parser.add_argument("--keep", action="store_true", help="leave the report as it is")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(options())))
