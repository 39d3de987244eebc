"""Teams by Microsoft's own Playground: what a customer sees and clicks, and what the desk does, in a real browser."""

from playwright.async_api import Locator, Page, expect

from tests.peers.conftest import Open

CREDIT = "Please give us a credit of 15 USD for the outage"
TWICE = "I think I was charged twice"


async def say(page: Page, text: str) -> None:
    """Writes in the personal chat."""
    await page.get_by_role("textbox").last.click()
    await page.keyboard.type(text)
    await page.get_by_role("button", name="Send Message").last.click()


async def post(page: Page, text: str) -> None:
    """Begins a thread in the General channel, mentioning the bot."""
    await page.get_by_role("treeitem", name="My Team - General").click()
    await page.get_by_role("textbox").first.click()
    await page.keyboard.type("@Ra", delay=50)
    await page.get_by_role("menuitem", name="Rapport").click()
    await page.keyboard.type(f" {text}")
    await page.get_by_role("button", name="Post", exact=True).click()


def chat(page: Page, text: str) -> Locator:
    """Words in the conversation, not those that the list of chats repeats."""
    return page.get_by_text(text).and_(page.locator(":not([role=treeitem] *)")).first


async def test_a_customer_asks_confirms_a_card_and_gets_a_receipt(rosas: str, opened: Open) -> None:
    rosa = await opened(rosas)
    await expect(chat(rosa, "the AI assistant of Halcyon")).to_be_visible()

    await say(rosa, "How long is sign-in locked after wrong passwords?")
    await expect(chat(rosa, "lock sign-in for 15 minutes")).to_be_visible()
    source = rosa.get_by_role("link", name="When sign-in is locked")
    await expect(source).to_be_visible()
    assert "/help/" in (await source.get_attribute("href") or "")

    await say(rosa, CREDIT)
    await expect(chat(rosa, "Account credit of $15.00")).to_be_visible()
    await rosa.get_by_role("button", name="Confirm").click()
    await expect(chat(rosa, "Confirmed by Rosa Delgado")).to_be_visible()
    await expect(chat(rosa, "RC-10001")).to_be_visible()
    await expect(rosa.get_by_role("button", name="Confirm")).to_have_count(0)


async def test_the_billing_lead_approves_on_a_card_and_the_customer_is_told(rosas: str, beas: str, opened: Open) -> None:
    bea = await opened(beas)
    await post(bea, "queue here")
    await expect(chat(bea, "Cases are shown in this channel from now on")).to_be_visible()

    rosa = await opened(rosas)
    await say(rosa, TWICE)
    await expect(chat(rosa, "INV-7007 was collected two times")).to_be_visible()
    await expect(chat(rosa, "for a person to decide")).to_be_visible()

    await expect(chat(bea, "Lumen Street Cinemas")).to_be_visible()
    await bea.get_by_role("button", name="Approve").first.click()
    await expect(chat(bea, "Approved")).to_be_visible()
    await expect(bea.get_by_role("button", name="Approve")).to_have_count(0)
    await expect(chat(rosa, "$363.72 for INV-7007 is on its way back")).to_be_visible()


async def test_an_agent_claims_replies_on_the_card_and_resolves(rosas: str, beas: str, opened: Open) -> None:
    bea = await opened(beas)
    await post(bea, "queue here")
    await expect(chat(bea, "Cases are shown in this channel from now on")).to_be_visible()
    rosa = await opened(rosas)
    await say(rosa, "I want to talk to a person")
    await bea.get_by_role("button", name="Claim", exact=True).first.click()
    await expect(chat(bea, "Claimed by Bea Lindgren")).to_be_visible()

    await bea.get_by_role("treeitem", name="Personal Chat").click()
    await bea.get_by_role("button", name="Reply", exact=True).first.click()
    await bea.get_by_label("Reply to the customer").first.fill("Hello Rosa, I look at it now.")
    await bea.get_by_role("button", name="Preview").first.click()
    await expect(chat(bea, "This is sent to the customer:")).to_be_visible()
    await bea.get_by_role("button", name="Send to the customer").click()
    await expect(chat(rosa, "Hello Rosa, I look at it now.")).to_be_visible()
    await expect(chat(bea, "Delivered")).to_be_visible()

    await bea.get_by_role("button", name="Resolve", exact=True).last.click()
    await bea.get_by_label("What was the matter, and what was done?").fill("She was called back.")
    await bea.get_by_role("button", name="Resolve", exact=True).last.click()
    await expect(chat(bea, "Resolved by Bea Lindgren")).to_be_visible()
