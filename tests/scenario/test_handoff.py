"""From the assistant to people and back: one speaker at a time, everything handed over, and no loop."""

import pytest

from core.conversation import Author, EntryKind
from core.errors import Conflict, NotAllowed
from memory.threads import NewEntry
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet
from tests.scenario.story import Story

PERSON = "I want to talk to a person."


async def handed_over(meet: Meet, account: str = "ACC-003") -> Story:
    story = await meet(account)
    await story.says("How many characters must a password have?")
    reply = await story.says(PERSON)
    assert reply.handoff is not None
    assert reply.handoff.reason == "asked_for_human"
    assert "person" in reply.handoff.message
    return story


async def test_the_customer_is_told_and_the_case_has_it_all(meet: Meet) -> None:
    story = await handed_over(meet)
    case = await story.open_case()
    packet = await story.house.database.read(lambda conn: story.house.cases.packet(conn, story.tenant, case.id))
    assert (packet.reason, packet.account_id) == ("asked_for_human", "ACC-003")
    assert packet.contact_name
    assert packet.first_words.startswith("How many")
    assert packet.summary
    assert (case.plan, case.zone) == ("team", "America/Chicago")
    types = await story.event_types()
    assert {"case.opened", "lease.taken"} <= set(types)


async def test_hours_are_those_of_the_customers_plan(meet: Meet) -> None:
    """A proved customer's plan decides, also when the wish for a person is the first thing they say."""
    story = await meet("ACC-007")
    await story.says(PERSON)
    assert (await story.open_case()).plan == "enterprise"


async def test_the_bot_is_silent_while_people_hold_the_case(meet: Meet) -> None:
    story = await handed_over(meet)
    told = (await story.notices())[-1]
    for text in ("Hello?", "How many characters must a password have?", "credit please"):
        reply = await story.says(text, Meant(intent="give_credit", slots={"amount": "10 USD"}))
        assert (reply.silent, reply.text, reply.card, reply.actions) == (True, "", None, ())
        assert reply.handoff is not None
        assert (reply.handoff.reason, reply.handoff.message) == ("asked_for_human", told)
    sam = story.agent("Sam")
    await story.claims(sam)
    assert (await story.says("Anyone?")).silent
    await story.replies(sam, "Good morning, how can I help?")
    said_by_bot = [each for each in await story.entries() if each.author is Author.BOT and each.at > story.clock.now()]
    assert said_by_bot == []
    events = [each for each in await story.events() if each.type == "CustomerReplied"]
    assert len(events) == 1
    assert events[0].data["agent_id"] == "sam"


async def test_giving_back_brings_the_assistant_without_a_loop(meet: Meet) -> None:
    story = await handed_over(meet)
    sam = story.agent("Sam")
    before = (await story.conversation()).epoch
    await story.claims(sam)
    await story.gives_back(sam)
    after = await story.conversation()
    assert after.with_bot
    assert after.epoch > before
    reply = await story.says("How many characters must a password have?")
    assert not reply.silent
    assert reply.handoff is None
    state = await story.state()
    assert (state.misses, state.handoff) == (0, None)


async def test_a_second_handoff_opens_a_second_case(meet: Meet) -> None:
    story = await handed_over(meet)
    first = await story.open_case()
    sam = story.agent("Sam")
    await story.claims(sam)
    await story.gives_back(sam)
    again = await story.says(
        "This is a legal matter, my solicitor will sue you.", Meant(intent="none", triage="legal_or_regulator")
    )
    assert again.handoff is not None
    assert again.handoff.reason == "legal_or_regulator"
    second = await story.open_case()
    assert second.id != first.id
    silent = await story.says("Hello?")
    assert silent.handoff is not None
    assert silent.handoff.reason == "legal_or_regulator"


async def test_a_resolved_case_ends_the_conversation_and_the_next_message_begins_anew(meet: Meet) -> None:
    story = await handed_over(meet)
    sam, first = story.agent("Sam"), await story.conversation()
    case = await story.claims(sam)
    now = story.clock.now()
    await story.house.database.write(lambda conn: story.house.cases.resolve(conn, case.id, sam, "Told.", at=now))
    assert not (await story.conversation()).open
    reply = await story.says("How many characters must a password have?")
    assert not reply.silent
    assert (await story.conversation()).id != first.id


async def test_another_agent_cannot_speak_or_claim(meet: Meet) -> None:
    story = await handed_over(meet)
    await story.claims(story.agent("Sam"))
    with pytest.raises(Conflict, match="Sam"):
        await story.claims(story.agent("Bea"))
    with pytest.raises(Conflict):
        await story.replies(story.agent("Bea"), "Me too!")
    with pytest.raises(NotAllowed):
        await story.claims(story.agent("Ines", "auditor"))


async def test_a_bot_that_comes_late_appends_nothing(meet: Meet) -> None:
    """The epoch fences: what was worked out before the handoff can't be said after it."""
    story = await meet("ACC-003")
    await story.says("How many characters must a password have?")
    stale = await story.conversation()
    await story.says(PERSON)
    late = NewEntry(kind=EntryKind.SENTENCE, author=Author.BOT, author_id="bot", body={"text": "late"}, at=story.clock.now())
    with pytest.raises(Conflict):
        await story.house.database.write(
            lambda conn: story.house.threads.append(conn, story.tenant, stale.id, late, epoch=stale.epoch)
        )


async def test_an_internal_note_is_never_in_a_customers_read(meet: Meet) -> None:
    story = await handed_over(meet)
    sam, case = story.agent("Sam"), await story.open_case()
    now, note = story.clock.now(), "VIP? check the zebra list"
    await story.house.database.write(lambda conn: story.house.cases.note_internally(conn, case.id, sam, note, at=now))
    assert note not in str(await story.entries())
    assert note in str(await story.entries(internal=True))
    positions = [each.position for each in await story.entries()]
    assert positions == list(range(1, len(positions) + 1))


async def test_what_people_promise_is_kept_in_the_case(meet: Meet) -> None:
    story = await handed_over(meet)
    sam = story.agent("Sam")
    await story.claims(sam)
    await story.replies(sam, "I will call you back tomorrow at 10:00.")
    conversation = await story.conversation()
    kept = await story.house.database.read(lambda conn: story.house.promises.open_in(conn, story.tenant, conversation.id))
    assert len(kept) == 1
    assert kept[0].due_at is not None


async def test_out_of_hours_is_said_with_the_next_opening(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.wait(hours=16)
    reply = await story.says(PERSON)
    assert reply.handoff is not None
    assert "isn't here right now" in reply.handoff.message
    assert "called" in reply.handoff.message


async def test_a_message_whose_conversation_was_closed_meanwhile_is_answered_in_a_new_one(meet: Meet) -> None:
    """The agent resolves while the customer's last message still waits for its turn."""
    story = await handed_over(meet)
    sam = story.agent("Sam")
    case, first = await story.claims(sam), await story.conversation()
    waiting = await story.sends("How many characters must a password have?", "late-1")
    now = story.clock.now()
    await story.house.database.write(lambda conn: story.house.cases.resolve(conn, case.id, sam, "Done.", at=now))
    reply = await story.takes(waiting)
    assert reply.sentences[0].citations
    second = await story.conversation()
    assert second.id != first.id
    assert [each.author for each in await story.entries()][:1] == [Author.CUSTOMER]
