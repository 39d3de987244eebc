import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from bot.models.chain.breaker import Breaker
from bot.models.chain.budget import Limits, WhenSpent
from bot.models.chain.chain import Chain
from bot.models.chain.counted import Counted
from bot.models.chain.order import Link
from bot.models.chain.timing import closing
from bot.models.provider import Fault, Finish, Finished, ProviderFailed
from core.charging import Charge, charged
from core.conversation import Citation, Sentence
from core.errors import BadInput, Unavailable
from core.language import ConverseRequest, Ended, PhraseRequest, Said, Stop, ToolCall, UnderstandRequest, Uttered
from tests.fakes.model import ScriptedModel
from tests.fakes.provider import Script, ScriptedProvider
from tests.unit.bot.models.chain.conftest import LARGE, LITTLE, TENANT, Surroundings, Thin

REFUNDS = ConverseRequest(said=[Said(role="customer", text="How long does a refund take?")])
QUOTE = Sentence(
    text="Refunds arrive within 5 to 10 business days.",
    citations=(Citation(article="refunds", heading="h", start=0, end=44, quote="Refunds arrive within 5 to 10 business days."),),
)
CALL = ToolCall(id="1", tool="find_invoices", arguments={"month": "May"})


@dataclass
class Quoting(ScriptedModel):
    """The embedded model's part: it quotes one passage, whatever it is asked."""

    name: str = "embedded"
    requests: list[ConverseRequest] = field(default_factory=list[ConverseRequest])

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        self.requests.append(request)
        yield QUOTE
        yield Ended(stop=Stop.END, model=self.name)

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        yield QUOTE


def failed(fault: Fault) -> ProviderFailed:
    return ProviderFailed(f"It {fault.value}.", fault=fault)


def turn(deadline_at: float | None = None) -> Charge:
    return Charge(tenant=TENANT, conversation_id="c1", turn_id="t1", deadline_at=deadline_at)


class Linked:
    """A fluent model over scripts, behind guards."""

    def __init__(self, around: Surroundings, name: str, *scripts: Script, clock: bool = False) -> None:
        self.provider = ScriptedProvider(scripts, name=name, models=LARGE)
        guarded = around.guarded(self.provider, clock=time.monotonic if clock else None)
        self.model = Thin(guarded)
        self.link = Link(model=self.model, gate=guarded)


async def heard(chain: Chain, request: ConverseRequest = REFUNDS, charge: Charge | None = None) -> list[str]:
    with charged(charge or turn()):
        return [_short(each) async for each in chain.converse(request)]


def _short(uttered: Uttered) -> str:
    match uttered:
        case Sentence():
            return uttered.text
        case ToolCall():
            return f"call {uttered.tool}"
        case Ended():
            return f"{uttered.stop.value} by {uttered.model}"


def chain(around: Surroundings, *links: Link | Linked, embedded: Quoting | None = None) -> Chain:
    last = [Link(model=Counted(embedded, around.spending, clock=around.ticks))] if embedded else []
    return Chain([*(each.link if isinstance(each, Linked) else each for each in links), *last], clock=around.ticks)


FAULTS = sorted(set(Fault) - {Fault.REFUSED, Fault.SPENT})


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("midway", [False, True], ids=["before", "midway"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_fails_wherever_the_answer_is_whole_and_said_once(
    around: Surroundings, fault: Fault, midway: bool, place: int
) -> None:
    dying: Script = ["You get it back.", failed(fault)] if midway else [failed(fault)]
    well: Script = ["You get it back.", "Ask your bank then."]
    others = [Linked(around, f"before{number}", [failed(Fault.REJECTED)]) for number in range(place)]
    one, other = Linked(around, "one", dying), Linked(around, "other", well)
    charge = turn()
    said = await heard(chain(around, *others, one, other, embedded=Quoting()), charge=charge)
    assert said == ["You get it back.", "Ask your bank then.", "end by large"]
    assert [each.text for each in other.model.requests[0].already] == (["You get it back."] if midway else [])
    assert [call.outcome for call in charge.calls] == ["rejected"] * place + [fault.value, "ok"]


@pytest.mark.parametrize("midway", [False, True], ids=["before", "midway"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_when_all_providers_fail_the_embedded_one_goes_on(around: Surroundings, fault: Fault, midway: bool) -> None:
    dying: Script = ["One thing.", failed(fault)] if midway else [failed(fault)]
    charge = turn()
    embedded = Quoting()
    models = [Linked(around, "one", dying), Linked(around, "two", [failed(fault)])]
    said = await heard(chain(around, *models, embedded=embedded), charge=charge)
    assert said == [*(["One thing."] if midway else []), QUOTE.text, "end by embedded"]
    assert [call.outcome for call in charge.calls] == [fault.value, fault.value, "ok"]
    assert charge.calls[-1].cost_micros == 0


@pytest.mark.parametrize("fault", FAULTS)
async def test_without_anyone_left_the_last_reason_is_raised(around: Surroundings, fault: Fault) -> None:
    going = chain(around, Linked(around, "one", ["One thing.", failed(fault)]))
    said: list[str] = []

    async def listening() -> None:
        async for each in going.converse(REFUNDS):
            said.append(_short(each))

    with charged(turn()), pytest.raises(Unavailable) as caught:
        await listening()
    assert said == ["One thing."]
    assert caught.value.data["fault"] == fault.value


async def test_the_embedded_one_adds_only_what_was_not_said(around: Surroundings) -> None:
    dying = Linked(around, "one", ["Refunds usually arrive within 5 to 10 business days.", failed(Fault.CUT)])
    said = await heard(chain(around, dying, embedded=Quoting()))
    assert said == ["Refunds usually arrive within 5 to 10 business days.", "end by embedded"]


@pytest.mark.parametrize("refusal", [[failed(Fault.REFUSED)], [Finished(finish=Finish.REFUSED, model="large")]])
async def test_a_refusal_is_not_overruled(around: Surroundings, refusal: Script) -> None:
    other = Linked(around, "other", ["Sure."])
    said = await heard(chain(around, Linked(around, "one", refusal), other, embedded=Quoting()))
    assert [each.split(" by")[0] for each in said] == ["refused"]
    assert other.provider.prompts == []


async def test_calls_made_before_a_failure_are_carried_out_once(around: Surroundings) -> None:
    other = Linked(around, "other", [CALL])
    said = await heard(chain(around, Linked(around, "one", ["I look.", CALL, failed(Fault.CUT)]), other))
    assert said == ["I look.", "call find_invoices", "calls by one"]
    assert other.provider.prompts == []


async def test_a_mended_sentence_is_enough(around: Surroundings) -> None:
    mending = ConverseRequest(said=REFUNDS.said, mend=("It takes a day.", "no source says so"))
    other = Linked(around, "other", ["Five days."])
    said = await heard(chain(around, Linked(around, "one", ["It takes 5 days.", failed(Fault.CUT)]), other), mending)
    assert said == ["It takes 5 days.", "end by one"]


async def test_a_model_without_a_word_gives_way(around: Surroundings) -> None:
    assert (await heard(chain(around, Linked(around, "one", []), embedded=Quoting())))[0] == QUOTE.text
    going_on = ConverseRequest(said=REFUNDS.said, already=[QUOTE])
    assert await heard(chain(around, Linked(around, "one", []), embedded=Quoting()), going_on) == ["end by large"]


async def test_a_hanging_model_leaves_time_for_those_behind_it(around: Surroundings) -> None:
    hanging, silent = Linked(around, "one", [asyncio.Event()], clock=True), Silent()
    links = [hanging.link, Link(model=silent), Link(model=Quoting())]
    began = time.monotonic()
    said = await heard(Chain(links), charge=turn(time.monotonic() + 0.5))
    assert said == [QUOTE.text, "end by embedded"]
    assert time.monotonic() - began < 1.2
    assert silent.ended


async def test_a_model_that_stops_midway_is_left_at_the_deadline(around: Surroundings) -> None:
    hanging = Linked(around, "one", ["One thing.", asyncio.Event()], clock=True)
    said = await heard(Chain([hanging.link, Link(model=Quoting())]), charge=turn(time.monotonic() + 0.3))
    assert said == ["One thing.", QUOTE.text, "end by embedded"]


async def test_who_stops_listening_ends_the_call(around: Surroundings) -> None:
    one = Linked(around, "one", ["One thing.", "Another."])
    with charged(turn()):
        async with closing(chain(around, one).converse(REFUNDS)) as stream:
            await anext(stream)
            assert one.provider.running == 1
    assert one.provider.running == 0


async def test_a_cancelled_turn_is_not_taken_for_a_failure(around: Surroundings) -> None:
    silent, embedded = Silent(), Quoting()
    task = asyncio.create_task(heard(Chain([Link(model=silent), Link(model=embedded)])))
    await silent.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (silent.ended, embedded.requests) == (True, [])


@pytest.mark.parametrize("operation", ["understand", "summarise", "distil", "translate"])
@pytest.mark.parametrize("fault", sorted(Fault))
async def test_other_operations_fall_to_the_next(around: Surroundings, fault: Fault, operation: str) -> None:
    links = [Linked(around, "one", [failed(fault)]), Linked(around, "other", ["eins"])]
    going = chain(around, *links, embedded=Quoting())
    with charged(turn()):
        found = await {
            "understand": lambda: going.understand(UnderstandRequest(said=REFUNDS.said, intents=())),
            "summarise": lambda: going.summarise(REFUNDS.said),
            "distil": lambda: going.distil(REFUNDS.said),
            "translate": lambda: going.translate(["one"], "de"),
        }[operation]()
    overruled = fault not in (Fault.REFUSED, Fault.SPENT)
    assert bool(links[1].provider.prompts) is overruled
    if operation == "translate":
        assert found == (["eins"] if overruled else None)


async def test_a_translation_that_lost_a_sentence_is_none(around: Surroundings) -> None:
    links = [Linked(around, "one", ["eins"]), Linked(around, "other", ["eins|zwei"])]
    with charged(turn()):
        assert await chain(around, *links).translate(["one", "two"], "de") == ["eins", "zwei"]
        assert await chain(around, Linked(around, "one", ["eins"])).translate(["one", "two"], "de") is None


async def test_phrasing_goes_on_where_another_stopped(around: Surroundings) -> None:
    links = [
        Linked(around, "one", ["You get it back.", failed(Fault.CUT)]),
        Linked(around, "other", ["You get it back.", "Soon."]),
    ]
    with charged(turn()):
        going = chain(around, *links).phrase(PhraseRequest(question="?", language="en", sources=()))
        assert [each.text async for each in going] == ["You get it back.", "Soon."]


class Purse:
    """A chain of a dear model with a small one, a second provider, and the embedded one, on a budget."""

    def __init__(self, around: Surroundings, when_spent: WhenSpent, limit: int, *, embedded: bool = True) -> None:
        budget, breaker = around.budget(Limits(day=limit), when_spent), Breaker(clock=around.ticks)
        self.large = ScriptedProvider(lambda _: ["Large."], name="one", models=LARGE)
        self.little = ScriptedProvider(lambda _: ["Little."], name="one", models=LITTLE)
        large = around.guarded(self.large, budget=budget, breaker=breaker)
        little = around.guarded(self.little, budget=budget, breaker=breaker, small=True)
        first = Link(model=Thin(large), gate=large, small=Link(model=Thin(little), gate=little))
        last = [Link(model=Quoting())] if embedded else []
        self.chain = Chain([first, *last], when_spent=when_spent, clock=around.ticks)

    async def says(self) -> str:
        return (await heard(self.chain))[0]


async def test_the_small_model_goes_on_then_the_embedded_one(around: Surroundings) -> None:
    purse = Purse(around, "small", 1_400)
    said = [await purse.says() for _ in range(6)]
    assert said == ["Large.", "Large.", "Little.", "Little.", "Little.", "Little."]
    assert await purse.says() == QUOTE.text
    assert not purse.chain.fluent


async def test_the_embedded_model_goes_on(around: Surroundings) -> None:
    purse = Purse(around, "embedded", 1_000)
    assert [await purse.says() for _ in range(3)] == ["Large.", "Large.", QUOTE.text]
    assert purse.little.prompts == []


@pytest.mark.parametrize(("when_spent", "embedded"), [("person", True), ("small", False), ("embedded", False)])
async def test_a_person_goes_on(around: Surroundings, when_spent: WhenSpent, embedded: bool) -> None:
    purse = Purse(around, when_spent, 0, embedded=embedded)
    with pytest.raises(Unavailable, match="tenant_day_usd") as caught:
        await purse.says()
    assert caught.value.data["reason"] == "budget"
    if embedded:
        assert await purse.chain.summarise(REFUNDS.said) == REFUNDS.said[0].text


async def test_it_is_fluent_while_a_fluent_model_may_be_asked(around: Surroundings) -> None:
    dying = Linked(around, "one", *[[failed(Fault.REJECTED)]] * 5)
    going = chain(around, dying, embedded=Quoting())
    assert (going.name, going.fluent) == ("one>embedded", True)
    for _ in range(5):
        await heard(going)
    assert not going.fluent
    around.ticks.now += 30
    assert going.fluent
    assert Chain([Link(model=ScriptedModel(fluent=True))]).fluent


def test_a_chain_of_nothing_is_none() -> None:
    with pytest.raises(BadInput, match=r"models\.chain"):
        Chain([])


class Silent(ScriptedModel):
    """A fluent model that keeps to no deadline."""

    def __init__(self) -> None:
        super().__init__(name="silent", fluent=True)
        self.began = asyncio.Event()
        self.ended = False

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True
        yield Ended(stop=Stop.END, model=self.name)


async def test_what_needs_no_provider_is_counted_too(around: Surroundings) -> None:
    charge, counted = turn(), Counted(Quoting(), around.spending)
    with charged(charge):
        await counted.understand(UnderstandRequest(said=REFUNDS.said, intents=()))
        await counted.summarise(REFUNDS.said)
        await counted.distil(REFUNDS.said)
        assert await counted.translate(["one"], "de") is None
        async with closing(counted.converse(REFUNDS)) as first:
            assert await anext(first) == QUOTE
        async for _ in counted.phrase(PhraseRequest(question="?", language="en", sources=())):
            pass
    assert [(call.operation, call.outcome) for call in charge.calls] == [
        ("understand", "ok"), ("summarise", "ok"), ("distil", "ok"), ("converse", "closed"), ("phrase", "ok"),
    ]  # fmt: skip
    assert {(call.provider, call.cost_micros) for call in charge.calls} == {("embedded", 0)}
    assert not counted.fluent


class Down(ScriptedModel):
    """Is never there."""

    async def summarise(self, said: Sequence[Said]) -> str:
        raise Unavailable("down")

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        raise Unavailable("down")
        yield QUOTE


async def test_its_failures_are_counted_as_such(around: Surroundings) -> None:
    charge, counted = turn(), Counted(Down(), around.spending)
    with charged(charge):
        with pytest.raises(Unavailable):
            await counted.summarise([])
        with pytest.raises(Unavailable):
            await anext(counted.phrase(PhraseRequest(question="?", language="en", sources=())))
    assert [call.outcome for call in charge.calls] == ["failed", "failed"]
