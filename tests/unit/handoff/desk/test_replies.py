"""Previews and their sending: bound to what was shown, once, and never a note."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.errors import BadInput, Conflict, NotAllowed, NotFound
from handoff.desk.promise_views import Promised
from handoff.desk.views import Arrived, DeliveryView, LineKind
from tests.fakes.clock import NOON
from tests.fakes.desk_house import BEAS, HELENS, NEILS, SAMS, DeskHouse


@pytest.fixture
async def desk() -> AsyncIterator[DeskHouse]:
    made = DeskHouse()
    yield made
    await made.close()


async def test_what_is_shown_is_what_is_sent_and_only_then(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    preview = await desk.replies.preview(case_id, SAMS, "  It goes back today.  ")
    assert (preview.to, preview.channel, preview.text, preview.warnings) == (
        "Helen Ashdown",
        "Web chat",
        "It goes back today.",
        (),
    )
    assert "It goes back today." not in await desk.seen(talk)
    desk.woken.clear()
    line = await desk.replies.send(preview.token, SAMS, preview.text)
    assert (line.kind, line.text, line.author) == (LineKind.AGENT, "It goes back today.", "Sam Okafor")
    assert (await desk.seen(talk))[-1] == "It goes back today."
    assert desk.woken == [talk.lane]


async def test_sending_the_same_preview_again_sends_nothing_more(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    preview = await desk.replies.preview(case_id, SAMS, "Once.")
    lines = await asyncio.gather(*(desk.replies.send(preview.token, SAMS, "Once.") for _ in range(4)))
    assert len({line.position for line in lines}) == 1
    await desk.write(talk, "Thanks")
    assert (await desk.replies.send(preview.token, SAMS, "Once.")).position == lines[0].position
    assert (await desk.seen(talk)).count("Once.") == 1


@pytest.mark.parametrize("change", ["text", "agent", "holder", "handed on and back", "customer", "time", "over", "token"])
async def test_a_preview_of_another_moment_is_refused(desk: DeskHouse, change: str) -> None:
    talk, case_id = await desk.claimed()
    preview = await desk.replies.preview(case_id, SAMS, "Hello.")
    text, agent, token = preview.text, SAMS, preview.token
    if change == "text":
        text = "Hello!"
    elif change == "agent":
        agent = BEAS
    elif change == "holder":
        await desk.work.hand_to(case_id, SAMS, "bea")
    elif change == "handed on and back":
        await desk.work.hand_to(case_id, SAMS, "bea")
        await desk.work.hand_to(case_id, BEAS, "sam")
    elif change == "customer":
        await desk.write(talk, "Wait")
    elif change == "time":
        desk.house.clock.advance(timedelta(minutes=16))
    elif change == "over":
        await desk.work.give_back(case_id, SAMS, "")
    else:
        token = "made up"
    with pytest.raises(Conflict):
        await desk.replies.send(token, agent, text)
    assert "Hello." not in await desk.seen(talk)
    assert "Hello!" not in await desk.seen(talk)


async def test_after_the_customer_wrote_the_next_preview_says_so(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    await desk.replies.preview(case_id, SAMS, "Hello.")
    await desk.write(talk, "One more thing")
    again = await desk.replies.preview(case_id, SAMS, "Hello.")
    assert any("wrote meanwhile" in each for each in again.warnings)
    third = await desk.replies.preview(case_id, SAMS, "Hello.")
    assert third.warnings == ()
    assert (await desk.replies.send(third.token, SAMS, "Hello.")).text == "Hello."


async def test_a_preview_warns_of_notes_secrets_and_promises(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    note = "They threatened to leave last year so be careful with the price"
    await desk.work.note(case_id, BEAS, note)
    preview = await desk.replies.preview(case_id, SAMS, f"{note}. Your PIN is 4711. We'll call you back tomorrow.")
    assert len(preview.warnings) == 2
    assert [each.text for each in preview.promises] == ["We'll call you back tomorrow."]


async def test_a_reply_is_sent_with_its_original_and_the_promises_as_corrected(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    words, english = "Wir melden uns bis 17 Uhr.", "We'll call you back by 17:00. We'll write tomorrow."
    preview = await desk.replies.preview(case_id, SAMS, words, original=english)
    assert len(preview.promises) == 2
    with pytest.raises(Conflict, match="isn't the one that was shown"):
        await desk.replies.send(preview.token, SAMS, words, original="Something else.")
    kept = [Promised(text="We'll call you back.", due_at=NOON + timedelta(hours=6))]
    line = await desk.replies.send(preview.token, SAMS, words, original=english, promises=kept)
    assert (line.text, line.english) == (words, english)
    (made,) = await desk.house.database.read(lambda conn: desk.house.promises.open_in(conn, talk.tenant, talk.id))
    assert (made.text, made.due_at, made.owner) == ("We'll call you back.", NOON + timedelta(hours=6), "sam")


async def test_only_the_holder_previews_and_texts_must_be_some(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    with pytest.raises(Conflict, match="Sam Okafor holds"):
        await desk.replies.preview(case_id, BEAS, "Hello.")
    for stranger in (NEILS, HELENS):
        with pytest.raises(NotAllowed):
            await desk.replies.preview(case_id, stranger, "Hello.")
    for text in (" ", "x" * 8_001):
        with pytest.raises(BadInput):
            await desk.replies.preview(case_id, SAMS, text)


async def test_what_did_not_arrive_is_listed_and_sent_again_by_a_person(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    failed = DeliveryView(
        id="d1",
        conversation_id=talk.id,
        case_id=case_id,
        channel="Slack",
        text="Hello",
        arrived=Arrived.FAILED,
        error="refused",
        at=NOON,
        again=True,
    )
    desk.arrivals.failed.append(failed)
    assert await desk.replies.undelivered(BEAS) == [failed]
    desk.woken.clear()
    assert await desk.replies.send_again("d1", SAMS) == failed
    assert desk.arrivals.repeated == [("d1", "sam")]
    assert desk.woken == [talk.lane]
    with pytest.raises(NotAllowed):
        await desk.replies.send_again("d1", NEILS)


async def test_what_a_surface_did_not_show_is_listed_and_shown_again(desk: DeskHouse) -> None:
    await desk.posts.begin("slack", "case", "c1")
    await desk.posts.unclear("slack", "case", "c1")
    (listed,) = await desk.replies.undelivered(SAMS)
    assert (listed.channel, listed.arrived, listed.case_id, listed.again) == ("Slack", Arrived.UNKNOWN, "c1", False)
    await desk.replies.send_again(listed.id, SAMS)
    assert [post.subject for post in desk.reshown] == ["c1"]
    assert await desk.replies.undelivered(SAMS) == []
    with pytest.raises(Conflict):
        await desk.replies.send_again(listed.id, SAMS)
    with pytest.raises(NotFound):
        await desk.replies.send_again("post|slack", SAMS)
