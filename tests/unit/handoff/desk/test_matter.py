from datetime import UTC, datetime

import pytest

from core.conversation import Author, Entry, EntryKind
from handoff.desk.matter import read_matter, unanswered, whole_lines
from tests.fakes.copilot_house import PERSON, REFUND, Begin

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CUSTOMER, BOT, AGENT, SYSTEM = Author.CUSTOMER, Author.BOT, Author.AGENT, Author.SYSTEM
TEXT, SENTENCE, NOTICE, NOTE = EntryKind.TEXT, EntryKind.SENTENCE, EntryKind.NOTICE, EntryKind.INTERNAL_NOTE

Line = tuple[Author, EntryKind, str]


def thread(*lines: Line) -> list[Entry]:
    return [
        Entry(
            conversation_id="c",
            position=place,
            kind=kind,
            author=author,
            author_name="",
            at=AT,
            epoch=1,
            turn_id=None,
            body={"text": text, **({"reason": "asked_for_human"} if text == "handed over" else {})},
        )
        for place, (author, kind, text) in enumerate(lines, start=1)
    ]


def waiting(*lines: Line) -> tuple[list[str], bool]:
    run, answered = unanswered(thread(*lines))
    return [str(each.body["text"]) for each in run], answered


def test_what_was_written_in_a_row_waits_together() -> None:
    assert waiting((CUSTOMER, TEXT, "one"), (AGENT, TEXT, "yes"), (CUSTOMER, TEXT, "two"), (CUSTOMER, TEXT, "three")) == (
        ["two", "three"],
        False,
    )


def test_an_agents_reply_answers_and_a_note_does_not() -> None:
    assert waiting((CUSTOMER, TEXT, "one"), (AGENT, TEXT, "yes")) == (["one"], True)
    assert waiting((CUSTOMER, TEXT, "one"), (AGENT, NOTE, "hm")) == (["one"], False)


def test_what_the_bot_says_when_it_hands_over_is_no_answer() -> None:
    assert waiting((CUSTOMER, TEXT, "one"), (BOT, SENTENCE, "let me see"), (SYSTEM, NOTICE, "handed over")) == (["one"], False)


def test_what_came_before_the_hand_over_waits_until_they_write_again() -> None:
    lines: tuple[Line, ...] = ((CUSTOMER, TEXT, "one"), (SYSTEM, NOTICE, "handed over"), (SYSTEM, NOTICE, "joined"))
    assert waiting(*lines) == (["one"], False)
    assert waiting(*lines, (CUSTOMER, TEXT, "two")) == (["two"], False)


def test_what_was_taken_back_is_not_answered() -> None:
    assert waiting((CUSTOMER, TEXT, "one"), (AGENT, TEXT, "yes"), (CUSTOMER, TEXT, "")) == (["one"], True)


async def test_a_case_is_read_with_its_account_and_what_was_said_before(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(REFUND)
    matter = await copilot.rooms.database.read(lambda conn: read_matter(copilot.rooms, conn, copilot.tenant, copilot.case_id))
    assert (matter.text, matter.latest, matter.answered) == (REFUND, REFUND, False)
    assert [each.text for each in matter.said] == [PERSON]
    assert matter.account_id == "ACC-003"
    acting = matter.on_behalf(copilot.sam)
    assert (acting.id, acting.roles, acting.contact_id) == ("sam", copilot.sam.roles, "C-003-1")


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        (("How long do I have", "to ask for a refund?"), ("How long do I have to ask for a refund?",)),
        (("Is it down?", "since when?"), ("Is it down?", "since when?")),
        (("is it down", "can i pay"), ("is it down", "can i pay")),
        (("Hello", "Is it down?"), ("Hello", "Is it down?")),
        ((), ()),
    ],
)
def test_a_sentence_that_goes_on_in_the_next_message_is_one_line(texts: tuple[str, ...], lines: tuple[str, ...]) -> None:
    assert whole_lines(texts) == lines
