import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from core import inbox
from core.conversation import Press
from core.database import Database
from core.errors import BadInput, NotFound
from core.journal import Journal
from core.vault import Erased, Vault
from tests.unit.core.conftest import an_inbound


def test_a_message_is_loaded_as_it_was_accepted_but_for_the_name(conn: Connection, vault: Vault, journal: Journal) -> None:
    inbound = an_inbound(text="I was charged twice", press=Press(card_id="card-1", choice="confirm"))
    accepted = inbox.accept(conn, vault, journal, inbound)
    assert accepted.new
    loaded, correlation_id = inbox.load(conn, vault, accepted.row_id)
    assert loaded == replace(inbound, sender=replace(inbound.sender, name=""))
    assert correlation_id == accepted.correlation_id


def test_no_name_and_no_text_is_in_the_rows(conn: Connection, vault: Vault, journal: Journal) -> None:
    inbox.accept(conn, vault, journal, an_inbound(text="a secret canary"))
    for table in ("inbox", "journal", "content"):
        assert not any("canary" in str(row) or "Ada" in str(row) for row in conn.exec_driver_sql(f"SELECT * FROM {table}"))


def test_a_repeat_gives_the_first_row_back_and_changes_nothing(conn: Connection, vault: Vault, journal: Journal) -> None:
    first = inbox.accept(conn, vault, journal, an_inbound("m1", text="one"))
    second = inbox.accept(conn, vault, journal, an_inbound("m2", text="two"))
    again = inbox.accept(conn, vault, journal, an_inbound("m1", text="something else"))
    assert again == replace(first, new=False)
    assert inbox.load(conn, vault, first.row_id)[0].text == "one"
    assert [row.row_id for row in inbox.pending(conn)] == [first.row_id, second.row_id]
    assert len(journal.find(conn, "halcyon", "inbox.accepted")) == 2


def test_the_same_message_id_in_another_conversation_is_another_message(conn: Connection, vault: Vault, journal: Journal) -> None:
    assert inbox.accept(conn, vault, journal, an_inbound("m1", conversation="c1")).new
    assert inbox.accept(conn, vault, journal, an_inbound("m1", conversation="c2")).new


async def test_a_message_sent_many_times_at_once_is_accepted_once(database: Database, vault: Vault, journal: Journal) -> None:
    def accept(conn: Connection) -> inbox.Accepted:
        return inbox.accept(conn, vault, journal, an_inbound())

    results = await asyncio.gather(*(database.write(accept) for _ in range(20)))
    assert sum(result.new for result in results) == 1
    assert len({result.row_id for result in results}) == 1


def test_turns_are_pending_in_order_until_they_end(conn: Connection, vault: Vault, journal: Journal) -> None:
    rows = [inbox.accept(conn, vault, journal, an_inbound(f"m{number}")).row_id for number in range(4)]
    inbox.finish(conn, rows[1])
    inbox.fail(conn, rows[2])
    inbox.finish(conn, rows[2])
    left = inbox.pending(conn)
    assert [row.row_id for row in left] == [rows[0], rows[3]]
    assert left[0].lane == "halcyon/web_chat/main/c1"
    states = conn.execute(select(inbox.inbox.c.state).order_by(inbox.inbox.c.number)).scalars().all()
    assert states == ["accepted", "done", "failed", "accepted"]


def test_the_journal_tells_of_it_by_ids(conn: Connection, vault: Vault, journal: Journal) -> None:
    accepted = inbox.accept(conn, vault, journal, an_inbound())
    (event,) = journal.of_correlation(conn, "halcyon", accepted.correlation_id)
    assert event.type == "inbox.accepted"
    assert event.data["row_id"] == accepted.row_id
    assert vault.open(conn, event.content_ids[0]) == "Hello"


def test_an_erased_senders_message_says_so(conn: Connection, vault: Vault, journal: Journal) -> None:
    accepted = inbox.accept(conn, vault, journal, an_inbound())
    vault.destroy(conn, tenant="halcyon", person="A001-1")
    with pytest.raises(Erased):
        inbox.load(conn, vault, accepted.row_id)


def test_an_unknown_row_is_not_found(conn: Connection, vault: Vault) -> None:
    with pytest.raises(NotFound):
        inbox.load(conn, vault, "nothing")


@pytest.mark.parametrize("message_id", ["", "x" * 201, "a\x00b", "\ud800"])
def test_an_unusable_message_id_is_refused(conn: Connection, vault: Vault, journal: Journal, message_id: str) -> None:
    with pytest.raises(BadInput, match="message_id"):
        inbox.accept(conn, vault, journal, an_inbound(message_id))
