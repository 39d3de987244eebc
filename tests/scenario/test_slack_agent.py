"""The journey of a support agent in Slack, step by step: what Slack was told, and what reached the customer."""

from typing import Any

from bot.channels.slack_desk import action_card, approval_card, case_card, dialogs, draft_card, line_card
from core.language import Act
from handoff.case_book import Case
from tests.fakes.model import Meant
from tests.fakes.slack_api import Fault
from tests.fakes.slack_events import app_home_opened, block_actions, event_callback, shortcut
from tests.scenario.slack_world import BEA, NOBODY, QUEUE, ROSA, SAM, Shown, SlackWorld, buttons_of, direct, words_of

PERSON = "I want to talk to a person."
WANTS_PERSON = Meant(intent="none", triage="asked_for_human")
PASSWORD = "How many characters must a password have?"
CREDIT = "Please give me a credit of 20 USD for yesterday."
MUCH = "Then make it 400 USD, please."
TWICE = "I was charged twice in November."
WHY, DISMISS = f"{draft_card.MORE}/why", f"{draft_card.MORE}/dismiss"
HAND, RETURN = f"{case_card.MORE}/hand", f"{case_card.MORE}/return"
MEANINGS = {
    PERSON: WANTS_PERSON,
    CREDIT: Meant(intent="give_credit", slots={"amount": "20 USD"}),
    MUCH: Meant(intent="give_credit", slots={"amount": "400 USD"}),
    TWICE: Meant(intent="find_double_charge"),
    "Yes, please.": Meant(intent="none", act=Act.AFFIRM),
}


async def case_of(slack: SlackWorld, text: str = PERSON) -> Shown:
    """Rosa's words bring a case; its card."""
    slack.model.meanings |= MEANINGS
    await slack.writes(ROSA, text)
    return await slack.reads(QUEUE, "Rosa Delgado", "Lumen Street Cinemas")


async def held(slack: SlackWorld, text: str = PERSON) -> Shown:
    """The same, claimed by Sam."""
    card = await case_of(slack, text)
    await slack.presses(SAM, QUEUE, card, case_card.CLAIM)
    await slack.whispered(SAM, "You hold this case")
    return await slack.reads(QUEUE, "held by Sam Okoro")


async def drafted(slack: SlackWorld, text: str, *wanted: str) -> Shown:
    """Rosa writes; the draft that Sam alone is shown."""
    await slack.writes(ROSA, text)
    return await slack.whispered(SAM, "Draft reply", *wanted)


async def replies(slack: SlackWorld, card: Shown, text: str) -> Shown:
    """Sam writes to the customer by button, window and preview; the window at the end."""
    await slack.presses(SAM, QUEUE, card, case_card.REPLY)
    preview = await slack.submits(SAM, await slack.window(dialogs.REPLY), {"text": text})
    return await slack.submits(SAM, preview)


def told_customer(slack: SlackWorld) -> str:
    return " ".join(words_of(each) for each in slack.messages(direct(ROSA)))


async def test_the_card_says_what_an_agent_needs_and_claiming_it_opens_the_thread(slack: SlackWorld) -> None:
    card = await case_of(slack, TWICE)
    said = words_of(card)
    for needed in ("Rosa Delgado", "Team", "first reply due", "Why it came", "Mood", TWICE, "Find a double"):
        assert needed in said, needed
    assert "Lumen Street Cinemas" in said
    assert len(card["blocks"][-1]["elements"]) <= 4
    await slack.presses(SAM, QUEUE, card, case_card.CLAIM)
    hint = await slack.whispered(SAM, "You hold this case")
    assert hint["thread_ts"] == card["ts"]
    claimed = await slack.reads(QUEUE, "held by Sam Okoro")
    assert claimed["ts"] == card["ts"]
    assert case_card.CLAIM not in buttons_of(claimed)
    await slack.reads(QUEUE, TWICE, thread=card["ts"])
    await slack.reads(direct(ROSA), "Sam Okoro has joined")
    await slack.presses(BEA, QUEUE, card, case_card.CLAIM)
    await slack.whispered(BEA, "Sam Okoro")


async def test_what_is_typed_in_the_thread_stays_inside(slack: SlackWorld) -> None:
    card = await held(slack)
    note = await slack.types(SAM, QUEUE, card["ts"], "She sounds tired, be kind.")
    for retry in range(1, 4):
        await slack.sends(event_callback(note, event_id="EvNote"), retry=retry)
    ticked = await slack.sees(lambda: slack.slack.of("reactions.add") or None)
    assert ticked[0].params["name"] == "lock"
    await slack.types(BEA, QUEUE, card["ts"], "I know her; call me.")
    await slack.quiet()
    assert "tired" not in told_customer(slack)
    assert "call me" not in told_customer(slack)
    case = await slack.case(slack.ref(ROSA))
    lines = await slack.whole.desk.desk.reading.lines(case.id, agent_of(slack, "sam"))
    notes = [(each.author, each.text) for each in lines if each.kind.internal]
    assert notes == [("Sam Okoro", "She sounds tired, be kind."), ("Bea Lindgren", "I know her; call me.")]
    assert note["ts"] not in {each["ts"] for each in slack.messages(QUEUE)}, "a typed note isn't posted a second time"
    posted = [words_of(each) for each in slack.messages(QUEUE, card["ts"])]
    assert not any("tired" in each for each in posted)


def agent_of(slack: SlackWorld, agent_id: str) -> Any:
    agent = slack.whole.desk.desk.roster.by_id(agent_id)
    assert agent is not None
    return agent.principal(slack.house.tenant)


async def test_a_draft_is_shown_to_the_owner_alone_and_sent_under_their_name_with_a_tick(slack: SlackWorld) -> None:
    card = await held(slack)
    draft = await drafted(slack, PASSWORD, "12 characters")
    said = words_of(draft)
    for needed in ("1. Password length", "Confidence", "May be sent"):
        assert needed in said, needed
    assert draft["thread_ts"] == card["ts"]
    assert {each["user"] for each in slack.slack.ephemerals} == {SAM}
    assert "12 characters" not in told_customer(slack)
    token = await slack.presses(SAM, QUEUE, draft, draft_card.SEND)
    assert draft_card.SETTLED["accepted"] in words_of(await slack.answer(token))
    sent = await slack.reads(direct(ROSA), "12 characters")
    assert sent["username"].startswith("Sam Okoro")
    assert "is a person on the team of Halcyon" in words_of(sent)
    line = await slack.reads(QUEUE, "12 characters", "delivered", thread=card["ts"])
    assert "Sam Okoro" in words_of(line)
    await slack.presses(SAM, QUEUE, draft, draft_card.SEND)
    await slack.quiet()
    assert told_customer(slack).count("12 characters") == 1


async def test_why_shorter_and_a_draft_edited_and_previewed(slack: SlackWorld) -> None:
    await held(slack)
    draft = await drafted(slack, PASSWORD, "12 characters")
    await slack.presses(SAM, QUEUE, draft, WHY)
    why = await slack.window("Password length")
    assert "12 characters" in words_of(why)
    token = await slack.presses(SAM, QUEUE, draft, draft_card.SHORTER)
    await slack.whispered(SAM, "fewer words")
    assert [words_of(body) for where, body in slack.slack.responses if where == token] == []
    await slack.presses(SAM, QUEUE, draft, draft_card.EDIT)
    editing = await slack.window(dialogs.EDIT)
    assert "12 characters" in words_of(editing)
    preview = await slack.submits(SAM, editing, {"text": "Twelve, Rosa, and longer is better."})
    assert "Twelve, Rosa, and longer is better." in words_of(preview)
    assert "Rosa Delgado" in words_of(preview)
    assert "Slack" in words_of(preview)
    assert "Twelve" not in told_customer(slack)
    await slack.submits(SAM, preview)
    sent = await slack.reads(direct(ROSA), "Twelve, Rosa")
    assert sent["username"].startswith("Sam Okoro")
    await slack.sees(lambda: [b for _, b in slack.slack.responses if draft_card.SETTLED["edited"] in words_of(b)] or None)


async def test_a_draft_is_dismissed_with_a_reason_and_counted(slack: SlackWorld) -> None:
    await held(slack)
    draft = await drafted(slack, PASSWORD, "12 characters")
    await slack.presses(SAM, QUEUE, draft, DISMISS)
    await slack.submits(SAM, await slack.window(dialogs.DISMISS), {"reason": "0", "more": "She knows that."})
    learned = await slack.whole.desk.desk.suggestions.learned(agent_of(slack, "sam"))
    assert learned["all"][0].dismissed == 1
    assert "12 characters" not in told_customer(slack)


async def test_an_action_is_changed_run_and_its_receipt_stands_in_the_thread(slack: SlackWorld) -> None:
    card = await held(slack)
    await slack.writes(ROSA, CREDIT)
    action = await slack.whispered(SAM, "Suggested action", "$20.00")
    await slack.presses(SAM, QUEUE, action, action_card.CHANGE)
    changing = await slack.window(dialogs.CHANGE)
    await slack.submits(SAM, changing, {"amount": "15 USD"})
    changed = await slack.sees(lambda: next((b for _, b in slack.slack.responses if "$15.00" in words_of(b)), None))
    assert await slack.credits() == []
    shown = {**changed, "user": SAM, "ts": action["ts"], "thread_ts": card["ts"]}
    await slack.presses(SAM, QUEUE, shown, action_card.RUN)
    receipt = await slack.reads(QUEUE, "$15.00", "Receipt", "Sam Okoro", thread=card["ts"])
    assert receipt["thread_ts"] == card["ts"]
    await slack.presses(SAM, QUEUE, shown, action_card.RUN)
    await slack.quiet()
    assert await slack.credits() == [1500]


async def test_an_approval_is_asked_decided_by_another_and_the_customer_is_told(slack: SlackWorld) -> None:
    await held(slack)
    await slack.writes(ROSA, MUCH)
    action = await slack.whispered(SAM, "Suggested action", "$400.00")
    assert action_card.RUN not in buttons_of(action)
    await slack.presses(SAM, QUEUE, action, action_card.APPROVAL)
    asked = await slack.reads(QUEUE, "$400.00", "Sam Okoro", "illing lead")
    asked = await slack.reads(QUEUE, "$400.00", "Evidence")
    assert not asked.get("thread_ts")
    await slack.presses(SAM, QUEUE, asked, approval_card.APPROVE)
    await slack.sees(
        lambda: [each for each in slack.slack.ephemerals if each["user"] == SAM and "pprov" in words_of(each)][1:] or None
    )
    await slack.quiet()
    assert await slack.credits() == []
    before = len(slack.messages(direct(ROSA)))
    await slack.presses(BEA, QUEUE, asked, approval_card.APPROVE)
    decided = await slack.reads(QUEUE, "Bea Lindgren", "$400.00")
    assert approval_card.APPROVE not in buttons_of(decided)
    assert await slack.credits() == [40_000]
    await slack.reads(direct(ROSA), "$400", after=before)
    await slack.presses(BEA, QUEUE, asked, approval_card.APPROVE)
    await slack.quiet()
    assert await slack.credits() == [40_000]


async def test_commands_are_answered_to_the_agent_alone(slack: SlackWorld) -> None:
    card = await held(slack)
    case = await slack.case(slack.ref(ROSA))
    answered = await slack.commands(SAM, f"ask {PASSWORD}")
    assert answered["response_type"] == "ephemeral"
    assert "12 characters" in words_of(answered)
    assert "1. Password length" in words_of(answered)
    for wanted in ("Lumen Street Cinemas", "ACC-003", "rosa@lumenstreet.example"):
        assert "Lumen Street Cinemas" in words_of(await slack.commands(SAM, f"customer {wanted}")), wanted
    mine = await slack.commands(SAM, "case")
    assert "Rosa Delgado" in words_of(mine)
    assert "Rosa Delgado" in words_of(await slack.commands(SAM, f"case {case.id}"))
    assert "queue here" in words_of(await slack.commands(SAM, "help"))
    posted = len(slack.messages(QUEUE))
    await slack.commands(SAM, "queue here", channel="C0OTHER")
    await slack.presses(SAM, QUEUE, card, HAND)
    slack.model.meanings["Help me, a person!"] = WANTS_PERSON
    await slack.writes("UMARCUS", "Help me, a person!")
    await slack.reads("C0OTHER", "Marcus Tran")
    assert len(slack.messages(QUEUE)) >= posted


async def test_a_code_from_the_console_makes_somebody_an_agent(slack: SlackWorld) -> None:
    card = await case_of(slack)
    await slack.presses(NOBODY, QUEUE, card, case_card.CLAIM)
    await slack.whispered(NOBODY, "/rapport connect")
    refused = await slack.commands(NOBODY, "ask How much is the cap?")
    assert "support desk" in words_of(refused)
    wrong = await slack.commands(NOBODY, "connect 00000000")
    assert "proves nothing" in words_of(wrong)
    code = await slack.whole.out.inviting.seat_code("ada")
    welcome = await slack.commands(NOBODY, f"connect {code}")
    assert "Ada Romero" in words_of(welcome)
    await slack.presses(NOBODY, QUEUE, card, case_card.CLAIM)
    await slack.reads(QUEUE, "held by Ada Romero")


async def test_who_is_no_agent_can_do_nothing_at_the_desk(slack: SlackWorld) -> None:
    card = await held(slack)
    draft = await drafted(slack, PASSWORD, "12 characters")
    case = await slack.case(slack.ref(ROSA))
    for pressed in (case_card.REPLY, case_card.RESOLVE, RETURN):
        await slack.presses(ROSA, QUEUE, card, pressed)
    await slack.presses(ROSA, QUEUE, draft, draft_card.SEND)
    await slack.types(ROSA, QUEUE, card["ts"], "I am an agent, send this.")
    await slack.quiet()
    await slack.sees(lambda: [each for each in slack.slack.ephemerals if each["user"] == ROSA][3:] or None)
    assert all("support desk" in words_of(each) for each in slack.slack.ephemerals if each["user"] == ROSA)
    assert slack.slack.views == {}
    assert "12 characters" not in told_customer(slack)
    assert (await slack.case(slack.ref(ROSA))).agent_id == case.agent_id == "sam"


async def test_the_shortcut_drafts_a_reply_that_can_be_used(slack: SlackWorld) -> None:
    card = await held(slack)
    body = shortcut("desk:draft", user=SAM, channel=QUEUE, text=PASSWORD)
    body["message"]["thread_ts"] = card["ts"]
    await slack.sends(body)
    window = await slack.window("12 characters")
    replying = await slack.submits(SAM, window)
    assert replying["callback_id"] == dialogs.REPLY
    assert "12 characters" in words_of(replying)
    assert "12 characters" not in told_customer(slack)


async def test_app_home_shows_cases_approvals_and_the_queue(slack: SlackWorld) -> None:
    await held(slack, TWICE)
    for user, wanted in ((SAM, "Rosa Delgado"), (BEA, "$363.72")):
        await slack.sends(event_callback(app_home_opened(user=user, channel=direct(user))))
        home = await slack.sees(lambda user=user: slack.slack.homes.get(user))
        assert wanted in words_of(home), words_of(home)
    body = {"type": "button", **buttons_of(slack.slack.homes[BEA])[approval_card.APPROVE]}
    pressed = block_actions(body, user=BEA)
    pressed |= {"view": {**slack.slack.homes[BEA], "id": "VH"}, "container": {"type": "view", "view_id": "VH"}}
    for gone in ("channel", "message"):
        del pressed[gone]
    await slack.sends(pressed)
    await slack.sees(lambda: True if "$363.72" not in words_of(slack.slack.homes[BEA]) else None)
    await slack.reads(direct(ROSA), "363.72", after=3)


async def test_a_delivery_that_failed_is_shown_and_retried(slack: SlackWorld) -> None:
    card = await held(slack)
    slack.slack.channels = {QUEUE}
    await replies(slack, card, "I am on it.")
    failed = await slack.reads(QUEUE, "I am on it.", "not delivered", thread=card["ts"])
    slack.slack.channels = None
    await slack.presses(SAM, QUEUE, failed, line_card.AGAIN)
    await slack.reads(direct(ROSA), "I am on it.")
    line = await slack.reads(QUEUE, "I am on it.", ": delivered", thread=card["ts"])
    assert buttons_of(line) == {}


async def test_a_delivery_of_which_nobody_knows_is_shown_and_never_repeated_by_itself(slack: SlackWorld) -> None:
    card = await held(slack)
    await slack.quiet()
    await slack.presses(SAM, QUEUE, card, case_card.REPLY)
    preview = await slack.submits(SAM, await slack.window(dialogs.REPLY), {"text": "I am on it."})
    posts = len(slack.slack.of("chat.postMessage"))
    slack.slack.broken[direct(ROSA)] = Fault(status=503)
    await slack.submits(SAM, preview)
    unclear = await slack.reads(QUEUE, "I am on it.", "may read it twice", thread=card["ts"])
    await slack.quiet()
    tried = [each for each in slack.slack.of("chat.postMessage")[posts:] if each.params["channel"] == direct(ROSA)]
    assert len(tried) == 1
    slack.slack.broken.clear()
    await slack.presses(SAM, QUEUE, unclear, line_card.AGAIN)
    await slack.reads(direct(ROSA), "I am on it.")


async def test_a_case_is_handed_to_a_colleague(slack: SlackWorld) -> None:
    await slack.commands(BEA, "help")
    card = await held(slack)
    await slack.presses(SAM, QUEUE, card, HAND)
    await slack.submits(SAM, await slack.window(dialogs.HAND), {"to": "bea"})
    await slack.reads(QUEUE, "held by Bea Lindgren")
    await slack.reads(direct(ROSA), "Bea Lindgren")
    await slack.sees(lambda: [each for each in slack.messages(BEA) if "Rosa Delgado" in words_of(each)] or None)
    await slack.presses(SAM, QUEUE, card, case_card.REPLY)
    window = await slack.window("Bea Lindgren")
    assert window.get("callback_id") != dialogs.REPLY
    await slack.writes(ROSA, PASSWORD)
    await slack.whispered(BEA, "12 characters")


async def test_resolving_drafts_the_summary_and_lists_what_is_promised(slack: SlackWorld) -> None:
    card = await held(slack)
    await replies(slack, card, "I will call you tomorrow with the figures.")
    await slack.reads(direct(ROSA), "call you tomorrow")
    await slack.presses(SAM, QUEUE, card, case_card.RESOLVE)
    window = await slack.window(dialogs.RESOLVE)
    assert PERSON in words_of(window), "the draft says what it was about"
    done = await slack.submits(SAM, window, {"summary": "Wanted a call; will get one."})
    assert "esolved" in words_of(done)
    ended = await slack.reads(QUEUE, "done, but for a promise by Sam Okoro", "Wanted a call")
    assert not any(each.startswith("desk:case:re") for each in buttons_of(ended))


async def test_giving_back_begins_a_new_epoch_and_the_bot_answers_again(slack: SlackWorld) -> None:
    card = await held(slack)
    before: Case = await slack.case(slack.ref(ROSA))
    await slack.writes(ROSA, PASSWORD)
    await slack.whispered(SAM, "12 characters")
    assert "12 characters" not in told_customer(slack), "the bot is silent while a person holds the case"
    await slack.presses(SAM, QUEUE, card, RETURN)
    await slack.submits(SAM, await slack.window(dialogs.RETURN), {"note": "Only wanted the rule."})
    await slack.reads(QUEUE, "iven back", "Sam Okoro")
    conversation = await slack.conversation(slack.ref(ROSA))
    assert conversation.epoch > before.epoch
    count = len(slack.messages(direct(ROSA)))
    await slack.writes(ROSA, PASSWORD)
    answered = await slack.reads(direct(ROSA), "12 characters", after=count)
    assert not answered.get("username")
    assert "Only wanted the rule" not in told_customer(slack)
