import json

import pytest

from bot.models.provider import Fault, ProviderFailed
from core.language import Act, Said, UnderstandRequest
from tests.fakes.provider import Script
from tests.unit.bot.models.fluent.conftest import INTENTS, SEATS, customer, fluent, understood, wish, words_of

TEXT = "Move us to Team and add 5 seats, please"
REQUEST = UnderstandRequest(said=customer("Hello", TEXT), intents=INTENTS)


async def test_several_wishes_keep_their_order_and_their_values() -> None:
    asked = [wish("change_plan", "Move us to Team", ("plan", "Team")), wish("add_seats", "add 5 seats", ("seats", "5 seats"))]
    model, provider = fluent(understood(asked=asked, revenue={"label": "upsell", "item": "sso", "confidence": 3}))
    seen = await model.understand(REQUEST)
    assert [each.intent for each in seen.asked] == ["change_plan", "add_seats"]
    assert [(slot.value, slot.message_id) for each in seen.asked for slot in each.slots] == [("team", "id-1"), (5, "id-1")]
    for slot in (slot for each in seen.asked for slot in each.slots):
        assert TEXT[slot.start : slot.end] in ("Team", "5", "5 seats")
    assert (seen.revenue.item, seen.revenue.confidence) == ("sso", 1.0)
    assert seen.model == "scripted-judge"
    assert provider.prompts[0].schema is not None


async def test_what_nobody_said_is_dropped() -> None:
    asked = [
        wish("refund_all", "Move us to Team"),
        wish("add_seats", "refund everything"),
        wish("add_seats", "add 5 seats", ("seats", "500"), ("plan", "Team")),
        wish("question", "in other words"),
        wish("none", "Hello"),
    ]
    model, _ = fluent(understood(asked=asked, act="explode", triage={"reason": "mutiny", "confidence": 1}, mood=-7))
    seen = await model.understand(REQUEST)
    assert [(each.intent, each.slots) for each in seen.asked] == [("add_seats", ()), ("question", ())]
    assert seen.asked[1].text == TEXT
    assert (seen.act, seen.act_confidence, seen.triage.reason, seen.mood) == (Act.OTHER, 0.0, "none", -1.0)


async def test_the_task_in_hand_gets_its_values() -> None:
    request = UnderstandRequest(said=customer("Let it be 12"), intents=INTENTS, expecting=SEATS, active_intent="add_seats")
    model, provider = fluent(understood(slots=[{"name": "seats", "quote": "12"}], language="de-AT"))
    seen = await model.understand(request)
    assert [(slot.name, slot.value) for slot in seen.slots] == [("seats", 12)]
    assert seen.language == "de"
    assert "Task in hand: add_seats." in words_of(provider.prompts[0])


async def test_only_customer_and_assistant_are_heard_and_values_come_from_the_customer() -> None:
    said = [Said(role="agent", text="SECRET NOTE"), Said(role="bot", text="We have 9 seats"), *customer("add those")]
    model, provider = fluent(understood(asked=[wish("add_seats", "add those", ("seats", "9 seats"))]))
    seen = await model.understand(UnderstandRequest(said=said, intents=INTENTS))
    assert seen.asked[0].slots == ()
    assert "SECRET NOTE" not in words_of(provider.prompts[0])


@pytest.mark.parametrize(
    "script",
    [
        ["no json"],
        ["[1]"],
        ["{}"],
        [""],
        ['{"act": NaN}'],
        understood(asked="none"),
        understood(asked=[3]),
        understood(mood="sad"),
        understood(mood=True),
        understood(triage="none"),
        understood(slots=[{"name": 4, "quote": "x"}]),
        ["[" * 20_000],
        ["x" * 70_000],
    ],
)
async def test_garbage_is_a_failure_of_the_provider(script: Script) -> None:
    model, _ = fluent(script)
    with pytest.raises(ProviderFailed) as failed:
        await model.understand(REQUEST)
    assert failed.value.fault is Fault.GARBAGE


async def test_a_fence_around_the_answer_is_looked_through() -> None:
    model, _ = fluent(["```json\n", *understood(act="thanks"), "\n```"])
    assert (await model.understand(REQUEST)).act is Act.THANKS


async def test_the_schema_is_closed_and_names_what_there_is() -> None:
    model, provider = fluent(understood())
    await model.understand(REQUEST)
    told = json.dumps(provider.prompts[0].schema)
    assert told.count('"object"') == told.count('"additionalProperties": false')
    assert '["add_seats", "change_plan", "question", "none"]' in told
