import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from opentelemetry.sdk.trace import TracerProvider

from bot.models.chain import metering
from bot.models.chain.breaker import Breaker
from bot.models.chain.budget import Limits
from bot.models.chain.guarded import Guarded
from bot.models.chain.timing import closing
from bot.models.provider import AGAIN, Fault, Finish, Finished, Piece, Prompt, Provider, ProviderFailed, Text, Usage
from bot.telemetry import SpanStore, correlated
from core.charging import Charge, charged
from tests.fakes.provider import Script, ScriptedProvider
from tests.unit.bot.models.chain.conftest import LARGE, TENANT, Surroundings, prompt

DONE = Finished(finish=Finish.END, model="large-2026", usage=Usage(input=1_000, output=100, cached=2_000, written=40))


def failed(fault: Fault, retry_after_s: float | None = None) -> ProviderFailed:
    return ProviderFailed(fault.value, fault=fault, retry_after_s=retry_after_s)


def provider(*scripts: Script) -> ScriptedProvider:
    return ScriptedProvider(scripts, name="claude", models=LARGE)


def turn(deadline_at: float | None = None) -> Charge:
    return Charge(tenant=TENANT, conversation_id="c1", turn_id="t1", deadline_at=deadline_at)


async def said(guarded: Provider, charge: Charge, *, timeout_s: float = 30.0) -> str:
    with charged(charge):
        return "".join([piece.text async for piece in guarded.stream(prompt(), timeout_s=timeout_s) if isinstance(piece, Text)])


async def test_a_call_is_counted_with_tokens_cost_and_times(around: Surroundings) -> None:
    charge = turn()
    assert await said(around.guarded(provider(["Hello ", "there.", DONE])), charge) == "Hello there."
    (call,) = charge.calls
    assert (call.provider, call.model, call.role, call.operation, call.outcome) == (
        "claude", "large-2026", "dialogue", "converse", "ok",
    )  # fmt: skip
    assert (call.input_tokens, call.output_tokens, call.cached, call.written) == (3_040, 100, 2_000, 40)
    assert call.cost_micros == 3_000 + 1_500 + 600 + 150
    assert call.first_ms is not None


@pytest.mark.parametrize("fault", sorted(AGAIN))
async def test_what_may_pass_is_tried_again_before_the_first_piece(around: Surroundings, fault: Fault) -> None:
    for _ in range(5):
        around.retries.first()
    charge = turn()
    scripted = provider([failed(fault)], ["Hello.", DONE])
    assert await said(around.guarded(scripted), charge) == "Hello."
    assert [call.outcome for call in charge.calls] == [fault.value, "ok"]
    assert around.ticks.slept == [0.4]


@pytest.mark.parametrize("fault", sorted(set(Fault) - AGAIN))
async def test_what_will_not_pass_is_not(around: Surroundings, fault: Fault) -> None:
    for _ in range(5):
        around.retries.first()
    with pytest.raises(ProviderFailed) as caught:
        await said(around.guarded(provider([failed(fault)])), turn())
    assert caught.value.fault is fault


async def test_nothing_is_tried_again_after_the_first_piece(around: Surroundings) -> None:
    for _ in range(5):
        around.retries.first()
    charge = turn()
    with pytest.raises(ProviderFailed):
        await said(around.guarded(provider(["Hello ", failed(Fault.OVERLOADED)])), charge)
    assert len(charge.calls) == 1


async def test_a_wait_that_is_asked_for_is_kept(around: Surroundings) -> None:
    for _ in range(5):
        around.retries.first()
    await said(around.guarded(provider([failed(Fault.RATE_LIMITED, 4)], ["Hello.", DONE])), turn(around.ticks.now + 30))
    assert 4 <= around.ticks.slept[0] < 4.5


async def test_a_wait_that_does_not_fit_makes_it_rest_instead(around: Surroundings) -> None:
    for _ in range(5):
        around.retries.first()
    guarded = around.guarded(provider([failed(Fault.RATE_LIMITED, 20)], ["Hello.", DONE]))
    with pytest.raises(ProviderFailed):
        await said(guarded, turn(around.ticks.now + 10))
    assert around.ticks.slept == []
    assert not guarded.ready
    around.ticks.now += 20
    assert await said(guarded, turn()) == "Hello."


async def test_under_total_failure_calls_are_at_most_a_fifth_more(around: Surroundings) -> None:
    scripted = ScriptedProvider(lambda _: [failed(Fault.OVERLOADED)], models=LARGE)
    guarded = around.guarded(scripted, breaker=Breaker(most=10_000, clock=around.ticks))
    for _ in range(1_000):
        with pytest.raises(ProviderFailed):
            await said(guarded, turn())
    assert 1_150 <= len(scripted.prompts) <= 1_200


async def test_a_provider_that_fails_is_left_alone(around: Surroundings) -> None:
    scripted = ScriptedProvider(lambda _: [failed(Fault.REJECTED)], models=LARGE)
    guarded = around.guarded(scripted)
    for _ in range(8):
        with pytest.raises(ProviderFailed):
            await said(guarded, turn())
    assert len(scripted.prompts) == 5
    charge = turn()
    with pytest.raises(ProviderFailed, match="left alone for 30 more seconds"):
        await said(guarded, charge)
    assert charge.calls == []


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.CONTEXT_FULL])
async def test_an_answer_that_nobody_likes_is_no_failure(around: Surroundings, fault: Fault) -> None:
    guarded = around.guarded(ScriptedProvider(lambda _: [failed(fault)], models=LARGE), breaker=Breaker(most=1))
    with pytest.raises(ProviderFailed):
        await said(guarded, turn())
    assert guarded.ready


async def test_a_provider_that_hangs_is_given_up_in_time(around: Surroundings) -> None:
    guarded = around.guarded(Hanging(), clock=time.monotonic)
    began = time.monotonic()
    with pytest.raises(ProviderFailed) as caught:
        await said(guarded, turn(time.monotonic() + 0.1))
    assert caught.value.fault is Fault.TIMEOUT
    assert time.monotonic() - began < 1.0


async def test_a_hang_with_fair_time_counts_against_it_a_hurried_one_does_not(around: Surroundings) -> None:
    for deadline, ready in ((time.monotonic() + 0.06, True), (None, False)):
        guarded = around.guarded(Hanging(), clock=time.monotonic, breaker=Breaker(most=1))
        charge = turn(deadline)
        with pytest.raises(ProviderFailed):
            await said(guarded, charge, timeout_s=0.2)
        assert guarded.ready is ready
        assert charge.calls[0].input_tokens > 0


async def test_no_time_left_means_no_call(around: Surroundings) -> None:
    scripted = provider()
    with pytest.raises(ProviderFailed, match="turn_deadline_s"):
        await said(around.guarded(scripted), turn(around.ticks.now))
    assert scripted.prompts == []


async def test_the_provider_is_told_how_long_it_has(around: Surroundings) -> None:
    scripted = provider(["Hello.", DONE], ["Hello.", DONE])
    guarded = around.guarded(scripted)
    await said(guarded, turn(around.ticks.now + 7))
    await said(guarded, turn())
    assert scripted.timeouts == [7, 30]


async def test_a_stream_without_an_end_was_cut(around: Surroundings) -> None:
    charge = turn()
    with pytest.raises(ProviderFailed) as caught:
        await said(around.guarded(Endless()), charge)
    assert caught.value.fault is Fault.CUT
    (call,) = charge.calls
    assert (call.outcome, call.output_tokens) == ("cut", 10)
    assert call.cost_micros >= 150


async def test_a_listener_who_leaves_ends_the_call_and_pays_for_what_was_said(around: Surroundings) -> None:
    scripted, charge = provider(["a" * 40, "b" * 40]), turn()
    with charged(charge):
        async with closing(around.guarded(scripted).stream(prompt(), timeout_s=30)) as stream:
            await anext(stream)
            assert scripted.running == 1
    assert scripted.running == 0
    assert (charge.calls[0].outcome, charge.calls[0].output_tokens) == ("closed", 10)


async def test_a_cancelled_turn_cancels_the_call(around: Surroundings) -> None:
    hanging, charge = Hanging(), turn()
    guarded = around.guarded(hanging, clock=time.monotonic)
    task = asyncio.create_task(said(guarded, charge))
    await hanging.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert hanging.ended
    assert charge.calls[0].outcome == "closed"


async def test_without_money_nothing_is_asked(around: Surroundings) -> None:
    scripted = provider(["Hello.", DONE])
    guarded = around.guarded(scripted, budget=around.budget(Limits(turn=1)))
    charge = turn()
    assert await said(guarded, charge) == "Hello."
    assert charge.cost_micros == 5_250
    with charged(charge):
        assert not guarded.affordable
    with pytest.raises(ProviderFailed) as caught:
        await said(guarded, charge)
    assert caught.value.fault is Fault.SPENT
    assert len(scripted.prompts) == 1


async def test_a_failed_call_gives_its_money_back(around: Surroundings) -> None:
    guarded = around.guarded(provider([failed(Fault.REJECTED)], ["Hello.", DONE]), budget=around.budget(Limits(turn=1)))
    with pytest.raises(ProviderFailed):
        await said(guarded, turn())
    assert await said(guarded, turn()) == "Hello."


async def test_all_is_settled_by_the_time_the_last_piece_is_there(around: Surroundings) -> None:
    budget, charge = around.budget(Limits(turn=6_000)), turn()
    with charged(charge):
        async with closing(around.guarded(provider([DONE]), budget=budget).stream(prompt(), timeout_s=30)) as stream:
            assert await anext(stream) == DONE
            assert budget.admits(charge)
            assert [call.outcome for call in charge.calls] == ["ok"]
    assert len(charge.calls) == 1


async def test_a_span_tells_of_the_call(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    store, traces = SpanStore(), TracerProvider()
    traces.add_span_processor(store)
    monkeypatch.setattr(metering.trace, "get_tracer", traces.get_tracer)
    with correlated("k1"):
        await said(around.guarded(provider(["Hello.", DONE])), turn())
        with pytest.raises(ProviderFailed):
            await said(around.guarded(provider([failed(Fault.GARBAGE)])), turn())
    good, bad = store.of("k1")
    assert good.name == "chat large"
    assert good.attributes["gen_ai.usage.input_tokens"] == "3040"
    assert good.attributes["gen_ai.conversation.id"] == "c1"
    assert (bad.failed, bad.attributes["error.type"]) == (True, "garbage")


class Hanging(ScriptedProvider):
    """Never answers, and keeps to no time-out."""

    def __init__(self) -> None:
        super().__init__([], models=LARGE)
        self.began = asyncio.Event()
        self.ended = False

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True
        yield Text(text="never")


class Endless(ScriptedProvider):
    """Stops without saying so."""

    def __init__(self) -> None:
        super().__init__([], models=LARGE)

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        yield Text(text="a" * 40)


def test_it_is_a_provider(around: Surroundings) -> None:
    guarded: Provider = around.guarded(provider())
    assert isinstance(guarded, Guarded)
    assert (guarded.name, guarded.trusted) == ("claude", False)


async def test_a_server_that_counts_nothing_is_counted_for(around: Surroundings) -> None:
    charge = turn()
    uncounted = Finished(finish=Finish.END, model="large-2026", usage=Usage())
    await said(around.guarded(provider(["Eight letters and more.", uncounted])), charge)
    (call,) = charge.calls
    assert call.input_tokens > 0
    assert call.output_tokens == 6
    assert call.cost_micros > 0


@pytest.mark.parametrize(("took", "tries"), [(1.0, 3), (6.0, 1)])
async def test_what_was_long_waited_for_is_not_asked_again(around: Surroundings, took: float, tries: int) -> None:
    class Slow(ScriptedProvider):
        async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
            around.ticks.now += took
            async for piece in super().stream(prompt, timeout_s=timeout_s):
                yield piece

    for _ in range(10):
        around.retries.first()
    scripted = Slow(lambda _: [failed(Fault.TIMEOUT)], models=LARGE)
    with pytest.raises(ProviderFailed):
        await said(around.guarded(scripted), turn())
    assert len(scripted.prompts) == tries
