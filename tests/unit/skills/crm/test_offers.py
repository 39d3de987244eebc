"""Negotiated prices are never granted, promised or hinted at; an offer that was brought up is counted."""

import pytest

from core.action import Deny
from core.errors import BadInput
from skills.catalogue import find
from skills.contract import Ready
from skills.facts import Talk
from tests.unit.skills.house import House, awaiting, codes, ready, refused, slot_values, text


async def test_a_request_for_a_discount_goes_to_those_who_may(house: House) -> None:
    proposal = await house.ask("grant_discount", "ACC-020", "8% off and we sign")
    assert awaiting(proposal).approver == "account_manager"
    assert "promise nothing" in ready(proposal).intro[0].text
    outcome = await house.confirm(proposal)
    assert outcome.role == "account_manager"


@pytest.mark.parametrize("said", ["12% off please", "30 percent or we walk"])
async def test_above_the_band_it_is_denied_without_a_hint(house: House, said: str) -> None:
    proposal = await house.ask("grant_discount", "ACC-020", said)
    assert isinstance(proposal.decision, Deny)
    assert "discount_band_business" in codes(proposal)
    assert not any(mark in reason.customer for reason in proposal.decision.reasons for mark in ("10", "15", "25", "%"))


async def test_a_vague_wish_is_handed_over(house: House) -> None:
    refuse = refused(await house.ask("grant_discount", "ACC-020", "can you do anything on the price"))
    assert (refuse.code, refuse.handoff) == ("price_is_listed", "negotiation")


async def test_there_are_no_codes(house: House) -> None:
    proposal = await house.ask("grant_discount", "ACC-020", "I found a promo code")
    assert refused(proposal).code == "no_promo_codes"
    assert proposal.decision is None


async def test_an_offer_that_was_brought_up_counts_as_a_contact(house: House) -> None:
    context = house.context(house.customer("ACC-015"))
    slots = slot_values("", {"kind": "referral", "item": "referral"})
    talk = Talk(correlation_id="k1", raised_by="bot")
    proposal = await house.runner.prepare(find("raise_offer"), context, slots, talk)
    assert isinstance(proposal.prepared, Ready)
    assert (await house.confirm(proposal, talk)).done is not None
    again = await house.runner.prepare(find("raise_offer"), context, slots, talk)
    assert codes(again) == ["offer_contact_cap"]


async def test_an_incomplete_offer_is_an_error(house: House) -> None:
    with pytest.raises(BadInput):
        await house.ask("raise_offer", "ACC-015", kind="referral")


async def test_an_approved_discount_is_noted(house: House) -> None:
    proposal = await house.ask("grant_discount", "ACC-020", "8% off and we sign")
    approval = (await house.confirm(proposal)).approval_id
    assert approval
    manager = house.agent("account_manager")
    await house.approved(approval, manager)
    outcome = await house.runner.run_approved(approval, manager)
    assert outcome.done is not None
    assert "who sends it to you" in text(outcome.done)
    assert "Nothing about your present price changes" in text(outcome.done)
    assert (await house.sandbox.billing.subscription("ACC-020")).discount is None
