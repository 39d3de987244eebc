"""Leaving is never delayed; an offer to stay comes first only where policy will judge it."""

from core.action import Allow, Deny
from core.people import Assurance
from skills.facts import Talk
from tests.unit.skills.house import House, awaiting, codes, ready, refused, request_of, text


async def test_cancels_and_says_what_follows(house: House) -> None:
    proposal = await house.ask("cancel_plan", "ACC-022", "cancel our plan")
    assert ready(proposal).instead is None
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "An Owner can undo this" in text(outcome.done)
    assert (await house.ports.billing.subscription("ACC-022")).status == "cancelling"


async def test_an_offer_comes_first_where_the_plan_has_one(house: House) -> None:
    proposal = await house.ask("cancel_plan", "ACC-025", "too expensive, cancel")
    detour = ready(proposal).instead
    assert detour is not None
    assert detour.skill == "apply_save_offer"
    assert request_of(proposal).values() == {"reason": "price"}
    assert isinstance(proposal.decision, Allow)


async def test_a_closing_business_gets_no_offer(house: House) -> None:
    proposal = await house.ask("cancel_plan", "ACC-025", "we're shutting down for good, cancel")
    assert ready(proposal).instead is None
    assert request_of(proposal).values() == {"reason": "closing"}


async def test_the_team_offer_is_made_without_approval(house: House) -> None:
    proposal = await house.ask("apply_save_offer", "ACC-025")
    assert isinstance(proposal.decision, Allow)
    assert ("With the offer, a month", "$441.00") in ready(proposal).rows
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "nothing was cancelled" in text(outcome.done)


async def test_the_offer_is_made_once_a_conversation(house: House) -> None:
    proposal = await house.ask("apply_save_offer", "ACC-025", talk=Talk(correlation_id="k1", save_offers=1))
    assert codes(proposal) == ["save_offer_shown"]


async def test_the_business_offer_needs_the_account_manager(house: House) -> None:
    assert awaiting(await house.ask("apply_save_offer", "ACC-014")).approver == "account_manager"


async def test_no_offer_on_starter_and_none_on_top_of_a_discount(house: House) -> None:
    assert refused(await house.ask("apply_save_offer", "ACC-022")).code == "no_offer"
    proposal = await house.ask("apply_save_offer", "ACC-015")
    assert isinstance(proposal.decision, Deny)
    assert "save_offer_discount" in codes(proposal)


async def test_only_an_owner_cancels(house: House) -> None:
    assert codes(await house.ask("cancel_plan", house.customer("ACC-003", "Billing admin"))) == ["role_owner"]


async def test_explains_what_cancelling_means(house: House) -> None:
    done = await house.do("explain_cancellation", "ACC-018")
    assert "14 December 2026" in text(done)
    annual = await house.do("explain_cancellation", "ACC-001")
    assert "20 November 2026" in text(annual)
    already = await house.do("explain_cancellation", "ACC-035")
    assert "31 December 2026" in text(already)


async def test_a_stranger_is_answered_by_the_help_centre(house: House) -> None:
    stranger = house.customer("ACC-001", assurance=Assurance.CLAIMED)
    assert refused(await house.ask("explain_cancellation", stranger)).question
