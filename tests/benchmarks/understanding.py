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
from bot.wiring.worlds import FreshWorlds, worlds
from core.config import load
from tests.benchmarks.plain_search import sentences_of, share_right
from tests.benchmarks.report import machine, table, write
from tests.benchmarks.scoring import (
    ANSWERABLE,
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
DATA = Path(os.environ.get("RAPPORT_BENCH_DATA", "nowhere"))
SAMPLES = DATA / "data" / "intents_dev"
Row = tuple[str, str, str]
ABOUT = """# Understanding and answering, with the embedded model

Command: `make bench-understanding` (with RAPPORT_BENCH_DATA naming a folder of public samples, those too). The project's own
lines are in tests/benchmarks; its README says how a line is judged. They were looked at while the product was made, so lines that
nobody saw will score lower. One run: the embedded model gives the same answers every time."""


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


def show(tally: Tally, kinds: Sequence[str] | None) -> None:
    """Prints failures, of these kinds or of all; nothing for None."""
    if kinds is None:
        return
    by_kind: dict[str, list[str]] = defaultdict(list)
    for failure in tally.failures:
        by_kind[failure[1 : failure.index("]")]].append(failure)
    for kind in kinds or sorted(by_kind):
        print(*by_kind[kind], sep="\n")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", nargs="*", help="print the failures, of these kinds")
    parser.add_argument("--only", choices=["questions", "stories", "heads"])
    parser.add_argument(
        "--set", default="own", choices=["own", "dev"], help="the project's own lines, or the development samples"
    )
    return parser.parse_args()


def told(name: str, tally: Tally) -> list[Row]:
    return [(f"{name}: {kind}", f"{tally.passed[kind]} of {tally.judged[kind]}", "") for kind in tally.judged]


async def measure(made: FreshWorlds, given: argparse.Namespace) -> list[Row]:
    """All figures, as rows of name, value and aim."""
    folder, suffix = (HERE, "") if given.set == "own" else (DATA / "company", "_dev")
    rows: list[Row] = []
    if given.only in (None, "questions"):
        questions = read_lines(folder / f"questions{suffix}.jsonl")
        tally = await judge_questions(made, questions)
        peer = share_right(questions, sentences_of(Path(made.config.knowledge.paths[0])), made.heavy.embedder)
        rows += [*told("questions", tally), ("answerable, right", f"{tally.rate(*ANSWERABLE):.1%}", "60%")]
        rows += [("answerable, peer: three sentences by fused search", f"{peer:.1%}", "")]
        rows += [("unanswerable, declined", f"{tally.rate('unanswerable'):.1%}", "90%")]
        show(tally, given.show)
    if given.only in (None, "stories"):
        tally = await judge_stories(made, read_lines(folder / f"stories{suffix}.jsonl"))
        rows += [*told("stories", tally), ("stories, right", f"{tally.rate('story'):.1%}", "50%")]
        show(tally, given.show if given.show is None else ["story"])
    if given.only in (None, "heads"):
        rows += await heads(made, SAMPLES if given.samples else None)
    return rows


async def heads(made: FreshWorlds, samples: Path | None) -> list[Row]:
    rate = f"{await classify_rate(made):.0f} messages/s"
    if samples is None:
        skipped = "skipped: RAPPORT_BENCH_DATA doesn't name a folder that has them"
        return [("revenue and triage samples", skipped, ""), ("understanding alone", rate, "50 messages/s")]
    figures = await judge_heads(made, samples)
    aims = {"revenue macro-F1": "0.65", "triage recall": "0.90", "triage F1": "0.78"}
    rows = [(f"development samples: {name}", f"{value:.2f}", aims.get(name, "")) for name, value in figures.items()]
    return [*rows, ("understanding alone", rate, "50 messages/s")]


async def main(given: argparse.Namespace) -> None:
    async with worlds(load(Path("config.toml"))) as made:
        rows = await measure(made, given)
    laid = table(("figure", "value", "aim"), rows)
    print(laid)
    if given.only is None and given.show is None and given.set == "own":
        facts = table(("of the machine", ""), list(machine(("onnxruntime", "scikit-learn")).items()))
        write("understanding", f"{ABOUT}\n\n{laid}\n\n{facts}")


if __name__ == "__main__":
    chosen = options()
    chosen.samples = SAMPLES.exists()
    asyncio.run(main(chosen))
