"""Staying, coming back and pausing."""

from tests.unit.skills.house import House, asked, codes, ready, refused, text


async def test_a_cancellation_is_undone(house: House) -> None:
    done = await house.do("undo_cancellation", "ACC-035")
    assert "goes on as before" in text(done)
    assert (await house.ports.billing.subscription("ACC-035")).status == "active"


async def test_nothing_to_undo(house: House) -> None:
    assert refused(await house.ask("undo_cancellation", "ACC-003")).code == "active"


async def test_an_ended_account_comes_back_in_time(house: House) -> None:
    proposal = await house.ask("reactivate_plan", "ACC-032")
    assert dict(ready(proposal).rows)["Due now"] == "$36.00 before tax, $36.00 with tax"
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "9 seats" in text(outcome.done)


async def test_and_not_afterwards(house: House) -> None:
    house.clock.instant = house.clock.instant.replace(month=12)
    assert refused(await house.ask("reactivate_plan", "ACC-032")).code == "outside_window"


async def test_a_pause_costs_a_share_and_starts_with_the_next_period(house: House) -> None:
    proposal = await house.ask("pause_plan", "ACC-018", "pause for 2 months", months=2)
    rows = dict(ready(proposal).rows)
    assert rows["From then on, a month"] == "$49.00 before tax"
    assert rows["Takes effect"] == "14 December 2026"
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "14 February 2027" in text(outcome.done)


async def test_a_second_pause_has_to_wait(house: House) -> None:
    proposal = await house.ask("pause_plan", "ACC-025", "pause", months=2)
    assert "1 June 2027" in refused(proposal).sentences[0].text
    assert {"paused_lately", "pause_once"} <= set(codes(proposal))


async def test_annual_plans_do_not_pause(house: House) -> None:
    assert refused(await house.ask("pause_plan", "ACC-006", "pause", months=1)).code == "pause_not_sold"


async def test_asks_for_how_long(house: House) -> None:
    assert asked(await house.ask("pause_plan", "ACC-018", "pause us")).slot == "months"
