"""The page of the models, and what a decision record tells of them, in a real browser."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_chat import say
from tests.browser.test_desk import claimed
from tests.fakes.models_counted import ShownChain, counted
from tests.fakes.web_house import House

SHOTS = os.environ.get("SCREENSHOTS", "")
QUESTION = "How long does a refund take?"
NOTED: dict[str, Any] = {
    "spent": {
        "calls": 3,
        "failed": 1,
        "input_tokens": 4_120,
        "output_tokens": 95,
        "cached_tokens": 3_000,
        "written_tokens": 0,
        "cache_hits": 1,
        "cost_micros": 11_400,
        "took_ms": 2_410.0,
        "first_ms": 480.0,
        "models": ["claude:claude-large", "embedded-1:embedded-1"],
        "operations": ["converse", "understand"],
    },
    "conversed": {
        "rounds": 2,
        "calls": ["search_help", "refund_payment"],
        "fallen": 2,
        "mended": 1,
        "dropped": 1,
        "fell": {"uncited": 1, "no_promise": 1},
        "cut": False,
        "refused": False,
        "first_sentence_ms": 912.4,
    },
}


async def shot(page: Page, name: str) -> None:
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=str(Path(SHOTS) / f"{name}-{scheme}.png"), full_page=True)


@pytest.fixture
async def shown(house: House) -> ShownChain:
    made = await counted(house)
    object.__setattr__(house.rooms, "models", made)
    return made


async def test_an_operator_sees_who_answers_and_what_it_costs(open_as: Open, shown: ShownChain) -> None:
    sam = await open_as("Sam Okafor")
    await sam.set_viewport_size({"width": 1440, "height": 900})
    await sam.get_by_role("link", name="Models", exact=True).click()
    chain = sam.get_by_role("region", name="The chain now")
    await expect(chain.get_by_role("row").nth(1)).to_contain_text("Answers")
    await expect(chain.get_by_role("row").nth(2)).to_contain_text("Left alone for")
    await expect(chain.get_by_role("row").nth(3)).to_contain_text("Always there")
    figures = sam.locator(".models > .figures")
    for text in ("$19.96", "60%", "3 of 5 turns", "25%"):
        await expect(figures).to_contain_text(text)
    await shot(sam, "models")
    await sam.get_by_role("region", name="By day and model").get_by_role("link", name="Overloaded 1").click()
    await expect(sam.get_by_role("heading", name="Calls to models")).to_be_visible()
    await expect(sam.get_by_role("row")).to_have_count(2)
    await expect(sam.get_by_role("link", name="Conversation", exact=True)).to_have_attribute(
        "href", "/console/conversations/talk-1"
    )
    await shot(sam, "models-calls")
    await sam.get_by_role("link", name="All models").click()
    await sam.get_by_role("link", name="Today").click()
    await expect(figures).to_contain_text("3 of 4 turns")


async def test_the_embedded_model_alone_and_an_error_have_words(open_as: Open, house: House) -> None:
    sam = await open_as("Sam Okafor")
    await sam.get_by_role("link", name="Models", exact=True).click()
    await expect(sam.get_by_text("The embedded model answers alone")).to_be_visible()
    await expect(sam.locator(".models > .figures")).to_have_count(0)
    await shot(sam, "models-empty")
    await sam.route("**/console/api/models?*", lambda route: route.fulfill(status=503, json={"error": {"message": "Later."}}))
    await sam.get_by_role("link", name="Approvals").click()
    await sam.get_by_role("link", name="Models", exact=True).click()
    await expect(sam.get_by_role("alert")).to_contain_text("Later.")
    await shot(sam, "models-error")


async def test_a_decision_record_tells_what_the_model_did(open_as: Open, house: House) -> None:
    house.script.noticed[QUESTION] = NOTED
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await say(helen, QUESTION)
    await expect(helen.locator(".answer")).to_be_visible()
    await claimed(helen, sam)
    record = sam.locator("details.record").filter(has_text="First checked sentence")
    await record.locator("summary").first.click()
    for text in ("claude:claude-large", "3,000 from the provider's cache (73%)", "$0.0114", "after 912 ms", "cites nothing"):
        await expect(record).to_contain_text(text)
    tools = record.get_by_role("list", name="Tools called")
    await expect(tools.get_by_role("listitem").nth(1)).to_contain_text("Needs approval")
    await record.scroll_into_view_if_needed()
    await shot(sam, "models-record")
