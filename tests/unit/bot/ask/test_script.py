import json

import pytest

from bot.ask.script import Decided, Pressed, Said, parse
from core.errors import BadInput
from core.people import Assurance


def test_a_plain_line_is_one_message_from_a_stranger() -> None:
    script = parse("  where is my invoice?\n", 7)
    assert (script.id, script.account, script.assurance) == (7, None, Assurance.ANONYMOUS)
    assert script.turns == (Said(role="customer", text="  where is my invoice?"),)


def test_json_takes_text_or_q_and_ignores_unknown_keys() -> None:
    for key in ("text", "q"):
        script = parse(json.dumps({key: "hello", "kind": "single", "id": "a", "account": "ACC-001"}), 1)
        assert (script.id, script.account, script.assurance) == ("a", "ACC-001", Assurance.VERIFIED)


def test_customer_turns_that_the_script_answers_are_history() -> None:
    turns: list[object] = [
        "one",
        {"role": "bot", "text": "two"},
        {"role": "customer", "text": "three"},
        {"role": "agent", "text": "four"},
        "five",
    ]
    script = parse(json.dumps({"turns": turns}), 1)
    assert [each.history for each in script.turns if isinstance(each, Said)] == [True, False, True, False, False]


def test_presses_and_decisions() -> None:
    turns = ["refund me", {"role": "customer", "confirm": True}, {"role": "approver", "as": "billing_lead", "approve": False}]
    script = parse(json.dumps({"turns": turns}), 1)
    assert script.turns[1:] == (Pressed(confirm=True), Decided(role="billing_lead", approve=False))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("{not json}", "not valid JSON"),
        ("{}", "give `text`"),
        ('{"turns": []}', "give `text`"),
        ('{"turns": [3]}', "turn 1"),
        ('{"turns": [{"role": "king", "text": "x"}]}', "none of"),
        ('{"turns": [{"role": "approver", "as": "x"}]}', "`approve`"),
        ('{"turns": [{"role": "customer"}]}', "`confirm`"),
        ('{"text": "x", "assurance": "sure"}', "none of"),
        ('{"text": "x", "account": 4}', "`account` must be a string"),
    ],
)
def test_a_bad_line_says_its_number_and_how_to_write_it(line: str, part: str) -> None:
    with pytest.raises(BadInput, match="line 12") as caught:
        parse(line, 12)
    assert part in caught.value.message
