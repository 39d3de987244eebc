from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from core.conversation import Author, EntryKind
from core.errors import BadInput, Conflict, NotFound
from core.people import Principal
from core.vault import Vault, content
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from tests.unit.memory.conftest import ADA, NOON, VISITOR, ref, sentence, text


def begin(conn: Connection, threads: Threads, principal: Principal = ADA) -> Conversation:
    return threads.open_or_create(conn, ref(), principal, at=NOON, correlation_id="k1")


def note(words: str = "He sounds tired.") -> NewEntry:
    return NewEntry(kind=EntryKind.INTERNAL_NOTE, author=Author.AGENT, author_id="sam", body={"text": words}, at=NOON)


def test_lines_come_back_in_order_with_their_words(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.append(conn, talk.tenant, talk.id, text("Hello"))
    threads.append(conn, talk.tenant, talk.id, sentence("Hi Ada.", "t1"), epoch=1)
    lines = threads.read(conn, talk.tenant, talk.id)
    assert [(line.position, line.author, line.body["text"]) for line in lines] == [
        (1, Author.CUSTOMER, "Hello"),
        (2, Author.BOT, "Hi Ada."),
    ]
    assert lines[0].author_name == "Ada"
    assert [line.position for line in threads.read(conn, talk.tenant, talk.id, 1)] == [2]


def test_no_words_are_stored_in_the_clear(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.append(conn, talk.tenant, talk.id, text("a canary sings"))
    assert all(b"canary" not in row.sealed for row in conn.execute(select(content)))


def test_another_tenant_reads_and_writes_nothing(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.append(conn, talk.tenant, talk.id, text("Hello"))
    assert threads.read(conn, "other", talk.id) == []
    with pytest.raises(NotFound):
        threads.append(conn, "other", talk.id, text("Hello"))


def test_customers_see_no_internal_notes_and_no_gap_where_one_is(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.append(conn, talk.tenant, talk.id, text("Hello"))
    threads.append(conn, talk.tenant, talk.id, note())
    threads.append(conn, talk.tenant, talk.id, text("Anyone?", message_id="m2"))
    assert [(each.position, each.body["text"]) for each in threads.read(conn, talk.tenant, talk.id)] == [
        (1, "Hello"),
        (2, "Anyone?"),
    ]
    assert [each.kind for each in threads.read(conn, talk.tenant, talk.id, internal=True)] == [
        EntryKind.TEXT,
        EntryKind.INTERNAL_NOTE,
        EntryKind.TEXT,
    ]


def test_a_stale_epoch_appends_nothing(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.pass_to(conn, talk.tenant, talk.id, "desk", epoch=1)
    with pytest.raises(Conflict):
        threads.append(conn, talk.tenant, talk.id, sentence("Late.", "t1"), epoch=1)
    assert threads.read(conn, talk.tenant, talk.id) == []


def test_the_bot_is_silent_while_somebody_else_holds_the_conversation(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    epoch = threads.pass_to(conn, talk.tenant, talk.id, "sam", epoch=1)
    with pytest.raises(Conflict):
        threads.append(conn, talk.tenant, talk.id, sentence("Me too.", "t1"), epoch=epoch)
    with pytest.raises(Conflict):
        threads.append(conn, talk.tenant, talk.id, text("Hi", author=Author.AGENT, author_id="bea"), epoch=epoch)
    threads.append(conn, talk.tenant, talk.id, text("Hi", author=Author.AGENT, author_id="sam"), epoch=epoch)
    threads.append(conn, talk.tenant, talk.id, text("Thanks", message_id="m2"))
    assert [each.epoch for each in threads.read(conn, talk.tenant, talk.id)] == [2, 2]


def test_the_bot_needs_an_epoch_and_customers_write_no_notes(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    with pytest.raises(BadInput):
        threads.append(conn, talk.tenant, talk.id, sentence("Hi.", "t1"))
    with pytest.raises(BadInput):
        threads.append(conn, talk.tenant, talk.id, replace(note(), author=Author.CUSTOMER))


def test_nothing_is_added_to_a_conversation_that_has_ended(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.end(conn, talk.tenant, talk.id, at=NOON, reason="resolved")
    for entry, epoch in ((text("Hello"), None), (sentence("Hi.", "t1"), 1), (sentence("Hi.", "t1"), 2)):
        with pytest.raises(Conflict, match="ended"):
            threads.append(conn, talk.tenant, talk.id, entry, epoch=epoch)


def test_the_sentences_of_a_reply_are_one_message_to_a_model(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.append(conn, talk.tenant, talk.id, text("Two questions."))
    for words in ("First.", "Second."):
        threads.append(conn, talk.tenant, talk.id, sentence(words, "t1"), epoch=1)
    threads.append(conn, talk.tenant, talk.id, note())
    threads.append(conn, talk.tenant, talk.id, sentence("Third.", "t2"), epoch=1)
    said = threads.said(conn, talk.tenant, talk.id)
    assert [(each.role, each.text) for each in said] == [
        ("customer", "Two questions."),
        ("bot", "First. Second."),
        ("bot", "Third."),
    ]
    assert said[0].message_id == "m1"
    assert [each.text for each in threads.said(conn, talk.tenant, talk.id, 1)] == ["Third."]
    assert [each.body["text"] for each in threads.of_turn(conn, talk.tenant, talk.id, "t1")] == ["First.", "Second."]


def test_the_dialogues_state_is_kept_sealed_and_fenced(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    assert threads.load_state(conn, talk.tenant, talk.id) is None
    threads.save_state(conn, talk.tenant, talk.id, '{"misses": 1}', epoch=1)
    threads.save_state(conn, talk.tenant, talk.id, '{"misses": 2}', epoch=1)
    assert threads.load_state(conn, talk.tenant, talk.id) == '{"misses": 2}'
    threads.pass_to(conn, talk.tenant, talk.id, "sam", epoch=1)
    with pytest.raises(Conflict):
        threads.save_state(conn, talk.tenant, talk.id, "{}", epoch=1)
    assert [row.discarded for row in conn.execute(select(content).order_by(content.c.discarded))] == [False, True]


def test_a_hand_back_is_marked_until_the_bot_saves_again(conn: Connection, threads: Threads) -> None:
    talk = begin(conn, threads)
    threads.pass_to(conn, talk.tenant, talk.id, "sam", epoch=1)
    threads.pass_to(conn, talk.tenant, talk.id, "bot", epoch=2)
    assert threads.get(conn, talk.tenant, talk.id).reopened
    threads.save_state(conn, talk.tenant, talk.id, "{}", epoch=3)
    assert not threads.get(conn, talk.tenant, talk.id).reopened


def test_erased_lines_say_so(conn: Connection, threads: Threads, vault: Vault) -> None:
    talk = begin(conn, threads)
    threads.append(conn, talk.tenant, talk.id, text("Hello"))
    vault.destroy(conn, tenant="halcyon", person="CON-1")
    assert threads.read(conn, talk.tenant, talk.id)[0].body == {"erased": True}
    assert threads.said(conn, talk.tenant, talk.id) == []


def test_a_visitors_words_move_under_the_key_of_the_contact_they_turn_out_to_be(
    conn: Connection, threads: Threads, vault: Vault
) -> None:
    talk = begin(conn, threads, VISITOR)
    threads.append(conn, talk.tenant, talk.id, text("Hello", author_id="visitor-1"))
    threads.save_state(conn, talk.tenant, talk.id, "{}", epoch=1)
    known = begin(conn, threads, ADA)
    assert (known.id, known.contact_id, known.visitor_id) == (talk.id, "CON-1", "visitor-1")
    vault.destroy(conn, tenant="halcyon", person="visitor-1")
    assert threads.read(conn, talk.tenant, talk.id)[0].body["text"] == "Hello"
    assert threads.load_state(conn, talk.tenant, talk.id) == "{}"
