"""Every card, dialog and Home tab as it is laid out: compared with what was looked at and found good, and with Slack's limits.

`RAPPORT_SNAPSHOTS=write pytest ...` writes them anew; look at the difference before keeping it.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from bot.channels.slack_desk import dialogs
from bot.channels.slack_desk.action_card import action_message, change_value, not_run_message, outcome_message, running_message
from bot.channels.slack_desk.approval_card import approval_message
from bot.channels.slack_desk.case_card import case_message
from bot.channels.slack_desk.customer_card import customer_message
from bot.channels.slack_desk.draft_card import answer_message, draft_message, settled_message
from bot.channels.slack_desk.home import Overview, home_view, stranger_view
from bot.channels.slack_desk.line_card import line_message
from bot.channels.slack_desk.parts import Addresses, Message, packed, unpacked
from core.errors import BadInput
from handoff.desk.views import AnswerView, Arrived, LineKind, Preview, Tally, Verdict
from handoff.roster import Roster
from tests.fakes.scripted_desk import (
    BEA,
    CITED,
    INES,
    NOON,
    SAM,
    a_case,
    a_customer,
    a_hint,
    a_line,
    a_suggestion,
    an_action,
    an_approval,
)
from tests.fakes.slack_limits import layout_faults, view_faults
from tests.unit.bot.channels.slack_desk.world import ADDRESSES, HALCYON

RULE = "A charge that was made twice may be refunded."
VERDICT = "May be sent: every sentence stands on a published article."
WHY = ("Understood as: Refund an invoice (91% sure).", "Source: Refunds, When refunds arrive.")
proposed = partial(an_action, rule=RULE)
asked = partial(an_approval, rules=("Refund over cap",))
waiting = partial(a_case, channel="Web chat")
drafted = partial(a_suggestion, verdict=VERDICT, why=WHY)
FOLDER = Path(__file__).parents[4] / "snapshots" / "slack_desk"
HELD = waiting(state="claimed", owner_id="sam", owner="Sam Okoro", claimed_at=NOON)
ENDED = replace(HELD, state="resolved", closed_at=NOON + timedelta(hours=1), outcome="Refunded the second charge.")
ANSWER = AnswerView(text="Five working days.", citations=(CITED,), confidence=0.9, sure=True)
EVIL = "<!channel> *bold* & <https://evil.example|click> " + "x" * 20
LONG = "A sentence that goes on & on, with <tags>. " * 600
SAM_HIMSELF = SAM.principal(HALCYON)
TALLY = Tally(name="all", offered=10, accepted=6, edited=2, dismissed=2, distance=0.12, saved_s=540.0)
OVERVIEW = Overview(
    mine=[HELD],
    approvals=[asked()],
    queue=[waiting(), HELD],
    learned={"all": [TALLY]},
    links={"case-1": "https://app.slack.com/x"},
)
APPROVER_NEEDED = proposed(verdict=Verdict.NEEDS_APPROVAL, approver="billing_lead", reasons=("Over the cap of €200.00",))

MESSAGES: dict[str, Callable[[], Message]] = {
    "case_waiting": lambda: case_message(waiting(), ADDRESSES),
    "case_overdue": lambda: case_message(waiting(overdue=True, summary=(), pending_approval="appr-1"), ADDRESSES),
    "case_claimed": lambda: case_message(HELD, ADDRESSES),
    "case_resolved": lambda: case_message(ENDED, ADDRESSES),
    "case_returned": lambda: case_message(replace(ENDED, state="returned", outcome=""), ADDRESSES),
    "case_without_console": lambda: case_message(waiting(), Addresses(company="Halcyon")),
    "line_customer": lambda: line_message(HELD, a_line(), ADDRESSES),
    "line_edited": lambda: line_message(HELD, a_line(edited=True), ADDRESSES),
    "line_deleted": lambda: line_message(HELD, a_line(deleted=True, text=""), ADDRESSES),
    "line_bot": lambda: line_message(
        HELD, a_line(kind=LineKind.BOT, author="Assistant", text="Within five days.", citations=(CITED,)), ADDRESSES
    ),
    "line_notice": lambda: line_message(HELD, a_line(kind=LineKind.NOTICE, author="", text="Sam joined."), ADDRESSES),
    "line_note": lambda: line_message(HELD, a_line(kind=LineKind.INTERNAL_NOTE, author="Bea", text="Be gentle."), ADDRESSES),
    **{
        f"line_agent_{arrived.value or 'plain'}": lambda arrived=arrived: line_message(
            HELD, a_line(kind=LineKind.AGENT, author="Sam Okoro", text="On its way.", arrived=arrived), ADDRESSES
        )
        for arrived in Arrived
    },
    "draft": lambda: draft_message(drafted(), ADDRESSES),
    "draft_with_hint": lambda: draft_message(drafted(hint=a_hint(), shorter=True, confidence=0.65), ADDRESSES),
    "draft_settled": lambda: settled_message("stale"),
    "action_allowed": lambda: action_message(proposed()),
    "action_needs_approval": lambda: action_message(APPROVER_NEEDED),
    "action_denied": lambda: action_message(proposed(verdict=Verdict.DENY, reasons=("The invoice is paid by somebody else.",))),
    "action_asks": lambda: action_message(proposed(verdict=Verdict.ASK, question="Which invoice?")),
    "action_running": lambda: running_message("Refund an invoice"),
    "action_not_run": lambda: not_run_message("Refund an invoice", "It has expired: prepare it again."),
    "action_done": lambda: outcome_message(
        proposed(state="done", result="Refunded.", receipt=(("Refund", "RF-1"),)), "Sam Okoro"
    ),
    "approval_open": lambda: approval_message(asked(), ADDRESSES),
    "approval_granted": lambda: approval_message(
        asked(state="granted", decided_by="Bea", decided_at=NOON, result="Refunded."), ADDRESSES
    ),
    "approval_expired": lambda: approval_message(asked(state="expired"), ADDRESSES),
    "customer": lambda: customer_message(a_customer(), ADDRESSES),
    "answer": lambda: answer_message(ANSWER, ADDRESSES),
    "answer_unsure": lambda: answer_message(replace(ANSWER, sure=False, text="", citations=(), confidence=0.2), ADDRESSES),
}
VIEWS: dict[str, Callable[[], dict[str, Any]]] = {
    "dialog_reply": lambda: dialogs.reply_dialog(HELD, "Hello", "The message is empty."),
    "dialog_preview": lambda: dialogs.preview_dialog(
        Preview(
            token="t1",
            case_id="case-1",
            to="Dana Reyes",
            channel="web chat",
            text="Hello *Dana*",
            warnings=("Dana wrote meanwhile.",),
        )
    ),
    "dialog_edit": lambda: dialogs.edit_dialog(drafted()),
    "dialog_why": lambda: dialogs.why_dialog(drafted(), ADDRESSES),
    "dialog_dismiss": lambda: dialogs.dismiss_dialog("sug-1", "case-1"),
    "dialog_hand": lambda: dialogs.hand_dialog(HELD, Roster(agents=(SAM, BEA, INES)), SAM_HIMSELF),
    "dialog_return": lambda: dialogs.return_dialog(HELD),
    "dialog_resolve": lambda: dialogs.resolve_dialog(replace(HELD, promises=a_customer().promises), "Refunded."),
    "dialog_change": lambda: dialogs.change_dialog(proposed(), "https://hooks.slack.com/r/1"),
    "dialog_draft": lambda: dialogs.draft_dialog(ANSWER, "case-1", ADDRESSES),
    "dialog_working": lambda: dialogs.working("Reply to customer"),
    "home": lambda: home_view(OVERVIEW, ADDRESSES),
    "home_empty": lambda: home_view(Overview(mine=[], approvals=[], queue=[], learned={}, links={}), ADDRESSES),
    "home_stranger": lambda: stranger_view(ADDRESSES),
}


def as_kept(name: str, made: object) -> object:
    """The snapshot of that name; it is written where that is asked for."""
    path = FOLDER / f"{name}.json"
    if os.environ.get("RAPPORT_SNAPSHOTS") == "write":
        path.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_card_is_as_it_was_found_good(name: str) -> None:
    made = MESSAGES[name]()
    shown = {"text": made.text, "blocks": list(made.blocks)}
    assert layout_faults(shown["blocks"]) == []
    assert shown == as_kept(name, shown)


@pytest.mark.parametrize("name", VIEWS)
def test_a_dialog_is_as_it_was_found_good(name: str) -> None:
    made = VIEWS[name]()
    assert view_faults(made) == []
    assert made == as_kept(name, made)


@pytest.mark.parametrize("words", [EVIL, LONG], ids=["evil", "long"])
def test_no_words_break_a_layout_or_give_orders(words: str) -> None:
    long_rows = tuple((words, words) for _ in range(30))
    case = replace(
        HELD, customer=words, account=words, reason=words, summary=(words,) * 5, tried=(words,) * 9, plan=words, owner=words
    )
    approval = an_approval(rows=long_rows, evidence=long_rows, title=words, reasons=(words,), customer=words)
    customer = a_customer(rows=long_rows, flags=(words,) * 20, tickets=long_rows, memories=(words,) * 20, recent=(words,) * 20)
    action = an_action(title=words, rows=long_rows, reasons=(words,), why=words, rule=words)
    made = [
        case_message(case, ADDRESSES),
        case_message(replace(case, state="resolved", outcome=words, closed_at=NOON), ADDRESSES),
        *(line_message(case, a_line(kind=kind, text=words, author=words, rows=long_rows), ADDRESSES) for kind in LineKind),
        draft_message(
            a_suggestion(text=words, why=(words,), verdict=words, hint=a_hint(reason=words, points=(words,) * 9)), ADDRESSES
        ),
        *(action_message(replace(action, verdict=verdict, question=words, approver=words)) for verdict in Verdict),
        outcome_message(replace(action, state="done", result=words, receipt=long_rows), words),
        approval_message(approval, ADDRESSES),
        customer_message(customer, ADDRESSES),
        answer_message(
            AnswerView(text=words, citations=(replace(CITED, heading=words),) * 20, confidence=0.1, sure=True), ADDRESSES
        ),
    ]
    for message in made:
        assert layout_faults(list(message.blocks)) == []
        assert not commands_in(list(message.blocks))
    overview = replace(OVERVIEW, mine=[case] * 30, approvals=[approval] * 30, queue=[case] * 200)
    views = [
        dialogs.reply_dialog(case, words[:2_000], words),
        dialogs.return_dialog(case),
        dialogs.resolve_dialog(case, words),
        dialogs.hand_dialog(case, Roster(agents=(SAM, BEA)), SAM_HIMSELF),
        dialogs.why_dialog(a_suggestion(why=(words,) * 9, citations=(replace(CITED, quote=words),) * 9), ADDRESSES),
        dialogs.change_dialog(action, "https://hooks.slack.com/r/1"),
        dialogs.draft_dialog(AnswerView(text=words, citations=(), confidence=0.9, sure=True), "case-1", ADDRESSES),
        home_view(overview, ADDRESSES),
    ]
    for view in views:
        assert view_faults(view) == []
        assert not commands_in(view["blocks"])


def commands_in(made: object) -> list[str]:
    """Markup in which a foreign mention or link survived."""
    if isinstance(made, list):
        return [found for value in cast("list[object]", made) for found in commands_in(value)]
    if not isinstance(made, dict):
        return []
    part = cast("dict[str, object]", made)
    if part.get("type") == "mrkdwn":
        return [found for found in ("<!channel>", "<https://evil", "<tags>") if found in str(part["text"])]
    return [found for value in part.values() for found in commands_in(value)]


def test_a_command_in_markup_would_be_found() -> None:
    assert commands_in([{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel>"}}]) == ["<!channel>"]


def test_the_preview_shows_the_whole_text_to_the_letter() -> None:
    text = ("*Not bold* <@U1> & all.\n" * 90).strip()
    shown = dialogs.preview_dialog(Preview(token="t", case_id="case-1", to="Dana", channel="web chat", text=text))
    addressed, *sections = [block["text"] for block in shown["blocks"] if block["type"] == "section"]
    assert addressed["text"] == "To *Dana* on web chat, exactly as it stands here:"
    assert [each["type"] for each in sections] == ["plain_text"] * len(sections)
    assert "".join("".join(each["text"] for each in sections).split()) == "".join(text.split())
    assert unpacked(shown["private_metadata"], 3)[2] == text


def test_a_text_too_long_for_a_dialog_is_never_cut() -> None:
    with pytest.raises(BadInput, match="console"):
        dialogs.edit_dialog(a_suggestion(text="x" * 2_401))
    with pytest.raises(BadInput, match="console"):
        dialogs.preview_dialog(Preview(token="t", case_id="c", to="Dana", channel="web chat", text="x" * 3_000))
    assert "submit" not in dialogs.draft_dialog(replace(ANSWER, text="x" * 2_401), "case-1", ADDRESSES)


@pytest.mark.parametrize("made", [MESSAGES[name] for name in MESSAGES])
def test_at_most_three_buttons_and_one_menu(made: Callable[[], Message]) -> None:
    kinds = [element["type"] for block in made().blocks if block["type"] == "actions" for element in block["elements"]]
    assert kinds.count("button") <= 3
    assert kinds.count("overflow") <= 1


def test_what_policy_denies_has_no_button_and_what_needs_approval_no_run() -> None:
    denied = str(MESSAGES["action_denied"]().blocks)
    assert "desk:action:" not in denied
    assert "The invoice is paid by somebody else." in denied
    needs = str(MESSAGES["action_needs_approval"]().blocks)
    assert "desk:action:approval" in needs
    assert "desk:action:run" not in needs


def test_values_too_long_for_a_button_are_left_out() -> None:
    fields = tuple(replace(each, value="x" * 900) for each in an_action().fields)
    assert change_value(an_action(fields=fields)) == packed("case-1", "refund", "")


def test_internal_and_sent_lines_never_look_alike() -> None:
    note = str(MESSAGES["line_note"]().blocks)
    sent = str(MESSAGES["line_agent_delivered"]().blocks)
    assert ":lock:" in note
    assert "Sent to the customer" not in note
    assert "Sent to the customer" in sent
    assert "Internal" not in sent
