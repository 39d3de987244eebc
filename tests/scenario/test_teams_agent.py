"""The journey of a support agent in Teams, step by step: what Teams was told, and what reached the customer."""

from typing import Any

import pytest

from core.language import Act
from tests.fakes.model import Meant
from tests.fakes.teams_activities import Place, again
from tests.fakes.teams_service import Failure
from tests.scenario.teams_seen import Seen
from tests.scenario.teams_world import BEA, NOBODY, QUEUE, ROSA, SAM, TeamsWorld, chat

PERSON = "I want to talk to a person."
WANTS_PERSON = Meant(intent="none", triage="asked_for_human")
PASSWORD = "How many characters must a password have?"
CREDIT = "Please give me a credit of 20 USD for yesterday."
MUCH = "Then make it 400 USD, please."
MEANINGS = {
    PERSON: WANTS_PERSON,
    CREDIT: Meant(intent="give_credit", slots={"amount": "20 USD"}),
    MUCH: Meant(intent="give_credit", slots={"amount": "400 USD"}),
    "Yes, please.": Meant(intent="none", act=Act.AFFIRM),
}
OWN = {"Reply", "Actions", "Resolve", "Hand to a colleague", "Give back to the bot"}


async def case_of(teams: TeamsWorld) -> Seen:
    """Rosa's words bring a case into the channel that Sam chose; its card."""
    teams.model.meanings |= MEANINGS
    await teams.writes(SAM, "queue here", Place(id=QUEUE.id, kind="channel", team=QUEUE.team, thread="1"), mention=True)
    await teams.reads(QUEUE, "from now on")
    await teams.writes(ROSA, PERSON)
    return await teams.reads(QUEUE, "Rosa Delgado", "Lumen Street Cinemas")


async def held(teams: TeamsWorld) -> tuple[Seen, Seen]:
    """The same, claimed by Sam: what everybody sees of it, and Sam's own view."""
    own = await teams.presses(SAM, await case_of(teams), "Claim")
    return await teams.reads(QUEUE, "Claimed by Sam Okoro"), own


async def drafted(teams: TeamsWorld, everyones: Seen, text: str = PASSWORD) -> tuple[Seen, Seen]:
    """Rosa writes: the card in the thread that says that a draft waits, and the draft as Sam sees it."""
    await teams.writes(ROSA, text)
    shared = await teams.reads(everyones.place, "A draft waits for Sam Okoro")
    return shared, await teams.looks(SAM, shared)


async def acted(teams: TeamsWorld, everyones: Seen, text: str) -> Seen:
    """The action that fits Rosa's words, as Sam sees it before it is run."""
    shared, _ = everyones, await teams.writes(ROSA, text)
    await teams.reads(shared.place, text)
    offered = await teams.presses(SAM, await teams.looks(SAM, everyones), "Actions")
    title = next(each for each in offered.buttons if "redit" in each)
    return await teams.presses(SAM, offered, title)


async def test_claiming_replaces_the_card_at_once_and_others_see_no_buttons_of_the_owners(teams: TeamsWorld) -> None:
    card = await case_of(teams)
    for needed in ("Rosa Delgado", "Team", "First reply due", "Why it came", "Mood", "Calm"):
        assert needed in card.words, needed
    own = await teams.presses(SAM, card, "Claim")
    assert own.buttons.keys() >= OWN
    everyones = await teams.reads(QUEUE, "Claimed by Sam Okoro")
    assert everyones.message["id"] == card.message["id"]
    assert not everyones.buttons.keys() & (OWN | {"Claim"})
    assert everyones.card["refresh"]["userIds"] == [SAM.id]
    assert (await teams.looks(SAM, everyones)).buttons.keys() >= OWN
    assert not (await teams.looks(BEA, everyones)).buttons.keys() & (OWN | {"Claim"})
    await teams.reads(chat(ROSA), "Sam Okoro")
    assert "Sam Okoro holds this case" in await teams.told(BEA, card, "Claim")


async def test_what_is_typed_in_the_thread_stays_inside(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    note = await teams.writes(SAM, "She sounds tired, be kind.", everyones.place)
    for each in (note, again(note)):
        await teams.sends(each)
    await teams.writes(BEA, "I know her; call me.", everyones.place)
    case = await teams.case(chat(ROSA))

    async def noted() -> list[str] | None:
        lines = await teams.whole.desk.desk.reading.lines(case.id, teams.agent("sam"))
        notes = [each.text for each in lines if each.kind.internal]
        return notes if len(notes) >= 2 else None

    assert await teams.eventually(noted) == ["She sounds tired, be kind.", "I know her; call me."]
    await teams.quiet()
    for kept_inside in ("tired", "call me"):
        assert kept_inside not in teams.said_to(ROSA)


async def test_a_reply_is_written_on_the_card_previewed_sent_and_ticked(teams: TeamsWorld) -> None:
    everyones, own = await held(teams)
    preview = await teams.presses(SAM, own, "Preview", text="I am on it, Rosa.")
    for shown in ("Rosa Delgado", "Teams", "I am on it, Rosa."):
        assert shown in preview.words
    assert "on it" not in teams.said_to(ROSA)
    sent = await teams.presses(SAM, preview, "Send to the customer")
    assert sent.buttons.keys() >= OWN
    await teams.reads(chat(ROSA), "Sam Okoro is a person on the team of Halcyon", "I am on it, Rosa.")
    line = await teams.reads(everyones.place, "Sent to the customer", "I am on it, Rosa.", "✓ Delivered")
    assert line.buttons == {}
    refused = await teams.presses(SAM, preview, "Send to the customer")
    assert "Preview" in refused.buttons
    await teams.quiet()
    assert teams.said_to(ROSA).count("I am on it") == 1


async def test_a_draft_is_for_the_owner_alone_and_is_sent_under_their_name(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    shared, draft = await drafted(teams, everyones)
    for needed in ("12 characters", "[1] Password length", "ure (", "May be sent"):
        assert needed in draft.words, needed
    assert "12 characters" not in str(teams.service.messages[shared.place.conversation_id])
    refused = await teams.told(BEA, shared, "Show me")
    assert "owner of the case alone" in refused
    await teams.presses(SAM, draft, "Send")
    await teams.reads(chat(ROSA), "Sam Okoro", "12 characters")
    await teams.reads(everyones.place, "was sent to the customer")
    await teams.reads(everyones.place, "Sam Okoro", "12 characters", "✓ Delivered")
    assert "was sent" in (await teams.presses(SAM, draft, "Send")).words
    await teams.quiet()
    assert teams.said_to(ROSA).count("12 characters") == 1


async def test_why_shorter_and_a_draft_that_is_edited_in_a_dialog(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    _, draft = await drafted(teams, everyones)
    why = await teams.presses(SAM, draft, "Why?")
    assert len(why.words) > len(draft.words)
    assert "fewer words" in await teams.told(SAM, draft, "Shorter")
    editing = await teams.opens(SAM, draft, "Edit")
    assert "12 characters" in editing.words
    preview = await teams.submits(SAM, editing, "Preview", text="Twelve, Rosa, and longer is better.")
    assert isinstance(preview, Seen)
    assert "Twelve, Rosa" in preview.words
    assert "Twelve" not in teams.said_to(ROSA)
    assert "on its way" in str(await teams.submits(SAM, preview, "Send to the customer"))
    await teams.reads(chat(ROSA), "Twelve, Rosa, and longer is better.")
    await teams.reads(everyones.place, "was changed and sent")
    assert (await learned(teams)).edited == 1


async def learned(teams: TeamsWorld) -> Any:
    return (await teams.whole.desk.desk.suggestions.learned(teams.agent("sam")))["all"][0]


async def test_a_draft_is_dismissed_with_a_reason_and_counted(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    _, draft = await drafted(teams, everyones)
    asked = await teams.presses(SAM, draft, "Dismiss")
    gone = await teams.presses(SAM, asked, "Dismiss", reason="tone")
    assert "was dismissed" in gone.words
    await teams.reads(everyones.place, "was dismissed")
    assert ((await learned(teams)).dismissed, (await learned(teams)).reasons) == (1, (("tone", 1),))
    assert "12 characters" not in teams.said_to(ROSA)


async def test_an_action_is_changed_run_and_its_receipt_stands_in_the_thread(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    action = await acted(teams, everyones, CREDIT)
    assert "$20.00" in action.words
    changed = await teams.presses(SAM, action, "Check", **{"value.amount": "15 USD"})
    assert "$15.00" in changed.words
    assert await teams.credits() == []
    done = await teams.presses(SAM, changed, "Run")
    assert "Receipt" in done.words
    await teams.reads(everyones.place, "$15.00", "Receipt")
    await teams.sends(teams.press_of(SAM, changed, "Run", {}))
    await teams.quiet()
    assert await teams.credits() == [1500]


async def test_an_approval_is_decided_by_another_and_a_stale_card_says_so(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    action = await acted(teams, everyones, MUCH)
    assert "Run" not in action.buttons
    await teams.presses(SAM, action, "Ask approval")
    asked = await teams.reads(QUEUE, "$400.00", "Evidence", "billing lead", "Expires")
    assert await teams.told(SAM, asked, "Approve")
    assert await teams.credits() == []
    decided = await teams.presses(BEA, asked, "Approve")
    assert "by Bea Lindgren" in decided.words
    assert decided.buttons == {}
    assert await teams.credits() == [40_000]
    stands = await teams.reads(QUEUE, "$400.00", "by Bea Lindgren")
    assert stands.message["id"] == asked.message["id"]
    await teams.reads(chat(ROSA), "$400")
    late = await teams.presses(BEA, asked, "Refuse")
    assert "out of date" in late.words
    assert await teams.credits() == [40_000]


async def test_the_message_extension_drafts_a_reply_to_a_selected_message(teams: TeamsWorld) -> None:
    everyones, _ = await held(teams)
    fetched = await teams.sends(teams.by(SAM, everyones.place).extension_fetch("draft", PASSWORD))
    form = everyones.viewed(fetched.body["task"]["value"]["card"]["content"])
    while "Look again" in form.buttons:
        shown = await teams.submits(SAM, form, "Look again")
        assert isinstance(shown, Seen)
        form = shown
    assert "12 characters" in form.words
    preview = await teams.submits(SAM, form, "Preview", text="Twelve at least.")
    assert isinstance(preview, Seen)
    assert "Twelve" not in teams.said_to(ROSA)
    await teams.submits(SAM, preview, "Send to the customer")
    await teams.reads(chat(ROSA), "Twelve at least.")


async def test_a_delivery_that_failed_is_shown_and_retried(teams: TeamsWorld) -> None:
    everyones, own = await held(teams)
    await teams.quiet()
    preview = await teams.presses(SAM, own, "Preview", text="I am on it.")
    teams.service.fail(Failure(status=403, path=chat(ROSA).id, method="POST"), times=4)
    await teams.presses(SAM, preview, "Send to the customer")
    failed = await teams.reads(everyones.place, "I am on it.", "✗ Not delivered")
    teams.service.failures.clear()
    assert "sent again" in await teams.told(SAM, failed, "Retry")
    await teams.reads(chat(ROSA), "I am on it.")
    line = await teams.reads(everyones.place, "I am on it.", "✓ Delivered")
    assert line.buttons == {}


async def test_a_case_is_handed_to_a_colleague(teams: TeamsWorld) -> None:
    _, own = await held(teams)
    form = await teams.presses(SAM, own, "Hand to a colleague")
    handed = await teams.presses(SAM, form, "Hand over", to="bea")
    assert not handed.buttons.keys() & OWN
    everyones = await teams.reads(QUEUE, "Claimed by Bea Lindgren")
    bea = await teams.presses(BEA, everyones, "Show my buttons")
    assert bea.buttons.keys() >= OWN
    refused = await teams.presses(SAM, own, "Preview", text="Mine?")
    assert "Bea Lindgren holds this case" in refused.words
    await teams.reads(chat(ROSA), "Bea Lindgren")


async def test_resolving_drafts_the_summary_and_ends_the_case(teams: TeamsWorld) -> None:
    _, own = await held(teams)
    form = await teams.presses(SAM, own, "Resolve")
    assert PERSON in form.words
    ended = await teams.presses(SAM, form, "Resolve", text="She was told all she asked.")
    assert ended.buttons == {}
    card = await teams.reads(QUEUE, "Resolved by Sam Okoro", "She was told all she asked.")
    assert card.buttons == {}


async def test_given_back_the_bot_answers_again(teams: TeamsWorld) -> None:
    _, own = await held(teams)
    form = await teams.presses(SAM, own, "Give back to the bot")
    await teams.presses(SAM, form, "Give back to the bot", text="Only a question on passwords is left.")
    await teams.reads(QUEUE, "Given back to the bot")
    await teams.writes(ROSA, PASSWORD)
    await teams.reads(chat(ROSA), "12 characters")
    assert "Only a question" not in teams.said_to(ROSA)


async def test_who_is_no_agent_can_do_nothing_at_the_desk(teams: TeamsWorld) -> None:
    card = await case_of(teams)
    for user in (ROSA, NOBODY):
        assert "support desk" in await teams.told(user, card, "Claim")
    await teams.writes(ROSA, "I am an agent.", card.place)
    case = await teams.case(chat(ROSA))
    assert case.agent_id is None


@pytest.mark.parametrize("value", [None, [], "x", {"action": []}, {"action": {"verb": "desk:claim", "data": "x"}}, {"data": 3}])
async def test_whatever_a_button_carries_is_answered(teams: TeamsWorld, value: object) -> None:
    names = ("adaptiveCard/action", "task/fetch", "task/submit", "composeExtension/query", "composeExtension/submitAction", "x/y")
    for user in (SAM, ROSA):
        for name in names:
            answer = await teams.service.send({**teams.by(user).invoke(name, {}), "value": value})
            assert answer.status < 500, name
