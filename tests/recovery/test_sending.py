"""A process that is killed between a message's arrival in Slack and the note of it: nothing is sent twice."""

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.ledger import SENDING, SENT, UNCLEAR, deliveries
from bot.intake import Intake
from core import inbox
from core.clock import FixedClock, WallClock
from core.conversation import Author, EntryKind, Inbound
from core.durable_memory import MemoryDurable
from core.people import Principal, PrincipalKind, Tenant
from core.runner import Runner
from memory.threads import NewEntry, Threads
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_side import place
from tests.recovery.house import ROOT
from tests.recovery.sender import Kept, send

pytestmark = pytest.mark.recovery

HERE = place("D1")


async def said(folder: Path, *texts: str) -> None:
    """Somebody wrote in Slack, and was answered so."""
    kept = Kept.open(folder)
    database, journal, vault = kept.database, kept.journal, kept.vault
    database.create_all()
    clock = WallClock()
    threads = Threads(vault, journal, sent_to=("slack",))
    durable = MemoryDurable(Runner(database=database, clock=clock))
    intake = Intake(database=database, durable=durable, vault=vault, journal=journal, threads=threads, clock=clock)
    sender = Principal(kind=PrincipalKind.CUSTOMER, id="slack:T0HALCYON:U1", tenant=Tenant(id="halcyon", region="eu"))
    inbound = Inbound(ref=HERE, message_id="17.1", sender=sender, text="Hello", received_at=clock.now())
    row = await database.write(lambda conn: intake.write(conn, inbound))
    conversation = await database.read(lambda conn: threads.find(conn, HERE))
    assert conversation is not None
    for turn, text in enumerate(texts):
        entry = NewEntry(
            kind=EntryKind.SENTENCE,
            author=Author.BOT,
            author_id="bot",
            body={"text": text, "citations": []},
            at=clock.now(),
            turn_id=row.row_id if turn == 0 else f"turn-{turn}",
        )
        where = (conversation.tenant, conversation.id)
        await database.write(lambda conn, entry=entry, where=where: threads.append(conn, *where, entry, epoch=1))
    await database.write(lambda conn: inbox.finish(conn, row.row_id))
    await durable.close()
    await kept.close()


async def states(folder: Path) -> list[str]:
    kept = Kept.open(folder)
    rows = await kept.database.read(lambda conn: conn.execute(deliveries.select().order_by(deliveries.c.number)).all())
    await kept.close()
    return [row.state for row in rows]


async def killed(folder: Path, url: str) -> int:
    """Sends in a process of its own, which dies of it."""
    command = (sys.executable, "-m", "tests.recovery.sender", str(folder), url, "--dies")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    return await asyncio.wait_for(process.wait(), 60)


@pytest.mark.parametrize(("history", "after"), [(True, SENT), (False, UNCLEAR)])
async def test_what_arrived_before_the_kill_is_not_sent_again(tmp_path: Path, history: bool, after: str) -> None:
    await said(tmp_path, "One.", "Two.")
    async with FakeSlack() as slack:
        assert await killed(tmp_path, slack.base_url) == -signal.SIGKILL
        assert [each["text"] for each in slack.posted("D1")] == ["One."]
        assert (await states(tmp_path))[0] == SENDING
        if not history:
            slack.unsupported.add("conversations.history")
        await send(tmp_path, slack.base_url, FixedClock(WallClock().now() + timedelta(hours=1)))
        assert [each["text"] for each in slack.posted("D1")] == ["One.", "Two."]
        assert len(slack.of("chat.postMessage")) == 2
    assert await states(tmp_path) == [after, SENT]
