"""Draws the pictures of Slack in docs/pictures: `python -m tests.pictures.slack_scenes`.

The cards come from the real builders; what they say comes from the demo company.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.slack.messages import Look, parts
from bot.channels.slack_desk.case_card import case_message
from bot.channels.slack_desk.draft_card import draft_message
from bot.channels.slack_desk.line_card import line_message
from bot.channels.slack_desk.parts import Addresses, Message
from bot.delivery.port import Outgoing
from core.conversation import Card, Citation, Sentence
from handoff.desk.views import Arrived, CaseView, LineKind, LineView, SuggestionView
from skills.contract import Done, Ready
from tests.fakes.scripted_desk import SAM, a_case, a_line, a_suggestion
from tests.fakes.slack_outgoings import outgoing
from tests.pictures.block_kit import Speaker, message, page, shoot
from tests.pictures.mrkdwn import mrkdwn_html
from tests.unit.skills.house import House, ready

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
URL = "https://help.halcyon.example"
LOOK = Look(company="Halcyon", public_url=URL)
ADDRESSES = Addresses(company="Halcyon", public_url=URL)
SCALE = 1.4
OPENED = datetime(2026, 11, 20, 10, 4, tzinfo=UTC)
BOT = Speaker(name="Halcyon support", colour="#4a54c4", at="10:04")
ROSA = Speaker(name="Rosa Delgado", colour="#b5562f", app=False, at="10:04")
SAM_HERE = Speaker(name=SAM.name, colour="#2f7d5b", app=False, at="10:05")
PRORATED = Citation(
    article="charges-for-adding-and-removing-seats", heading="How added seats are prorated", start=953, end=1030, quote=""
)
INVOICED = Citation(
    article="charges-for-adding-and-removing-seats",
    heading="When prorated charges are invoiced",
    start=2300,
    end=2390,
    quote="",
)
REFUNDED = Citation(article="duplicate-charges", heading="Refund of a duplicate charge", start=890, end=1010, quote="")
PAID_BACK = (
    "A confirmed duplicate charge that is reported within 180 days is refunded in full within 5 business days. "
    "It goes to the original payment method."
)


def customer_scene(prepared: Ready, done: Done) -> str:
    """A question answered with sources, a card, and the receipt of what was confirmed."""
    card = Card(id="c1", title=prepared.title, rows=prepared.rows, rule=prepared.rule, action_id="a1", arguments_hash="h")
    answer = (
        Sentence(text="Seats added during a billing period are prorated by day.", citations=(PRORATED,)),
        Sentence(text="A charge under 50 is added to your next invoice.", citations=(INVOICED,)),
    )
    said = [
        _typed(ROSA, "What do new seats cost in the middle of the month?"),
        *_sent(BOT, outgoing(sentences=answer, ends_reply=True)),
        _typed(ROSA, "OK, add 10"),
        *_sent(BOT, outgoing(sentences=(Sentence(text="Here is what I would do. Please check it:"),), card=card)),
        '<div class="caption">Rosa presses Confirm</div>',
        *_sent(BOT, outgoing(sentences=done.sentences, receipt=done.receipt, ends_reply=True)),
    ]
    return f'<div class="sheet scene">{"".join(said)}</div>'


def agent_scene() -> str:
    """A case in its thread: the customer's line, an internal note, a draft that only its owner sees, and what was sent."""
    case = a_case(
        state="claimed",
        customer="Ken Abara",
        account="Lumen Street Cinemas",
        account_id="ACC-003",
        plan="Team",
        channel="Web chat",
        reason="An amount that a person decides on",
        summary=(
            "INV-7007 was collected two times on 3 November 2026.",
            "$363.72 was taken too much; it can be reported until 2 May 2027.",
            "Asks when the money comes back.",
        ),
        tried=("Find a double charge: done", "Refund: waits for approval"),
        owner_id=SAM.id,
        owner=SAM.name,
        claimed_at=OPENED,
    )
    asked = a_line(author="Ken Abara", text="You took the money twice. When do we get it back?", at=OPENED)
    draft = a_suggestion(
        text=PAID_BACK,
        citations=(REFUNDED,),
        confidence=0.92,
        verdict="May be sent: every sentence stands on a published article.",
        why=("Understood as: Refund windows (94% sure).",),
    )
    sent = a_line(kind=LineKind.AGENT, author=SAM.name, text=PAID_BACK, arrived=Arrived.DELIVERED)
    return _desk_sheet(case, asked, draft, sent)


def _desk_sheet(case: CaseView, asked: LineView, draft: SuggestionView, sent: LineView) -> str:
    ticked = f'<div class="reaction">{mrkdwn_html(":lock:")} 1</div>'
    note = message([_paragraph("The bank confirmed both debits this morning.")], SAM_HERE, below=ticked)
    thread = [
        '<div class="replies">3 replies</div>',
        _shown(line_message(case, asked, ADDRESSES)),
        note,
        _shown(draft_message(draft, ADDRESSES), private=True, at="10:05"),
        '<div class="caption">Sam presses Send</div>',
        _shown(line_message(case, sent, ADDRESSES), at="10:06"),
    ]
    return f'<div class="sheet scene">{_shown(case_message(case, ADDRESSES))}<div class="thread">{"".join(thread)}</div></div>'


def _shown(made: Message, *, private: bool = False, at: str = "10:04") -> str:
    return message(list(made.blocks), replace(BOT, at=at), private=private)


def _sent(speaker: Speaker, made: Outgoing) -> list[str]:
    return [message(list(part.blocks), speaker) for part in parts(made, LOOK)]


def _typed(speaker: Speaker, text: str) -> str:
    return message([_paragraph(text)], speaker)


def _paragraph(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "plain_text", "text": text}}


async def _ten_seats() -> tuple[Ready, Done]:
    house = House()
    proposal = await house.ask("add_seats", "ACC-003", "10 more", quantity=10)
    done = (await house.confirm(proposal)).done
    house.close()
    assert done is not None
    return ready(proposal), done


def main() -> None:
    prepared, done = asyncio.run(_ten_seats())
    shoot({"slack_customer": page([customer_scene(prepared, done)]), "slack_agent": page([agent_scene()])}, DOCS, scale=SCALE)


if __name__ == "__main__":
    main()
