"""What agents see of a customer's mood, language and of promises, and what they do about promises, in a real browser."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_chat import say
from tests.browser.test_desk import claimed, open_case
from tests.fakes.console_desk import HouseDesk
from tests.fakes.model import ScriptedModel
from tests.fakes.web_house import House

GERMAN = "Wo bleibt meine Rückerstattung? Das ist jetzt das dritte Mal!!"
ENGLISH = "Where is my refund? This is now the third time!!"
ANSWER = "We will refund you by 17:00 today."
ANSWER_DE = "Wir erstatten Ihnen den Betrag heute bis 17 Uhr."
SHOTS = os.environ.get("SCREENSHOTS", "")


@dataclass
class TranslatingModel(ScriptedModel):
    """Knows three sentences in two languages."""

    fluent: bool = True

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        known = {(GERMAN, "en"): ENGLISH, (ANSWER, "de"): ANSWER_DE}
        return [known[text, language] for text in texts]


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


async def look(agent: Page, words: str) -> None:
    """Writes to the customer and opens the preview."""
    await agent.get_by_role("tab", name="Reply to customer").click()
    await agent.get_by_label("Reply to customer", exact=True).last.fill(words)
    await agent.get_by_role("button", name="Look, then send").click()


async def promise(agent: Page, words: str) -> None:
    await look(agent, words)
    await agent.get_by_role("dialog").get_by_role("button", name="Send to").click()
    await expect(agent.get_by_role("dialog")).to_have_count(0)


async def tend(house: House, **step: float) -> None:
    """Lets time go by, and sees to what is due."""
    house.clock.advance(timedelta(**step))
    await house.database.write(lambda conn: house.cases.keeping.tend(conn, house.clock.now()))


@pytest.fixture
def translating(house: House) -> House:
    house.model = TranslatingModel()
    house.script.noticed[GERMAN] = {"language": "de", "mood": -0.8, "frustration": 0.97, "repeats": 2}
    house.desk = HouseDesk(house, house.desk.roster, house.desk.hours)
    object.__setattr__(house.rooms, "desk", house.desk.desk())
    return house


async def test_agents_see_mood_language_and_both_texts_and_answer_in_german(open_as: Open, translating: House) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await say(helen, GERMAN)
    line = sam.locator(".entry.customer").filter(has_text=GERMAN)
    for sign in ("German", "Very frustrated", "Asked 2 times before"):
        await expect(line.locator(".signs")).to_contain_text(sign)
    await expect(line.locator(".in-english")).to_contain_text(ENGLISH)
    await expect(sam.locator(".case-head")).to_contain_text("writes in German")
    await expect(sam.locator(".case-head")).to_contain_text("Very frustrated")
    await shot(sam, "both-languages")
    await sam.get_by_role("tab", name="Reply to customer").click()
    field = sam.get_by_label("Reply to customer", exact=True).last
    await field.fill(ANSWER)
    await sam.get_by_role("button", name="Send in German").click()
    await expect(field).to_have_value(ANSWER_DE)
    await expect(sam.locator(".original")).to_contain_text(ANSWER)
    await shot(sam, "send-in-german")
    await sam.get_by_role("button", name="Look, then send").click()
    preview = sam.get_by_role("dialog")
    await expect(preview.locator(".outgoing")).to_have_text(ANSWER_DE)
    await expect(preview.locator(".in-english")).to_contain_text(ANSWER)
    await expect(preview.locator(".promised")).to_contain_text("yours")
    await shot(sam, "preview")
    await preview.get_by_role("button", name="Send to Helen Ashdown").click()
    await expect(helen.get_by_text(ANSWER_DE)).to_be_visible()
    await expect(sam.locator(".entry.agent .in-english")).to_contain_text(ANSWER)
    assert ENGLISH not in await helen.content()
    assert ANSWER not in await helen.content()
    await expect(sam.get_by_role("region", name="Open promises")).to_contain_text("yours")


async def test_a_promise_is_corrected_before_it_is_sent(open_as: Open) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await look(sam, "We will call you back. We'll write to you by 15:00 today.")
    preview = sam.get_by_role("dialog")
    await expect(preview.locator(".promised li")).to_have_count(2)
    await preview.get_by_role("button", name="No promise").first.click()
    await preview.get_by_role("button", name="Another time").click()
    await preview.get_by_label("Due: We'll write").fill("2026-11-20T16:30")
    await preview.get_by_label("Due: We'll write").blur()
    await expect(preview.locator(".promised")).to_contain_text("16:30")
    await preview.get_by_role("button", name="Send to Helen Ashdown").click()
    listed = sam.get_by_role("region", name="Open promises")
    await expect(listed).to_contain_text("We'll write to you")
    await expect(listed).not_to_contain_text("call you back")


async def test_promises_are_listed_moved_handed_on_and_kept(open_as: Open, house: House) -> None:
    helen, sam, bea = await open_as("Helen Ashdown"), await open_as("Sam Okafor"), await open_as("Bea Lindqvist")
    await claimed(helen, sam)
    await promise(sam, "We'll write to you by 15:00 today.")
    await promise(sam, "We will call you back on Monday.")
    await tend(house, hours=2, minutes=30)
    await expect(sam.get_by_role("link", name="Promises 1")).to_be_visible()
    await sam.get_by_role("link", name="Promises").click()
    await expect(sam.get_by_role("region", name="Due soon")).to_contain_text("We'll write to you")
    await expect(sam.get_by_role("region", name="Open")).to_contain_text("call you back")
    await tend(house, hours=1)
    late = sam.get_by_role("region", name="Broken")
    await expect(late).to_contain_text("We'll write to you")
    await shot(sam, "promises")
    await late.get_by_role("button", name="Move").click()
    await sam.get_by_label("New time").fill("2026-11-23T10:00")
    await sam.get_by_label("Reason").fill("The bank is closed")
    await sam.get_by_role("dialog").get_by_role("button", name="Move").click()
    await expect(sam.get_by_role("dialog")).to_contain_text("The customer wasn't told")
    await shot(sam, "moved")
    await sam.get_by_role("button", name="Take into a reply").click()
    await expect(sam.get_by_label("Reply to customer", exact=True).last).to_have_value(
        "We promised you: “We'll write to you by 15:00 today.” It will take until 23 Nov, 10:00 UTC. I'm sorry about the delay."
    )
    await sam.get_by_role("link", name="Promises").click()
    row = sam.get_by_role("row").filter(has_text="call you back")
    await row.get_by_role("button", name="Hand on").click()
    await sam.get_by_label("Who sees to it").select_option("bea")
    await sam.get_by_role("dialog").get_by_role("button", name="Hand on").click()
    await expect(row).to_contain_text("Bea Lindqvist")
    await bea.get_by_role("link", name="Promises").click()
    theirs = bea.get_by_role("row").filter(has_text="call you back")
    await expect(theirs).to_contain_text("you")
    await theirs.get_by_role("button", name="Kept").click()
    await expect(bea.get_by_role("region", name="Kept lately")).to_contain_text("call you back")


async def test_a_case_with_an_open_promise_waits_for_it_and_comes_back(open_as: Open, house: House) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await promise(sam, "We'll write to you by 17:00 today.")
    await promise(sam, "We will call you back by 16:00 today.")
    await sam.get_by_role("button", name="Resolve").click()
    closing = sam.get_by_role("dialog")
    await expect(closing).to_contain_text("doesn't count as resolved")
    await closing.get_by_label("What becomes of: We will call").select_option("kept")
    await shot(sam, "resolving")
    await closing.get_by_role("button", name="Resolve").click()
    await expect(sam.locator(".case-head")).to_contain_text("Waits for a promise")
    await expect(sam.get_by_role("region", name="Open promises")).not_to_contain_text("call you back")
    await tend(house, hours=4)
    await open_case(sam)
    await expect(sam.locator(".case-head")).to_contain_text("held by you")
    await shot(sam, "came-back")
