from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from core.conversation import ConversationRef
from core.errors import Conflict, NotFound
from core.journal import Journal
from core.people import Assurance, Principal
from memory.tables import Conversation
from memory.threads import Threads
from tests.unit.memory.conftest import ADA, BEN, NOON, VISITOR, ref, text


def begin(
    conn: Connection, threads: Threads, principal: Principal = ADA, *, minutes: int = 0, conversation: str = "c1"
) -> Conversation:
    at = NOON + timedelta(minutes=minutes)
    return threads.open_or_create(conn, ref(conversation), principal, at=at, correlation_id="k1")


def test_the_same_channel_conversation_goes_on(conn: Connection, threads: Threads) -> None:
    assert begin(conn, threads).id == begin(conn, threads, minutes=29).id
    assert begin(conn, threads, conversation="c2").id != begin(conn, threads).id


def test_after_half_an_hour_of_silence_a_new_conversation_begins(conn: Connection, threads: Threads, journal: Journal) -> None:
    first, second = begin(conn, threads), begin(conn, threads, minutes=30)
    assert second.id != first.id
    assert not threads.get(conn, first.tenant, first.id).open
    ended = journal.find(conn, "halcyon", "conversation.ended")
    assert [event.data["reason"] for event in ended] == ["idle"]
    assert [each.id for each in threads.earlier(conn, ref())] == [second.id, first.id]
    latest = threads.find(conn, ref())
    assert latest is not None
    assert latest.id == second.id


def test_a_conversation_with_people_never_goes_idle(conn: Connection, threads: Threads) -> None:
    first = begin(conn, threads)
    threads.pass_to(conn, first.tenant, first.id, "desk", epoch=1)
    assert threads.idle(conn, NOON + timedelta(days=2)) == []
    assert begin(conn, threads, minutes=600).id == first.id


def test_idle_conversations_are_found_once_their_time_is_up(conn: Connection, threads: Threads) -> None:
    first = begin(conn, threads)
    threads.append(conn, first.tenant, first.id, text("Hello"))
    assert threads.idle(conn, NOON + timedelta(minutes=29)) == []
    assert [each.id for each in threads.idle(conn, NOON + timedelta(minutes=30))] == [first.id]


def test_somebody_else_on_the_same_device_gets_a_conversation_of_their_own(conn: Connection, threads: Threads) -> None:
    first = begin(conn, threads, ADA)
    threads.append(conn, first.tenant, first.id, text("My turnover is a canary"))
    for stranger in (BEN, VISITOR):
        other = begin(conn, threads, stranger)
        assert other.id != first.id
        assert threads.read(conn, other.tenant, other.id) == []


def test_a_visitor_who_is_verified_stays_in_the_conversation(conn: Connection, threads: Threads) -> None:
    first = begin(conn, threads, VISITOR)
    second = begin(conn, threads, ADA)
    assert (second.id, second.account_id, second.assurance) == (first.id, "ACC-001", Assurance.VERIFIED)


def test_only_ended_conversations_of_verified_contacts_are_learned_from(conn: Connection, threads: Threads) -> None:
    ada, visitor = begin(conn, threads), begin(conn, threads, VISITOR, conversation="c2")
    assert threads.to_distil(conn) == []
    for each in (ada, visitor):
        threads.end(conn, each.tenant, each.id, at=NOON, reason="idle")
    assert [each.id for each in threads.to_distil(conn)] == [ada.id]
    threads.distilled(conn, ada.tenant, ada.id, NOON)
    assert threads.to_distil(conn) == []


def test_ending_twice_is_told_once(conn: Connection, threads: Threads, journal: Journal) -> None:
    first = begin(conn, threads)
    for _ in range(2):
        threads.end(conn, first.tenant, first.id, at=NOON, reason="resolved")
    assert len(journal.find(conn, "halcyon", "conversation.ended")) == 1


def test_a_lease_is_passed_on_only_from_its_present_epoch(conn: Connection, threads: Threads) -> None:
    first = begin(conn, threads)
    assert threads.pass_to(conn, first.tenant, first.id, "sam", epoch=1) == 2
    with pytest.raises(Conflict):
        threads.pass_to(conn, first.tenant, first.id, "bea", epoch=1)
    assert threads.get(conn, first.tenant, first.id).holder == "sam"


def test_conversations_are_listed_by_account_person_and_time(conn: Connection, threads: Threads) -> None:
    one, two = begin(conn, threads), begin(conn, threads, BEN, minutes=5, conversation="c2")
    assert [each.id for each in threads.by_account(conn, "halcyon", "ACC-001")] == [two.id, one.id]
    assert [each.id for each in threads.by_person(conn, "halcyon", "CON-2")] == [two.id]
    assert [each.id for each in threads.recent(conn, "halcyon", before=two.last_activity_at)] == [one.id]
    assert threads.recent(conn, "other") == []
    threads.spoken_in(conn, "halcyon", one.id, "de")
    assert threads.get(conn, "halcyon", one.id).language == "de"
    with pytest.raises(NotFound):
        threads.get(conn, "other", one.id)


SLACK = ConversationRef(tenant="halcyon", channel="slack", installation="T1", conversation_id="D1")


def in_slack(
    conn: Connection, threads: Threads, principal: Principal = ADA, *, minutes: int = 1, private: bool = True
) -> Conversation:
    at = NOON + timedelta(minutes=minutes)
    return threads.open_or_create(conn, SLACK, principal, at=at, correlation_id="k2", private=private)


def test_a_verified_contact_goes_on_with_the_same_conversation_elsewhere_and_back(
    conn: Connection, threads: Threads, journal: Journal
) -> None:
    first = begin(conn, threads)
    there = in_slack(conn, threads)
    assert (there.id, there.ref, there.lane) == (first.id, SLACK, first.lane)
    assert threads.places(conn, there) == [ref(), SLACK]
    for place in (ref(), SLACK):
        found = threads.find(conn, place)
        assert found is not None
        assert found.id == first.id
    back = begin(conn, threads, minutes=2)
    assert (back.id, back.ref) == (first.id, ref())
    assert in_slack(conn, threads, minutes=3).id == first.id
    joined = journal.find(conn, "halcyon", "conversation.joined")
    assert [(event.data["from"], event.data["to"]) for event in joined] == [("web_chat", "slack")]


@pytest.mark.parametrize(
    "other", [BEN, VISITOR, replace(ADA, assurance=Assurance.CLAIMED)], ids=["colleague", "stranger", "claimed"]
)
def test_nobody_else_and_nobody_unproved_joins_a_conversation(conn: Connection, threads: Threads, other: Principal) -> None:
    assert begin(conn, threads).id != in_slack(conn, threads, other).id


def test_a_place_that_others_read_is_never_joined_to_a_private_one(conn: Connection, threads: Threads) -> None:
    first = begin(conn, threads)
    shared = in_slack(conn, threads, private=False)
    assert shared.id != first.id
    assert begin(conn, threads, minutes=2, conversation="c1").id == first.id
    teams = replace(SLACK, channel="teams")
    assert threads.open_or_create(conn, teams, ADA, at=NOON, correlation_id="k3").id == first.id


def test_a_conversation_that_was_left_is_not_joined(conn: Connection, threads: Threads) -> None:
    assert begin(conn, threads).id != in_slack(conn, threads, minutes=31).id
