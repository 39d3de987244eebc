from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.conversation import Author, EntryKind
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.people import Principal
from core.vault import Erased, content
from handoff.case_book import CLAIMED, PROMISED, RESOLVED, RETURNED, WAITING, cases
from handoff.lease import Leases, leases
from handoff.packet import Opening, Packet
from tests.unit.handoff.conftest import ADA, AUDITOR, BEA, FRIDAY_NOON, SAM, SATURDAY, House


def test_opening_tells_the_customer_opens_the_case_and_silences_the_bot(house: House) -> None:
    talk = house.talk()
    opened = house.open(talk)
    assert opened.new
    assert (opened.case.state, opened.case.reason, opened.case.epoch) == (WAITING, "asked_for_human", 2)
    assert house.seen(talk) == [opened.message]
    assert "getting a person" in opened.message
    assert house.events("case.opened", "lease.taken") == ["lease.taken", "case.opened"]
    for epoch in (1, 2):
        with pytest.raises(Conflict):
            house.speak(talk, "One more thing.", epoch)


def test_a_second_opening_gives_the_live_case_back_and_says_nothing(house: House) -> None:
    talk = house.talk()
    first = house.open(talk)
    for stale in (talk, house.talk()):
        again = house.open(stale, reason="negotiation")
        assert (again.case.id, again.new, again.message) == (first.case.id, False, "")
    assert len(house.seen(talk)) == 1
    assert house.conn.execute(select(func.count()).select_from(cases)).scalar() == 1


def test_a_bot_whose_time_is_over_opens_nothing(house: House) -> None:
    stale = house.talk()
    case_id = house.claimed()
    house.cases.give_back(house.conn, case_id, SAM, "Done.", at=house.now)
    with pytest.raises(Conflict):
        house.open(stale)
    assert house.open(house.talk()).new


def test_the_packet_is_complete_and_sealed(house: House) -> None:
    talk = house.talk()
    packet = Packet(
        summary="A canary was charged twice.",
        reason="money_over_limit",
        intents=("find_double_charge",),
        slots={"invoice": "INV-7"},
        steps=("find_double_charge: done",),
        mood=-0.4,
        policy_reasons=("refund.cap",),
        account_id="ACC-001",
    )
    opening = Opening(conversation=talk, packet=packet, at=house.now, correlation_id="k1")
    case = house.cases.open(house.conn, opening).case
    assert house.cases.packet(house.conn, "halcyon", case.id) == packet
    assert all(b"canary" not in row.sealed for row in house.conn.execute(select(content)))
    assert "canary" not in str(house.conn.execute(select(cases)).all())
    assert "canary" not in str(house.journal.find(house.conn, "halcyon"))
    house.vault.destroy(house.conn, tenant="halcyon", person="CON-1")
    with pytest.raises(Erased):
        house.cases.packet(house.conn, "halcyon", case.id)
    assert house.cases.queue(house.conn, "halcyon", now=house.now)[0].summary == ""


def test_the_customer_is_told_when_nobody_is_there(house: House) -> None:
    house.now = SATURDAY
    message = house.open(house.talk()).message
    assert "isn't here right now" in message
    assert "Monday from 09:00" in message
    assert "phone number" in message


def test_the_hours_are_those_of_the_customers_plan(house: House) -> None:
    house.now = SATURDAY
    assert "isn't here" not in house.open(house.talk(), plan="business").message
    case = house.open(house.talk("c2"), plan="business", zone="America/New_York").case
    assert case.due_at == SATURDAY.replace(hour=16)


def test_one_agent_claims_and_the_next_is_told_who_holds_it(house: House) -> None:
    talk = house.talk()
    case_id = house.open(talk).case.id
    case = house.cases.claim(house.conn, case_id, SAM, at=house.now)
    assert (case.state, case.agent_id, case.agent_name, case.epoch) == (CLAIMED, "sam", "Sam", 3)
    assert house.cases.claim(house.conn, case_id, SAM, at=house.now) == case
    with pytest.raises(Conflict, match="Sam holds this case"):
        house.cases.claim(house.conn, case_id, BEA, at=house.now)
    assert house.seen(talk)[1:] == ["Sam has joined the conversation."]


@pytest.mark.parametrize("stranger", [AUDITOR, ADA, replace(ADA, roles=frozenset({"support_agent"}))])
def test_only_support_agents_work_on_cases(house: House, stranger: Principal) -> None:
    waiting, held = house.open(house.talk()).case.id, house.claimed(name="c2")
    with pytest.raises(NotAllowed):
        house.cases.claim(house.conn, waiting, stranger, at=house.now)
    with pytest.raises(NotAllowed):
        house.cases.reply_to_customer(house.conn, held, stranger, "Hi", at=house.now)
    with pytest.raises(NotAllowed):
        house.cases.note_internally(house.conn, held, stranger, "Hm", at=house.now)
    with pytest.raises(NotAllowed):
        house.cases.transfer(house.conn, held, SAM, stranger, at=house.now)


def test_another_tenants_agent_finds_no_case(house: House) -> None:
    case_id = house.claimed()
    with pytest.raises(NotFound):
        house.cases.claim(house.conn, case_id, house.of_another_tenant(), at=house.now)
    with pytest.raises(NotAllowed):
        house.cases.transfer(house.conn, case_id, SAM, house.of_another_tenant(), at=house.now)
    assert house.cases.queue(house.conn, "other", now=house.now) == []


def test_the_holder_replies_and_notes_stay_inside(house: House) -> None:
    case_id = house.claimed()
    talk = house.talk()
    house.cases.reply_to_customer(house.conn, case_id, SAM, " Hello Ada. ", at=house.now)
    house.cases.note_internally(house.conn, case_id, BEA, "She is a canary.", at=house.now)
    assert house.seen(talk)[-1] == "Hello Ada."
    assert house.seen(talk, internal=True)[-1] == "She is a canary."
    line = house.threads.read(house.conn, "halcyon", talk.id)[-1]
    assert (line.kind, line.author, line.author_name) == (EntryKind.TEXT, Author.AGENT, "Sam")
    with pytest.raises(Conflict, match="Sam holds"):
        house.cases.reply_to_customer(house.conn, case_id, BEA, "Me too", at=house.now)
    assert house.cases.get(house.conn, "halcyon", case_id).first_reply_at == house.now


@pytest.mark.parametrize("words", ["", "  \n", "x" * 8001])
def test_empty_and_endless_replies_are_refused(house: House, words: str) -> None:
    case_id = house.claimed()
    with pytest.raises(BadInput):
        house.cases.reply_to_customer(house.conn, case_id, SAM, words, at=house.now)


def test_an_unclaimed_case_takes_no_reply(house: House) -> None:
    case_id = house.open(house.talk()).case.id
    with pytest.raises(Conflict, match="claim it first"):
        house.cases.reply_to_customer(house.conn, case_id, SAM, "Hi", at=house.now)


def test_a_transfer_moves_the_right_to_speak(house: House) -> None:
    case_id = house.claimed()
    case = house.cases.transfer(house.conn, case_id, SAM, BEA, at=house.now)
    assert (case.agent_name, case.epoch) == ("Bea", 4)
    with pytest.raises(Conflict):
        house.cases.reply_to_customer(house.conn, case_id, SAM, "One more", at=house.now)
    house.cases.reply_to_customer(house.conn, case_id, BEA, "Hi", at=house.now)
    assert house.cases.transfer(house.conn, case_id, BEA, BEA, at=house.now).epoch == 4


def test_a_transfer_to_nobody_puts_the_case_back_into_the_queue(house: House) -> None:
    case_id = house.claimed()
    case = house.cases.transfer(house.conn, case_id, SAM, None, at=house.now)
    assert (case.state, case.agent_id, case.agent_name) == (WAITING, None, "")
    assert house.cases.claim(house.conn, case_id, BEA, at=house.now).agent_id == "bea"


def test_resolving_ends_the_conversation_and_lists_what_is_still_promised(house: House) -> None:
    case_id = house.claimed()
    talk = house.talk()
    house.cases.reply_to_customer(house.conn, case_id, SAM, "Noted. We'll call you back by 16:00 today.", at=house.now)
    resolved = house.cases.resolve(house.conn, case_id, SAM, "Explained the invoice.", at=house.now)
    assert resolved.case.state == PROMISED
    (promise,) = resolved.open_promises
    assert (promise.text, promise.due_at) == ("We'll call you back by 16:00 today.", house.now.replace(hour=16))
    assert house.cases.outcome(house.conn, "halcyon", case_id) == "Explained the invoice."
    assert not house.threads.get(house.conn, "halcyon", talk.id).open
    with pytest.raises(Conflict, match="done but for a promise already"):
        house.cases.note_internally(house.conn, case_id, SAM, "Hm", at=house.now)
    fresh = house.talk()
    assert fresh.id != talk.id
    assert fresh.with_bot


def test_giving_back_lets_the_bot_speak_under_a_new_epoch(house: House) -> None:
    case_id = house.claimed()
    case = house.cases.give_back(house.conn, case_id, SAM, "Explained it.", at=house.now)
    assert case.state == RETURNED
    talk = house.talk()
    assert (talk.with_bot, talk.reopened, talk.epoch) == (True, True, 4)
    house.speak(talk, "I'm back.", 4)
    with pytest.raises(Conflict):
        house.cases.reply_to_customer(house.conn, case_id, SAM, "Wait", at=house.now)
    assert house.open(talk).new
    assert [each.state for each in house.cases.of_conversation(house.conn, "halcyon", talk.id)] == [RETURNED, WAITING]


def test_every_change_of_hands_is_on_record(house: House) -> None:
    case_id = house.claimed()
    house.cases.give_back(house.conn, case_id, SAM, "", at=house.now)
    rows = house.conn.execute(select(leases.c.epoch, leases.c.holder).order_by(leases.c.epoch)).all()
    assert [tuple(row) for row in rows] == [(2, "desk"), (3, "sam"), (4, "bot")]
    lease = Leases(house.threads, house.journal).current(house.conn, "halcyon", house.talk().id)
    assert (lease.holder, lease.case_id, lease.with_bot) == ("bot", case_id, True)
    kinds = house.events("case.opened", "case.claimed", "case.returned", "lease.released")
    assert kinds == ["case.opened", "case.claimed", "lease.released", "case.returned"]


def test_the_queue_is_sorted_by_urgency_and_age(house: House) -> None:
    house.open(house.talk("c1"), "asked_for_human")
    house.later(minutes=1)
    house.open(house.talk("c2"), "security_incident")
    house.later(minutes=1)
    third = house.open(house.talk("c3"), "asked_for_human")
    fourth = house.open(house.talk("c4"), "asked_for_human", plan="enterprise")
    assert "2 conversations are ahead" in third.message
    assert "One conversation is ahead" in fourth.message
    line = house.cases.queue(house.conn, "halcyon", now=house.now)
    assert line[0].case.reason == "security_incident"
    assert [each.case.id for each in line][1::2] == [fourth.case.id, third.case.id]
    assert [each.age_s for each in line] == [60, 0, 120, 0]
    assert (line[0].customer, line[0].first_words, line[0].summary) == ("Ada Example", "Hello", "Wants a person.")


def test_a_case_without_a_reply_becomes_overdue(house: House) -> None:
    case_id = house.open(house.talk(), "security_incident", plan="Enterprise").case.id
    assert house.cases.get(house.conn, "halcyon", case_id).due_at == FRIDAY_NOON.replace(minute=15)
    house.later(minutes=16)
    assert house.cases.queue(house.conn, "halcyon", now=house.now)[0].overdue
    house.cases.claim(house.conn, case_id, SAM, at=house.now)
    house.cases.reply_to_customer(house.conn, case_id, SAM, "Hi", at=house.now)
    assert not house.cases.queue(house.conn, "halcyon", now=house.now)[0].overdue


def test_what_a_customer_writes_in_a_claimed_case_is_passed_on(house: House) -> None:
    talk = house.talk()
    position = house.write(talk, "Hello, a canary")
    assert house.cases.customer_wrote(house.conn, talk, position, {}, at=house.now) is None
    house.claimed()
    position = house.write(talk, "Are you there, canary?")
    event = house.cases.customer_wrote(house.conn, talk, position, {"intent": "question"}, at=house.now)
    assert event is not None
    assert event.data["agent_id"] == "sam"
    assert event.data["position"] == position
    assert event.data["understood"] == {"intent": "question"}
    assert "canary" not in str(house.journal.find(house.conn, "halcyon"))


def test_a_case_whose_customer_has_gone_can_still_be_closed(house: House) -> None:
    case_id = house.claimed()
    stranger = replace(ADA, contact_id="CON-2")
    house.talk(principal=stranger)
    with pytest.raises(Conflict, match="ended"):
        house.cases.reply_to_customer(house.conn, case_id, SAM, "Hi", at=house.now)
    assert house.cases.resolve(house.conn, case_id, SAM, "Gone.", at=house.now).case.state == RESOLVED
    assert house.talk(principal=stranger).with_bot


def test_erasing_a_person_empties_the_queue_of_their_cases(house: House) -> None:
    house.claimed()
    assert house.cases.erase(house.conn, "halcyon", "CON-1", at=house.now) == 1
    assert house.cases.erase(house.conn, "halcyon", "CON-1", at=house.now) == 0
    assert house.cases.queue(house.conn, "halcyon", now=house.now) == []
    assert len(house.cases.closed(house.conn, "halcyon", now=house.now)) == 1


def test_customers_are_told_in_their_language(house: House) -> None:
    talk = house.talk()
    house.threads.spoken_in(house.conn, "halcyon", talk.id, "de")
    message = house.open(house.talk()).message
    assert message.startswith("Natürlich")
