"""Lines: the sentences of a reply are one, notes are internal, and a case has its own stretch of a conversation."""

from collections.abc import Mapping

import pytest

from core.conversation import Author, Entry, EntryKind
from handoff.desk.lines import BEFORE, Seen, lines_of, span_of
from handoff.desk.views import Arrived, LineKind
from tests.fakes.clock import NOON


def entry(position: int, kind: EntryKind, author: Author, turn: str | None = None, **body: object) -> Entry:
    return Entry(
        conversation_id="t1",
        position=position,
        kind=kind,
        author=author,
        author_name="Sam" if author is Author.AGENT else "",
        at=NOON,
        epoch=1,
        turn_id=turn,
        body=body,
    )


def customer(position: int, text: str = "Hello") -> Entry:
    return entry(position, EntryKind.TEXT, Author.CUSTOMER, text=text)


def sentence(position: int, text: str, turn: str = "u1") -> Entry:
    cited: Mapping[str, object] = {"article": "refunds", "heading": "H", "start": 0, "end": 5, "quote": "They "}
    return entry(position, EntryKind.SENTENCE, Author.BOT, turn, text=text, citations=[cited])


def notice(position: int, **body: object) -> Entry:
    return entry(position, EntryKind.NOTICE, Author.SYSTEM, None, text="…", **body)


def test_sentences_of_one_reply_are_one_line_with_each_source_once() -> None:
    entries = [customer(1), sentence(2, "One."), sentence(3, "Two."), entry(4, EntryKind.REPLY_END, Author.BOT, "u1")]
    lines = lines_of(entries, Seen(customer="Helen"))
    assert [(line.position, line.kind, line.text) for line in lines] == [
        (1, LineKind.CUSTOMER, "Hello"),
        (3, LineKind.BOT, "One. Two."),
    ]
    assert lines[0].author == "Helen"
    assert len(lines[1].citations) == 1


def test_a_reply_that_is_still_being_written_is_no_line_yet() -> None:
    assert lines_of([sentence(1, "One.")], Seen()) == []
    assert [line.text for line in lines_of([sentence(1, "One."), sentence(2, "Other.", "u2")], Seen())] == ["One."]


def test_cards_receipts_notes_and_erased_lines() -> None:
    entries = [
        entry(1, EntryKind.CARD, Author.BOT, title="Add seats", rows=[["Seats", "5"]]),
        entry(2, EntryKind.RECEIPT, Author.BOT, rows={"Receipt": "R-1"}),
        entry(3, EntryKind.INTERNAL_NOTE, Author.AGENT, text="Careful"),
        entry(4, EntryKind.TEXT, Author.AGENT, text="We are on it"),
        entry(5, EntryKind.TEXT, Author.CUSTOMER, erased=True),
        entry(6, EntryKind.TEXT, Author.CUSTOMER, text="New words", edited=True),
    ]
    card, receipt, note, reply, gone, edited = lines_of(entries, Seen(arrived={3: Arrived.DELIVERED, 4: Arrived.FAILED}))
    assert (card.kind, card.text, card.rows) == (LineKind.CARD, "Add seats", (("Seats", "5"),))
    assert (receipt.kind, receipt.rows) == (LineKind.RECEIPT, (("Receipt", "R-1"),))
    assert note.kind.internal
    assert note.arrived is Arrived.NOT_SENT
    assert (reply.author, reply.arrived) == ("Sam", Arrived.FAILED)
    assert (gone.deleted, gone.text) == (True, "")
    assert (edited.edited, edited.deleted) == (True, False)


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ({1: Arrived.DELIVERED, 2: Arrived.DELIVERED}, Arrived.DELIVERED),
        ({1: Arrived.DELIVERED, 2: Arrived.WAITING}, Arrived.WAITING),
        ({1: Arrived.UNKNOWN, 2: Arrived.WAITING}, Arrived.UNKNOWN),
        ({1: Arrived.UNKNOWN, 2: Arrived.FAILED}, Arrived.FAILED),
        ({}, Arrived.NOT_SENT),
    ],
)
def test_a_line_arrived_as_well_as_its_worst_part(states: dict[int, Arrived], worst: Arrived) -> None:
    entries = [sentence(1, "One."), sentence(2, "Two."), customer(3)]
    assert lines_of(entries, Seen(arrived=states))[0].arrived is worst


def test_a_case_has_a_few_lines_before_it_and_all_until_it_was_closed() -> None:
    entries = [customer(position) for position in range(1, 21)]
    entries += [notice(21, case_id="one", reason="asked_for_human"), customer(22), notice(23, case_id="one", change="returned")]
    entries += [customer(24), notice(25, case_id="two", reason="asked_for_human"), customer(26)]
    lines = lines_of(entries, Seen())
    assert span_of("one", entries, lines) == (21 - BEFORE, 23)
    assert span_of("two", entries, lines) == (24, None)
