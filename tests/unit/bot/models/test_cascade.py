import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.models.cascade import Cascade, Sure
from core.charging import Charge, charge, charged
from core.conversation import Sentence
from core.errors import Unavailable
from core.language import (
    Act,
    Asked,
    ConverseRequest,
    PhraseRequest,
    RevenueSignal,
    Said,
    SlotSpec,
    SlotValue,
    TriageSignal,
    Understanding,
    UnderstandRequest,
    Uttered,
)
from tests.fakes.model import ScriptedModel

SEATS = SlotSpec(name="seats", kind="seats", ask="How many?")
TEN = SlotValue(name="seats", value=10, message_id="m1", start=0, end=3)
REQUEST = UnderstandRequest(said=[Said(role="customer", text="ten", message_id="m1")], intents=())
PLAIN = Understanding(
    act=Act.OTHER,
    act_confidence=0.9,
    asked=(),
    out_of_scope=0.05,
    language="en",
    revenue=RevenueSignal(label="none", confidence=0.9),
    triage=TriageSignal(reason="none", confidence=0.9),
    mood=0.0,
    model="embedded",
)


def wish(intent: str, confidence: float, text: str = "whole", *slots: SlotValue) -> Asked:
    return Asked(intent=intent, confidence=confidence, text=text, slots=slots)


def heard(**changes: Any) -> Understanding:
    return replace(PLAIN, **changes)


@dataclass
class Understands(ScriptedModel):
    """Understands everything in one way, or fails, or hangs."""

    result: Understanding | Unavailable | None = None
    requests: list[UnderstandRequest] = field(default_factory=list[UnderstandRequest])
    deadlines: list[float | None] = field(default_factory=list[float | None])

    async def understand(self, request: UnderstandRequest) -> Understanding:
        self.requests.append(request)
        current = charge()
        self.deadlines.append(current.deadline_at if current else None)
        if self.result is None:
            await asyncio.Event().wait()
        if isinstance(self.result, Unavailable):
            raise self.result
        assert self.result is not None
        return self.result

    async def summarise(self, said: Sequence[Said]) -> str:
        return f"by {self.name}"


def cascade(first: Understanding, second: Understanding | Unavailable | None, **changes: Any) -> tuple[Cascade, Understands]:
    large = Understands(
        name="large", fluent=True, result=replace(second, model="large") if isinstance(second, Understanding) else second
    )
    return Cascade(cheap=Understands(name="embedded", result=first), large=large, **changes), large


@pytest.mark.parametrize(
    ("understood", "request_", "sure"),
    [
        (heard(asked=(wish("add_seats", 0.9), wish("question", 0.05))), REQUEST, True),
        (heard(asked=(wish("add_seats", 0.9), wish("question", 0.8))), REQUEST, False),
        (heard(asked=(wish("add_seats", 0.6),)), REQUEST, False),
        (heard(asked=(wish("add_seats", 0.9, "one"), wish("cancel", 0.9, "two"))), REQUEST, True),
        (heard(asked=(wish("add_seats", 0.9, "one"), wish("cancel", 0.5, "two"))), REQUEST, False),
        (heard(asked=(wish("add_seats", 0.9),), out_of_scope=0.5), REQUEST, False),
        (heard(out_of_scope=0.9), REQUEST, True),
        (heard(), REQUEST, False),
        (heard(asked=(wish("add_seats", 0.99),), language="zh"), REQUEST, False),
        (heard(act=Act.THANKS, act_confidence=0.95), REQUEST, True),
        (heard(act=Act.AFFIRM, act_confidence=0.6), replace(REQUEST, active_intent="add_seats"), False),
        (heard(slots=(TEN,), asked=(wish("question", 0.4),)), replace(REQUEST, expecting=SEATS, active_intent="add_seats"), True),
        (heard(slots=(TEN,), asked=(wish("cancel", 0.5),), language="zh"), replace(REQUEST, expecting=SEATS), False),
    ],
)
async def test_the_larger_model_is_asked_when_the_embedded_one_is_unsure(
    understood: Understanding, request_: UnderstandRequest, sure: bool
) -> None:
    going, large = cascade(understood, heard(asked=(wish("other", 0.9),)))
    found = await going.understand(request_)
    assert bool(large.requests) is not sure
    assert found.model == ("embedded" if sure else "embedded>large")


@pytest.mark.parametrize("failure", [Unavailable("down"), None], ids=["fails", "hangs"])
async def test_a_larger_model_that_fails_leaves_what_was_understood(failure: Unavailable | None) -> None:
    going, large = cascade(heard(), failure, patience_s=0.05)
    assert await going.understand(REQUEST) == heard()
    assert large.requests


async def test_one_that_is_not_fluent_now_is_not_asked() -> None:
    going, large = cascade(heard(), heard())
    large.fluent = False
    await going.understand(REQUEST)
    assert large.requests == []
    assert not going.fluent


async def test_a_chain_that_fell_back_to_the_same_model_changes_nothing() -> None:
    large = Understands(name="large", fluent=True, result=heard(mood=-1.0))
    assert await Cascade(cheap=Understands(result=heard()), large=large).understand(REQUEST) == heard()


async def test_its_time_is_shorter_than_the_turns() -> None:
    going, large = cascade(heard(), heard(), patience_s=3.0, clock=lambda: 100.0)
    with charged(Charge(tenant="t", deadline_at=145.0)):
        await going.understand(REQUEST)
    with charged(Charge(tenant="t", deadline_at=101.0)):
        await going.understand(REQUEST)
    assert large.deadlines == [103.0, 101.0]


async def test_the_larger_models_word_counts_and_values_join() -> None:
    first = heard(asked=(wish("add_seats", 0.5, "whole", TEN),), mood=-0.5, frustration=0.7, repeats=1)
    second = heard(asked=(wish("add_seats", 0.9), wish("question", 0.8, "then")), mood=0.1, language="de")
    found = await cascade(first, second)[0].understand(REQUEST)
    assert [(each.intent, each.slots) for each in found.asked] == [("add_seats", (TEN,)), ("question", ())]
    assert (found.language, found.mood, found.frustration, found.repeats) == ("de", -0.5, 0.7, 1)


async def test_a_value_that_both_found_is_the_larger_ones() -> None:
    eleven = replace(TEN, value=11)
    found = await cascade(heard(slots=(TEN,)), heard(slots=(eleven,)))[0].understand(REQUEST)
    assert found.slots == (eleven,)


@pytest.mark.parametrize(
    ("first", "second", "act"),
    [
        ((Act.OTHER, 0.9), Act.AFFIRM, Act.OTHER),
        ((Act.OTHER, 0.5), Act.AFFIRM, Act.AFFIRM),
        ((Act.DENY, 0.9), Act.AFFIRM, Act.DENY),
        ((Act.AFFIRM, 0.6), Act.DENY, Act.DENY),
        ((Act.OTHER, 0.9), Act.CANCEL, Act.CANCEL),
    ],
)
async def test_a_yes_needs_more_than_the_larger_model(first: tuple[Act, float], second: Act, act: Act) -> None:
    unsure = heard(act=first[0], act_confidence=first[1], asked=(wish("add_seats", 0.4),))
    request = replace(REQUEST, active_intent="add_seats")
    found = await cascade(unsure, heard(act=second, act_confidence=0.99))[0].understand(request)
    assert found.act is act


async def test_a_sure_call_for_a_person_is_not_lost() -> None:
    legal = TriageSignal(reason="legal", confidence=0.9)
    assert (await cascade(heard(triage=legal), heard())[0].understand(REQUEST)).triage == legal
    unsure = TriageSignal(reason="legal", confidence=0.5)
    assert (await cascade(heard(triage=unsure), heard())[0].understand(REQUEST)).triage.reason == "none"


async def test_all_else_goes_to_the_larger_one() -> None:
    going, _ = cascade(heard(), heard())
    assert await going.summarise([]) == "by large"
    assert await going.distil([]) == []
    assert await going.translate(["one"], "de") is None
    spoken: list[AsyncIterator[Uttered] | AsyncIterator[Sentence]] = [
        going.converse(ConverseRequest(said=[])),
        going.phrase(PhraseRequest(question="?", language="en", sources=())),
    ]
    assert [len([each async for each in stream]) for stream in spoken] == [1, 0]
    assert (going.name, going.fluent) == ("large", True)


def test_thresholds_are_the_houses_to_set() -> None:
    assert Sure(intent=0.5).of(heard(asked=(wish("add_seats", 0.6),)), REQUEST)


async def test_patience_is_in_seconds() -> None:
    going, _ = cascade(heard(), None, patience_s=0.05)
    began = time.monotonic()
    await going.understand(REQUEST)
    assert time.monotonic() - began < 1.0
