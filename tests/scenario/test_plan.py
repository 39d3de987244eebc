"""A request of several steps: planned before anything is done, judged as a whole, told, and carried out step by step."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.dialogue.draft import Draft
from bot.dialogue.plan import Doubt
from bot.dialogue.streaming import Finishing
from core.conversation import Press, Reply
from core.durable import Steps
from core.durable_memory import Memory, MemoryDurable
from core.language import Act, Asked, SlotValue, Understanding, UnderstandRequest
from core.runner import Runner
from governance.audit import explain
from skills.sandbox.faults import Fault, FaultKind
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet
from tests.scenario.story import Story
from tests.scenario.story_model import StoryModel

SEATS_AND_ADDON = "Please add 3 seats, and put Audit log on top."


class Several(StoryModel):
    """Understands texts as several wishes, each with values of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.wishes: dict[str, list[tuple[str, Mapping[str, str | int]]]] = {}

    async def understand(self, request: UnderstandRequest) -> Understanding:
        understood = await super().understand(request)
        last = request.said[-1]
        found = self.wishes.get(last.text)
        if found is None:
            return understood
        asked = [
            Asked(
                intent=intent,
                confidence=0.9,
                text=last.text,
                slots=tuple(
                    SlotValue(name=name, value=value, message_id=last.message_id, start=0, end=1) for name, value in slots.items()
                ),
            )
            for intent, slots in found
        ]
        return replace(understood, asked=tuple(asked))


@pytest.fixture
def model() -> Several:
    return Several()


@pytest.fixture
async def story(meet: Meet) -> Story:
    return await meet("ACC-009")


async def wants(story: Story, text: str, *wishes: tuple[str, Mapping[str, str | int]]) -> Reply:
    assert isinstance(story.model, Several)
    story.model.wishes[text] = list(wishes)
    return await story.says(text)


async def standing(story: Story) -> list[tuple[str, str]]:
    plan = (await story.state()).plan
    assert plan is not None
    return [(each.skill, each.where.value) for each in plan.steps]


async def test_the_plan_is_written_before_anything_is_read_or_done(story: Story) -> None:
    reply = await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    assert reply.sentences[0].approved == "plan.told"
    assert reply.sentences[0].text.startswith("I'll do this in order: 1) Add seats (3); 2) Referral link.")
    assert reply.card is not None
    types = await story.event_types()
    assert types.index("plan.made") < types.index("plan.judged") < types.index("action.proposed")
    made = next(each for each in await story.events() if each.type == "plan.made")
    steps = made.data["steps"]
    assert isinstance(steps, list)
    assert steps[0] == {"number": 1, "skill": "add_seats", "slots": {"quantity": "customer"}, "after": None}
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]


async def test_each_change_has_its_own_card_and_the_next_follows(story: Story) -> None:
    before = (await story.subscription()).seats_bought
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    second = await story.presses()
    assert (await story.subscription()).seats_bought == before + 3
    assert second.card is not None
    assert second.receipt is not None
    assert await standing(story) == [("add_seats", "done"), ("create_referral_link", "now")]
    await story.says_yes()
    assert await standing(story) == [("add_seats", "done"), ("create_referral_link", "done")]
    assert (await story.event_types()).count("plan.ended") == 1


async def test_letting_one_step_go_leaves_the_others(story: Story) -> None:
    before = await story.subscription()
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    second = await story.says_no()
    assert second.card is not None
    assert await standing(story) == [("add_seats", "dropped"), ("create_referral_link", "now")]
    assert (await story.subscription()).seats_bought == before.seats_bought


async def test_forgetting_everything_leaves_nothing(story: Story) -> None:
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    reply = await story.says("No, forget everything.", Meant(intent="none", act=Act.CANCEL))
    assert reply.card is None
    assert await standing(story) == [("add_seats", "dropped"), ("create_referral_link", "dropped")]


async def test_a_step_is_corrected_and_the_others_stay(story: Story) -> None:
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    reply = await story.says("5, not 3.", Meant(intent="none", act=Act.CORRECT, slots={"quantity": 5}))
    assert reply.card is not None
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]


async def test_a_further_wish_goes_to_the_end(story: Story) -> None:
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    reply = await wants(story, "And open a ticket please", ("open_ticket", {"problem": "The export is broken since Monday"}))
    assert reply.sentences[0].approved == "plan.added"
    assert [skill for skill, _ in await standing(story)] == ["add_seats", "create_referral_link", "open_ticket"]
    top = (await story.state()).top
    assert top is not None
    assert top.skill == "add_seats"


async def test_steps_that_exclude_each_other_are_asked_about(story: Story) -> None:
    before = await story.subscription()
    reply = await wants(story, "Cancel us and move us to Business.", ("cancel_plan", {}), ("change_plan", {"plan": "business"}))
    assert [each.approved for each in reply.sentences] == ["plan.either"]
    assert reply.card is None
    plan = (await story.state()).plan
    assert plan is not None
    assert plan.asking is Doubt.EITHER
    chosen = await story.says("The second one.", Meant(intent="none"))
    assert chosen.card is not None
    assert await standing(story) == [("cancel_plan", "dropped"), ("change_plan", "now")]
    assert await story.subscription() == before


@pytest.mark.parametrize(
    ("answer", "wheres"), [("yes", ["now", "dropped"]), ("twice", ["now", "waiting"]), ("no", ["dropped"] * 2)]
)
async def test_the_same_change_twice_is_asked_about(story: Story, answer: str, wheres: list[str]) -> None:
    reply = await wants(story, "Add 3 seats, add 3 seats.", ("add_seats", {"quantity": 3}), ("add_seats", {"quantity": 3}))
    assert [each.approved for each in reply.sentences] == ["plan.once"]
    await story.says(answer, Meant(intent="none"))
    assert [where for _, where in await standing(story)] == wheres


async def test_neither_of_two_does_nothing(story: Story) -> None:
    await wants(story, "Cancel us and move us to Business.", ("cancel_plan", {}), ("change_plan", {"plan": "business"}))
    reply = await story.says("Neither.", Meant(intent="none"))
    assert [each.approved for each in reply.sentences] == ["plan.left"]
    assert {where for _, where in await standing(story)} == {"dropped"}


async def test_money_over_steps_counts_against_the_same_caps(meet: Meet) -> None:
    """Each credit is within the assistant's limit, both together aren't: a person decides from the first one on."""
    story = await meet("ACC-003")
    reply = await wants(
        story, "30 USD and 40 USD of credit please.", ("give_credit", {"amount": "30 USD"}), ("give_credit", {"amount": "40 USD"})
    )
    assert reply.card is None
    assert reply.handoff is not None
    assert await story.credits() == []
    judged = next(each for each in await story.events() if each.type == "plan.judged")
    assert judged.data["verdict"] == "needs_approval"
    assert "on which a colleague decides" in reply.text


async def test_a_step_that_may_not_be_asked_for_is_said_at_once_and_the_rest_goes_on(meet: Meet) -> None:
    stranger = await meet(None)
    text = "What does Team cost for 5, and add 3 seats."
    reply = await wants(stranger, text, ("price_seats", {"seats": 5, "plan": "team"}), ("add_seats", {"quantity": 3}))
    assert await standing(stranger) == [("price_seats", "done"), ("add_seats", "left_out")]
    assert reply.sentences[0].approved == "verify.first"
    assert "Team" in reply.text


async def test_a_failed_step_asks_whether_to_go_on(story: Story) -> None:
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    story.company.faults.set("billing.apply", Fault(kind=FaultKind.CONFLICT, times=None))
    failed = await story.presses()
    assert failed.sentences[-1].approved == "plan.go_on"
    assert await standing(story) == [("add_seats", "failed"), ("create_referral_link", "waiting")]
    story.company.faults.clear()
    assert (await story.says_yes()).card is not None
    assert await standing(story) == [("add_seats", "failed"), ("create_referral_link", "now")]


async def test_more_than_six_steps_are_not_kept(story: Story) -> None:
    wishes = [("open_ticket", {"problem": f"Number {number} of what is broken here"}) for number in range(9)]
    reply = await wants(story, "Nine things are broken.", *wishes)
    assert "plan.full" in [each.approved for each in reply.sentences]
    assert len(await standing(story)) == 6


async def test_the_person_who_takes_over_sees_what_is_done_and_left(story: Story) -> None:
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    await story.presses()
    await story.says("A real person, please.", Meant(intent="none", triage="asked_for_human"))
    case = await story.open_case()
    packet = await story.house.database.read(lambda conn: story.house.cases.packet(conn, story.tenant, case.id))
    assert packet.planned == ("add_seats: done", "create_referral_link: now")


async def test_the_record_and_the_chain_tell_of_the_plan(story: Story) -> None:
    await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    turn = next(each for each in await story.records() if each.kind == "turn")
    noted = turn.understood["plan"]
    assert isinstance(noted, dict)
    assert noted["verdict"] == "allow"
    chain = await story.house.database.read(lambda conn: explain(conn, story.house.journal, story.tenant, turn.id))
    printed = str(chain)
    assert printed.index("plan.made") < printed.index("action.proposed")
    assert "create_referral_link" in printed


async def test_a_crash_between_steps_does_nothing_twice(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step has had its effect, the reply isn't written: the turn is taken again from its message."""
    before = (await story.subscription()).seats_bought
    first = await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    assert first.card is not None

    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(type(story.house.turns.writing), "write", crash)
        with pytest.raises(Crash):
            await story.presses_card(first.card.id)
    again = await story.presses_card(first.card.id)
    assert (await story.subscription()).seats_bought == before + 3
    assert again.card is not None
    assert await standing(story) == [("add_seats", "done"), ("create_referral_link", "now")]
    assert (await story.event_types()).count("plan.made") == 1


async def test_a_turn_that_makes_a_plan_and_is_cut_writes_it_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(story.model, Several)
    story.model.wishes[SEATS_AND_ADDON] = [("add_seats", {"quantity": 3}), ("create_referral_link", {})]

    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    accepted = await story.sends(SEATS_AND_ADDON, "m-cut")
    with monkeypatch.context() as patched:
        patched.setattr(type(story.house.turns.writing), "write", crash)
        with pytest.raises(Crash):
            await story.takes(accepted)
    await story.takes(accepted)
    assert (await story.event_types()).count("plan.made") == 1
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]


async def test_a_durable_turn_that_dies_between_steps_is_taken_up_and_repeats_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is closed after the first step's effect and before its reply; the next one finishes that very turn."""
    before = (await story.subscription()).seats_bought
    first = await wants(story, SEATS_AND_ADDON, ("add_seats", {"quantity": 3}), ("create_referral_link", {}))
    assert first.card is not None
    accepted = await story.sends("", "m-press", Press(card_id=first.card.id, choice="confirm"))
    memory, reached = Memory(), asyncio.Event()

    async def never(_: Finishing, __: Draft) -> None:
        reached.set()
        await asyncio.Event().wait()

    async def turn(steps: Steps, row_id: str) -> None:
        await story.house.turns.take(steps, row_id)

    async def engine() -> MemoryDurable:
        made = MemoryDurable(Runner(database=story.house.database, clock=story.clock), memory)
        made.register("turn", turn)
        await made.launch()
        return made

    dying = await engine()
    with monkeypatch.context() as patched:
        patched.setattr(Finishing, "finish", never)
        await dying.start("turn", key="k", lane="l", argument=accepted.row_id)
        await reached.wait()
        await dying.close()
    assert (await story.subscription()).seats_bought == before + 3
    assert await standing(story) == [("add_seats", "now"), ("create_referral_link", "waiting")]
    again = await engine()
    await again.settle()
    await again.close()
    assert (await story.subscription()).seats_bought == before + 3
    assert await standing(story) == [("add_seats", "done"), ("create_referral_link", "now")]
    assert (await story.event_types()).count("action.started") == 1


async def test_what_changes_nothing_makes_no_plan(story: Story) -> None:
    text = "Show me my invoices and tell me about my ticket."
    reply = await wants(story, text, ("find_invoices", {}), ("ticket_status", {}))
    assert (await story.state()).plan is None
    assert {each.skill for each in reply.actions} == {"find_invoices", "ticket_status"}


async def test_the_question_beside_a_change_is_answered_once_that_is_done(story: Story) -> None:
    reply = await wants(story, "Add 3 seats and show me my invoices.", ("add_seats", {"quantity": 3}), ("find_invoices", {}))
    assert reply.card is not None
    done = await story.presses()
    assert [(each.skill, each.outcome) for each in done.actions] == [("add_seats", "done"), ("find_invoices", "done")]
