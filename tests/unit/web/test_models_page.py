"""The page of the models, the calls behind its numbers, and the same for Prometheus."""

from typing import Any

import pytest

from tests.fakes.models_counted import ShownChain, counted
from tests.fakes.web_house import House
from tests.unit.web.conftest import Tab

PAGE = "/console/api/models"


@pytest.fixture
async def shown(house: House) -> ShownChain:
    made = await counted(house)
    object.__setattr__(house.rooms, "models", made)
    return made


def today(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["models"] if each["model"] == name and each["day"] == found["totals"][0]["day"])


async def test_only_the_desk_reads_it(customer: Tab, shown: ShownChain) -> None:
    for path in (PAGE, f"{PAGE}/calls"):
        assert (await customer.get(path)).status == 401
    assert shown.asked == 0


async def test_each_model_of_each_day_has_its_figures(sam: Tab, shown: ShownChain) -> None:
    found = await sam.read(PAGE)
    large = today(found, "claude-large")
    assert (large["calls"], large["failures"], large["failed"]) == (5, 2, {"overloaded": 1, "rate_limited": 1})
    assert (large["input_tokens"], large["output_tokens"], large["cached_share"]) == (20_000, 360, 0.45)
    assert (large["cost_micros"], large["cost_per_turn"]) == (33_000, 33_000)
    assert (large["first_ms_p50"], large["first_ms_p95"]) == (410.0, 2_900.0)
    assert len(found["models"]) == 3


async def test_what_was_spared_is_told_by_turns(sam: Tab, shown: ShownChain) -> None:
    found = await sam.read(PAGE)
    now, before = found["totals"]
    assert (now["turns"], now["without_large"], now["cost_per_turn"]) == (4, 3, 8_250)
    assert (before["turns"], before["without_large"]) == (1, 0)
    assert found["answers"] == {"asked": 8, "hits": 2}


async def test_a_server_of_ones_own_that_costs_nothing_is_a_large_model_too(sam: Tab, house: House, shown: ShownChain) -> None:
    shown.embedded = "another"
    assert (await sam.read(PAGE))["totals"][0]["without_large"] == 0


async def test_the_chain_the_budget_and_what_is_live_are_shown(sam: Tab, shown: ShownChain) -> None:
    found = await sam.read(PAGE)
    assert [(each["name"], each["ready"], each["rests_s"]) for each in found["chain"]] == [
        ("claude", True, 0),
        ("own", False, 24),
        ("embedded", True, 0),
    ]
    assert (found["budget"]["day"], found["budget"]["spent_today"]) == (20_000_000, 44_000)
    assert [(each["name"], each["version"], each["hash"]) for each in found["prompts"]] == [("dialogue", "3", "f5e4d3c2b1a0")]
    (procedure,) = found["procedures"]
    assert (procedure["by"], len(procedure["hash"])) == ("library", 12)


async def test_a_period_can_be_chosen_and_is_bounded(sam: Tab, shown: ShownChain) -> None:
    assert [each["turns"] for each in (await sam.read(f"{PAGE}?days=1"))["totals"]] == [4]
    assert (await sam.read(f"{PAGE}?days=100000"))["days"] == 90
    assert (await sam.get(f"{PAGE}?days=-1")).status == 400


async def test_the_calls_behind_a_number_are_listed(sam: Tab, shown: ShownChain) -> None:
    day = (await sam.read(PAGE))["totals"][0]["day"]
    found = (await sam.read(f"{PAGE}/calls?day={day}&provider=claude&model=claude-large&outcome=overloaded"))["calls"]
    assert [(each["conversation_id"], each["turn_id"], each["outcome"]) for each in found] == [("talk-1", "turn-0", "overloaded")]
    everything = (await sam.read(f"{PAGE}/calls?day={day}"))["calls"]
    assert len(everything) == 9
    assert (await sam.get(f"{PAGE}/calls?day={'x' * 200}")).status == 400


async def test_without_a_provider_there_is_nothing_to_show(sam: Tab) -> None:
    found = await sam.read(PAGE)
    assert (found["chain"], found["budget"], found["totals"], found["models"]) == ([], None, [], [])


async def test_prometheus_reads_the_same(sam: Tab, house: House, shown: ShownChain) -> None:
    lines = (await (await sam.get("/metrics")).text()).splitlines()
    assert {
        'rapport_model_ready{provider="claude"} 1.0',
        'rapport_model_ready{provider="own"} 0.0',
        'rapport_model_affordable{provider="claude"} 1.0',
        'rapport_model_turns{by="large"} 1.0',
        'rapport_model_turns{by="embedded"} 3.0',
        'rapport_answer_cache{found="kept"} 2.0',
        'rapport_answer_cache{found="nothing"} 6.0',
        "rapport_model_spent_usd 0.044",
        "rapport_model_limit_usd 20.0",
    } <= set(lines)
