"""The chat as a customer sees it."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.fakes.web_house import HOSTILE, House


async def say(page: Page, text: str) -> None:
    field = page.get_by_label("Message", exact=True)
    await field.fill(text)
    await field.press("Enter")


async def test_a_question_is_answered_and_its_source_opens_at_the_span(open_as: Open) -> None:
    page = await open_as("Helen Ashdown")
    await expect(page.get_by_text("You are chatting with an AI assistant. A person can join.")).to_be_visible()
    await page.get_by_role("button", name="How long does a refund take?").click()
    answer = page.locator(".answer")
    await expect(answer).to_contain_text("Refunds go back the way the money came. They arrive within 5 to 10 business days.")
    await expect(page.locator(".starters")).to_be_hidden()
    await page.get_by_role("button", name="1 How long a refund takes").click()
    cited = page.locator(".panel #cited")
    await expect(cited).to_have_text("They arrive within 5 to 10 business days.")
    await expect(cited).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_be_hidden()


async def test_a_card_is_confirmed_once_and_both_tabs_show_the_receipt(open_as: Open, house: House) -> None:
    first, second = await open_as("Helen Ashdown"), await open_as("Helen Ashdown")
    await say(first, "Could I have a credit?")
    for page in (first, second):
        card = page.get_by_role("region", name="Give an account credit")
        await expect(card).to_contain_text("€20.00")
        await expect(card).to_contain_text("expire after 12 months")
    await first.get_by_role("button", name="Confirm").dblclick()
    for page in (first, second):
        await expect(page.get_by_role("region", name="Receipt")).to_contain_text("CR-1001")
        await expect(page.get_by_text("Confirmed")).to_be_visible()
        await expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    await first.reload()
    await expect(first.get_by_text("Confirmed")).to_be_visible()
    await expect(first.get_by_role("region", name="Receipt")).to_have_count(1)


async def test_an_open_card_closes_when_people_take_over(open_as: Open) -> None:
    page = await open_as("Helen Ashdown")
    await say(page, "Could I have a credit?")
    await expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(page.get_by_role("heading", name="Waiting for a person")).to_be_visible()
    await expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_text("No longer open")).to_be_visible()
    await expect(page.get_by_role("button", name="Confirm")).to_have_count(0)


async def test_a_send_that_failed_stays_until_it_is_sent_again(open_as: Open, house: House) -> None:
    page = await open_as("A stranger")
    await expect(page.locator(".starter").first).to_be_visible()
    await page.route("**/api/messages", lambda route: route.abort())
    await say(page, "Is anybody there?")
    failed = page.locator(".pending.failed")
    await expect(failed).to_contain_text("No connection to the server")
    await page.reload()
    await expect(failed).to_contain_text("Is anybody there?")
    await page.unroute("**/api/messages")
    await failed.get_by_role("button", name="Retry").click()
    await expect(page.locator(".log .bubble").first).to_have_text("Is anybody there?")
    await expect(page.locator(".pending")).to_have_count(0)


async def test_markup_in_messages_stays_text(open_as: Open) -> None:
    page = await open_as("A stranger")
    await say(page, f"echo {HOSTILE}")
    await expect(page.locator(".answer .said")).to_have_text(f"echo {HOSTILE}")
    assert await page.locator(".thread img, .thread script, .thread a").count() == 0
    assert await page.title() == "Halcyon support"


async def test_the_composer_grows_breaks_lines_and_counts(open_as: Open) -> None:
    page = await open_as("A stranger")
    field = page.get_by_label("Message", exact=True)
    await field.fill("one")
    low = await field.bounding_box()
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    high = await field.bounding_box()
    assert low
    assert high
    assert high["height"] > low["height"]
    assert await field.input_value() == "one\ntwo"
    await field.fill("x" * 8_003)
    await expect(page.get_by_text("3 characters too long")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


async def test_a_stranger_verifies_by_the_mailed_code(open_as: Open, house: House) -> None:
    page = await open_as("A stranger")
    await say(page, "Hello")
    await expect(page.locator(".answer")).to_be_visible()
    await page.get_by_label("More").click()
    await page.get_by_role("menuitem", name="Verify your identity").click()
    await page.get_by_label("E-mail address on your account").fill("helen.ashdown@brightwater.example")
    await page.get_by_role("button", name="Mail me a code").click()
    await expect(page.get_by_label("Six-digit code")).to_be_visible()
    code = house.mail.letters[0].body.removeprefix("Your code is ")[:6]
    await page.get_by_label("Six-digit code").fill("12")
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong or has expired")
    await page.get_by_label("Six-digit code").fill(code)
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_text("Thank you, Helen Ashdown. You are verified.")).to_be_visible()
    await say(page, "And my invoice?")
    await expect(page.locator(".answer")).to_have_count(2)
    await page.get_by_label("More").click()
    await page.get_by_role("menuitem", name="What we remember about you").click()
    await expect(page.get_by_text("Prefers invoices by post.")).to_be_visible()
    await page.get_by_role("button", name="Delete: Prefers invoices by post.").click()
    await expect(page.get_by_text("Nothing is remembered about you.")).to_be_visible()


async def test_a_lost_connection_is_told_and_made_up_for(open_as: Open, house: House) -> None:
    page = await open_as("A stranger")
    await expect(page.locator(".starter").first).to_be_visible()
    await page.context.set_offline(True)
    await say(page, "Hello?")
    await expect(page.locator(".pending.failed")).to_be_visible()
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Retry").click()
    await expect(page.locator(".answer")).to_be_visible()


async def test_on_a_phone_the_chat_fills_the_screen(open_as: Open) -> None:
    page = await open_as("A stranger")
    await page.set_viewport_size({"width": 390, "height": 780})
    box = await page.locator(".widget").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 780}
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_every_control_has_a_name_and_keys_reach_it(open_as: Open) -> None:
    page = await open_as("Helen Ashdown")
    await expect(page.locator(".starter").first).to_be_visible()
    nameless = await page.evaluate(
        """[...document.querySelectorAll('button, a, input, textarea, summary')].filter(
            (node) => !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length)).length"""
    )
    assert nameless == 0
    await page.get_by_label("Message", exact=True).focus()
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator(".starter").last).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".log .mine")).to_have_count(1)
