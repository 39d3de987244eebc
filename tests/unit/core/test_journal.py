from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection, delete, update

from core.chain import Head
from core.chain import journal as rows
from core.errors import BadInput
from core.events import Event
from core.journal import Journal
from core.vault import Vault, content
from tests.unit.core.conftest import NOON


def an_event(kind: str = "turn.started", **more: object) -> Event:
    plain = Event(
        type=kind,
        tenant="t",
        at=NOON,
        correlation_id="k1",
        conversation_id="c1",
        account_id="A001",
        data={"n": 1, "x": [0.5, None]},
    )
    return replace(plain, **more)


def sealed(conn: Connection, journal: Journal, count: int = 5) -> list[Event]:
    events = [an_event(data={"n": number}) for number in range(count)]
    for event in events:
        journal.append(conn, event)
    journal.seal(conn)
    return events


def test_an_event_comes_back_as_it_was(conn: Connection, journal: Journal, vault: Vault) -> None:
    content_id = vault.seal(conn, tenant="t", person="ada", text="Hello")
    event = an_event(content_ids=(content_id,), causation_id="before")
    journal.append(conn, event)
    assert journal.get(conn, "t", event.id) == event


def test_reads_keep_to_their_tenant(conn: Connection, journal: Journal) -> None:
    mine, other = an_event(), an_event(tenant="u")
    journal.append(conn, mine)
    journal.append(conn, other)
    assert journal.of_correlation(conn, "t", "k1") == [mine]
    assert journal.of_conversation(conn, "t", "c1") == [mine]
    assert journal.find(conn, "t", "turn.started") == [mine]
    assert journal.get(conn, "t", other.id) is None


def test_find_gives_the_latest_of_the_types_oldest_first(conn: Connection, journal: Journal) -> None:
    events = [
        an_event("turn.started"),
        an_event("turn.finished"),
        an_event("turn.failed"),
        an_event("turn.finished", account_id="A002"),
    ]
    for event in events:
        journal.append(conn, event)
    assert journal.find(conn, "t", "turn.finished", "turn.failed", limit=2) == events[2:]
    assert journal.find(conn, "t", "turn.finished", account_id="A002") == events[3:]
    assert journal.find(conn, "t") == events


def test_an_unknown_type_or_content_is_refused(conn: Connection, journal: Journal) -> None:
    with pytest.raises(BadInput, match=r"turn\.begun"):
        an_event("turn.begun")
    with pytest.raises(BadInput, match="seal it first"):
        journal.append(conn, an_event(content_ids=("nothing",)))
    with pytest.raises(BadInput, match="zone"):
        an_event(at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test


def test_sealing_gives_positions_without_gaps_and_readers_follow_them(conn: Connection, journal: Journal) -> None:
    first = sealed(conn, journal, 3)
    assert journal.seal(conn) == 0
    late = an_event("turn.finished")
    journal.append(conn, late)
    assert journal.follow(conn, after=1) == [(2, first[1]), (3, first[2])]
    assert journal.unsealed(conn) == 1
    assert journal.seal(conn) == 1
    assert journal.follow(conn, after=3) == [(4, late)]
    assert journal.head(conn).position == 4


def test_sealing_in_small_batches_gives_the_same_chain(conn: Connection, journal: Journal) -> None:
    for number in range(5):
        journal.append(conn, an_event(data={"n": number}))
    assert [journal.seal(conn, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert journal.verify(conn, journal.head(conn)).ok


def test_a_whole_chain_verifies_and_its_tail_is_reported(conn: Connection, journal: Journal) -> None:
    sealed(conn, journal)
    journal.append(conn, an_event())
    found = journal.verify(conn, journal.head(conn))
    assert (found.ok, found.sealed, found.unsealed, found.problems) == (True, 5, 1, ())


def test_an_empty_journal_verifies(conn: Connection, journal: Journal) -> None:
    assert journal.verify(conn).ok


def test_a_changed_row_is_found(conn: Connection, journal: Journal) -> None:
    sealed(conn, journal)
    conn.execute(update(rows).where(rows.c.position == 3).values(data={"n": 99}))
    found = journal.verify(conn)
    assert not found.ok
    assert "position 3" in found.problems[0]
    assert len(found.problems) == 1


def test_a_dropped_row_is_found(conn: Connection, journal: Journal) -> None:
    sealed(conn, journal)
    conn.execute(delete(rows).where(rows.c.position == 3))
    assert "missing between positions 2 and 4" in journal.verify(conn).problems[0]


def test_rows_that_changed_places_are_found(conn: Connection, journal: Journal) -> None:
    sealed(conn, journal)
    for old, new in ((2, 99), (3, 2), (99, 3)):
        conn.execute(update(rows).where(rows.c.position == old).values(position=new))
    assert not journal.verify(conn).ok


def test_a_chain_cut_short_is_found_by_its_head_and_by_the_checkpoint(conn: Connection, journal: Journal) -> None:
    sealed(conn, journal)
    checkpoint = journal.head(conn)
    conn.execute(delete(rows).where(rows.c.position > 3))
    problems = journal.verify(conn, checkpoint).problems
    assert any("sealer had come to 5" in problem for problem in problems)
    assert any("was cut" in problem for problem in problems)


def test_a_chain_forged_anew_is_found_by_the_checkpoint_alone(conn: Connection, journal: Journal) -> None:
    sealed(conn, journal)
    checkpoint = journal.head(conn)
    conn.execute(update(rows).where(rows.c.position == 2).values(data={"n": 99}))
    conn.execute(update(rows).values(position=None, hash=None))
    conn.exec_driver_sql("DELETE FROM journal_head")
    journal.seal(conn)
    assert journal.verify(conn).ok
    assert "forged" in journal.verify(conn, checkpoint).problems[0]


def test_a_checkpoint_ahead_of_nothing_is_found(conn: Connection, journal: Journal) -> None:
    assert not journal.verify(conn, Head(position=4, hash="f" * 64)).ok


def test_a_changed_or_removed_ciphertext_is_found_and_an_erased_one_is_not(
    conn: Connection, journal: Journal, vault: Vault
) -> None:
    ids = [vault.seal(conn, tenant="t", person=person, text="Hello") for person in ("ada", "bob", "cy", "dee")]
    for content_id in ids:
        journal.append(conn, an_event(content_ids=(content_id,)))
    journal.seal(conn)
    vault.destroy(conn, tenant="t", person="ada")
    vault.discard(conn, [ids[1]])
    assert journal.verify(conn, journal.head(conn)).ok
    conn.execute(update(content).where(content.c.id == ids[2]).values(sealed=b"flipped"))
    conn.execute(delete(content).where(content.c.id == ids[3]))
    problems = journal.verify(conn).problems
    assert [ids[2] in problems[0], ids[3] in problems[1], len(problems)] == [True, True, 2]
