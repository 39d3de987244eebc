import pytest

from bot.models.chain.retries import RetryBudget, Waits
from tests.unit.bot.models.chain.conftest import Ticks


def test_retries_are_at_most_a_fifth_of_first_tries_at_every_moment() -> None:
    ticks = Ticks()
    budget = RetryBudget(window_s=60, clock=ticks)
    retries = 0
    for number in range(1, 1_001):
        ticks.now += 0.5
        budget.first()
        retries += sum(budget.take() for _ in range(3))
        assert retries <= 0.2 * number
    assert retries >= 190


def test_first_tries_of_long_ago_pay_for_nothing() -> None:
    ticks = Ticks()
    budget = RetryBudget(window_s=60, clock=ticks)
    for _ in range(5):
        budget.first()
    ticks.now += 61
    assert not budget.take()


@pytest.mark.parametrize(("retry", "least", "most"), [(1, 0.2, 0.4), (2, 0.4, 0.8), (3, 0.8, 1.6)])
def test_waits_double_and_are_jittered(retry: int, least: float, most: float) -> None:
    assert Waits(chance=lambda: 0.0).before(retry, None) == pytest.approx(least)
    assert Waits(chance=lambda: 1.0).before(retry, None) == pytest.approx(most)


def test_a_wait_is_never_shorter_than_asked_for() -> None:
    assert 3.0 <= Waits(chance=lambda: 0.0).before(1, 3.0) <= 3.5
