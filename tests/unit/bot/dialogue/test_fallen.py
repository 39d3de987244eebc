"""The codes under which a decision record keeps why sentences fell."""

import pytest

from bot.dialogue.checking import Falls
from bot.dialogue.fallen import OTHER, code_of, codes_of
from tests.unit.bot.dialogue.test_checking import EVIDENCE, GROUPS, TURN, check, evidence_of


def reasons() -> list[str]:
    """Why each planted sentence falls."""
    groups = [check(text, evidence_of(group["articles"])) for group in GROUPS for text in group["false"]]
    turn = [check(text, EVIDENCE) for texts in TURN.values() for text in texts]
    return [each.reason for each in (*groups, *turn) if isinstance(each, Falls)]


def test_every_reason_that_the_check_gives_has_a_code() -> None:
    given = reasons()
    assert len(given) > 100
    assert sorted({reason for reason in given if code_of(reason) == OTHER}) == []


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("it cites nothing", "uncited"),
        ("'frobnicate' is not in it", "not_in_evidence"),
        ("it asks for a secret: passwords, codes and card numbers are never asked for", "secret"),
        ("nobody made that promise: leave it out", "no_promise"),
        ("nothing of the kind was done: say only what was really done", "not_done"),
        ("the customer didn't say that: 12 seat is not in it", "not_said"),
        ("quite another thing", OTHER),
    ],
)
def test_a_reason_is_known_by_its_kind(reason: str, code: str) -> None:
    assert code_of(reason) == code


def test_no_word_of_a_reason_is_kept() -> None:
    kept = codes_of(["'Jane Doe' is in no record", "'secret' is not in it", "it cites nothing"])
    assert kept == {"not_in_evidence": 2, "uncited": 1}
