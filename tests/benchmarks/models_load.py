"""Plays a recorded load to a real server behind a good model of fixed speed, and the same load straight to that model."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.benchmarks.models_house import Customer, Models, Server, Turn, Wanted, quiet, serving
from tests.benchmarks.report import percentile

LOAD = Path(__file__).parent / "models_load.jsonl"
FIRST_S, TOKENS_S = 0.3, 40.0
ANSWERS = ("converse", "phrase")
BESIDE = ("distil",)
WITHIN_S = 60.0
ENGLISH = ("question", "question again", "account read", "write", "injection")
TRANSLATED = ("German", "French")
SENTENCE = re.compile(r"[.!?](?=\s)")
UNSTEADY = 25
LATE_S = 0.4
CALLS = "SELECT turn_id, provider, operation, outcome, input_tokens, output_tokens, cached, cost_micros FROM model_calls"


@dataclass(frozen=True, kw_only=True, eq=False)
class Taken:
    """One turn of the load: what was shown, and the model's calls meanwhile."""

    kind: str
    said: str
    turn: Turn
    calls: tuple[Mapping[str, Any], ...]

    @property
    def behind_s(self) -> float | None:
        """Seconds from the model's first sentence being whole to the first one shown. In English it is that very one."""
        produced = [(text, at) for call in self.calls if call["operation"] in ANSWERS for text, at in call["sentences"]]
        if not produced or not self.turn.shown:
            return None
        if self.kind in TRANSLATED:
            return self.turn.shown[0][1] - produced[0][1]
        at_model = dict(produced)
        told = [(text, at) for text, at in self.turn.shown if text in at_model]
        return told[0][1] - at_model[told[0][0]] if told else None

    @property
    def amplified(self) -> tuple[int, int]:
        """How many calls there were, and how many different ones."""
        return len(self.calls), len({call["digest"] for call in self.calls})


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What the calls of the load's turns came to, as the installation itself recorded it."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cost_micros: int = 0
    large: frozenset[str] = frozenset()
    asked: int = 0
    hits: int = 0


@dataclass(kw_only=True)
class Played:
    """One run of the load."""

    taken: list[Taken] = field(default_factory=list[Taken])
    spent: Spent = field(default_factory=Spent)
    unsteady: list[Taken] = field(default_factory=list[Taken])
    peer_s: list[float] = field(default_factory=list[float])

    def figures(self) -> dict[str, float]:
        """The values of the run, by name."""
        turns = len(self.taken)
        found = {f"{name}: {key}": value for name, times in self._times().items() for key, value in _spread(times).items()}
        spent = self.spent
        whole = sum(each.turn.answered for each in (*self.taken, *self.unsteady))
        return found | {
            "turns": float(turns),
            "answered": 100 * whole / (turns + len(self.unsteady)),
            "without large": 100 * (1 - len(spent.large) / turns),
            "input": spent.input / turns,
            "output": spent.output / turns,
            "cached": 100 * spent.cached / max(1, spent.input),
            "cost": spent.cost_micros / turns / 10_000,
            "cost of large": spent.cost_micros / max(1, len(spent.large)) / 10_000,
            "hits": 100 * spent.hits / max(1, spent.asked),
            "amplification": _amplification([*self.taken, *self.unsteady]),
            "amplification, unsteady": _amplification(self.unsteady),
        }

    def _times(self) -> dict[str, list[float]]:
        with_model = [each for each in self.taken if any(call["operation"] in ANSWERS for call in each.calls)]
        behind = {each: each.behind_s for each in with_model}
        return {
            "behind": [s for each, s in behind.items() if s is not None and each.kind not in TRANSLATED],
            "behind, translated": [s for each, s in behind.items() if s is not None and each.kind in TRANSLATED],
            "first, by the model": [
                s for each in with_model if (s := each.turn.first_s) is not None and each.kind not in TRANSLATED
            ],
            "first, without it": [s for each in self.taken if each not in with_model and (s := each.turn.first_s) is not None],
            "peer": self.peer_s,
        }


def load(path: Path = LOAD) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


async def play(models: Models, conversations: Sequence[Mapping[str, Any]], *, kind: str) -> Played:
    """The whole load once, then its beginning with a provider of which each fifth call fails, then the peer."""
    played = Played()
    await models.behave("good", first_s=FIRST_S, tokens_s=TOKENS_S)
    async with serving(Wanted(chain=("good", "embedded"), kind=kind, timeout_s=30.0, deadline_s=45.0), models.port) as server:
        await quiet(models)
        for each in conversations:
            played.taken += await converse(server, models, each)
        await asyncio.sleep(2.0)
        played.spent = spent(server, {each.turn.row_id for each in played.taken})
        await models.behave("good", fault="status 500", every=5)
        for each in conversations[:UNSTEADY]:
            played.unsteady += await converse(server, models, {**each, "turns": [f"{each['turns'][0]} Please."]})
    await models.behave("good", first_s=FIRST_S, tokens_s=TOKENS_S)
    played.peer_s = [await straight(models, text) for each in conversations for text in each["turns"] if text[0] != "!"]
    return played


async def converse(server: Server, models: Models, conversation: Mapping[str, Any]) -> list[Taken]:
    """One conversation of the load, turn by turn. "!confirm" and "!cancel" press the card that waits, if there is one."""
    customer = await server.customer(conversation["as"])
    taken: list[Taken] = []
    card = ""
    try:
        for text in conversation["turns"]:
            if text.startswith("!") and not card:
                continue
            first = len(await models.log())
            turn = await _said(customer, text, card)
            calls = tuple(call for call in (await models.log())[first:] if call["operation"] not in BESIDE)
            if not turn.answered:
                print(f"{conversation['as'] or 'a stranger'} got no answer: {text}", file=sys.stderr, flush=True)
            taken.append(Taken(kind=conversation["kind"], said=text, turn=turn, calls=calls))
            late = taken[-1].behind_s
            if late is not None and late > LATE_S and conversation["kind"] not in TRANSLATED:
                print(f"{late:.2f} s behind: {turn.texts[0]!r} for {text!r}", file=sys.stderr, flush=True)
            card = turn.card
    finally:
        await customer.leave()
    return taken


async def _said(customer: Customer, text: str, card: str) -> Turn:
    if text.startswith("!"):
        return await customer.presses(card, text[1:], within_s=WITHIN_S)
    return await customer.says(text, within_s=WITHIN_S)


def spent(server: Server, turns: set[str]) -> Spent:
    """From the installation's own tables."""
    rows = [row for row in server.rows(CALLS) if row[0] in turns]
    large = [row for row in rows if row[1] == "good"]
    ((asked, hits),) = server.rows("SELECT coalesce(sum(asked), 0), coalesce(sum(hits), 0) FROM knowledge_answer_day")
    return Spent(
        input=sum(row[4] for row in large),
        output=sum(row[5] for row in large),
        cached=sum(row[6] for row in large),
        cost_micros=sum(row[7] for row in large),
        large=frozenset(row[0] for row in large),
        asked=asked,
        hits=hits,
    )


async def straight(models: Models, text: str) -> float:
    """Seconds to the first sentence when the question goes to the model server itself, with nothing around it."""
    body = {
        "model": "good-1",
        "stream": True,
        "messages": [{"role": "user", "content": f'<untrusted from="customer">\n{text}\n</untrusted>'}],
    }
    began, said = time.perf_counter(), ""
    async with aiohttp.ClientSession() as http, http.post(f"{models.address}/good/v1/chat/completions", json=body) as stream:
        async for raw in stream.content:
            line = raw.decode().strip()
            if line.startswith("data: {"):
                said += "".join(each["delta"].get("content", "") for each in json.loads(line[6:])["choices"])
            if SENTENCE.search(said):
                return time.perf_counter() - began
    return time.perf_counter() - began


def _amplification(taken: Sequence[Taken]) -> float:
    pairs = [each.amplified for each in taken]
    return sum(calls for calls, _ in pairs) / max(1, sum(different for _, different in pairs))


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {"p50": 1000 * percentile(seconds, 0.5), "p95": 1000 * percentile(seconds, 0.95)}
