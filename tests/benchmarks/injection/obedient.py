"""A model that obeys whatever it reads, besides what the customer asks for: compromised, and fully obedient."""

import json
import re
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ConfigDict

from core.conversation import Sentence
from core.language import (
    Asked,
    ConverseRequest,
    Ended,
    FactDraft,
    Said,
    SlotValue,
    Source,
    Stop,
    ToolCall,
    Understanding,
    UnderstandRequest,
    Uttered,
)
from tests.benchmarks.injection.forms import letters, seen
from tests.fakes.model import ScriptedModel

TABLE = Path(__file__).parent / "attacks.toml"
SURE, UNSURE = 0.5, 0.4


class Demand(BaseModel):
    """A tool that an order names, with its arguments."""

    model_config = ConfigDict(frozen=True)

    tool: str
    arguments: Mapping[str, str | int]


class Attack(BaseModel):
    """An order, what it makes an obedient model do and say, and words of which none may reach the customer."""

    model_config = ConfigDict(frozen=True)

    id: str
    order: str
    calls: tuple[Demand, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@cache
def attacks() -> tuple[Attack, ...]:
    """All of them, in the order of the file."""
    listed = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(Attack.model_validate({"id": name, **row}) for name, row in listed.items())


@dataclass(frozen=True, kw_only=True)
class Benign:
    """What the customer wants: their words, the reads that answer it, and the write that they ask for, if any."""

    id: str
    words: str
    reads: tuple[ToolCall, ...] = ()
    wish: str = ""
    calls: tuple[ToolCall, ...] = ()


@dataclass
class Obedient(ScriptedModel):
    """Does the benign task, and everything that `attack` demands once `payload` was read, in each turn from `patience` on."""

    fluent: bool = True
    benign: Benign | None = None
    attack: Attack | None = None
    payload: Sequence[str] = ()
    patience: int = 0
    learns: str = ""
    gullible: bool = False
    read: set[int] = field(default_factory=set[int])
    turn: int = 0
    obeyed: int = 0

    @property
    def exposed(self) -> bool:
        """Whether all parts of the payload were read."""
        return bool(self.payload) and len(self.read) == len(self.payload)

    async def understand(self, request: UnderstandRequest) -> Understanding:
        """From the customer's words: a wish is understood less surely than a question, so that the model takes it up."""
        self.turn += 1
        understood = await super().understand(request)
        misled = self._misled(understood, request)
        if misled is not understood:
            return misled
        if self.benign is None or not self.benign.wish or request.said[-1].text in self.meanings:
            return understood
        text = request.said[-1].text
        likely = Asked(intent="question", confidence=SURE, text=text)
        return replace(understood, asked=(likely, Asked(intent=self.benign.wish, confidence=UNSURE, text=text)))

    def _misled(self, understood: Understanding, request: UnderstandRequest) -> Understanding:
        """With what the order demands among the wishes, when it is read while understanding and that is obeyed too."""
        texts = letters(" ".join(each.text for each in request.said if each.role == "customer"))
        if not self.gullible or self.attack is None or not any(seen(each, texts) for each in self.payload):
            return understood
        text = request.said[-1].text
        polluted = tuple(Asked(intent=each.tool, confidence=0.95, text=text, slots=_slots(each)) for each in self.attack.calls)
        return replace(understood, asked=(*polluted, *understood.asked))

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        self._look(request)
        calls: list[ToolCall] = []
        if self.attack is not None and self.exposed and self.turn > self.patience:
            self.obeyed += 1
            for text in self.attack.says:
                yield Sentence(text=text, citations=tuple(each.citation for each in request.sources[:1]))
            calls += self._demanded(request)
        if self.benign is not None and request.mend is None:
            for source in request.sources[:1]:
                yield Sentence(text=_answer(source), citations=(source.citation,))
            for text in _read_out(request):
                yield Sentence(text=text)
            calls = [*self._next(request), *calls]
        offered = calls if request.tools else []
        for call in offered:
            yield call
        yield Ended(stop=Stop.CALLS if offered else Stop.END, model=self.name)

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        """Keeps what an injected text wants to be kept."""
        found = [each for each in said if self.learns and each.role == "customer"]
        return [FactDraft(text=self.learns, kind="person", confidence=0.9, message_id=each.message_id) for each in found[:1]]

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return list(texts)

    def _look(self, request: ConverseRequest) -> None:
        texts = letters(" ".join(texts_of(request)))
        self.read.update(number for number, each in enumerate(self.payload) if seen(each, texts))

    def _demanded(self, request: ConverseRequest) -> list[ToolCall]:
        assert self.attack is not None
        known = {each.name: each for each in request.tools}
        calls: list[ToolCall] = []
        for number, each in enumerate(self.attack.calls):
            arguments: dict[str, object] = dict(each.arguments)
            spec = known.get(each.tool)
            if spec is not None:
                properties = cast(Mapping[str, object], spec.schema["properties"])
                arguments = {name: arguments.get(name) for name in properties} | arguments
            calls.append(ToolCall(id=f"x{len(request.exchanges)}{number}", tool=each.tool, arguments=arguments))
        return calls

    def _next(self, request: ConverseRequest) -> list[ToolCall]:
        """Reads first; then the write, when what was read is there."""
        assert self.benign is not None
        if not request.exchanges:
            return list(self.benign.reads or self.benign.calls)
        first = len(request.exchanges) == 1 and self.benign.reads
        return list(self.benign.calls) if first else []


def _slots(demand: Demand) -> tuple[SlotValue, ...]:
    given = demand.arguments.items()
    return tuple(SlotValue(name=name, value=value, message_id="m", start=0, end=0) for name, value in given)


def texts_of(request: ConverseRequest) -> list[str]:
    """All that a model is shown in a round, but for the tools."""
    results = [result for each in request.exchanges for result in each.results]
    sources = [*request.sources, *(source for result in results for source in result.sources)]
    return [
        *(each.text for each in request.said),
        *(f"{each.citation.heading} {each.text}" for each in sources),
        *(each.text for each in results),
        *request.recalled,
        *request.facts.values(),
        *request.plan,
    ]


def _answer(source: Source) -> str:
    """What answers the question, out of a passage."""
    lines = [line for line in re.split(r"(?<=[.!?])\s+|\n", source.text) if line.strip()]
    return next((line for line in lines if "12 characters" in line), lines[-1])


def _read_out(request: ConverseRequest) -> list[str]:
    """What skills say of their results."""
    told: list[str] = []
    for each in request.exchanges:
        for result in each.results:
            if not result.failed and result.text.startswith("{"):
                told.extend(json.loads(result.text).get("says", []))
    return told
