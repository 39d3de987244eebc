"""One customer over web chat and Slack: one conversation, one voice, and records that agree afterwards."""

from datetime import timedelta

from bot.channels.slack import blocks
from bot.channels.slack_desk import case_card, dialogs
from core.events import Event
from core.language import Act
from memory.tables import Conversation
from tests.fakes.model import Meant
from tests.scenario.slack_world import QUEUE, RENEE, ROSA, SAM, Shown, SlackWorld, buttons_of, direct, words_of

GIVE = "Give us something back for the outage, please."
PERSON = "I want to talk to a person."
PASSWORD = "How many characters must a password have?"
NEED = "Our people keep forgetting their passwords."
AGAIN = "We forget them all the time."
NO = "No, we don't want that."
MEANINGS = {
    GIVE: Meant(intent="give_credit"),
    "20 USD": Meant(intent="none", slots={"amount": "20 USD"}),
    PERSON: Meant(intent="none", triage="asked_for_human"),
    NEED: Meant(intent="question", revenue="cross_sell", item="sso_scim"),
    AGAIN: Meant(intent="question", revenue="cross_sell", item="sso_scim"),
    NO: Meant(intent="none", act=Act.DENY),
}


async def agrees(slack: SlackWorld, conversation_id: str) -> None:
    """Checks twice: nothing differs, and the second check changes nothing."""
    await slack.quiet()
    reconciler, tenant = slack.whole.out.reconciler, slack.house.tenant.id
    first = await reconciler.check(tenant, conversation_id)
    assert first.differs == ()
    again = await reconciler.check(tenant, conversation_id)
    assert (again.differs, again.mended) == ((), ())
    assert (again.offers, again.refusals) == (first.offers, first.refusals)


async def talks_of(slack: SlackWorld, contact_id: str) -> list[Conversation]:
    """All conversations of a contact that weren't joined into another."""
    threads, tenant = slack.house.threads, slack.house.tenant.id
    found = await slack.house.database.read(lambda conn: threads.by_person(conn, tenant, contact_id))
    return [each for each in found if not await noted(slack, each.id, "conversation.ended", reason="joined")]


async def noted(slack: SlackWorld, conversation_id: str, kind: str, **data: str) -> list[Event]:
    """What the journal has of that kind in a conversation."""
    journal, tenant = slack.house.journal, slack.house.tenant.id
    found = await slack.house.database.read(lambda conn: journal.of_conversation(conn, tenant, conversation_id))
    return [each for each in found if each.type == kind and data.items() <= each.data.items()]


async def offers_to(slack: SlackWorld, contact_id: str) -> int:
    """How often something was offered to a contact."""
    return sum([len(await noted(slack, each.id, "offer.raised")) for each in await talks_of(slack, contact_id)])


async def test_a_task_begun_in_the_chat_goes_on_in_slack_and_its_card_is_confirmed_in_the_chat(slack: SlackWorld) -> None:
    slack.model.meanings |= MEANINGS
    chat = slack.browser("C-003-1")
    await chat.writes(GIVE)
    await chat.reads("sentence", "much")
    await slack.writes(ROSA, "20 USD")
    card = await slack.reads(direct(ROSA), "$20.00")
    shown = await chat.reads('"card"', "$20.00")
    confirm = buttons_of(card)[blocks.CONFIRM_ID]
    assert shown["body"]["id"] == confirm["value"]
    await chat.presses(shown["body"]["id"])
    await chat.reads('"receipt"', "$20.00")
    closed = await slack.reads(direct(ROSA), "Confirmed")
    assert closed["ts"] == card["ts"]
    assert buttons_of(closed) == {}
    await slack.presses(ROSA, direct(ROSA), card, blocks.CONFIRM_ID)
    await slack.quiet()
    assert await slack.credits() == [2000]
    (talk,) = await talks_of(slack, "C-003-1")
    await agrees(slack, talk.id)


async def test_a_card_from_the_chat_is_confirmed_in_slack(slack: SlackWorld) -> None:
    slack.model.meanings |= MEANINGS
    chat = slack.browser("C-003-1")
    await slack.writes(ROSA, GIVE)
    await slack.reads(direct(ROSA), "much")
    await chat.writes("20 USD")
    shown = await chat.reads('"card"', "$20.00")
    slack.model.meanings["Yes, please."] = Meant(intent="none", act=Act.AFFIRM)
    await slack.writes(ROSA, "Yes, please.")
    await slack.reads(direct(ROSA), "Receipt", "$20.00")
    pressed = await chat.reads('"receipt"', after=shown["position"])
    assert pressed["position"] > shown["position"]
    await chat.presses(shown["body"]["id"])
    await slack.quiet()
    assert await slack.credits() == [2000]
    (talk,) = await talks_of(slack, "C-003-1")
    await agrees(slack, talk.id)


async def test_an_offer_in_the_chat_declined_in_slack_is_declined_everywhere(slack: SlackWorld) -> None:
    slack.model.meanings |= MEANINGS
    chat = slack.browser("C-024-1")
    await chat.writes(NEED)
    await chat.reads('"reply_end"', '"offer": true')
    await slack.writes(RENEE, NO)
    await slack.reads(direct(RENEE))
    slack.clock.instant += timedelta(days=60)
    await chat.writes(AGAIN)
    await slack.quiet()
    await slack.writes(RENEE, NEED)
    await slack.quiet()
    assert await offers_to(slack, "C-024-1") == 1
    talks = await talks_of(slack, "C-024-1")
    assert len(talks) == 2, "after so long it is another conversation, on both channels the same"
    assert [await noted(slack, each.id, "conversation.joined") != [] for each in talks] == [True, True]
    for each in talks:
        await agrees(slack, each.id)


async def test_an_offer_in_slack_is_declined_by_its_button_and_stays_declined_in_the_chat(slack: SlackWorld) -> None:
    slack.model.meanings |= MEANINGS | {"No thanks": Meant(intent="none", act=Act.DENY)}
    chat = slack.browser("C-024-1")
    await slack.writes(RENEE, NEED)
    offered = await slack.reads(direct(RENEE), "Offer")
    await slack.presses(RENEE, direct(RENEE), offered, blocks.DECLINE_ID)
    await slack.sees(lambda: True if blocks.DECLINE_ID not in buttons_of(slack.messages(direct(RENEE))[0]) else None)
    await slack.quiet()
    slack.clock.instant += timedelta(days=60)
    await chat.writes(AGAIN)
    await slack.quiet()
    assert await offers_to(slack, "C-024-1") == 1
    for each in await talks_of(slack, "C-024-1"):
        await agrees(slack, each.id)


async def test_an_agents_answer_goes_to_where_the_customer_is(slack: SlackWorld) -> None:
    slack.model.meanings |= MEANINGS
    chat = slack.browser("C-003-1")
    await chat.writes(PERSON)
    card = await slack.reads(QUEUE, "Rosa Delgado", "Web chat")
    await slack.presses(SAM, QUEUE, card, case_card.CLAIM)
    held = await slack.reads(QUEUE, "held by Sam Okoro")
    await chat.reads("Sam Okoro has joined")
    await slack.writes(ROSA, "I am in Slack now.")
    await slack.reads(QUEUE, "I am in Slack now.", thread=card["ts"])
    moved = await slack.reads(QUEUE, "held by Sam Okoro", "Slack")
    assert moved["ts"] == held["ts"]
    await replies(slack, held, "Then I answer you there.")
    await slack.reads(direct(ROSA), "Then I answer you there.", "Sam Okoro")
    await chat.writes("And now back in the chat.")
    await slack.reads(QUEUE, "And now back in the chat.", thread=card["ts"])
    await replies(slack, held, "Here it is.")
    await chat.reads("Here it is.", "Sam Okoro")
    await slack.quiet()
    assert "Here it is." not in " ".join(words_of(each) for each in slack.messages(direct(ROSA)))
    await agrees(slack, (await slack.case(chat.ref)).conversation_id)


async def replies(slack: SlackWorld, card: Shown, text: str) -> None:
    """Sam writes to the customer, by window and preview."""
    await slack.presses(SAM, QUEUE, card, case_card.REPLY)
    await slack.submits(SAM, await slack.submits(SAM, await slack.window(dialogs.REPLY), {"text": text}))


async def test_the_assistant_answers_in_either_channel_and_remembers(slack: SlackWorld) -> None:
    chat = slack.browser("C-003-1")
    await chat.writes(PASSWORD)
    await chat.reads("12 characters")
    await slack.writes(ROSA, "How long am I signed in?")
    answered = await slack.reads(direct(ROSA), "signed in")
    await chat.reads("How long am I signed in?")
    assert "12 characters" not in words_of(answered)
    assert len(slack.messages(direct(ROSA))) == 1, "what was said in the chat isn't said again in Slack"
