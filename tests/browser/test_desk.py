"""The desk as agents see it, with a customer in another browser."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_chat import say
from tests.fakes.web_house import HOSTILE, House


async def open_case(page: Page) -> None:
    await page.get_by_role("navigation", name="Cases").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Helen Ashdown")).to_be_visible()


async def reply(page: Page, text: str) -> None:
    """Writes to the customer, looks at what will be sent, and sends it."""
    await page.get_by_role("tab", name="Reply to customer").click()
    await expect(page.get_by_text("You are writing to Helen Ashdown.")).to_be_visible()
    await page.get_by_label("Reply to customer", exact=True).last.fill(text)
    await page.get_by_role("button", name="Look, then send").click()
    await expect(page.get_by_role("dialog").locator(".outgoing")).to_have_text(text)
    await page.get_by_role("dialog").get_by_role("button", name="Send to Helen Ashdown").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def note(page: Page, text: str) -> None:
    await page.get_by_role("tab", name="Internal note").click()
    await page.get_by_label("Internal note", exact=True).last.fill(text)
    await page.get_by_role("button", name="Save note").click()
    await expect(page.locator(".internal-note")).to_have_count(1)


async def claimed(helen: Page, sam: Page) -> None:
    """Helen asks for a person, and Sam claims the case."""
    await helen.get_by_role("button", name="Talk to a person").click()
    await expect(helen.get_by_role("heading", name="Waiting for a person")).to_be_visible()
    await open_case(sam)
    await sam.get_by_role("button", name="Claim").click()
    await expect(sam.get_by_role("button", name="Resolve")).to_be_visible()


async def test_a_case_is_claimed_answered_and_given_back(open_as: Open) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await helen.get_by_role("button", name="Talk to a person").click()
    await expect(helen.locator(".notice")).to_contain_text("getting a person")
    await expect(helen.get_by_role("heading", name="Waiting for a person")).to_be_visible()
    await open_case(sam)
    await expect(sam.get_by_text("You are writing an internal note.")).to_be_visible()
    await sam.get_by_role("button", name="Claim").click()
    await expect(sam.get_by_role("button", name="Resolve")).to_be_visible()
    await expect(sam.get_by_text("You are writing an internal note.")).to_be_visible()
    await reply(sam, "Good morning, I am Sam.")
    await expect(helen.get_by_text("Good morning, I am Sam.")).to_be_visible()
    await expect(helen.get_by_role("heading", name="Sam Okafor")).to_be_visible()
    await note(sam, f"SECRET-CANARY {HOSTILE}")
    await expect(sam.locator(".internal-note")).to_contain_text("not shown to the customer")
    await say(helen, "Thank you, that is all")
    await expect(sam.locator(".entry.customer").last).to_contain_text("Thank you, that is all")
    await expect(helen.locator(".doing")).to_be_hidden()
    await sam.get_by_role("button", name="Give back to assistant").click()
    await sam.get_by_label("What should colleagues know about how this went?").fill("Nothing more.")
    await sam.get_by_role("button", name="Give back", exact=True).click()
    await expect(helen.locator(".notice").last).to_contain_text("You are with the AI assistant again")
    await say(helen, "How long does a refund take?")
    await expect(helen.locator(".answer")).to_be_visible()
    assert "SECRET-CANARY" not in await helen.content()


async def test_an_approval_is_granted_by_the_right_role(open_as: Open, house: House) -> None:
    helen, sam, bea = await open_as("Helen Ashdown"), await open_as("Sam Okafor"), await open_as("Bea Lindqvist")
    await say(helen, "I want a refund of 400 pounds")
    await expect(helen.locator(".notice")).to_be_visible()
    await open_case(sam)
    approval = sam.get_by_role("article", name="Approval: Refund")
    await expect(approval).to_contain_text("Your roles do not decide this")
    await expect(approval.get_by_role("button")).to_have_count(0)
    await bea.get_by_role("link", name="Approvals").click()
    asked = bea.get_by_role("article", name="Approval: Refund")
    await expect(asked).to_contain_text("INV-77")
    await expect(asked).to_contain_text("400")
    await expect(asked).to_contain_text("Helen Ashdown, through the assistant")
    await asked.get_by_text("Where each value came from").click()
    await expect(asked).to_contain_text("said by the customer")
    await asked.get_by_role("button", name="Approve").click()
    await expect(bea.get_by_text("Nothing waits for you")).to_be_visible()
    await expect(asked).to_contain_text("Decided by Bea Lindqvist")
    await expect(asked.get_by_role("button")).to_have_count(0)
    await expect(approval).to_contain_text("Granted")
    assert len(house.executed) == 1


async def test_why_opens_the_turns_record(open_as: Open) -> None:
    helen, neil = await open_as("Helen Ashdown"), await open_as("Neil Abara")
    await say(helen, "How long does a refund take?")
    await expect(helen.locator(".answer")).to_be_visible()
    await neil.get_by_role("link", name="Conversations").click()
    await neil.get_by_role("link", name="Helen Ashdown").click()
    await neil.get_by_role("button", name="Why?").click()
    record = neil.locator("details.record")
    await expect(record).to_contain_text("Churn risk, 62%")
    await expect(record).to_contain_text("Above the cap")
    await expect(neil.get_by_role("button", name="Claim")).to_have_count(0)
    await expect(neil.get_by_role("button", name="Save note")).to_be_hidden()
    await record.get_by_role("link", name="Whole chain").click()
    await expect(neil.get_by_text("Inbox.accepted")).to_be_visible()
    await neil.get_by_role("link", name="Revenue").click()
    await expect(neil.get_by_role("cell", name="Churn risk")).to_be_visible()


async def test_the_keys_move_claim_and_help(open_as: Open) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await helen.get_by_role("button", name="Talk to a person").click()
    await expect(sam.get_by_role("navigation", name="Cases").get_by_role("link")).to_have_count(1)
    await sam.keyboard.press("j")
    await expect(sam.get_by_role("heading", name="Helen Ashdown")).to_be_visible()
    await sam.keyboard.press("c")
    await expect(sam.get_by_role("button", name="Resolve")).to_be_visible()
    await sam.get_by_role("heading", name="Helen Ashdown").click()
    await sam.keyboard.press("?")
    await expect(sam.get_by_role("dialog", name="Keys")).to_be_visible()
    await sam.keyboard.press("Escape")
    await sam.keyboard.press("/")
    await expect(sam.get_by_label("Search cases")).to_be_focused()
    await sam.keyboard.type("nobody of that name")
    await expect(sam.get_by_text("None fits your search.")).to_be_visible()
