import asyncio

import pytest

from core.conversation import Citation, Sentence
from core.errors import BadInput, Conflict, NotAllowed, Unavailable
from core.language import Understanding, UnderstandRequest
from handoff.desk.suggestions import REASONS, reason_of
from knowledge import shelf
from knowledge.keywords import Readers
from tests.fakes.copilot_house import REFUND, Begin, Copilot

SPARE = "Which phones run the Halcyon mobile app, which version is current and which versions have stopped working."
TELLING = "The Halcyon mobile app needs iOS 16 or newer, or Android 10 or newer."


async def quoted(copilot: Copilot, text: str) -> Sentence:
    """A sentence of the article on versions, cited."""
    readers = Readers(tenant=copilot.tenant, audience=frozenset({"public"}))
    source = (await copilot.rooms.knowledge.read(lambda conn: shelf.get(conn, readers, "mobile-app-versions"))).source
    start = source.index(text)
    citation = Citation(article="mobile-app-versions", heading="", start=start, end=start + len(text), quote=text)
    return Sentence(text=text, citations=(citation,))


async def test_it_is_offered_once_for_a_line(begin: Begin) -> None:
    copilot = await begin()
    first = await copilot.drafted(REFUND)
    again = await copilot.offered()
    assert again == first
    assert len(await copilot.events("suggestion.offered")) == 1
    assert (await copilot.suggestions.current(copilot.case_id, copilot.sam)) == first


async def test_two_watchers_at_once_make_one(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(REFUND)
    one, other = await asyncio.gather(copilot.offered(), copilot.offered())
    assert one is not None
    assert other is not None
    assert one.id == other.id
    assert len(await copilot.events("suggestion.offered")) == 1


async def test_only_the_owner_sees_and_uses_it(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    for other in (copilot.bea, copilot.auditor, copilot.story.world.customer):
        with pytest.raises(NotAllowed):
            await copilot.suggestions.current(copilot.case_id, other)
        with pytest.raises(NotAllowed):
            await copilot.suggestions.send(found.id, other)
        with pytest.raises(NotAllowed):
            await copilot.suggestions.shorten(found.id, other)
        with pytest.raises(NotAllowed):
            await copilot.suggestions.dismiss(found.id, other, "wrong")
    assert copilot.replies.sent == []


async def test_a_case_that_nobody_holds_is_offered_nothing(begin: Begin) -> None:
    copilot = await begin(handed=False)
    await copilot.story.says("I want to talk to a real person, please.")
    copilot.case_id = (await copilot.story.open_case()).id
    assert await copilot.offered() is None
    assert await copilot.events("suggestion.withheld") == []


async def test_sent_as_it_is_it_is_accepted(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    line = await copilot.suggestions.send(found.id, copilot.sam)
    assert line.text == found.text
    assert [each.body["text"] for each in await copilot.seen()] == [found.text]
    (event,) = await copilot.events("suggestion.accepted")
    assert (event["intent"], event["articles"], event["distance"]) == ("question", ["refund-windows"], 0.0)
    assert found.text not in str(event)
    assert await copilot.suggestions.current(copilot.case_id, copilot.sam) is None


async def test_sent_otherwise_the_distance_is_kept(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    await copilot.suggestions.send(found.id, copilot.sam, f"Hi! {found.text}")
    (event,) = await copilot.events("suggestion.edited")
    assert event["distance"] == round(4 / (len(found.text) + 4), 4)
    assert copilot.replies.sent == [f"Hi! {found.text}"]


async def test_a_second_press_sends_nothing(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    sends = [copilot.suggestions.send(found.id, copilot.sam) for _ in range(3)]
    done = await asyncio.gather(*sends, return_exceptions=True)
    assert len([each for each in done if isinstance(each, Conflict)]) == 2
    assert copilot.replies.sent == [found.text]


async def test_what_could_not_be_sent_is_still_offered(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    copilot.replies.down = True
    with pytest.raises(Unavailable):
        await copilot.suggestions.send(found.id, copilot.sam)
    assert await copilot.suggestions.current(copilot.case_id, copilot.sam) == found
    copilot.replies.down = False
    await copilot.suggestions.send(found.id, copilot.sam)
    assert copilot.replies.sent == [found.text]


async def test_one_that_was_cut_off_before_it_was_sent_is_offered_again(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)

    class Cut(BaseException):
        """The process ends here."""

    async def cut(*_: object) -> None:
        raise Cut

    copilot.replies.preview = cut  # type: ignore[method-assign, assignment]
    with pytest.raises(Cut):
        await copilot.suggestions.send(found.id, copilot.sam)
    assert await copilot.offered() is None
    copilot.story.wait(minutes=3)
    again = await copilot.offered()
    assert again == found


async def test_a_newer_line_makes_it_stale(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    await copilot.hears("Show me my invoices.", "find_invoices")
    with pytest.raises(Conflict, match="moved on"):
        await copilot.suggestions.send(found.id, copilot.sam)
    latest = await copilot.suggestions.latest(copilot.case_id, copilot.tenant)
    assert latest is not None
    assert (latest.id, latest.state) == (found.id, "stale")
    newer = await copilot.offered()
    assert newer is not None
    assert newer.position > found.position


@pytest.mark.parametrize("what", ["reply", "transfer", "resolve", "give_back", "release"])
async def test_a_reply_a_transfer_and_the_end_make_it_stale(begin: Begin, what: str) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    house, now, sam = copilot.story.house, copilot.story.clock.now(), copilot.sam
    steps = {
        "reply": lambda: copilot.story.replies(sam, "Fourteen days."),
        "transfer": lambda: house.database.write(
            lambda conn: house.cases.transfer(conn, copilot.case_id, sam, copilot.bea, at=now)
        ),
        "resolve": lambda: house.database.write(lambda conn: house.cases.resolve(conn, copilot.case_id, sam, "Done.", at=now)),
        "give_back": lambda: copilot.story.gives_back(sam),
        "release": lambda: house.database.write(lambda conn: house.cases.transfer(conn, copilot.case_id, sam, None, at=now)),
    }
    await steps[what]()
    latest = await copilot.suggestions.latest(copilot.case_id, copilot.tenant)
    assert latest is not None
    assert (latest.id, latest.state) == (found.id, "stale")
    with pytest.raises((Conflict, NotAllowed)):
        await copilot.suggestions.send(found.id, sam)
    assert copilot.replies.sent == []


async def test_the_next_owner_gets_their_own(begin: Begin) -> None:
    copilot = await begin()
    first = await copilot.drafted(REFUND)
    house, now = copilot.story.house, copilot.story.clock.now()
    await house.database.write(lambda conn: house.cases.transfer(conn, copilot.case_id, copilot.sam, copilot.bea, at=now))
    second = await copilot.offered()
    assert second is not None
    assert (second.owner_id, second.position) == ("bea", first.position)
    assert second.id != first.id


async def test_a_line_that_came_while_it_was_drafted_leaves_no_old_draft(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    copilot = await begin()
    await copilot.hears(REFUND)
    understand = copilot.story.model.understand

    async def interrupted(request: UnderstandRequest) -> Understanding:
        monkeypatch.setattr(copilot.story.model, "understand", understand)
        await copilot.hears("Never mind.")
        return await understand(request)

    monkeypatch.setattr(copilot.story.model, "understand", interrupted)
    assert await copilot.offered() is None
    assert await copilot.events("suggestion.offered") == []


async def test_what_has_nothing_to_spare_is_not_shortened(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    with pytest.raises(Conflict, match="Every sentence"):
        await copilot.suggestions.shorten(found.id, copilot.sam)


async def test_it_is_shortened_to_whole_sentences_once(begin: Begin) -> None:
    copilot = await begin()
    copilot.story.model.phrased = [await quoted(copilot, each) for each in (SPARE, TELLING)]
    found = await copilot.drafted("Does it need Android 10 or newer?")
    shorter = await copilot.suggestions.shorten(found.id, copilot.sam)
    assert shorter.shorter
    assert shorter.text in found.text
    assert len(shorter.text) < len(found.text)
    assert set(shorter.citations) < set(found.citations)
    assert await copilot.suggestions.shorten(found.id, copilot.sam) == shorter
    assert len(await copilot.events("suggestion.shortened")) == 1
    await copilot.suggestions.send(found.id, copilot.sam)
    assert copilot.replies.sent == [shorter.text]
    assert len(await copilot.events("suggestion.accepted")) == 1


async def test_it_is_dismissed_with_a_code_and_sealed_words(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    await copilot.suggestions.dismiss(found.id, copilot.sam, "wrong: Zanzibar is not on a monthly plan")
    (event,) = await copilot.events("suggestion.dismissed")
    assert event["reason"] == "wrong"
    rows = await copilot.rooms.database.read(lambda conn: conn.exec_driver_sql("select * from suggestions").all())
    assert "Zanzibar" not in str(rows) + str(event)
    assert await copilot.suggestions.current(copilot.case_id, copilot.sam) is None
    assert await copilot.offered() is None
    with pytest.raises(Conflict, match="dismissed already"):
        await copilot.suggestions.dismiss(found.id, copilot.sam, "wrong")


def test_a_reason_is_a_code_words_or_both() -> None:
    assert reason_of("tone") == ("tone", "")
    assert reason_of("Not needed: they said so") == ("not_needed", "they said so")
    assert reason_of("I don't like it") == ("other", "I don't like it")
    assert reason_of("see: below") == ("other", "see: below")
    assert set(REASONS) >= {"wrong", "other"}
    with pytest.raises(BadInput):
        reason_of("  ")


async def test_an_empty_reply_is_not_sent(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    with pytest.raises(BadInput):
        await copilot.suggestions.send(found.id, copilot.sam, "   ")
    assert copilot.replies.sent == []


async def test_what_was_learned_counts_them(begin: Begin) -> None:
    copilot = await begin()
    first = await copilot.drafted(REFUND)
    await copilot.suggestions.send(first.id, copilot.sam)
    second = await copilot.drafted("Show me my invoices.", "find_invoices")
    await copilot.suggestions.dismiss(second.id, copilot.sam, "not_needed")
    await copilot.hears("Wibble wobble flimflam quux?")
    assert await copilot.offered() is None
    found = await copilot.suggestions.learned(copilot.sam)
    everything = found["all"][0]
    assert (everything.offered, everything.accepted, everything.dismissed) == (2, 1, 1)
    assert everything.saved_s > 0
    assert everything.reasons == (("not_needed", 1),)
    assert [each.name for each in found["article"]] == ["refund-windows"]
    with pytest.raises(NotAllowed):
        await copilot.suggestions.learned(copilot.auditor)


async def test_an_erased_customers_is_offered_no_more(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted(REFUND)
    conversation = await copilot.story.conversation()
    vault = copilot.rooms.vault
    await copilot.rooms.database.write(lambda conn: vault.destroy(conn, tenant=copilot.tenant, person=conversation.person_id))
    assert await copilot.suggestions.latest(copilot.case_id, copilot.tenant) is None
    with pytest.raises(Conflict):
        await copilot.suggestions.send(found.id, copilot.sam)
