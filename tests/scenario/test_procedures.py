"""How a request runs: corrections, values asked for, digressions, several wishes at once, and what can't be understood."""

from core.action import Origin
from core.language import Act
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet

QUESTION = "How many characters must a password have?"


async def test_a_plan_is_changed_with_a_correction_half_way(meet: Meet) -> None:
    story = await meet("ACC-009")
    first = await story.asks_for("Move us to Business.", "change_plan", {"plan": "business"})
    assert first.card is not None
    correction = Meant(intent="none", act=Act.CORRECT, slots={"plan": "team"})
    second = await story.says("Sorry, Team, not Business.", correction)
    assert second.card is not None
    assert second.card.id != first.card.id
    assert second.card.arguments_hash != first.card.arguments_hash
    assert second.actions[0].arguments["plan"] == "team"
    assert (await story.subscription()).plan == "starter"
    done = await story.says_yes()
    assert [each.outcome for each in done.actions] == ["done"]
    assert (await story.subscription()).plan == "team"


async def test_the_card_that_was_corrected_counts_no_more(meet: Meet) -> None:
    story = await meet("ACC-009")
    first = await story.asks_for("Move us to Business.", "change_plan", {"plan": "business"})
    await story.says("Team, not Business.", Meant(intent="none", act=Act.CORRECT, slots={"plan": "team"}))
    assert first.card is not None
    stale = await story.presses_card(first.card.id)
    assert stale.sentences[0].approved == "card.closed"
    assert (await story.subscription()).plan == "starter"


async def test_a_value_is_asked_for_and_a_question_in_between_is_answered(meet: Meet) -> None:
    story = await meet("ACC-003")
    asked = await story.asks_for("I'd like a credit.", "give_credit")
    assert asked.text.endswith("?")
    aside = await story.says(QUESTION)
    assert aside.sentences[0].citations
    assert aside.sentences[-1].text == asked.sentences[-1].text
    card = await story.says("15 USD", Meant(intent="none", slots={"amount": "15 USD"}))
    assert card.card is not None
    amount = card.actions[0].arguments["amount_minor"]
    assert amount == 1500
    await story.presses()
    assert await story.credits() == [1500]


async def test_a_question_at_the_card_leaves_it_open(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    aside = await story.says(QUESTION)
    assert aside.sentences[0].citations
    assert aside.sentences[-1].approved == "back.card"
    await story.presses()
    assert await story.credits() == [1500]


async def test_two_requests_in_one_message_are_served_one_after_the_other(meet: Meet) -> None:
    story = await meet("ACC-003")
    both = Meant(intent="give_credit", slots={"amount": "15 USD"}, also=("ticket_status",))
    first = await story.says("A credit of 15 USD, and what about my ticket?", both)
    assert first.card is not None
    then = await story.presses()
    assert [(each.skill, each.outcome) for each in then.actions] == [("give_credit", "done"), ("ticket_status", "done")]


async def test_a_yes_with_another_wish_does_both(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    reply = await story.says("Yes. And show me my ticket.", Meant(intent="ticket_status", act=Act.AFFIRM))
    assert [(each.skill, each.outcome) for each in reply.actions] == [("give_credit", "done"), ("ticket_status", "done")]


async def test_a_no_with_another_wish_drops_one_and_serves_the_other(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    reply = await story.says("No. Show me my ticket instead.", Meant(intent="ticket_status", act=Act.DENY))
    assert [(each.skill, each.outcome) for each in reply.actions] == [("give_credit", "cancelled"), ("ticket_status", "done")]
    assert await story.credits() == []


async def test_the_second_of_two_wishes_reaches_the_people_who_decide_the_first(meet: Meet) -> None:
    story = await meet("ACC-003")
    both = Meant(intent="find_double_charge", also=("add_seats",))
    await story.says("Charged twice! And add two seats.", both)
    case = await story.open_case()
    packet = await story.house.database.read(lambda conn: story.house.cases.packet(conn, story.tenant, case.id))
    assert packet.intents == ("find_double_charge", "add_seats")
    assert packet.pending_approval == (await story.approval()).id
    assert packet.contact_name
    assert packet.account_id == "ACC-003"


async def test_repeat_clarify_and_skip(meet: Meet) -> None:
    story = await meet("ACC-003")
    asked = await story.asks_for("I'd like a credit.", "give_credit")
    again = await story.says("Say that again?", Meant(intent="none", act=Act.REPEAT))
    assert again.text == asked.text
    why = await story.says("Why do you need that?", Meant(intent="none", act=Act.CLARIFY))
    assert [each.approved for each in why.sentences] == ["why.slot"]
    left = await story.says("I don't know.", Meant(intent="none", act=Act.SKIP))
    assert [each.approved for each in left.sentences] == ["needed"]
    assert (await story.state()).tasks == ()


async def test_a_wish_is_withdrawn_while_a_value_is_asked_for(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("I'd like a credit.", "give_credit")
    left = await story.says("Forget it.", Meant(intent="none", act=Act.CANCEL))
    assert [each.approved for each in left.sentences] == ["task.cancelled"]
    assert (await story.state()).tasks == ()


async def test_what_cannot_be_handled_goes_to_a_person_after_three_tries(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.asks_for("I'd like a credit.", "give_credit")
    tries = [await story.says(f"bananas {number}", Meant(intent="none")) for number in range(3)]
    handed = [each for each in tries if each.handoff is not None]
    assert tries[0].handoff is None
    assert handed
    assert handed[0].handoff is not None
    assert handed[0].handoff.reason == "repeated_failure"
    assert handed[0].handoff.message


async def test_small_talk_is_answered_and_starts_nothing(meet: Meet) -> None:
    story = await meet("ACC-003")
    for text, act in (("Hi!", Act.GREET), ("Thanks!", Act.THANKS), ("Are you a robot?", Act.BOT_QUESTION), ("Bye", Act.GOODBYE)):
        reply = await story.says(text, Meant(intent="none", act=act))
        assert reply.sentences[0].approved == f"small.{'bot' if act is Act.BOT_QUESTION else act.value}"
        assert reply.actions == ()


async def test_every_argument_says_where_it_comes_from(meet: Meet) -> None:
    """A value that one skill found in the records and handed on to the next stays a record's."""
    story = await meet("ACC-003")
    await story.asks_for("I was charged twice.", "find_double_charge")
    approval = await story.approval()
    request = await story.house.database.read(lambda conn: story.house.approvals.action(conn, approval))
    origins = {name: each.provenance.origin for name, each in request.arguments.items()}
    assert origins["invoice_id"] is Origin.RECORD
    assert origins["amount_minor"] is Origin.RECORD
    assert all(each.provenance.source_id for each in request.arguments.values())
    story = await meet("ACC-003")
    reply = await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    task = (await story.state()).top
    assert task is not None
    assert task.slots["amount"].origin is Origin.CUSTOMER
    assert reply.card is not None
    judged = next(each.decided for each in await story.records() if each.kind == "turn")[0]
    provenance = judged["provenance"]
    assert provenance == {"amount_minor": "verified_customer", "currency": "record", "cause": "default", "basis": "computed"}
