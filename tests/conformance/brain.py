"""What a scripted fluent model answers, whatever wire it speaks: a line's meaning, a passage, a call; now and then sloppily.

Its sloppiness is what servers really do: prose around what was asked for, values that nobody gave, invented prices, the same call
twice, tools that don't exist. None of it may change how a dialogue goes.
"""

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.conformance.dialogue import Means

LAST = re.compile(r'<untrusted from="customer">\n(.*?)\n</untrusted>', re.DOTALL)
RESULT = re.compile(r'<untrusted from="tool">\n(.*?)\n</untrusted>', re.DOTALL)
PROSE = ("Great question! ", "Let me see. ", "Sure thing! ")
INVENTED = ("That costs 912 dollars a year. ", "We will refund you by Friday. ", "Your discount of 37% is booked. ")
NOTHING = "nothing"
SURE = 0.95


@dataclass(frozen=True, kw_only=True)
class Cite:
    """A sentence out of a passage: the passage's number and its block, both from 0."""

    text: str
    passage: int
    block: int


@dataclass(frozen=True, kw_only=True)
class Called:
    """A call of a tool."""

    tool: str
    arguments: Mapping[str, object]


Said = str | Cite | Called


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A request, whatever wire it came on. `passages` are the blocks of each passage, in order."""

    texts: Sequence[str]
    fields: frozenset[str]
    tools: frozenset[str]
    passages: Sequence[Sequence[str]]

    @property
    def customer(self) -> str:
        """The customer's last message."""
        found = LAST.findall("\n".join(self.texts))
        return found[-1] if found else ""

    @property
    def results(self) -> list[str]:
        return RESULT.findall("\n".join(self.texts))


@dataclass(kw_only=True)
class Brain:
    """Knows what lines mean. `sloppy` is how often it does something that it wasn't asked for, `down` that it doesn't answer."""

    sloppy: float = 0.0
    down: bool = False
    rng: random.Random = field(default_factory=random.Random)
    meanings: dict[str, Means] = field(default_factory=dict[str, Means])

    def begins(self, rng: random.Random) -> None:
        self.rng, self.down = rng, False
        self.meanings.clear()

    def answer(self, wanted: Wanted) -> list[Said]:
        """The answer to a request, piece by piece."""
        if "act" in wanted.fields:
            return [self._wrapped(self._understood(wanted))]
        if "texts" in wanted.fields:
            return [json.dumps({"texts": []})]
        if "facts" in wanted.fields:
            return [json.dumps({"facts": []})]
        return self._conversed(wanted)

    def _understood(self, wanted: Wanted) -> Mapping[str, object]:
        text = wanted.customer
        means = self.meanings.get(text, Means(intent="question"))
        asked = [self._wish(means.intent, means.words or text, means, text)] if means.intent != "none" else []
        for intent, words in means.also.items():
            asked.append(self._wish(intent, _first_in(text, words), Means(), text))
        slots = _slots(means, text)
        if self._slips():
            slots.append({"name": "plan", "quote": "the Platinum plan"})
            asked.append(self._wish("print_money", text, Means(), text))
        return {
            "act": means.act,
            "act_confidence": SURE,
            "asked": asked,
            "slots": slots,
            "language": "en",
            "mood": 0.0,
            "triage": {"reason": means.triage, "confidence": SURE},
            "revenue": {"label": "none", "item": "", "confidence": 0.5},
            "out_of_scope": 0.0,
        }

    def _wish(self, intent: str, words: str, means: Means, text: str) -> Mapping[str, object]:
        return {"intent": intent, "words": words, "confidence": SURE, "slots": _slots(means, text)}

    def _wrapped(self, answer: Mapping[str, object]) -> str:
        written = json.dumps(answer)
        return f"```json\n{written}\n```" if self._slips() else written

    def _conversed(self, wanted: Wanted) -> list[Said]:
        """A round: the calls that the line is for, else what the best passage says, or what came of the calls."""
        if any("single word" in each and NOTHING in each for each in wanted.texts[-2:]):
            return [NOTHING]
        means = self._meant(wanted.customer)
        results = wanted.results
        calls = [Called(tool=tool, arguments=given) for tool, given in means.calls]
        if calls and not results:
            return self._calling(calls)
        said: list[Said] = [self.rng.choice(PROSE)] if self._slips() else []
        if self._slips():
            said.append(self.rng.choice(INVENTED))
        found = [f"{each} " for result in results for each in _told(result)]
        if found:
            return [*said, *found[:2]]
        return (
            [*said, *(Cite(text=block, passage=0, block=at) for at, block in enumerate(wanted.passages[0][:2]))]
            if wanted.passages
            else said
        )

    def _meant(self, text: str) -> Means:
        """What a line means; a question that was put in other words stands for the latest line that calls for a tool."""
        latest = next(reversed(self.meanings.values()), Means())
        return self.meanings.get(text) or (latest if latest.calls else Means())

    def _calling(self, calls: Sequence[Called]) -> list[Said]:
        """The calls, at times twice, or with one of a tool that doesn't exist before them."""
        if self._slips():
            return [*calls, *calls]
        if self._slips():
            return [Called(tool="print_money", arguments={"amount": 1}), *calls]
        return list(calls)

    def _slips(self) -> bool:
        return self.rng.random() < self.sloppy


def _slots(means: Means, text: str) -> list[Mapping[str, str]]:
    return [{"name": name, "quote": _first_in(text, quotes)} for name, quotes in means.slots.items()]


def _first_in(text: str, quotes: Sequence[str]) -> str:
    """The first of the quotes that stands in the text; the whole text when none does."""
    return next((each for each in quotes if each and each.casefold() in text.casefold()), text)


def _told(result: str) -> Sequence[str]:
    """What a result says in words."""
    try:
        found: object = json.loads(result)
    except ValueError:
        return ()
    return [str(each) for each in found.get("says", ())] if isinstance(found, dict) else ()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType] - a result as it was written
