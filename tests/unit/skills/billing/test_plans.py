"""Changing the plan: what isn't said stays as it is, and the card says what it costs."""

from core.action import Origin
from tests.unit.skills.house import House, asked, codes, ready, refused, request_of, text


async def test_all_that_was_said_counts(house: House) -> None:
    said = "Team then, for all 28 of us, still yearly"
    proposal = await house.ask("change_plan", "ACC-038", said, plan="team", seats=28, billing="annual")
    assert request_of(proposal).values() == {"plan": "team", "billing": "annual", "seats": 28}
    rows = dict(ready(proposal).rows)
    assert rows["Plan"] == "Starter → Team"
    assert rows["Due now"] == "£885.66 before tax, £1,062.79 with tax"
    assert rows["Takes effect"] == "20 November 2026"


async def test_what_was_not_said_stays(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-002", "move us to Business", plan="Business")
    request = request_of(proposal)
    assert request.values() == {"plan": "business", "billing": "monthly", "seats": 60}
    assert request.arguments["plan"].provenance.origin is Origin.VERIFIED_CUSTOMER
    assert request.arguments["seats"].provenance.origin is Origin.RECORD


async def test_seats_are_raised_to_what_the_plan_is_sold_with(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-028", "to Business", plan="business")
    assert request_of(proposal).values()["seats"] == 25


async def test_only_the_rhythm_changes(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-003", "we'd like to pay yearly", billing="annual")
    assert request_of(proposal).values() == {"plan": "team", "billing": "annual", "seats": 48}


async def test_enterprise_is_annual_without_being_asked(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-002", "Enterprise with 100", plan="enterprise", seats=100)
    assert request_of(proposal).values()["billing"] == "annual"


async def test_asks_which_plan_and_offers_those_above(house: House) -> None:
    assert asked(await house.ask("change_plan", "ACC-002", "upgrade us")).choices == ("Business", "Enterprise")
    assert asked(await house.ask("change_plan", "ACC-002", "change our plan")).choices == ("Starter", "Business", "Enterprise")


async def test_the_only_plan_below_is_taken_without_asking(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-028", "downgrade us")
    assert request_of(proposal).values()["plan"] == "starter"


async def test_a_trial_is_asked_for_its_rhythm(house: House) -> None:
    assert asked(await house.ask("change_plan", "ACC-033", "we take Team", plan="team")).slot == "billing"
    proposal = await house.ask("change_plan", "ACC-033", "Team, monthly", plan="team", billing="monthly")
    assert request_of(proposal).values()["seats"] == 27


async def test_a_downgrade_waits_and_is_no_sale(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-014", "down to Team", plan="team")
    assert ready(proposal).offer is None
    assert dict(ready(proposal).rows)["Takes effect"] == "9 December 2026"


async def test_limits_of_the_lower_plan_refuse(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-002", "down to Starter", plan="starter")
    assert refused(proposal).code in {"over_plan_limits", "above_plan_maximum"}


async def test_the_closed_plan_is_not_sold(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-003", "the old plan", plan="team_2024")
    assert refused(proposal).code == "plan_closed"
    assert "closed_plan" in codes(proposal) or "plan_closed" in codes(proposal)


async def test_the_change_is_made_and_undone(house: House) -> None:
    proposal = await house.ask("change_plan", "ACC-002", "Business", plan="business")
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "Business with 60 seats" in text(outcome.done)
    assert (await house.ports.billing.subscription("ACC-002")).plan == "business"
    await house.runner.compensate(request_of(proposal))
    assert (await house.ports.billing.subscription("ACC-002")).plan == "team"


async def test_a_preview_changes_nothing(house: House) -> None:
    done = await house.do("preview_plan_change", "ACC-002", "what would Business be", plan="business")
    assert "comes to $660 a month" in text(done)
    assert (await house.ports.billing.subscription("ACC-002")).plan == "team"


async def test_a_preview_of_the_impossible_says_why_and_denies_nothing(house: House) -> None:
    proposal = await house.ask("preview_plan_change", "ACC-002", "to Starter?", plan="starter")
    assert refused(proposal).code == "above_plan_maximum"
    assert proposal.decision is None
    done = await house.do("preview_plan_change", "ACC-003", "to Starter?", plan="starter")
    assert "allows 1 locations and you have 3" in text(done)


async def test_a_billing_admin_may_not_change_the_plan(house: House) -> None:
    proposal = await house.ask("change_plan", house.customer("ACC-003", "Billing admin"), "Business", plan="business")
    assert codes(proposal) == ["role_owner_or_admin"]
