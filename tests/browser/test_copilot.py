"""The copilot as the owner of a case sees it, with a customer in another browser."""

from time import monotonic

from playwright.async_api import Locator, Page, expect

from handoff.desk.views import Arrived, HintView
from tests.browser.conftest import Open
from tests.browser.test_chat import say
from tests.browser.test_desk import claimed, note, open_case, reply
from tests.fakes.console_desk import stuck
from tests.fakes.web_house import QUOTE, House


def draft(page: Page) -> Locator:
    return page.get_by_role("region", name="Suggested reply")


async def test_a_suggestion_appears_by_itself_and_is_sent_after_a_look(open_as: Open, house: House) -> None:
    house.desk.drafting.hint = HintView(
        kind="upsell", item="seats", reason="410 of 420 seats are in use.", points=("Ten more cost $4 each.",)
    )
    helen, sam, bea = await open_as("Helen Ashdown"), await open_as("Sam Okafor"), await open_as("Bea Lindqvist")
    await claimed(helen, sam)
    await open_case(bea)
    await say(helen, "How long does a refund take?")
    began = monotonic()
    await expect(draft(sam)).to_be_visible()
    assert monotonic() - began < 3
    await expect(draft(sam)).to_contain_text(QUOTE)
    await expect(draft(sam)).to_contain_text("86% sure")
    await expect(draft(sam)).to_contain_text("every sentence stands on a published article")
    await expect(draft(sam).get_by_role("complementary", name="For you alone")).to_contain_text("never sent by itself")
    source = draft(sam).get_by_role("link", name="How long a refund takes")
    assert "start=" in str(await source.get_attribute("href"))
    await draft(sam).get_by_role("button", name="Why?").click()
    await expect(draft(sam).get_by_text("Understood as: a question for the help centre")).to_be_visible()
    await sam.keyboard.press("s")
    look = sam.get_by_role("dialog")
    await expect(look).to_contain_text("Helen Ashdown")
    await expect(look).to_contain_text("Web chat")
    await look.get_by_role("button", name="Back").click()
    await draft(sam).get_by_role("button", name="Send").click()
    await expect(look.locator(".outgoing")).to_contain_text(QUOTE)
    await look.get_by_role("button", name="Send to Helen Ashdown").click()
    await expect(helen.locator(".person, .agent, .entry").filter(has_text=QUOTE).last).to_be_visible()
    await expect(draft(sam)).to_be_hidden()
    await expect(draft(bea)).to_be_hidden()
    assert "seats are in use" not in await helen.content()
    assert "seats are in use" not in await bea.content()


async def test_a_suggestion_is_edited_dismissed_and_counted(open_as: Open) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await say(helen, "How long does a refund take?")
    await draft(sam).get_by_role("button", name="Edit").click()
    field = sam.get_by_label("Reply to customer", exact=True).last
    await expect(field).to_have_value(f"Refunds go back the way the money came. {QUOTE}")
    await field.fill("It takes a week or two.")
    await sam.get_by_role("button", name="Look, then send").click()
    await sam.get_by_role("dialog").get_by_role("button", name="Send to Helen Ashdown").click()
    await expect(helen.get_by_text("It takes a week or two.")).to_be_visible()
    await expect(field).to_have_value("")
    await say(helen, "And how long for the second one?")
    await draft(sam).get_by_role("button", name="Dismiss").click()
    await sam.get_by_label("Why it doesn't fit").select_option("tone")
    await sam.get_by_role("button", name="Dismiss it").click()
    await expect(draft(sam)).to_be_hidden()
    await sam.get_by_role("link", name="Suggestions").click()
    page = sam.get_by_role("region", name="How suggestions do")
    await expect(page.get_by_role("row").filter(has_text="The tone doesn't fit").first).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Questions for the help centre")).to_contain_text("50%")
    await expect(page).to_contain_text("4 characters a second")


async def test_nothing_is_suggested_when_nothing_is_sure_enough(open_as: Open, house: House) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await say(helen, "How long does a refund take?")
    await expect(draft(sam)).to_be_visible()
    await say(helen, "My screen is green")
    await expect(draft(sam)).to_be_hidden()


async def test_a_note_stays_inside_and_a_repeated_one_is_warned_of(open_as: Open) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    words = "They are three weeks behind with paying their invoices, mind that."
    await note(sam, words)
    await sam.get_by_role("tab", name="Reply to customer").click()
    await sam.get_by_label("Reply to customer", exact=True).last.fill(f"Hello. {words}")
    await sam.get_by_role("button", name="Look, then send").click()
    await expect(sam.get_by_role("list", name="Mind this")).to_contain_text("repeats an internal note")
    await sam.get_by_role("dialog").get_by_role("button", name="Back").click()
    await reply(sam, "Good morning.")
    await expect(helen.get_by_text("Good morning.")).to_be_visible()
    assert "three weeks behind" not in await helen.content()


async def test_an_action_is_changed_and_run_and_leaves_its_receipt(open_as: Open) -> None:
    helen, sam, neil = await open_as("Helen Ashdown"), await open_as("Sam Okafor"), await open_as("Neil Abara")
    await claimed(helen, sam)
    credit = sam.get_by_role("article", name="Action: Give an account credit")
    await expect(credit).to_contain_text("You may run this")
    refund = sam.get_by_role("article", name="Action: Refund a payment")
    await expect(refund).to_contain_text("Needs a yes from billing lead")
    await credit.get_by_role("button", name="Change").click()
    await credit.get_by_label("Amount").fill("15.00")
    await credit.get_by_role("button", name="Check with policy").click()
    await expect(credit).to_contain_text("15.00")
    await credit.get_by_role("button", name="Run").click()
    await expect(sam.locator(".entry.done")).to_contain_text("CR-1001")
    await expect(sam.locator(".entry.done")).to_contain_text("For staff")
    await refund.get_by_role("button", name="Ask for approval").click()
    await expect(sam.locator(".entry.done")).to_have_count(2)
    await open_case(neil)
    await expect(neil.locator(".entry.done").first).to_contain_text("Sam Okafor")
    await expect(neil.get_by_role("article", name="Action: Give an account credit")).to_have_count(0)
    assert "CR-1001" not in await helen.content()


async def test_a_case_is_handed_over_and_resolved_with_a_drafted_summary(open_as: Open) -> None:
    helen, sam, bea = await open_as("Helen Ashdown"), await open_as("Sam Okafor"), await open_as("Bea Lindqvist")
    await claimed(helen, sam)
    await reply(sam, "I will write to you by 16:00 today.")
    await sam.get_by_role("button", name="Hand over").click()
    await sam.get_by_role("dialog").get_by_label("Colleague").select_option("bea")
    await sam.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    await expect(sam.get_by_text("held by Bea Lindqvist")).to_be_visible()
    await expect(sam.get_by_role("tab", name="Reply to customer")).to_be_disabled()
    await expect(helen.get_by_role("heading", name="Bea Lindqvist")).to_be_visible()
    await open_case(bea)
    await bea.get_by_role("button", name="Resolve").click()
    summary = bea.get_by_label("How was it solved? Staff only.")
    await expect(summary).to_have_value(
        "I would like to talk to a person, please.\nStill promised: I will write to you by 16:00 today."
    )
    await expect(bea.get_by_role("dialog")).to_contain_text("Promised to this customer and still open")
    await bea.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(bea.locator(".case-head").get_by_text("Waits for a promise")).to_be_visible()


async def test_what_failed_is_sent_again_and_what_nobody_knows_only_after_a_question(open_as: Open, house: House) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await reply(sam, "On its way.")
    talk = (await house.database.read(lambda conn: house.threads.recent(conn, "halcyon")))[0]
    position = talk.last_position
    house.desk.arrivals.states[position] = Arrived.FAILED
    house.desk.arrivals.stuck.append(stuck(position, conversation_id=talk.id))
    await expect(sam.locator(".tick.failed")).to_contain_text("Not delivered: channel_not_found")
    await sam.locator(".tick.failed").get_by_role("button", name="Retry").click()
    await expect(sam.locator(".tick.delivered")).to_be_visible()
    house.desk.arrivals.stuck.append(stuck(position, conversation_id=talk.id, id="d-2", arrived=Arrived.UNKNOWN, again=False))
    await sam.get_by_role("link", name="Deliveries").click()
    row = sam.get_by_role("row").filter(has_text="Nobody knows")
    await row.get_by_role("button", name="Send again?").click()
    await sam.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert house.desk.arrivals.repeated == [("d-1", "sam")]
    await row.get_by_role("button", name="Send again?").click()
    await sam.get_by_role("dialog").get_by_role("button", name="Send again").click()
    await expect(sam.get_by_text("Everything that was sent has arrived.")).to_be_visible()
    assert house.desk.arrivals.repeated == [("d-1", "sam"), ("d-2", "sam")]


async def test_answers_customers_and_codes(open_as: Open) -> None:
    helen, sam = await open_as("Helen Ashdown"), await open_as("Sam Okafor")
    await claimed(helen, sam)
    await sam.get_by_role("button", name="Invite this contact").click()
    assert "Helen Ashdown of Brightwater" in await sam.get_by_label("Text of the invitation").input_value()
    await expect(sam.get_by_role("dialog")).to_contain_text("Nobody was told yet")
    await sam.get_by_role("dialog").get_by_role("button", name="Close").click()
    await sam.get_by_role("button", name="Ask Rapport").click()
    await sam.get_by_label("Your question").fill("When does a refund arrive?")
    await sam.get_by_role("button", name="Ask", exact=True).click()
    await expect(sam.get_by_role("article", name="Answer")).to_contain_text(QUOTE)
    await sam.get_by_role("dialog").get_by_role("button", name="Close").click()
    await sam.get_by_role("link", name="Customers").click()
    await sam.get_by_label("Whom do you look for?").fill("Brightwater")
    await sam.get_by_role("button", name="Look up").click()
    await expect(sam.get_by_text("Prefers invoices by post.")).to_be_visible()
    await sam.get_by_role("link", name="Slack and Teams").click()
    await sam.get_by_role("button", name="Get a code").click()
    shown = await sam.get_by_label("What to type in Slack").input_value()
    assert shown.startswith("/rapport connect ")
    assert await sam.get_by_label("What to type in Teams").input_value() == shown.removeprefix("/rapport ")
