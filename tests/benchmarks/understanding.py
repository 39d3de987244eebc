"""`make bench-understanding`: questions, stories, revenue intents and triage, judged line by line; prints and writes a report.

The project's own sets are always judged; the public development samples only where they are found (RAPPORT_BENCH_DATA names their
folder), else they are reported as skipped. A share of failures can be printed with `--show`.
"""

import argparse
import asyncio
import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.ask.classify import classified
from bot.ask.play import Worlds, play
from bot.ask.script import parse
from bot.wiring.worlds import worlds
from core.config import load
from tests.benchmarks.scoring import (
    Line,
    macro_f1,
    precision_recall_f1,
    question_passes,
    read_lines,
    story_score,
    strictest,
    text_of,
)

HERE = Path(__file__).parent


@dataclass
class Tally:
    """Passed and judged, by kind, and what failed."""

    passed: Counter[str] = field(default_factory=Counter[str])
    judged: Counter[str] = field(default_factory=Counter[str])
    failures: list[str] = field(default_factory=list[str])

    def note(self, kind: str, passed: bool, failure: str) -> None:
        self.judged[kind] += 1
        self.passed[kind] += passed
        if not passed:
            self.failures.append(f"[{kind}] {failure}")

    def rate(self, *kinds: str) -> float:
        return sum(self.passed[kind] for kind in kinds) / max(1, sum(self.judged[kind] for kind in kinds))


async def judge_questions(made: Worlds, questions: Sequence[Line]) -> Tally:
    tally = Tally()
    for number, question in enumerate(questions, 1):
        asked = {"q": question["q"], "account": question.get("account")}
        output = await play(made, parse(json.dumps(asked), number))
        passed = question_passes(question, output)
        wanted = f"{question.get('must_contain')} {question.get('must_contain_any', '')}"
        told = f"{question['q']} -> {text_of(output)[:300]} | wants {wanted}"
        tally.note(question["kind"], passed, f"{told} | intent {output['replies'][0]['intent']}")
    return tally


async def judge_stories(made: Worlds, stories: Sequence[Line]) -> Tally:
    tally = Tally()
    for number, story in enumerate(stories, 1):
        output = await play(made, parse(json.dumps({"turns": story["turns"], "account": story["account"]}), number))
        score = story_score(story, output)
        for part in ("policy", "handoff", "offer"):
            tally.note(part, getattr(score, part), "")
        tally.failures = [each for each in tally.failures if not each.endswith("] ")]
        tally.note("story", score.passes, _told(story, output))
    return tally


def _told(story: Line, output: Line) -> str:
    lines = [f"{story['account']} wants { ({key: story['expect'][key] for key in ('policy', 'handoff', 'offer')}) }"]
    lines.append(f"got policy={strictest(output)}")
    for turn, reply in zip(story["turns"], output["replies"], strict=False):
        actions = [(each["skill"], each["decision"], each["outcome"], each["reasons"]) for each in reply["actions"]]
        handoff = reply["handoff"]["reason"] if reply["handoff"] else None
        revenue = reply["revenue_intent"]["label"]
        lines.append(f"    > {turn}\n    < {reply['text'][:220]}")
        lines.append(
            f"      {reply['intent']} {reply['confidence']:.2f} rev={revenue} {actions} offer={reply['offer']} handoff={handoff}"
        )
    return "\n".join(lines)


async def judge_heads(made: Worlds, folder: Path) -> dict[str, float]:
    """Revenue macro-F1, triage precision, recall and F1 on development samples."""
    figures: dict[str, float] = {}
    revenue = read_lines(folder / "revenue_intents_dev.jsonl")
    found = [(await _classify(made, {"text": each["text"]}))["revenue_intent"]["label"] for each in revenue]
    figures["revenue macro-F1"] = macro_f1([each["label"] for each in revenue], found)
    triage = read_lines(folder / "triage_dev.jsonl")
    needed = [(await _classify(made, {"turns": each["turns"]}))["handoff"]["needed"] for each in triage]
    precision, recall, f1 = precision_recall_f1([each["handoff"] for each in triage], needed)
    return figures | {"triage precision": precision, "triage recall": recall, "triage F1": f1}


async def _classify(made: Worlds, line: dict[str, Any]) -> dict[str, Any]:
    return (await classified(made, [parse(json.dumps(line), 1)]))[0]


async def classify_rate(made: Worlds) -> float:
    """Messages a second for understanding alone, as `rapport ask --classify FILE` does it."""
    texts = [question["q"] for question in read_lines(HERE / "questions.jsonl")][:320]
    scripts = [parse(json.dumps({"text": text}), number) for number, text in enumerate(texts, 1)]
    began = time.perf_counter()
    for start in range(0, len(scripts), 32):
        await classified(made, scripts[start : start + 32])
    return len(texts) / (time.perf_counter() - began)


def show(tally: Tally, kinds: Sequence[str]) -> None:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for failure in tally.failures:
        by_kind[failure[1 : failure.index("]")]].append(failure)
    for kind in kinds or sorted(by_kind):
        print(*by_kind[kind], sep="\n")


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--show", nargs="*")
    options.add_argument("--only", choices=["questions", "stories", "heads"])
    options.add_argument("--set", default="own", choices=["own", "dev"])
    given = options.parse_args()
    data = os.environ.get("RAPPORT_BENCH_DATA")
    async with worlds(load(Path("config.toml"))) as made:
        folder = HERE if given.set == "own" else Path(data or "") / "company"
        suffix = "" if given.set == "own" else "_dev"
        if given.only in (None, "questions"):
            tally = await judge_questions(made, read_lines(folder / f"questions{suffix}.jsonl"))
            print({kind: f"{tally.passed[kind]}/{tally.judged[kind]}" for kind in tally.judged})
            print(f"answerable {tally.rate('single', 'numeric', 'multi_fact'):.3f}")
            if given.show is not None:
                show(tally, given.show)
        if given.only in (None, "stories"):
            tally = await judge_stories(made, read_lines(folder / f"stories{suffix}.jsonl"))
            print({kind: f"{tally.passed[kind]}/{tally.judged[kind]}" for kind in tally.judged})
            if given.show is not None:
                show(tally, ["story"])
        if given.only in (None, "heads"):
            if data and (Path(data) / "data" / "intents_dev").exists():
                print(await judge_heads(made, Path(data) / "data" / "intents_dev"))
            else:
                print("revenue and triage samples: skipped, RAPPORT_BENCH_DATA doesn't name their folder")
            print(f"understanding alone: {await classify_rate(made):.0f} messages/s")


if __name__ == "__main__":
    asyncio.run(main())
