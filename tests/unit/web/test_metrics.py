import pytest

from bot.metrics import Metrics


def test_what_was_counted_and_timed_is_rendered() -> None:
    metrics = Metrics()
    metrics.actions.labels("refund_payment", "deny", "refused").inc()
    with metrics.timed(metrics.stages, "understand"):
        pass
    text = metrics.render().decode()
    assert 'rapport_actions_total{decision="deny",outcome="refused",skill="refund_payment"} 1.0' in text
    assert 'rapport_turn_stage_seconds_count{stage="understand"} 1.0' in text


def test_a_failing_block_is_timed_too() -> None:
    metrics = Metrics()
    with pytest.raises(ValueError, match="no"), metrics.timed(metrics.stages, "search"):
        raise ValueError("no")
    assert 'rapport_turn_stage_seconds_count{stage="search"} 1.0' in metrics.render().decode()


def test_two_servers_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.handoffs.labels("policy").inc()
    assert 'reason="policy"' not in second.render().decode()
