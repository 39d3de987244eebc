from collections import Counter
from pathlib import Path

import pytest

from bot.models.embedded import training
from core.errors import BadInput
from core.language import Act


def test_every_commercial_label_has_many_examples() -> None:
    counts = Counter(row.label for row in training.revenue())
    assert set(counts) == {"upsell", "cross_sell", "renewal", "churn_risk", "referral", "none"}
    assert min(counts.values()) >= 300


def test_every_reason_has_examples_and_conversations_end_with_the_customer() -> None:
    rows = training.triage()
    assert min(Counter(row.label for row in rows).values()) >= 80
    assert all(row.said[-1].role == "customer" and row.said[-1].text == row.text for row in rows)


def test_every_act_has_examples() -> None:
    assert {row.label for row in training.acts()} == {act.value for act in Act}


def test_there_is_much_that_is_out_of_scope() -> None:
    texts = training.out_of_scope()
    assert len(set(texts)) == len(texts) >= 400


def test_moods_are_good_bad_or_plain() -> None:
    assert {row.label for row in training.moods()} == {"good", "bad", "plain"}


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "out_of_scope.jsonl"
    path.write_text('{"text": "fine"}\n{broken\n')
    with pytest.raises(BadInput, match="line 2"):
        training.out_of_scope(path)
