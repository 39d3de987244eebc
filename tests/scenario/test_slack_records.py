"""What stays of a conversation in Slack: sealed words, journalled ids, a chain that explains itself, nothing of the erased."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select

from bot.channels.slack.tables import threads
from bot.channels.slack_desk import dialogs, draft_card
from bot.delivery.ledger import deliveries
from bot.links.tables import links
from bot.subscriptions import eraser
from core.database import metadata
from core.events import Event
from core.inbox import inbox
from core.journal import Journal
from governance.audit import explain
from knowledge import shelf
from tests.fakes.model import Meant
from tests.fakes.slack_events import app_mention, event_callback
from tests.scenario.slack_world import QUEUE, RENEE, ROSA, SAM, SlackWorld, direct
from tests.scenario.test_slack_agent import CREDIT, DISMISS, PASSWORD, agent_of, drafted, held, replies

CANARY = "Zanzibar"
ANSWERED = "12 characters"
PERSONAL = (CANARY, "Rosa Delgado", "rosa@lumenstreet.example", "tired", "Zebra reply", "Zebra edit", "Zebra reason", ANSWERED)
LAST = f"And how many characters must a password have in {CANARY}?"


async def lived(slack: SlackWorld) -> None:
    """Everything that is written and made on both sides of a case: lines, notes, drafts, an edit, a reason, an action."""
    card = await held(slack)
    await slack.types(SAM, QUEUE, card["ts"], "She sounds tired, be kind.")
    draft = await drafted(slack, PASSWORD, ANSWERED)
    await slack.presses(SAM, QUEUE, draft, draft_card.EDIT)
    preview = await slack.submits(SAM, await slack.window(dialogs.EDIT), {"text": "Zebra edit."})
    await slack.submits(SAM, preview)
    await slack.reads(direct(ROSA), "Zebra edit.")
    await replies(slack, card, "Zebra reply.")
    await slack.reads(direct(ROSA), "Zebra reply.")
    shown = len(slack.slack.ephemerals)
    await slack.writes(ROSA, LAST)
    draft = await slack.whispered(SAM, "Draft reply", ANSWERED, after=shown)
    await slack.presses(SAM, QUEUE, draft, DISMISS)
    await slack.submits(SAM, await slack.window(dialogs.DISMISS), {"reason": "0", "more": "Zebra reason."})
    await slack.writes(ROSA, CREDIT)
    await slack.whispered(SAM, "Draft reply", "$20.00")
    await slack.quiet()


def kept(conn: Connection) -> Iterator[tuple[str, str]]:
    """Every value of every table, as it lies there; the published articles and the demo company are no secrets."""
    for table in metadata.sorted_tables:
        if table is not shelf.article and not table.name.startswith(("articles", "passages", "sections", "sandbox")):
            for row in conn.execute(select(table)):
                for value in row:
                    yield table.name, value.decode("latin-1") if isinstance(value, bytes) else str(value)


async def found_in_clear(slack: SlackWorld, words: tuple[str, ...]) -> set[tuple[str, str]]:
    rows = await slack.house.database.read(lambda conn: list(kept(conn)))
    assert len(rows) > 200
    return {(name, word) for name, value in rows for word in words if word in value}


async def events(slack: SlackWorld, kind: str) -> list[Event]:
    journal, tenant = slack.house.journal, slack.house.tenant.id
    return await slack.house.database.read(lambda conn: journal.find(conn, tenant, kind))


async def test_no_word_of_a_customer_or_an_agent_lies_in_clear(slack: SlackWorld) -> None:
    await lived(slack)
    assert await found_in_clear(slack, PERSONAL) == set()
    assert await found_in_clear(slack, ("C-003-1",)), "the scan reads what is there"


async def test_the_journal_tells_of_deliveries_and_drafts_in_ids_and_stays_whole(slack: SlackWorld) -> None:
    await lived(slack)
    sent = await events(slack, "delivery.sent")
    assert len(sent) >= 4
    assert all(set(each.data) == {"delivery_id", "channel", "tries"} for each in sent)
    assert all(each.data["channel"] == "slack" for each in sent)
    (edited,) = await events(slack, "suggestion.edited")
    (dismissed,) = await events(slack, "suggestion.dismissed")
    distance = edited.data["distance"]
    assert isinstance(distance, float)
    assert 0 < distance <= 1
    assert edited.data["articles"]
    assert (edited.data["intent"], dismissed.data["intent"]) == ("question", "question")
    assert dismissed.data["reason"]
    journal = Journal()
    await slack.house.database.write(journal.seal)
    report = await slack.house.database.read(lambda conn: journal.verify(conn, None))
    assert (report.ok, report.problems) == (True, ())


async def test_a_turn_in_slack_is_explained_from_its_message_to_its_arrival(slack: SlackWorld) -> None:
    await slack.writes(ROSA, PASSWORD)
    await slack.reads(direct(ROSA), ANSWERED)
    await slack.quiet()
    tenant = slack.house.tenant.id
    row = await slack.house.database.read(lambda conn: conn.execute(select(inbox)).one())
    chain = await slack.house.database.read(lambda conn: explain(conn, slack.house.journal, tenant, row.id))
    told = [each.what for each in chain.steps]
    assert told.index("inbox.accepted") < told.index("delivery.sent")
    assert "understood" in " ".join(told)


async def test_acceptance_deliveries_and_drafts_are_measured(slack: SlackWorld) -> None:
    card = await held(slack)
    draft = await drafted(slack, PASSWORD, ANSWERED)
    await slack.presses(SAM, QUEUE, draft, draft_card.SEND)
    await slack.reads(QUEUE, ANSWERED, "delivered", thread=card["ts"])
    async with slack.session.get(f"{slack.origin}/metrics") as response:
        measured = await response.text()
    assert 'rapport_accept_seconds_count{channel="slack"} 2.0' in measured
    assert 'rapport_deliveries_total{channel="slack",outcome="sent"}' in measured
    assert 'rapport_suggestions{state="accepted"} 1.0' in measured
    assert "Rosa" not in measured


async def test_of_the_erased_nothing_is_left_that_leads_to_them(slack: SlackWorld) -> None:
    await lived(slack)
    await slack.mentions(ROSA, "C0SHARED", PASSWORD)
    await slack.mentions(RENEE, "C0SHARED", PASSWORD)
    await slack.quiet()
    now, tenant = slack.clock.now(), slack.house.tenant.id
    erasure = await eraser(slack.house, now).erase(tenant, "C-003-1", now)
    assert erasure.removed["links"] >= 1
    assert erasure.removed["places"] >= 1

    def left(conn: Connection) -> tuple[set[str], set[str]]:
        linked = set(conn.execute(select(links.c.user_id).where(links.c.tenant == tenant)).scalars())
        spoke = set(conn.execute(select(threads.c.user_id).where(threads.c.tenant == tenant)).scalars())
        return linked, spoke

    linked, spoke = await slack.house.database.read(left)
    assert ROSA not in linked | spoke
    assert RENEE in spoke, "the others stay"
    assert await found_in_clear(slack, PERSONAL) == set()
    views = slack.whole.desk.desk.reading
    shown = json.dumps([str(each) for each in await views.queue(agent_of(slack, "sam"))])
    assert "Rosa" not in shown
    waiting = select(deliveries.c.id).where(deliveries.c.state == "waiting")
    assert await slack.house.database.read(lambda conn: conn.execute(waiting).all()) == []


@pytest.mark.parametrize("copies", [1, 3])
async def test_a_flood_is_kept_answered_once_and_politely(slack: SlackWorld, copies: int) -> None:
    slack.model.meanings["again"] = Meant(intent="question")
    allowed = iter([True, True])
    slack.whole.out.reception.allows = lambda _user: next(allowed, False)
    for number in range(12):
        event = event_callback(app_mention(f"<@U0BOT> {PASSWORD}", user=ROSA, channel=f"C{number:04d}"))
        for retry in range(copies):
            await slack.sends(event, retry=retry)
    await slack.quiet()
    told = [each for number in range(12) for each in slack.messages(f"C{number:04d}")]
    texts = [json.dumps(each) for each in told]
    assert sum(ANSWERED in each for each in texts) == 2
    assert sum("faster than I can answer" in each for each in texts) in (1, 2), "once, or on both sides of a minute's end"
    assert len(await events(slack, "message.unanswered")) == 10
