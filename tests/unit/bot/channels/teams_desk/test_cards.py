"""Every card as it stands: within the schema and the limits, and as the snapshot has it (RAPPORT_SNAPSHOTS=write renews them)."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.teams_desk import (
    action_cards,
    approval_cards,
    case_cards,
    dialog_cards,
    draft_cards,
    form_cards,
    line_cards,
    private_cards,
)
from bot.channels.teams_desk.blocks import LARGEST_BYTES, card, execute, paragraphs, shortened, size, words
from bot.channels.teams_desk.port import Pages
from core.people import Tenant
from handoff.desk.views import AnswerView, Arrived, LineKind, Preview, PromiseView, Verdict
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
from tests.unit.bot.channels.teams_desk.card_rules import every, faults, texts, titles

PAGES = Pages(public_url="https://desk.example")
SNAPSHOTS = Path(__file__).parents[4] / "snapshots" / "teams_desk"
USERS = ("29:sam",)
AT = {"case": "case-1", "at": "case"}
BACK = execute("Back", "desk:see", AT, bare=True)
HALCYON = Tenant(id="halcyon", region="eu")
CLAIMED = a_case(state="claimed", owner_id="sam", owner="Sam Okoro", claimed_at=NOON + timedelta(minutes=5))
ENDED = replace(CLAIMED, state="resolved", closed_at=NOON + timedelta(hours=1), outcome="Refunded the second charge.")
PROMISE = PromiseView(id="p1", text="Call back by Friday", made_by="Sam Okoro", state="open", due_at=NOON)
DECIDED = an_approval(state="granted", decided_by="Bea Lindgren", decided_at=NOON, result="Refunded €400.00.")
SENT = a_line(kind=LineKind.AGENT, author="Sam Okoro", text="It is on its way.\n\nYours, Sam", position=6)
FULL = a_suggestion(action=an_action(), hint=a_hint())
ANSWER = AnswerView(text="Within five working days.", citations=(CITED,), confidence=0.9, sure=True)
PREVIEW = Preview(
    token="t1", case_id="case-1", to="Dana Reyes", channel="web chat", text="It is on its way.", warnings=("Wait.",)
)

CARDS: dict[str, dict[str, Any]] = {
    "case_waiting": case_cards.everyones(a_case(), (), PAGES),
    "case_overdue": case_cards.everyones(a_case(overdue=True, promises=(PROMISE,)), (), PAGES),
    "case_claimed": case_cards.everyones(CLAIMED, USERS, PAGES),
    "case_owner": case_cards.owners(CLAIMED, PAGES),
    "case_ended": case_cards.everyones(ENDED, USERS, PAGES),
    "cases": case_cards.overview([CLAIMED], [a_case()] * 4),
    "line_customer": line_cards.of_line("case-1", a_line(), PAGES),
    "line_bot": line_cards.of_line("case-1", a_line(kind=LineKind.BOT, citations=(CITED,), arrived=Arrived.DELIVERED), PAGES),
    "line_waiting": line_cards.of_line("case-1", replace(SENT, arrived=Arrived.WAITING), PAGES),
    "line_failed": line_cards.of_line("case-1", replace(SENT, arrived=Arrived.FAILED), PAGES),
    "line_unknown": line_cards.of_line("case-1", replace(SENT, arrived=Arrived.UNKNOWN), PAGES),
    "line_sure": line_cards.sure_again("case-1", replace(SENT, arrived=Arrived.UNKNOWN), PAGES),
    "line_internal": line_cards.of_line("case-1", a_line(kind=LineKind.INTERNAL_NOTE, author="Sam Okoro"), PAGES),
    "line_deleted": line_cards.of_line("case-1", a_line(text="", deleted=True), PAGES),
    "draft_everyone": draft_cards.everyones(FULL, "Sam Okoro", USERS),
    "draft_owner": draft_cards.owners(FULL, PAGES),
    "draft_why": draft_cards.owners(FULL, PAGES, why=True),
    "draft_dismissing": draft_cards.dismissing(FULL),
    "draft_stale": draft_cards.everyones(replace(FULL, state="stale"), "Sam Okoro", USERS),
    "actions": action_cards.offered([an_action(), an_action(id="a2", verdict=Verdict.DENY)], AT),
    "actions_none": action_cards.offered([], AT),
    "action": action_cards.proposed(an_action(), AT),
    "action_asks": action_cards.proposed(an_action(verdict=Verdict.NEEDS_APPROVAL, approver="billing_lead"), AT),
    "action_denied": action_cards.proposed(an_action(verdict=Verdict.DENY), AT),
    "action_done": line_cards.of_result(an_action(state="done", result="Refunded.", receipt=(("Refund", "RF-1"),))),
    "approval_open": approval_cards.of_approval(an_approval()),
    "approval_decided": approval_cards.of_approval(DECIDED),
    "approval_stale": approval_cards.of_approval(DECIDED, approval_cards.OUT_OF_DATE),
    "customer": private_cards.all_round(a_customer(), "case-1"),
    "answer": private_cards.answered(ANSWER, PAGES, "How long does a refund take?"),
    "answer_none": private_cards.answered(replace(ANSWER, sure=False, text="", citations=()), PAGES),
    "action_missing": action_cards.proposed(an_action(verdict=Verdict.ASK, question="Which invoice?"), AT),
    "form_resolve": form_cards.resolving(replace(CLAIMED, promises=(PROMISE,)), "Refunded.", BACK),
    "form_give_back": form_cards.giving_back(CLAIMED, BACK),
    "form_hand": form_cards.handing(CLAIMED, Roster(agents=(SAM, BEA, INES)), SAM.principal(HALCYON), BACK),
    "form_preview": form_cards.in_card(dialog_cards.previewed(PREVIEW, {**AT, "desk": "reply.send"}), BACK),
    "form_edit": form_cards.in_card(dialog_cards.writing({**AT, "desk": "reply.preview"}, text="Hello"), BACK),
    "draft_private": draft_cards.owners(FULL, PAGES, dialogs=False),
    "case_claimed_same_for_all": case_cards.everyones(CLAIMED, (), PAGES),
    "guide": private_cards.guide(),
    "working": private_cards.working("desk:ticket", "sam:1"),
}
DIALOGS: dict[str, dict[str, Any]] = {
    "dialog_reply": dialog_cards.writing({**AT, "desk": "reply.preview"}, text="Hello", said="Somebody answered."),
    "dialog_preview": dialog_cards.previewed(PREVIEW, {**AT, "desk": "reply.send"}),
    "dialog_draft": dialog_cards.drafted(ANSWER, {"desk": "draft.insert"}, PAGES),
    "dialog_waiting": dialog_cards.waiting("sam:1"),
}


@pytest.mark.parametrize("name", [*CARDS, *DIALOGS])
def test_a_card_keeps_to_the_schema_and_is_as_it_was(name: str) -> None:
    shown = CARDS.get(name) or DIALOGS[name]
    assert faults(shown, dialog=name in DIALOGS) == []
    kept = SNAPSHOTS / f"{name}.json"
    if os.environ.get("RAPPORT_SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert json.loads(kept.read_text(encoding="utf-8")) == shown


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == CARDS.keys() | DIALOGS.keys()


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Marquee"}]},
        {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "x", "blink": True}]},
        {"type": "AdaptiveCard", "version": "1.4", "body": [words("x")]},
        {"type": "AdaptiveCard", "version": "1.5", "body": [words("x")], "actions": [execute("x", "desk:x", {})] * 4},
        {"type": "AdaptiveCard", "version": "1.5", "body": [words("x" * 30_000)]},
    ],
)
def test_a_bad_card_is_found(broken: dict[str, Any]) -> None:
    assert faults(broken)


def test_peoples_words_are_never_markdown() -> None:
    nasty = "[click](https://evil.example) <at>Everyone</at> **bold** ![](https://evil.example/p.png)"
    shown = [
        case_cards.everyones(a_case(customer=nasty, summary=(nasty,), tried=(nasty,), reason=nasty), (), PAGES),
        line_cards.of_line("case-1", a_line(text=nasty, author=nasty), PAGES),
        draft_cards.owners(a_suggestion(text=nasty, why=(nasty,), verdict=nasty), PAGES, why=True),
        approval_cards.of_approval(an_approval(title=nasty, rows=((nasty, nasty),), evidence=((nasty, nasty),))),
        private_cards.all_round(a_customer(name=nasty, flags=(nasty,), memories=(nasty,)), "case-1"),
        dialog_cards.previewed(replace(PREVIEW, text=nasty, to=nasty), {}),
    ]
    for each in shown:
        assert "evil.example" in texts(each)
        assert not any("evil" in block["text"] for block in every(each, "TextBlock"))


@pytest.mark.parametrize("letter", ["x", "ü", "😀"])
def test_the_longest_words_are_cut_to_fit(letter: str) -> None:
    huge = letter * 20_000
    for each in (
        line_cards.of_line("case-1", a_line(text=huge), PAGES),
        draft_cards.owners(a_suggestion(text=huge), PAGES),
        case_cards.everyones(a_case(summary=(huge, huge, huge), tried=(huge,) * 9, customer=huge), (), PAGES),
        approval_cards.of_approval(an_approval(rows=((huge, huge),) * 12, reasons=(huge,) * 9)),
    ):
        assert size(each) <= LARGEST_BYTES
        assert faults(each) == []


def test_a_draft_that_is_not_shown_whole_cannot_be_sent_from_its_card() -> None:
    assert "Send" in titles(draft_cards.owners(a_suggestion(), PAGES))
    long = draft_cards.owners(a_suggestion(text="word " * 8_000), PAGES)
    assert shortened(long)
    assert "Send" not in titles(long)


def test_paragraphs_keep_their_gaps() -> None:
    first, second, third = paragraphs("Hello\nyou\n\nthere")
    assert ("spacing" in first, second["spacing"], "spacing" in third) == (False, "Small", False)


def test_only_the_owner_is_given_the_steps() -> None:
    assert titles(CARDS["case_waiting"])[0] == "Claim"
    assert not {"Claim", "Reply", "Actions", "Resolve"} & set(titles(CARDS["case_claimed"]))
    assert titles(CARDS["case_owner"])[:3] == ["Reply", "Actions", "Resolve"]
    assert titles(CARDS["case_ended"]) == titles(CARDS["approval_decided"]) == []


def test_what_the_draft_says_is_not_in_everybodys_card() -> None:
    shown = json.dumps(CARDS["draft_everyone"])
    for secret in (FULL.text, CITED.article, CITED.quote, "Enterprise", FULL.verdict, "Refund an invoice", "INV-1042"):
        assert secret not in shown
        assert secret in json.dumps(CARDS["draft_why"]) or secret in (CITED.quote, "INV-1042")
    assert CARDS["draft_everyone"]["refresh"]["userIds"] == ["29:sam"]


def test_a_denied_action_names_its_rule_and_offers_no_way() -> None:
    denied = CARDS["action_denied"]
    assert titles(denied) == ["Back"]
    assert "refund-within-cap" in texts(denied)
    assert titles(CARDS["action_asks"])[0] == "Ask approval"


def test_a_card_without_an_address_links_nowhere() -> None:
    shown = line_cards.of_line("case-1", a_line(kind=LineKind.BOT, citations=(CITED,)), Pages())
    assert not every(shown, "Action.OpenUrl")
    assert "Open in the console" not in titles(case_cards.owners(CLAIMED, Pages()))


def test_a_card_of_nothing_that_can_be_cut_ends() -> None:
    assert card([words("x" * 20)] * 4_000)
