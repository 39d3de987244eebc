"""Quotes at list price, for what is on sale."""

from tests.unit.skills.house import House, refused, request_of, text


async def test_a_quote_stands_at_list_price(house: House) -> None:
    done = await house.do("draft_quote", "ACC-006", "Business for 100", plan="business", seats=100)
    assert "£8,400" in text(done)
    assert "20 December 2026" in text(done)


async def test_a_longer_term_is_annual_and_totals_the_term(house: House) -> None:
    proposal = await house.ask("draft_quote", "ACC-010", "three years", term_months=36)
    assert request_of(proposal).values()["billing"] == "annual"
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "$7,660.80" in text(outcome.done)


async def test_the_closed_plan_is_not_quoted(house: House) -> None:
    assert refused(await house.ask("draft_quote", "ACC-003", "the old plan", plan="team_2024")).code == "plan_closed"
