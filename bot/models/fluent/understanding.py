"""What a model understood: the shape that is asked for, and a strict reading of what comes back.

Nothing is taken on trust: intents must exist, requests and values must stand in the customer's own words, numbers are clamped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from bot.models.embedded.slots import SlotFinder
from bot.models.fluent import quoting
from bot.models.fluent.answers import Malformed, listed, number, tables, text_of
from core.language import (
    Act,
    Asked,
    RevenueSignal,
    Said,
    SlotSpec,
    SlotValue,
    TriageSignal,
    Understanding,
    UnderstandRequest,
)
from handoff.triage import NONE, REASONS

QUESTION = "question"
REVENUE = ("upsell", "cross_sell", "renewal", "churn_risk", "referral", NONE)
MOST_ASKED = 6
MOST_SLOTS = 24
LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads answers to a request. `model` is who gave them; `items` are the catalogue's."""

    finder: SlotFinder
    today: date
    items: Sequence[str] = ()

    def read(self, answer: Mapping[str, object], request: UnderstandRequest, model: str) -> Understanding:
        """The understanding. Raises `Malformed` when the answer isn't of the shape that was asked for."""
        said = [each for each in reversed(request.said) if each.role == "customer"]
        asked = self._asked(answer, request, said)
        task = self._values(tables(answer, "slots"), _in_hand(request), said)
        act, sure = _act(answer)
        triage, revenue = _table(answer, "triage"), _table(answer, "revenue")
        return Understanding(
            act=act,
            act_confidence=sure,
            asked=asked,
            out_of_scope=number(answer, "out_of_scope", 0.0, 1.0),
            language=_language(answer),
            revenue=self._revenue(revenue),
            triage=TriageSignal(reason=listed(triage, "reason", (*REASONS, NONE)) or NONE, confidence=_sure(triage)),
            mood=number(answer, "mood", -1.0, 1.0),
            model=model,
            slots=task or tuple(slot for each in asked[:1] for slot in each.slots),
        )

    def _asked(self, answer: Mapping[str, object], request: UnderstandRequest, said: Sequence[Said]) -> tuple[Asked, ...]:
        """What is asked for, in the model's order; only what words of the customer's last message ask for."""
        known = {each.name: each.slots for each in request.intents}
        last = said[0].text if said else ""
        found: list[Asked] = []
        for each in tables(answer, "asked")[:MOST_ASKED]:
            intent, words = text_of(each, "intent"), text_of(each, "words")
            span = quoting.find(last, words)
            if intent not in known and intent != QUESTION:
                continue
            if span is None and intent != QUESTION:
                continue
            text = last[span[0] : span[1]] if span else last
            specs = known.get(intent, ())
            slots = self._values(tables(each, "slots"), specs, said)
            found.append(Asked(intent=intent, confidence=_sure(each), text=text, slots=slots))
        return tuple(found)

    def _values(
        self, given: Sequence[Mapping[str, object]], specs: Sequence[SlotSpec], said: Sequence[Said]
    ) -> tuple[SlotValue, ...]:
        """The values that stand in the customer's words, the first for each slot."""
        by_name = {spec.name: spec for spec in specs}
        found: dict[str, SlotValue] = {}
        for each in given[:MOST_SLOTS]:
            spec = by_name.get(text_of(each, "name"))
            if spec is None or spec.name in found:
                continue
            value = quoting.value_of(said, spec, text_of(each, "quote"), finder=self.finder, today=self.today)
            if value is not None:
                found[spec.name] = value
        return tuple(found.values())

    def _revenue(self, given: Mapping[str, object]) -> RevenueSignal:
        item = text_of(given, "item")
        label = listed(given, "label", REVENUE) or NONE
        known = item if item in self.items and label != NONE else None
        return RevenueSignal(label=label, confidence=_sure(given), item=known)


def schema(request: UnderstandRequest, items: Sequence[str]) -> dict[str, object]:
    """The shape of the answer, made of the intents and slots that there are."""
    specs = [*(spec for intent in request.intents for spec in intent.slots), *_in_hand(request)]
    slot = _object(name=_one_of([spec.name for spec in specs]), quote={"type": "string"})
    slots: dict[str, object] = {"type": "array", "items": slot}
    sure: dict[str, object] = {"type": "number"}
    intents = [*(each.name for each in request.intents), QUESTION, NONE]
    asked = _object(intent=_one_of(intents), words={"type": "string"}, confidence=sure, slots=slots)
    return _object(
        act=_one_of([each.value for each in Act]),
        act_confidence=sure,
        asked={"type": "array", "items": asked},
        slots=slots,
        language={"type": "string"},
        mood=sure,
        triage=_object(reason=_one_of([*REASONS, NONE]), confidence=sure),
        revenue=_object(label=_one_of(REVENUE), item=_one_of(["", *items]), confidence=sure),
        out_of_scope=sure,
    )


def told(request: UnderstandRequest) -> tuple[str, str]:
    """The intents that there are, and the task in hand, in words. The first is the same for every conversation."""
    lines: list[str] = []
    for intent in request.intents:
        slots = ", ".join(_slot(spec) for spec in intent.slots)
        lines.append(f"- {intent.name}: {intent.description}" + (f" Slots: {slots}." if slots else ""))
    task = [f"Task in hand: {request.active_intent}."] if request.active_intent else []
    if request.expecting is not None:
        task.append(f"The assistant has just asked for {_slot(request.expecting)}: {request.expecting.ask}")
    return "Intents:\n" + "\n".join(lines), "\n".join(task) or "There is no task in hand."


def _slot(spec: SlotSpec) -> str:
    choices = f", one of {' | '.join(spec.choices)}" if spec.choices else ""
    return f"{spec.name} ({spec.kind}{choices})"


def _in_hand(request: UnderstandRequest) -> list[SlotSpec]:
    """The slots of the task in hand, the one just asked for first."""
    specs = [spec for each in request.intents if each.name == request.active_intent for spec in each.slots]
    if request.expecting is None:
        return specs
    return [request.expecting, *(spec for spec in specs if spec.name != request.expecting.name)]


def _act(answer: Mapping[str, object]) -> tuple[Act, float]:
    act = listed(answer, "act", [each.value for each in Act])
    return (Act(act), number(answer, "act_confidence", 0.0, 1.0)) if act else (Act.OTHER, 0.0)


def _language(answer: Mapping[str, object]) -> str:
    match = LANGUAGE.match(text_of(answer, "language").strip().lower())
    return match.group() if match else "en"


def _sure(given: Mapping[str, object]) -> float:
    return number(given, "confidence", 0.0, 1.0)


def _table(answer: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return cast("Mapping[str, object]", value)


def _one_of(names: Sequence[str]) -> dict[str, object]:
    known = list(dict.fromkeys(names))
    return {"type": "string", "enum": known} if known else {"type": "string"}


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
