"""`make bench-models`: what an answer in a model's own words costs, how soon it is there, and what happens when providers fail.

Plays a recorded load to a real server behind a model server of fixed speed, the same load straight to that model server, and
has a provider fail in every way that the model server knows. Writes docs/benchmarks/models.md.
"""

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.models_faults import FAULTS, Fault
from tests.benchmarks.models_house import models
from tests.benchmarks.models_load import load, play
from tests.benchmarks.models_misbehaving import CHAINS, Outcome, misbehaving
from tests.benchmarks.report import ROOT, Figure, machine, table, write

PACKAGES = ("openai", "anthropic", "aiohttp", "sqlalchemy", "dbos", "presidio-analyzer", "onnxruntime")
KINDS = ("openai", "anthropic")
KEPT = ROOT / ".cache" / "bench-models"
LINES = (
    ("behind: p50", "ms", "A checked sentence is shown after the model had said it, p50", ""),
    ("behind: p95", "ms", "The same, p95", "≤ 400 ms"),
    ("behind, translated: p50", "ms", "The same in German and French, with the model's translation, p50", ""),
    ("behind, translated: p95", "ms", "The same in German and French, p95", ""),
    ("first, by the model: p50", "ms", "From the message to the first sentence, where the model answers, p50", ""),
    ("first, by the model: p95", "ms", "The same, p95", ""),
    ("first, without it: p50", "ms", "From the message to the first sentence, where it isn't asked, p50", ""),
    ("first, without it: p95", "ms", "The same, p95", ""),
    ("peer: p50", "ms", "Peer: the message straight to the model, to its first sentence, p50", ""),
    ("peer: p95", "ms", "The same, p95", ""),
    ("turns", "", "Turns of the load", ""),
    ("answered", "%", "Turns with an answer or a person", "100 %"),
    ("without large", "%", "Turns served without the large model", ""),
    ("hits", "%", "Looks into the answer cache that found an answer", ""),
    ("input", "", "Tokens read a turn, over all turns", ""),
    ("cached", "%", "Of these, read from the provider's cache", ""),
    ("output", "", "Tokens written a turn", ""),
    ("cost", "ct", "Cost of a turn, over all turns (US cents)", ""),
    ("cost of large", "ct", "Cost of a turn in which the large model was asked", ""),
    ("amplification", "×", "Calls for each call wanted, over the whole run", "≤ 1.2 ×"),
    ("amplification, unsteady", "×", "The same in its last part, while each fifth call fails", ""),
)
METHOD = """
The load is `tests/benchmarks/models_load.jsonl`: questions, follow-ups, the same questions again, German and French,
reads and writes of an account, injections, what is out of scope, small talk. Each conversation is held over the web
chat's own addresses with `rapport serve`, which runs on a fresh data folder; the chain is one provider and the embedded
model behind it, understanding is cheap first, and nothing is marked trusted, so that personal data is masked. The model
server takes 300 ms to its first token and gives 40 tokens a second; it answers out of the passages that it is sent,
word for word and cited, calls tools that read, translates word by word, and counts cached tokens as the two interfaces
do: by common beginnings of at least 1,024 tokens, with Anthropic's only up to a mark. Prices are 3 dollars for a
million tokens read, 0.30 from the cache, 3.75 put there, 15 written. "Had said it" is the moment when the last token or
citation of that very sentence has left the model server. A translation is a call of its own to the same model, with its
300 ms and its tokens. The retry budget counts over ten minutes, so that a short bad stretch may take more than its
share of it. What is learned from past conversations is counted by itself, not here.
""".strip()
FAILING = """
Each line is one turn of a stranger with one question, understood and answered by the chain, while its first provider
fails in that way: from the first byte on, or once its first sentence is whole ("mid"). "Alone" is that provider with
the embedded model behind it, "with another" has a healthy one in between. Named are whose sentences the customer was
shown, and after how many seconds the turn had ended; `embedded` quotes articles, `wording` says plainly that it can't
help now. A call may take 6 seconds and a turn 20. Judged each time: the turn ends in time, something is said or a
person comes, nothing is shown twice, nothing that the server made up is shown, what isn't cited is approved wording,
the next message is answered, the log has no stack trace, and memory stays.
""".strip()
NAMES = {"lone": "itself", "first": "itself", "second": "the other"}


def main() -> int:
    """Measures what was asked for, keeps it beside the caches, and writes a report of all that is kept."""
    options = argparse.ArgumentParser(description="What models cost, and what happens when they fail.")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--only", choices=("load", "faults"), action="append")
    options.add_argument("--kind", choices=KINDS, action="append")
    options.add_argument("--chain", choices=tuple(CHAINS), action="append")
    options.add_argument("--print", action="store_true", help="Print only; leave the written report as it is.")
    given = options.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    parts, kinds = given.only or ("load", "faults"), given.kind or KINDS
    asyncio.run(_measured(parts, kinds, given.chain or tuple(CHAINS), given.runs))
    text = report()
    print(text)
    if not given.print:
        print(f"Written to {write('models', text)}.")
    return int(any(each["problems"] for each in _kept("faults")))


async def _measured(parts: Sequence[str], kinds: Sequence[str], chains: Sequence[str], runs: int) -> None:
    async with models() as server:
        for kind in kinds if "load" in parts else ():
            values: dict[str, list[float]] = defaultdict(list)
            for number in range(runs):
                print(f"{kind}: run {number + 1} of {runs}", file=sys.stderr, flush=True)
                played = await play(server, load(), kind=kind)
                for name, value in played.figures().items():
                    values[name].append(value)
            _keep(f"load-{kind}", [values])
        for kind in kinds if "faults" in parts else ():
            found = await asyncio.gather(*(misbehaving(server, chain, kind) for chain in chains))
            for chain, outcomes in zip(chains, found, strict=True):
                _keep(f"faults-{kind}-{chain.split()[0]}", [_told(each) for each in outcomes])


def _told(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "fault": outcome.fault.name,
        "place": outcome.place,
        "chain": outcome.chain,
        "kind": outcome.kind,
        "seconds": round(outcome.seconds, 1),
        "answered": outcome.answered,
        "problems": list(outcome.problems),
    }


def report() -> str:
    """All that is kept, in one page."""
    facts = table(("Machine", ""), list(machine(PACKAGES).items()))
    parts = ["# What models cost, and what happens when they fail", "`python -m tests.benchmarks.models`"]
    for kind in KINDS:
        for values in _kept(f"load-{kind}"):
            parts += [f"## The load, over the {_named(kind)} interface", _figures(values)]
    parts += [METHOD, "## When a provider fails", FAILING, *_summary(), _faults(), facts]
    return "\n\n".join(part for part in parts if part) + "\n"


def _figures(values: Mapping[str, Sequence[float]]) -> str:
    figures = [Figure(name=told, runs=values[key], unit=unit, aim=aim) for key, unit, told, aim in LINES if key in values]
    runs = max(map(len, values.values()))
    return table(("Figure", f"Median of {runs}", "Runs", "Aim"), [each.row() for each in figures])


def _summary() -> list[str]:
    outcomes = _kept("faults")
    if not outcomes:
        return []
    wrong = [each for each in outcomes if each["problems"]]
    longest = max(each["seconds"] for each in outcomes)
    lines = [f"{len(outcomes)} turns, {len(wrong)} with something to object to; the longest took {longest} s."]
    lines += [
        f"- {each['kind']}, {each['chain']}, {each['fault']} ({each['place']}): {'; '.join(each['problems'])}" for each in wrong
    ]
    return ["\n".join(lines)]


def _faults() -> str:
    by_place: dict[tuple[str, str], dict[tuple[str, str], str]] = defaultdict(dict)
    for each in _kept("faults"):
        by_place[each["fault"], each["place"]][each["kind"], each["chain"]] = f"{_who(each['answered'])}, {each['seconds']} s"
    columns = [(kind, chain) for kind in KINDS for chain in CHAINS]
    heads = ("The first provider", *(f"{_named(kind)}, {chain}" for kind, chain in columns))
    rows = [
        (_place(fault, place), *(by_place[fault.name, place].get(column, "") for column in columns))
        for fault in FAULTS
        for place in fault.places
        if (fault.name, place) in by_place
    ]
    return table(heads, rows) if rows else ""


def _place(fault: Fault, place: str) -> str:
    return f"{fault.name}, mid" if place == "mid" else fault.name


def _who(answered: str) -> str:
    return " + ".join(NAMES.get(name, name) for name in answered.split(" + "))


def _named(kind: str) -> str:
    return {"openai": "OpenAI-compatible", "anthropic": "Anthropic"}[kind]


def _keep(name: str, found: Iterable[Mapping[str, Any]]) -> None:
    (KEPT / f"{name}.json").write_text(json.dumps(list(found)), encoding="utf-8")


def _kept(prefix: str) -> list[Mapping[str, Any]]:
    files: list[Path] = sorted(KEPT.glob(f"{prefix}*.json"))
    return [each for file in files for each in json.loads(file.read_text(encoding="utf-8"))]


if __name__ == "__main__":
    sys.exit(main())
