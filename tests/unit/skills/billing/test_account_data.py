"""A longer trial, an export, another region."""

import pytest

from core.action import NeedsApproval
from tests.unit.skills.house import House, asked, ready, refused, request_of, text


async def test_a_trial_is_extended_once_by_the_assistant(house: House) -> None:
    assert "29 November 2026" in text(await house.do("extend_trial", "ACC-033"))
    again = await house.ask("extend_trial", "ACC-033")
    assert isinstance(again.decision, NeedsApproval)
    assert again.decision.approver == "support_agent"


async def test_no_trial_no_extension(house: House) -> None:
    proposal = await house.ask("extend_trial", "ACC-003")
    assert refused(proposal).code == "no_trial"
    assert proposal.decision is None


async def test_an_export_is_ready_within_a_day(house: House) -> None:
    done = await house.do("request_export", "ACC-003")
    assert dict(done.receipt)["Ready by"] == "21 November 2026, 04:00 (America/Chicago)"
    assert "28 November 2026" in text(done)


@pytest.mark.parametrize(
    ("said", "region"),
    [("move our data to the EU", "EU"), ("get us out of the US and into europe", "EU"), ("we need it in Sydney", "AU")],
)
async def test_hears_where_the_data_shall_go(house: House, said: str, region: str) -> None:
    proven = house.customer("ACC-005").stepped_up()
    assert request_of(await house.ask("move_region", proven, said)).values() == {"region": region}


async def test_a_move_needs_the_code_and_shows_its_fee(house: House) -> None:
    assert asked(await house.ask("move_region", "ACC-005", "to the EU")).slot == "code"
    proposal = await house.ask("move_region", house.customer("ACC-005").stepped_up(), "to the EU")
    assert "$500" in str(ready(proposal).rows)
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "Frankfurt" in text(outcome.done)


async def test_a_move_is_for_larger_plans(house: House) -> None:
    assert refused(await house.ask("move_region", "ACC-003", "to the EU")).code == "plan_not_eligible"
    assert asked(await house.ask("move_region", "ACC-005", "move our data")).slot == "region"
