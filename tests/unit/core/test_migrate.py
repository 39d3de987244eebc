"""The schema's migrations, from nothing and from the release before."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.delivery.ledger import Ledger
from bot.delivery.planning import Planning
from bot.intake import TURN, Intake
from core import inbox
from core.clock import FixedClock
from core.conversation import ConversationRef, Inbound
from core.database import Database
from core.durable import Steps
from core.durable_memory import MemoryDurable
from core.journal import Journal
from core.keyring import KeyRing
from core.migrate import differences, migrate, upgrade
from core.people import Principal, PrincipalKind, Tenant
from core.runner import Runner
from core.vault import Vault
from memory.threads import Threads
from scripts.migration import import_tables

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
OLD = ConversationRef(tenant="halcyon", channel="web_chat", installation="main", conversation_id="visitor-1")
CONVERSATION, MESSAGE = "c" * 32, "m" * 32
LINE = json.dumps({"author_name": "", "body": {"text": "Hello", "message_id": "1"}})


def test_the_migrations_lead_to_the_declared_tables() -> None:
    import_tables()
    database = Database.open("sqlite://")
    migrate(database)
    assert database.write_blocking(differences) == []
    database.close_blocking()


def test_migrating_twice_changes_nothing() -> None:
    database = Database.open("sqlite://")
    migrate(database)
    migrate(database)
    tables = database.write_blocking(lambda conn: inspect(conn).get_table_names())
    assert {"alembic_version", "inbox", "journal", "content"} <= set(tables)
    database.close_blocking()


def test_a_missing_table_is_noticed() -> None:
    import_tables()
    database = Database.open("sqlite://")
    migrate(database)
    database.write_blocking(lambda conn: conn.exec_driver_sql("DROP TABLE inbox"))
    assert "inbox" in str(database.write_blocking(differences))
    database.close_blocking()


async def test_an_installation_of_the_release_before_goes_on(tmp_path: Path) -> None:
    import_tables()
    database = Database.open(f"sqlite:///{tmp_path / 'rapport.db'}")
    vault, journal = Vault(KeyRing(None)), Journal()
    threads, clock = Threads(vault, journal, sent_to=("slack", "teams")), FixedClock(AT + timedelta(minutes=1))
    await database.write(lambda conn: upgrade(conn, "0001"))
    await database.write(lambda conn: before(conn, vault))
    await database.write(upgrade)
    found = await database.read(lambda conn: threads.find(conn, OLD))
    assert found is not None
    assert (found.id, found.lane, found.private, found.ref) == (CONVERSATION, OLD.lane, True, OLD)
    assert await database.read(lambda conn: threads.places(conn, found)) == [OLD]
    assert [each.body["text"] for each in await database.read(lambda conn: threads.read(conn, "halcyon", CONVERSATION))] == [
        "Hello"
    ]
    assert (
        await database.read(Planning(threads=threads, journal=journal, ledger=Ledger(vault, journal, clock), channels=()).behind)
        == []
    )
    taken: list[str] = []

    async def turn(steps: Steps, row_id: str) -> None:
        inbound, _ = await database.read(lambda conn: inbox.load(conn, vault, row_id))
        taken.append(inbound.text)
        await steps.step("done", lambda conn: inbox.finish(conn, row_id))

    durable = MemoryDurable(Runner(database=database, clock=clock))
    durable.register(TURN, turn)
    await durable.launch()
    intake = Intake(database=database, durable=durable, vault=vault, journal=journal, threads=threads, clock=clock)
    [waiting] = await database.read(inbox.pending)
    assert (waiting.row_id, waiting.lane) == (MESSAGE, OLD.lane)
    assert await intake.offer_unfinished() == 1
    helen = Principal(kind=PrincipalKind.CUSTOMER, id="visitor-1", tenant=Tenant(id="halcyon", region="eu"))
    new = Inbound(ref=OLD, message_id="2", sender=helen, text="Are you there?", received_at=clock.now())
    accepted = await intake.accept(new)
    await durable.settle()
    assert taken == ["Hello", "Are you there?"]
    assert await database.read(lambda conn: inbox.placed(conn, accepted.row_id)) == CONVERSATION
    await durable.close()
    await database.close()


def before(conn: Connection, vault: Vault) -> None:
    """What the release before had kept: a conversation with one line, whose turn wasn't taken yet."""
    content = {text: vault.seal(conn, tenant="halcyon", person="visitor-1", text=text) for text in (LINE, "Hello")}
    place = "'halcyon', 'web_chat', 'main', 'visitor-1'"
    at = AT.isoformat(sep=" ", timespec="microseconds").removesuffix("+00:00")
    sender: dict[str, object] = {
        "kind": "customer",
        "id": "visitor-1",
        "region": "eu",
        "roles": [],
        "account_id": None,
        "contact_id": None,
    }
    given = {"at": at, "lane": OLD.lane, "sender": json.dumps(sender | {"assurance": "anonymous", "step_up": False})}
    for statement in (
        "INSERT INTO conversations (id, tenant, channel, installation, channel_conversation_id, person_id, visitor_id, assurance,"
        " language, state, started_at, last_activity_at, epoch, holder, reopened, last_position, last_shown)"
        f" VALUES ('{CONVERSATION}', {place}, 'visitor-1', 'visitor-1', 'anonymous', 'en', 'open', :at, :at, 1, 'bot', 0, 1, 1)",
        "INSERT INTO entries (tenant, conversation_id, position, shown, kind, author, author_id, at, epoch, turn_id, content_id)"
        f" VALUES ('halcyon', '{CONVERSATION}', 1, 1, 'text', 'customer', 'visitor-1', :at, 1, '{MESSAGE}', '{content[LINE]}')",
        "INSERT INTO inbox (id, tenant, channel, installation, conversation_id, message_id, lane, sender, content_id,"
        f" correlation_id, received_at, state, thread_id) VALUES ('{MESSAGE}', {place}, '1', :lane, :sender,"
        f" '{content['Hello']}', '{'k' * 32}', :at, 'accepted', '{CONVERSATION}')",
    ):
        wanted = text(statement)
        conn.execute(wanted, {name: value for name, value in given.items() if f":{name}" in statement})
