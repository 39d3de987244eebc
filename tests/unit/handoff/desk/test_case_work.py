"""Moving cases: whole steps, woken watchers, notes once, and hand-overs to those who may take them."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from core.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from core.language import Said
from handoff.desk.case_work import DeskCaseWork
from tests.fakes.desk_house import BEAS, NEILS, SAMS, DeskHouse
from tests.fakes.model import ScriptedModel


@pytest.fixture
async def desk() -> AsyncIterator[DeskHouse]:
    made = DeskHouse()
    yield made
    await made.close()


async def test_a_case_is_claimed_handed_on_and_given_back_and_watchers_are_woken(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    assert desk.woken == [talk.lane]
    handed = await desk.work.hand_to(case_id, SAMS, "bea")
    assert (handed.owner_id, handed.owner) == ("bea", "Bea Lindqvist")
    queued = await desk.work.hand_to(case_id, BEAS, None)
    assert (queued.state, queued.owner_id) == ("waiting", None)
    await desk.work.claim(case_id, BEAS)
    returned = await desk.work.give_back(case_id, BEAS, "Knows now")
    assert (returned.state, returned.outcome) == ("returned", "Knows now")
    assert len(desk.woken) == 5


async def test_only_those_who_work_on_cases_are_handed_one(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    with pytest.raises(BadInput, match="Neil Abara"):
        await desk.work.hand_to(case_id, SAMS, "neil")
    with pytest.raises(NotFound):
        await desk.work.hand_to(case_id, SAMS, "nobody")
    with pytest.raises(NotAllowed):
        await desk.work.claim(case_id, NEILS)
    with pytest.raises(Conflict, match="Sam Okafor"):
        await desk.work.claim(case_id, BEAS)


async def test_the_same_message_is_one_note(desk: DeskHouse) -> None:
    talk, case_id = await desk.claimed()
    positions = await asyncio.gather(*(desk.work.note(case_id, BEAS, "Careful", message_id="1.2") for _ in range(4)))
    assert len(set(positions)) == 1
    assert (await desk.seen(talk, internal=True)).count("Careful") == 1
    other = await desk.work.note(case_id, BEAS, "Careful", message_id="1.3")
    unnamed = [await desk.work.note(case_id, BEAS, "Careful") for _ in range(2)]
    assert len({*positions, other, *unnamed}) == 4
    assert "Careful" not in await desk.seen(talk)


async def test_a_refused_note_leaves_its_id_free(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    with pytest.raises(BadInput):
        await desk.work.note(case_id, SAMS, "  ", message_id="1.2")
    assert await desk.work.note(case_id, SAMS, "Now", message_id="1.2")


async def test_resolving_ends_the_conversation_with_a_summary(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    case = await desk.work.resolve(case_id, SAMS, "Refunded.")
    assert (case.state, case.outcome, case.live) == ("resolved", "Refunded.", False)
    with pytest.raises(Conflict, match="resolved already"):
        await desk.work.note(case_id, SAMS, "Late")


async def test_the_draft_of_a_summary_says_what_was_done_and_promised(desk: DeskHouse) -> None:
    _, case_id = await desk.claimed()
    preview = await desk.replies.preview(case_id, SAMS, "We'll call you back tomorrow.")
    await desk.replies.send(preview.token, SAMS, preview.text)
    draft = await desk.work.closing(case_id, SAMS)
    assert draft == "I was charged twice.\nStill promised: We'll call you back tomorrow."


async def test_without_a_model_the_draft_is_the_summary_of_the_handoff(desk: DeskHouse) -> None:
    class Down(ScriptedModel):
        async def summarise(self, said: Sequence[Said]) -> str:
            raise Unavailable("The model is down: try later.")

    _, case_id = await desk.claimed()
    work = DeskCaseWork(desk.rooms, desk.views, Down())
    assert (await work.closing(case_id, SAMS)).startswith("First asked: a refund.")
    with pytest.raises(NotAllowed):
        await work.closing(case_id, NEILS)
