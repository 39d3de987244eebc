"""`rapport ask` from its lines to its lines: the shape of the output, history, presses, approvals, people, and bad lines."""

import io
import json
from pathlib import Path
from typing import Any, cast

import pytest

from bot.ask.lines import answer_lines
from bot.wiring.worlds import FreshWorlds
from core.language import Act
from tests.fakes.model import Meant
from tests.scenario.story_model import StoryModel

KEYS = {"id", "replies", "duration_ms"}
REPLY_KEYS = {"text", "citations", "intent", "confidence", "revenue_intent", "actions", "offer", "handoff"}
ACTION_KEYS = {"skill", "effect", "arguments", "decision", "reasons", "outcome"}
DECISIONS = {"allow", "deny", "needs_approval"}
OUTCOMES = {"proposed", "done", "cancelled", "refused", "awaiting_approval", "failed"}
QUESTION = "How many characters must a password have?"
CREDIT, TWICE, CARD, YES = "A credit of 20 USD, please.", "I was charged twice.", "We have a new card.", "Yes, please."
PERSON = "I want to talk to a person."

Line = dict[str, Any]


@pytest.fixture(autouse=True)
def meanings(model: StoryModel) -> None:
    model.meanings.update(
        {
            CREDIT: Meant(intent="give_credit", slots={"amount": "20 USD"}),
            TWICE: Meant(intent="find_double_charge"),
            CARD: Meant(intent="change_payment_method", slots={"method": "card", "label": "Visa ending 4242"}),
            YES: Meant(intent="none", act=Act.AFFIRM),
            "Cancel it.": Meant(intent="cancel_plan"),
        }
    )


async def ask(worlds: FreshWorlds, tmp_path: Path, *lines: str | Line | bytes, classify: bool = False) -> list[Line]:
    """What comes out for these lines; each is checked for its shape."""
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"\n".join(_bytes(each) for each in lines))
    out = io.StringIO()
    await answer_lines(worlds, str(file), classify=classify, out=out)
    answered = [cast(Line, json.loads(each)) for each in out.getvalue().splitlines()]
    for each in answered:
        check(each, classify)
    return answered


def _bytes(line: str | Line | bytes) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()


def check(line: Line, classify: bool) -> None:
    if classify:
        assert set(line) == {"id", "intent", "confidence", "out_of_scope", "revenue_intent", "handoff"}
        assert set(line["handoff"]) == {"needed", "reason"}
        return
    assert set(line) == KEYS
    assert isinstance(line["duration_ms"], float)
    for reply in line["replies"]:
        assert set(reply) == REPLY_KEYS
        assert set(reply["revenue_intent"]) == {"label", "confidence", "item"}
        assert reply["offer"] is None or set(reply["offer"]) == {"kind", "item", "origin"}
        assert reply["handoff"] is None or set(reply["handoff"]) == {"reason", "message"}
        for citation in reply["citations"]:
            assert set(citation) == {"article", "heading", "start", "end", "quote"}
        for action in reply["actions"]:
            assert set(action) == ACTION_KEYS
            assert action["decision"] in DECISIONS
            assert action["outcome"] in OUTCOMES


async def test_plain_lines_are_numbered_and_answered_in_order(worlds: FreshWorlds, tmp_path: Path) -> None:
    answered = await ask(worlds, tmp_path, QUESTION, "", {"q": QUESTION, "id": "b", "unknown": 1}, {"text": QUESTION})
    assert [each["id"] for each in answered] == [1, "b", 4]
    assert all(each["replies"][0]["citations"] for each in answered)


async def test_every_line_is_a_fresh_world(worlds: FreshWorlds, tmp_path: Path) -> None:
    line: Line = {"account": "ACC-003", "turns": [CREDIT, {"role": "customer", "confirm": True}]}
    for answered in await ask(worlds, tmp_path, line, line, line):
        outcomes = [action["outcome"] for reply in answered["replies"] for action in reply["actions"]]
        assert outcomes == ["proposed", "done"]


async def test_a_yes_in_words_a_press_and_a_press_too_many(worlds: FreshWorlds, tmp_path: Path) -> None:
    press = {"role": "customer", "confirm": True}
    words, pressed, no = await ask(
        worlds,
        tmp_path,
        {"account": "ACC-003", "turns": [CREDIT, YES]},
        {"account": "ACC-003", "turns": [CREDIT, press, press]},
        {"account": "ACC-003", "turns": [CREDIT, {"role": "customer", "confirm": False}, press]},
    )
    assert [each["actions"][0]["outcome"] for each in words["replies"]] == ["proposed", "done"]
    assert [len(each["actions"]) for each in pressed["replies"]] == [1, 1, 0]
    assert [[each["outcome"] for each in reply["actions"]] for reply in no["replies"]] == [["proposed"], ["cancelled"], []]
    assert "20" in words["replies"][0]["text"]


async def test_history_gets_no_reply_but_is_known(worlds: FreshWorlds, model: StoryModel, tmp_path: Path) -> None:
    turns: list[object] = [
        "We are the cinema.",
        {"role": "bot", "text": "Welcome."},
        {"role": "customer", "text": "Thanks."},
        {"role": "agent", "text": "Bye."},
        QUESTION,
    ]
    (answered,) = await ask(worlds, tmp_path, {"account": "ACC-003", "turns": turns})
    assert len(answered["replies"]) == 1
    assert {"We are the cinema.", "Welcome.", "Thanks.", "Bye."} <= set(model.heard)


async def test_the_last_mailed_code_stands_for_itself(worlds: FreshWorlds, model: StoryModel, tmp_path: Path) -> None:
    understand = model.understand

    async def with_code(request: Any) -> Any:
        from dataclasses import replace

        from core.language import SlotValue

        found, last = await understand(request), request.said[-1]
        if not last.text.startswith("The code is "):
            return found
        code = last.text.removeprefix("The code is ")
        assert code.isdigit()
        slot = SlotValue(name="code", value=code, message_id=last.message_id, start=12, end=18)
        return replace(found, asked=(), slots=(slot,))

    model.understand = with_code
    (answered,) = await ask(
        worlds, tmp_path, {"account": "ACC-003", "turns": [CARD, "The code is {code}", {"role": "customer", "confirm": True}]}
    )
    outcomes = [[each["outcome"] for each in reply["actions"]] for reply in answered["replies"]]
    assert outcomes == [[], ["proposed"], ["done"]]


async def test_an_approver_decides_and_the_assistant_is_back(worlds: FreshWorlds, tmp_path: Path) -> None:
    (answered,) = await ask(
        worlds,
        tmp_path,
        {
            "account": "ACC-003",
            "turns": [TWICE, "Any news?", {"role": "approver", "as": "billing_lead", "approve": True}, QUESTION],
        },
    )
    first, waiting, after = answered["replies"]
    assert [each["decision"] for each in first["actions"]] == ["allow", "needs_approval"]
    assert first["handoff"]["reason"] == "money_over_limit"
    assert (waiting["text"], waiting["handoff"]) == ("", first["handoff"])
    assert after["text"]
    assert after["handoff"] is None


async def test_a_decision_that_nobody_can_make_is_reported_and_the_rest_goes_on(
    worlds: FreshWorlds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answered,) = await ask(
        worlds,
        tmp_path,
        {"account": "ACC-003", "turns": [{"role": "approver", "as": "finance", "approve": True}, QUESTION]},
    )
    assert len(answered["replies"]) == 1
    assert "no approval is open" in capsys.readouterr().err


async def test_after_a_handoff_every_turn_repeats_it_and_an_agents_turn_claims(worlds: FreshWorlds, tmp_path: Path) -> None:
    turns: list[object] = [PERSON, "Hello?", "Still there?", {"role": "agent", "text": "I'm Sam."}, "Hi Sam."]
    (answered,) = await ask(worlds, tmp_path, {"account": "ACC-003", "turns": turns})
    first, *rest = answered["replies"]
    assert first["handoff"]["reason"] == "asked_for_human"
    assert first["handoff"]["message"] in first["text"]
    assert len(rest) == 2
    for reply in rest:
        assert (reply["text"], reply["handoff"], reply["actions"]) == ("", first["handoff"], [])


async def test_who_asks_is_said_by_the_line_and_never_by_the_words(worlds: FreshWorlds, tmp_path: Path) -> None:
    owner, admin, claimed, stranger = await ask(
        worlds,
        tmp_path,
        {"account": "ACC-014", "text": "Cancel it."},
        {"account": "ACC-014", "contact": "C-014-2", "text": "Cancel it."},
        {"account": "ACC-014", "assurance": "claimed", "text": "Cancel it."},
        {"text": "Cancel it."},
    )
    decisions = [each["replies"][0]["actions"][0]["decision"] for each in (owner, admin, claimed, stranger)]
    assert decisions == ["allow", "deny", "deny", "deny"]
    outcomes = [each["replies"][0]["actions"][0]["outcome"] for each in (owner, admin, claimed, stranger)]
    assert outcomes == ["proposed", "refused", "refused", "refused"]


async def test_bad_lines_are_reported_with_their_number_and_the_rest_goes_on(
    worlds: FreshWorlds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.jsonl"
    lines = [
        b"{broken}",
        b'{"turns": []}',
        b'{"text": "hi", "account": "ACC-999"}',
        b'{"text": "hi", "account": "ACC-003", "contact": "C-001-1"}',
        b'{"text": "hi", "assurance": "sure"}',
        b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe",
        ("x" * 100_000).encode(),
        QUESTION.encode(),
    ]
    file.write_bytes(b"\r\n".join(lines))
    out = io.StringIO()
    assert await answer_lines(worlds, str(file), out=out) == 1
    answered = [json.loads(each) for each in out.getvalue().splitlines()]
    assert [each["id"] for each in answered] == [6, 7, 8]
    assert "couldn't read" in answered[0]["replies"][0]["text"]
    assert "too long" in answered[1]["replies"][0]["text"]
    assert answered[2]["replies"][0]["citations"]
    errors = capsys.readouterr().err
    for number in range(1, 6):
        assert f"line {number}" in errors


async def test_a_fault_on_one_line_leaves_the_others(
    worlds: FreshWorlds, model: StoryModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    understand = model.understand

    async def stumbling(request: Any) -> Any:
        if "stumble" in request.said[-1].text:
            raise RuntimeError("a fault")
        return await understand(request)

    model.understand = stumbling
    for classify in (False, True):
        answered = await ask(worlds, tmp_path, QUESTION, "stumble", QUESTION, classify=classify)
        assert [each["id"] for each in answered] == [1, 3]
        assert "line 2" in capsys.readouterr().err


async def test_classify_gives_understanding_alone(worlds: FreshWorlds, tmp_path: Path) -> None:
    first, second = await ask(
        worlds, tmp_path, {"id": "x", "turns": ["Hi", {"role": "bot", "text": "Hello"}, CREDIT]}, PERSON, classify=True
    )
    assert (first["id"], first["intent"]) == ("x", "give_credit")
    assert first["handoff"]["needed"] is False
    assert second["handoff"] == {"needed": True, "reason": "asked_for_human"}


async def test_a_missing_file_says_what_to_do(worlds: FreshWorlds, tmp_path: Path) -> None:
    from core.errors import BadInput

    with pytest.raises(BadInput, match="name a file of lines"):
        await answer_lines(worlds, str(tmp_path / "none.jsonl"))
