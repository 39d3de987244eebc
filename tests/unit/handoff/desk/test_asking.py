import pytest

from core.errors import BadInput, NotAllowed, Unavailable
from tests.fakes.copilot_house import REFUND, Begin

SECRET = "Who decides goodwill credit above fifty dollars?"


async def test_agents_are_told_what_is_internal_and_that_it_is(begin: Begin) -> None:
    copilot = await begin(handed=False)
    found = await copilot.answers.ask(SECRET, copilot.sam)
    assert found.sure
    assert "zebra committee" in found.text
    assert found.text.endswith("Internal, not for customers: How credits are decided.")
    assert [each.heading for each in found.citations] == ["Who decides (internal)"]


async def test_a_public_answer_carries_no_warning(begin: Begin) -> None:
    copilot = await begin(handed=False)
    found = await copilot.answers.ask(REFUND, copilot.sam)
    assert "14 days" in found.text
    assert "Internal" not in found.text


async def test_a_draft_for_a_customer_holds_nothing_internal(begin: Begin) -> None:
    copilot = await begin()
    secret = await copilot.answers.draft(SECRET, copilot.sam, copilot.case_id)
    assert not secret.sure
    assert "zebra" not in secret.text
    assert secret.citations == ()
    public = await copilot.answers.draft(REFUND, copilot.sam, copilot.case_id)
    assert public.sure
    assert "14 days" in public.text


async def test_nothing_sure_is_said_to_be_so(begin: Begin) -> None:
    copilot = await begin(handed=False)
    found = await copilot.answers.ask("Ozymandias?", copilot.sam)
    assert not found.sure
    assert found.citations == ()


async def test_a_draft_is_made_without_the_models_understanding_too(begin: Begin) -> None:
    copilot = await begin()
    understood = copilot.story.model.understand

    async def down(*_: object) -> None:
        raise Unavailable("The model is down: try again later.")

    copilot.story.model.understand = down  # type: ignore[method-assign, assignment]
    found = await copilot.answers.draft(REFUND, copilot.sam, copilot.case_id)
    copilot.story.model.understand = understood
    assert found.sure


async def test_asking_sends_and_keeps_nothing(begin: Begin) -> None:
    copilot = await begin()
    before = len(await copilot.story.entries(internal=True))
    await copilot.answers.ask(SECRET, copilot.sam)
    await copilot.answers.draft(REFUND, copilot.sam, copilot.case_id)
    assert len(await copilot.story.entries(internal=True)) == before


async def test_only_the_desk_asks_and_only_questions(begin: Begin) -> None:
    copilot = await begin()
    for other in (copilot.auditor, copilot.story.world.customer):
        with pytest.raises(NotAllowed):
            await copilot.answers.ask(SECRET, other)
        with pytest.raises(NotAllowed):
            await copilot.answers.draft(SECRET, other)
    with pytest.raises(BadInput):
        await copilot.answers.ask("  ", copilot.sam)
    with pytest.raises(BadInput):
        await copilot.answers.ask("x" * 3000, copilot.sam)
