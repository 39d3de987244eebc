import pytest
from sqlalchemy import update

from core.language import Act
from core.people import Assurance
from handoff.desk.draft_words import ENGLISH, FROM_ARTICLES, FROM_RECORDS, LEFT_OUT, PENDING, PUBLIC_RECORDS
from handoff.desk.views import Verdict
from memory.tables import conversations
from skills.sandbox.faults import Fault, FaultKind
from tests.fakes.copilot_house import REFUND, Begin, Copilot
from tests.fakes.model import Meant


async def withheld(copilot: Copilot) -> str:
    """Why nothing was proposed."""
    assert await copilot.offered() is None
    return str((await copilot.events("suggestion.withheld"))[-1]["reason"])


async def test_a_question_is_answered_from_the_articles_with_its_sources(begin: Begin) -> None:
    found = await (await begin()).drafted(REFUND)
    assert "14 days" in found.text
    assert [each.article for each in found.citations] == ["refund-windows"]
    assert found.verdict == FROM_ARTICLES
    assert "Source: Refund windows, First payment on a monthly plan." in found.why
    assert found.confidence >= 0.5


async def test_a_question_about_the_account_is_answered_from_the_records(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted("Show me my invoices.", "find_invoices")
    assert "INV-7007" in found.text
    assert found.verdict == FROM_RECORDS
    decided = (await copilot.events("action.decided"))[-1]
    assert decided["skill"] == "find_invoices"


async def test_a_contact_who_may_not_be_told_is_not(begin: Begin) -> None:
    found = await (await begin("ACC-002", "C-002-2")).drafted("Show me my invoices.", "find_invoices")
    assert "INV-" not in found.text
    assert "Owner" in found.text
    assert LEFT_OUT in found.verdict


async def test_a_stranger_is_told_what_everybody_may_know_alone(begin: Begin) -> None:
    copilot = await begin(None)
    found = await copilot.drafted(REFUND, "find_invoices")
    assert "14 days" in found.text
    assert LEFT_OUT in found.verdict
    assert await copilot.events("action.decided") == []


@pytest.mark.parametrize("seats", [None, 30])
async def test_an_account_that_is_only_claimed_shapes_no_answer(begin: Begin, seats: int | None) -> None:
    asked: dict[str, str | int] = {"plan": "team", **({"seats": seats} if seats else {})}
    known = await (await begin()).drafted("What does Team cost us?", "price_seats", asked)
    assert known.verdict == FROM_RECORDS
    assert f"Team for {seats or 48} seats" in known.text
    stranger = await begin()
    await stranger.hears("What does Team cost us?", "price_seats", asked)
    claimed = update(conversations).values(assurance=Assurance.CLAIMED.value)
    await stranger.rooms.database.write(lambda conn: conn.execute(claimed))
    found = await stranger.offered()
    if seats is None:
        assert found is None
        return
    assert found is not None
    assert found.verdict == PUBLIC_RECORDS
    assert "48" not in found.text


async def test_a_missing_value_becomes_a_question(begin: Begin) -> None:
    found = await (await begin()).drafted("I want a credit.", "give_credit")
    assert found.text == "How much credit do you have in mind, in USD?"
    assert found.action is not None
    assert found.action.verdict is Verdict.ASK


async def test_an_action_is_prepared_beside_the_question_whether_to_do_it(begin: Begin) -> None:
    copilot = await begin()
    found = await copilot.drafted("Five more seats, please.", "add_seats", {"quantity": 5})
    assert found.text.startswith("I can do this for you: Add 5 seats.")
    assert found.text.endswith("Shall I go ahead?")
    assert ".." not in found.text
    assert found.action is not None
    assert found.action.verdict is Verdict.ALLOW
    assert (await copilot.actions.run(found.action.id, copilot.sam)).state == "done"


async def test_what_needs_approval_promises_nothing(begin: Begin) -> None:
    found = await (await begin()).drafted("A credit of $80, please.", "give_credit", {"amount": 8000})
    assert found.text == "A colleague decides on this credit."
    assert "approval of another support agent" in found.verdict
    assert any(each.startswith("Policy:") for each in found.why)


async def test_an_open_approval_is_held_up_in_the_customers_language(begin: Begin) -> None:
    copilot = await begin()
    first = await copilot.drafted("A credit of $80, please.", "give_credit", {"amount": 8000})
    assert first.action is not None
    await copilot.actions.ask_approval(first.action.id, copilot.sam)
    await copilot.story.replies(copilot.sam, "I have asked.")
    await copilot.hears("Und was ist mit der Gutschrift?", meant=Meant(intent="give_credit", language="de"))
    found = await copilot.offered()
    assert found is not None
    assert found.text.startswith("Das muss noch jemand aus dem Team genehmigen.")
    assert found.verdict == PENDING


async def test_words_of_the_records_are_marked_as_english(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Zeigen Sie mir meine Rechnungen.", meant=Meant(intent="find_invoices", language="de"))
    found = await copilot.offered()
    assert found is not None
    assert ENGLISH in found.verdict


async def test_thanks_are_answered_with_thanks(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Merci !", meant=Meant(intent="none", act=Act.THANKS, language="fr"))
    found = await copilot.offered()
    assert found is not None
    assert found.text.startswith("Je vous en prie.")


async def test_several_lines_are_answered_together(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(REFUND)
    await copilot.hears("It is for our monthly plan.", meant=Meant(intent="none"))
    found = await copilot.offered()
    assert found is not None
    assert "14 days" in found.text


async def test_a_question_beside_a_request_is_answered_too(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(REFUND, meant=Meant(intent="add_seats", slots={"quantity": 5}, also=("question",)))
    found = await copilot.offered()
    assert found is not None
    assert "Add 5 seats" in found.text


async def test_who_only_wants_a_person_is_left_to_the_person(begin: Begin) -> None:
    assert await withheld(await begin()) == "asked_for_human"


async def test_nothing_unsure_is_proposed(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Ozymandias?")
    assert await withheld(copilot) == "low_confidence"


async def test_what_staff_alone_know_is_not_proposed(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Who decides every goodwill credit above fifty dollars in the Tuesday meeting?")
    assert await withheld(copilot) == "staff_only"


async def test_without_the_model_nothing_is_proposed(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(REFUND)
    copilot.story.model.down()
    assert await withheld(copilot) == "model_down"


async def test_a_system_that_is_down_is_no_reason_to_guess(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Show me my invoices.", "find_invoices")
    copilot.story.company.faults.set("billing.*", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    assert await withheld(copilot) in ("system_down", "record_not_read")


@pytest.mark.parametrize("skill", ["change_payment_method", "move_region"])
async def test_what_only_the_customer_can_do_is_not_prepared(begin: Begin, skill: str) -> None:
    copilot = await begin()
    await copilot.hears("Please change it, zork.", skill)
    found = await copilot.offered()
    assert found is None or found.action is None


async def test_nothing_is_read_for_an_owner_who_is_on_no_list(begin: Begin) -> None:
    copilot = await begin(handed=False)
    await copilot.story.says("I want to talk to a real person, please.")
    copilot.case_id = (await copilot.story.open_case()).id
    await copilot.story.claims(copilot.story.agent("Zoe"))
    await copilot.hears("Show me my invoices.", "find_invoices")
    found = await copilot.offered()
    assert found is None or "INV-" not in found.text


LOCKED = "How long is sign-in locked after wrong passwords?"
BANANAS = "Do you sell bananas in Norway?"


async def test_questions_in_a_row_are_answered_in_their_order(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(LOCKED)
    found = await copilot.drafted(REFUND)
    assert 0 <= found.text.find("15 minutes") < found.text.find("14 days")
    copilot = await begin()
    await copilot.hears(REFUND)
    found = await copilot.drafted(LOCKED)
    assert 0 <= found.text.find("14 days") < found.text.find("15 minutes")


async def test_what_nothing_answers_is_left_open_and_said_to_the_agent(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(LOCKED)
    found = await copilot.drafted(BANANAS)
    assert "15 minutes" in found.text
    assert any(each.startswith("Left open") and BANANAS in each for each in found.why)


async def test_a_question_before_a_request_is_answered_before_it(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears(LOCKED)
    found = await copilot.drafted("I want a credit of 20 USD.", "give_credit", {"amount": "20 USD"})
    assert 0 <= found.text.find("15 minutes") < found.text.find("$20.00")
    assert found.text.endswith("Shall I go ahead?")
    assert found.action is not None


async def test_a_question_behind_a_request_is_answered_behind_it(begin: Begin) -> None:
    copilot = await begin()
    await copilot.hears("Show me my invoices.", "find_invoices")
    copilot.story.model.meanings[f"Show me my invoices.\n{LOCKED}"] = Meant(intent="find_invoices")
    found = await copilot.drafted(LOCKED)
    assert 0 <= found.text.find("INV-7007") < found.text.find("15 minutes")
    assert len(set(found.why)) == len(found.why)
