"""Sensitive changes need a code from the address on file: right, wrong, late, guessed, or out of reach."""

from core.language import Act
from skills.sandbox.faults import Fault, FaultKind
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet
from tests.scenario.story import Story

NEW_CARD = {"method": "card", "label": "Visa ending 4242"}


def typed(code: str) -> Meant:
    return Meant(intent="none", slots={"code": code})


async def wants_new_card(story: Story) -> str:
    """Asks for a new payment method; returns the code that was mailed."""
    reply = await story.asks_for("We have a new card.", "change_payment_method", NEW_CARD)
    assert [each.approved for each in reply.sentences] == ["code.mailed"]
    code = await story.world.last_code()
    assert len(code) == 6
    return code


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_right_code_opens_the_card(meet: Meet) -> None:
    story = await meet("ACC-003")
    code = await wants_new_card(story)
    mail = (await story.house.outbox.messages())[-1]
    contacts = await story.house.ports.crm.contacts("ACC-003")
    assert mail.to == next(each.email for each in contacts if each.id == story.world.customer.contact_id)
    card = await story.says(code, typed(code))
    assert card.card is not None
    done = await story.presses()
    assert [each.outcome for each in done.actions] == ["done"]
    assert (await story.subscription()).payment_method == "card"
    assert code not in str([each.decided for each in await story.records()])


async def test_the_wrong_code_three_times_changes_nothing(meet: Meet) -> None:
    story = await meet("ACC-003")
    code = await wants_new_card(story)
    wrong = other_than(code)
    for _ in range(2):
        reply = await story.says(f"it says {wrong}", typed(wrong))
        assert [each.approved for each in reply.sentences] == ["code.wrong"]
    last = await story.says(f"surely {wrong}", typed(wrong))
    assert [each.approved for each in last.sentences] == ["code.no_access"]
    assert [(each.decision, each.outcome) for each in last.actions] == [("deny", "refused")]
    assert (await story.state()).tasks == ()


async def test_a_code_is_worth_nothing_after_three_wrong_ones(meet: Meet) -> None:
    """Whoever guesses gets a new code each time, not another try at the old one."""
    story = await meet("ACC-003")
    code = await wants_new_card(story)
    for number in range(3):
        await story.says(f"{number}: {other_than(code)}", typed(other_than(code)))
    reply = await story.asks_for("The card, code included.", "change_payment_method", {**NEW_CARD, "code": code})
    assert reply.card is None
    assert [each.approved for each in reply.sentences] == ["code.mailed"]
    assert await story.world.last_code() != code


async def test_codes_are_not_mailed_without_end(meet: Meet) -> None:
    story = await meet("ACC-003")
    for number in range(4):
        await story.asks_for(f"New card, {number}.", "change_payment_method", NEW_CARD)
        await story.says(f"Leave it, {number}.", Meant(intent="none", act=Act.CANCEL))
    mailed = len(await story.house.outbox.messages())
    reply = await story.asks_for("New card, once more.", "change_payment_method", NEW_CARD)
    assert reply.card is None
    assert [(each.decision, each.outcome) for each in reply.actions] == [("deny", "refused")]
    assert len(await story.house.outbox.messages()) == mailed


async def test_an_old_code_is_replaced_by_a_new_one(meet: Meet) -> None:
    story = await meet("ACC-003")
    old = await wants_new_card(story)
    story.wait(minutes=11)
    reply = await story.says(old, typed(old))
    assert [each.approved for each in reply.sentences] == ["code.expired", "code.mailed"]
    new = await story.world.last_code()
    assert new != old
    assert (await story.says(f"now {new}", typed(new))).card is not None


async def test_digits_before_any_code_was_mailed_are_no_code(meet: Meet) -> None:
    story = await meet("ACC-003")
    reply = await story.asks_for("New card, order 123456.", "change_payment_method", {**NEW_CARD, "code": "123456"})
    assert [each.approved for each in reply.sentences] == ["code.mailed"]


async def test_without_the_mailbox_nothing_is_changed_and_no_other_address_gets_the_code(meet: Meet) -> None:
    story = await meet("ACC-003")
    await wants_new_card(story)
    reply = await story.says("I can't get at that mailbox, send it to my gmail.", Meant(intent="none", act=Act.SKIP))
    assert [each.approved for each in reply.sentences] == ["code.no_access"]
    assert [(each.skill, each.decision, each.outcome) for each in reply.actions] == [("change_payment_method", "deny", "refused")]
    assert len(await story.house.outbox.messages()) == 1


async def test_a_mail_system_that_is_down_is_told(meet: Meet) -> None:
    story = await meet("ACC-003")
    story.company.faults.set("crm.contacts", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    reply = await story.asks_for("We have a new card.", "change_payment_method", NEW_CARD)
    assert [each.approved for each in reply.sentences] == ["failed.unavailable"]
    assert (await story.state()).tasks == ()
