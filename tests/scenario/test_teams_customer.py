"""Customers in Teams: answered where they write, known when they have proved it, served once whatever comes twice."""

import asyncio

import pytest

from core.language import Understanding, UnderstandRequest
from handoff.desk.views import Arrived, DeliveryView
from tests.fakes.model import Meant
from tests.fakes.teams_activities import Place, TeamsUser, again
from tests.fakes.teams_service import Failure
from tests.scenario.teams_seen import Seen, words_of
from tests.scenario.teams_world import ELSEWHERE, NOBODY, QUEUE, ROSA, TeamsWorld, chat

PASSWORD = "How many characters must a password have?"
CREDIT = "Please give me a credit of 20 USD for yesterday."
GIVES_CREDIT = Meant(intent="give_credit", slots={"amount": "20 USD"})
PERSON = "I want to talk to a person."
WANTS_PERSON = Meant(intent="none", triage="asked_for_human")
HELP = Place(id="19:help@thread.tacv2", kind="channel", team="19:team@thread.tacv2", thread="1795", organisation=ELSEWHERE)
GROUP = Place(id="19:group@thread.v2", kind="groupChat", organisation=ELSEWHERE)
ACK_MS = 300


def hold_up(world: TeamsWorld, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Makes the model take as long as the test wants."""
    gate, understand = asyncio.Event(), world.model.understand

    async def slowly(request: UnderstandRequest) -> Understanding:
        await gate.wait()
        return await understand(request)

    monkeypatch.setattr(world.model, "understand", slowly)
    return gate


async def test_a_question_is_answered_with_its_sources_as_links_in_a_card_of_its_own(teams: TeamsWorld) -> None:
    await teams.writes(ROSA, PASSWORD)
    answer = await teams.reads(chat(ROSA), "12 characters")
    assert answer.card == {}, "a text and a card in one message lose each other"
    sources = await teams.reads(chat(ROSA), "Sources", "[1] Password length")
    assert "/help/passwords-and-sessions?start=" in str(sources.card)
    assert "suggestedActions" not in str(sources.message)


async def asks_credit(teams: TeamsWorld, user: TeamsUser = ROSA) -> Seen:
    teams.model.meanings[CREDIT] = GIVES_CREDIT
    await teams.writes(user, CREDIT)
    return await teams.reads(chat(user), "20.00", "Confirm")


async def test_a_stranger_proves_who_they_are_and_gets_their_credit(teams: TeamsWorld) -> None:
    teams.model.meanings[CREDIT] = GIVES_CREDIT
    await teams.writes(NOBODY, CREDIT)
    asked = await teams.reads(chat(NOBODY), "E-mail address")
    coded = await teams.presses(NOBODY, asked, "Send the code", email="marcus@pinecrest.example")
    code = await teams.code_mailed("marcus@pinecrest.example")
    wrong = await teams.presses(NOBODY, coded, "Confirm", code="000000" if code != "000000" else "000001")
    assert "Confirm" in wrong.buttons, "one may try again"
    done = await teams.presses(NOBODY, wrong, "Confirm", code=code)
    assert done.buttons == {}
    card = await asks_credit(teams, NOBODY)
    await teams.presses(NOBODY, card, "Confirm")
    await teams.reads(chat(NOBODY), "Receipt", "20.00")
    await teams.quiet()
    assert await teams.credits("ACC-002") == [2000]


async def test_a_card_is_decided_at_once_and_however_often_it_is_pressed_once(teams: TeamsWorld) -> None:
    card = await asks_credit(teams)
    press = teams.press_of(ROSA, card, "Confirm", {})
    first, *repeats = await asyncio.gather(*(teams.sends(each) for each in (press, press, again(press))))
    assert "Confirm" not in Seen(place=card.place, message={"attachments": [{"content": first.body["value"]}]}).buttons
    assert {each.status for each in repeats} == {200}
    await teams.reads(chat(ROSA), "Receipt", "20.00")
    decided = await teams.reads(chat(ROSA), "Confirmed by Rosa Delgado")
    assert decided.message["id"] == card.message["id"]
    assert decided.buttons == {}
    await teams.presses(ROSA, card, "Confirm")
    await teams.quiet()
    assert await teams.credits() == [2000]
    assert sum("Receipt" in each.words for each in teams.stands(chat(ROSA))) == 1


async def test_what_is_told_again_is_answered_once(teams: TeamsWorld) -> None:
    question = await teams.writes(ROSA, PASSWORD)
    for each in (question, again(question)):
        await teams.sends(each)
    await teams.reads(chat(ROSA), "Sources")
    await teams.quiet()
    assert sum("12 characters" in each.words for each in teams.stands(chat(ROSA))) == 1
    await teams.writes(ROSA, PASSWORD)
    await teams.sees(lambda: True if sum("12 characters" in each.words for each in teams.stands(chat(ROSA))) == 2 else None)


async def test_everything_is_acknowledged_before_the_model_answers(teams: TeamsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    await teams.writes(ROSA, "Hello")
    await teams.quiet()
    gate = hold_up(teams, monkeypatch)
    answer = await teams.sends(teams.by(ROSA).message(PASSWORD))
    assert answer.ms < ACK_MS
    assert "12 characters" not in teams.said_to(ROSA)
    gate.set()
    await teams.reads(chat(ROSA), "12 characters")


@pytest.mark.parametrize("place", [HELP, GROUP], ids=["channel", "group chat"])
async def test_a_mention_is_answered_where_it_was_made_and_says_no_account_data(teams: TeamsWorld, place: Place) -> None:
    teams.model.meanings[CREDIT] = GIVES_CREDIT
    await teams.writes(ROSA, PASSWORD, place, mention=True)
    answer = await teams.reads(place, "12 characters")
    assert answer.place.conversation_id == place.conversation_id
    await teams.writes(ROSA, CREDIT, place, mention=True)
    await teams.reads(place, "where others can read it")
    await teams.quiet()
    assert "20.00" not in words_of([each.words for each in teams.stands(place)])
    assert teams.said_to(ROSA) == ""


async def test_in_the_thread_of_a_mention_no_further_mention_is_needed(teams: TeamsWorld) -> None:
    await teams.writes(ROSA, PASSWORD, HELP, mention=True)
    await teams.reads(HELP, "12 characters")
    before = len(teams.stands(HELP))
    await teams.writes(ROSA, "How long am I signed in?", HELP)
    await teams.reads(HELP, "signed in", after=before)


async def test_a_changed_question_is_answered_as_changed_and_one_taken_back_not_at_all(
    teams: TeamsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_up(teams, monkeypatch)
    asked = await teams.writes(ROSA, "How long am I signed in?")
    withdrawn = await teams.writes(NOBODY, "How long am I signed in?")
    await teams.sends(teams.by(ROSA).edited(asked["id"], PASSWORD))
    await teams.sends(teams.by(NOBODY).deleted(withdrawn["id"]))
    gate.set()
    await teams.reads(chat(ROSA), "12 characters")
    await teams.quiet()
    assert "signed in" not in teams.said_to(ROSA)
    assert teams.stands(chat(NOBODY)) == []


async def test_a_delivery_of_which_nobody_knows_is_listed_and_never_repeated(teams: TeamsWorld) -> None:
    teams.model.meanings[PERSON] = WANTS_PERSON
    typing, lost = Failure(status=202, stored=True, method="POST"), Failure(status=500, stored=True, method="POST")
    for each in (typing, lost):
        teams.service.fail(each)
    await teams.writes(ROSA, PERSON)

    async def listed() -> DeliveryView | None:
        return next(iter(await teams.whole.desk.desk.replies.undelivered(teams.agent("sam"))), None)

    delivery = await teams.eventually(listed)
    assert delivery.arrived is Arrived.UNKNOWN
    assert not delivery.again
    await teams.quiet()
    assert len(teams.stands(chat(ROSA))) == 1, "it stands there, and isn't sent a second time"


async def test_the_wish_for_a_person_opens_a_case_and_says_so(teams: TeamsWorld) -> None:
    teams.model.meanings[PERSON] = WANTS_PERSON
    await teams.writes(ROSA, PERSON)
    await teams.reads(chat(ROSA), "a person for you")
    case = await teams.case(chat(ROSA))
    assert case.state == "waiting"
    assert teams.stands(QUEUE) == []


async def test_feedback_counts_and_its_buttons_are_in_words(teams: TeamsWorld) -> None:
    await teams.writes(ROSA, PASSWORD)
    card = await teams.reads(chat(ROSA), "This helped")
    assert "noted" in await teams.told(ROSA, card, "This helped")


@pytest.mark.parametrize(
    "value", [None, [], "x", {"action": []}, {"action": {"verb": {}}}, {"action": {"verb": "none", "data": 3}}]
)
async def test_whatever_a_button_carries_is_answered(teams: TeamsWorld, value: object) -> None:
    answer = await teams.service.send({**teams.by(ROSA).invoke("adaptiveCard/action", {}), "value": value})
    assert answer.status < 500
