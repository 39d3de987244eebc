from bot.models.chain.breaker import Breaker, Pass, Verdict
from tests.unit.bot.models.chain.conftest import Ticks


def entered(breaker: Breaker) -> Pass:
    found = breaker.enter()
    assert found is not None
    return found


def failing(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.leave(entered(breaker), Verdict.ILL)


def test_it_rests_after_failures_in_a_row_only() -> None:
    breaker = Breaker(most=3, clock=Ticks())
    failing(breaker, 2)
    breaker.leave(entered(breaker), Verdict.WELL)
    failing(breaker, 2)
    assert breaker.ready
    failing(breaker, 1)
    assert not breaker.ready
    assert breaker.enter() is None


def test_after_the_rest_one_call_finds_out_for_all() -> None:
    ticks = Ticks()
    breaker = Breaker(most=1, rest_s=30, clock=ticks)
    failing(breaker, 1)
    ticks.now += 29
    assert breaker.rests_for() == 1
    ticks.now += 1
    probe = entered(breaker)
    assert probe.probes
    assert breaker.enter() is None
    breaker.leave(probe, Verdict.ILL)
    assert breaker.rests_for() == 30
    ticks.now += 30
    breaker.leave(entered(breaker), Verdict.WELL)
    assert not entered(breaker).probes


def test_a_probe_that_was_given_up_lets_the_next_one_try() -> None:
    ticks = Ticks()
    breaker = Breaker(most=1, rest_s=30, clock=ticks)
    failing(breaker, 1)
    ticks.now += 30
    breaker.leave(entered(breaker), Verdict.UNKNOWN)
    assert entered(breaker).probes


def test_calls_from_before_the_rest_change_nothing_of_it() -> None:
    breaker = Breaker(most=1, rest_s=30, clock=Ticks())
    early, late = entered(breaker), entered(breaker)
    failing(breaker, 1)
    breaker.leave(early, Verdict.WELL)
    breaker.leave(late, Verdict.ILL)
    assert breaker.rests_for() == 30


def test_it_rests_as_long_as_the_provider_asks_but_not_for_ever() -> None:
    breaker = Breaker(clock=Ticks())
    breaker.hold(40)
    assert breaker.rests_for() == 40
    breaker.hold(9_999)
    assert breaker.rests_for() == 300
