"""The shipped procedures hold together, and every one of them is published as it stands."""

import pytest

from skills.catalogue import by_id
from skills.procedures.linting import Known, lint
from skills.procedures.published import bodies, library, parsed
from skills.procedures.reading import read

GOOD = bodies()["card_declined"]


def test_there_are_enough_and_all_are_published() -> None:
    assert len(bodies()) >= 15
    assert set(library()) == set(bodies())


@pytest.mark.parametrize("name", sorted(bodies()))
def test_a_procedure_holds_together(name: str) -> None:
    assert lint(library()[name], Known(skills=by_id(), procedures=library())) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('check = "payment_status"', 'check = "no_such_skill"', "no skill"),
        ('check = "payment_status"', 'do = "payment_status"', "write `check`"),
        ("look.owed_minor == 0", "look.nothing == 0", "nothing is called 'look.nothing'"),
        ("look.owed_minor == 0", "look.owed_minor == 'much'", "a number is compared with a text"),
        ("{look.owed_minor as money look.currency}", "{look.owed_minor}", "is money"),
        ('no = "own_card"', 'no = "nowhere"', "no step 'nowhere'"),
        ('hand_over = "repeated_failure"', 'hand_over = "no_reason"', "no reason to hand over"),
        ('on_failed = "person"\n\n[[steps]]\nname = "nothing', '\n[[steps]]\nname = "nothing', ""),
        ('no = "own_card"', 'no = "look"', ""),
        ('then = "end"\n\n[[steps]]\nname = "person"', 'then = "own_card"\n\n[[steps]]\nname = "person"', "without a question"),
    ],
)
def test_what_is_wrong_is_found(before: str, after: str, said: str) -> None:
    assert before in GOOD
    problems = lint(parsed(GOOD.replace(before, after)), Known(skills=by_id(), procedures={}))
    assert any(said in each for each in problems) if said else not problems


def test_all_that_is_wrong_with_a_file_is_told_at_once() -> None:
    spoiled = GOOD.replace("version = 1", "version = 0").replace("saying = ", "sayng = ").replace("== 0", "=== 0")
    problems = read(spoiled).problems
    assert len(problems) == 3
    assert any("step 'look'" in each for each in problems)
