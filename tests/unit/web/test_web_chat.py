import pytest

from core.errors import Unavailable
from core.inbox import Accepted
from tests.fakes.web_house import HOSTILE, House
from tests.unit.web.conftest import Open, Tab, code_of
from tests.unit.web.streams import Events, entries

BAD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "too long": "x" * 8_001,
    "binary": "a\x00b",
    "control": "\x1b[31m",
    "not a text": 7,
    "nothing": None,
}


async def test_a_message_is_acknowledged_once_it_is_kept(house: House, customer: Tab) -> None:
    first = await customer.say("How long does a refund take?")
    assert first.status == 202
    told = await first.json()
    assert told["new"]
    assert first.headers["X-Correlation-Id"] == told["correlation_id"]
    again = await customer.say("How long does a refund take?")
    assert (await again.json()) == {**told, "new": False}
    await house.durable.settle()
    texts = [entry for entry in entries(await (await Events.open(customer)).until("entry", "reply_end"))]
    assert [entry["body"].get("message_id") for entry in texts].count("message-0001") == 1


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
async def test_a_bad_text_is_refused_in_words(customer: Tab, text: str) -> None:
    answer = await customer.say(text)
    assert answer.status == 400
    assert await code_of(answer) == "bad_input"


@pytest.mark.parametrize("message_id", ["", "short", "x" * 65, "spaces in it", "ümlaut-123", "../../etc/x"])
async def test_a_bad_id_is_refused(customer: Tab, message_id: str) -> None:
    assert (await customer.say("Hello", message_id)).status == 400


async def test_a_text_of_the_full_length_is_taken(customer: Tab) -> None:
    assert (await customer.say("ä" * 8_000)).status == 202


async def test_bodies_that_are_no_json_are_refused(customer: Tab) -> None:
    headers = {"Origin": customer.origin, "X-CSRF-Token": customer.csrf, "Content-Type": "application/json"}
    bodies = [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"text": "\xe9"}', b"[" * 50_000, b'"\\ud800"']
    for body in bodies:
        answer = await customer.client.post("/api/messages", data=body, headers=headers)
        assert answer.status == 400, body[:20]
    lone = b'{"client_msg_id": "message-0001", "text": "\\ud800"}'
    assert (await customer.client.post("/api/messages", data=lone, headers=headers)).status == 400
    large = await customer.client.post("/api/messages", data=b"x" * 100_000, headers=headers)
    assert (large.status, await code_of(large)) == (413, "too_large")
    plain = await customer.post("/api/messages", {}, **{"Content-Type": "text/plain"})
    assert (plain.status, await code_of(plain)) == (415, "wrong_type")


async def test_what_a_customer_writes_comes_back_as_text(house: House, customer: Tab) -> None:
    await customer.say(f"echo {HOSTILE}")
    await house.durable.settle()
    seen = entries(await (await Events.open(customer)).until("entry", "reply_end"))
    assert [entry["body"]["text"] for entry in seen[:2]] == [f"echo {HOSTILE}"] * 2
    page = await (await customer.get("/chat")).text()
    assert "onerror" not in page


async def test_too_many_messages_are_slowed(customer: Tab) -> None:
    statuses = [(await customer.say("Hi", f"message-{number:04}")).status for number in range(42)]
    assert statuses.count(202) == 40
    assert statuses[-1] == 429


async def test_a_busy_database_is_told_and_nothing_is_acknowledged(
    house: House, customer: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(_: object) -> Accepted:
        raise Unavailable("The database is busy: try again in a moment.")

    monkeypatch.setattr(type(house.rooms.intake), "accept", lambda _self, inbound: locked(inbound))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] - stands in for one call
    answer = await customer.say("Hello")
    assert (answer.status, await code_of(answer)) == (503, "unavailable")


async def test_a_pressed_card_has_one_effect_in_two_tabs(house: House, new_tab: Open) -> None:
    first, second = await (await new_tab()).as_customer(), await (await new_tab()).as_customer()
    watching = await Events.open(second)
    await first.say("Could I have a credit?")
    card = (await watching.until("entry", "card"))[-1].data["body"]
    assert card["pressed"] is None
    assert card["rows"][0] == ["Amount", "€20.00"]
    assert "arguments_hash" not in card
    for tab in (first, second):
        press = {"card_id": card["id"], "choice": "confirm", "client_msg_id": "press-00001"}
        assert (await tab.post("/api/press", press)).status == 202
    await house.durable.settle()
    seen = await watching.until("entry", "receipt")
    if all(event.name != "pressed" for event in seen):
        seen += await watching.until("pressed")
    assert [event.data for event in seen if event.name == "pressed"] == [{"card_id": card["id"], "choice": "confirm"}]
    fresh = entries(await (await Events.open(first)).until("pressed"))
    assert [entry["kind"] for entry in fresh].count("receipt") == 1
    assert next(entry for entry in fresh if entry["kind"] == "card")["body"]["pressed"] == "confirm"


@pytest.mark.parametrize("press", [{"card_id": "card-none"}, {"card_id": "x\n"}, {"card_id": 3}, {"choice": "maybe"}, {}])
async def test_a_press_without_its_card_is_refused(house: House, customer: Tab, press: dict[str, object]) -> None:
    await customer.say("Hello")
    await house.durable.settle()
    whole = {"choice": "confirm", "client_msg_id": "press-00001", **press}
    assert (await customer.post("/api/press", whole)).status in (400, 404)


async def test_nobody_presses_anothers_card(house: House, new_tab: Open, stranger: Tab) -> None:
    helen = await (await new_tab()).as_customer()
    watching = await Events.open(helen)
    await helen.say("Could I have a credit?")
    card = (await watching.until("entry", "card"))[-1].data["body"]
    await stranger.say("Hello")
    press = {"card_id": card["id"], "choice": "confirm", "client_msg_id": "press-00001"}
    assert (await stranger.post("/api/press", press)).status == 404


async def test_the_quiet_button_brings_a_person(house: House, customer: Tab) -> None:
    assert (await customer.post("/api/human", {"client_msg_id": "human-0001"})).status == 202
    await house.durable.settle()
    seen = await (await Events.open(customer)).until("entry", "notice")
    assert "getting a person" in seen[-1].data["body"]["text"]
    assert "reason" not in seen[-1].data["body"]
    assert next(event for event in seen if event.name == "conversation").data["speaker"]["kind"] == "waiting"


async def test_a_conversation_is_rated_once(house: House, customer: Tab) -> None:
    assert (await customer.post("/api/csat", {"score": "4"})).status == 404
    await customer.say("Hello")
    await house.durable.settle()
    for bad in ("0", "6", "x", "", None):
        assert (await customer.post("/api/csat", {"score": bad})).status == 400
    assert (await customer.post("/api/csat", {"score": "4"})).status == 201
    assert (await customer.post("/api/csat", {"score": "1"})).status == 409


async def test_the_transcript_holds_what_was_said(house: House, customer: Tab, stranger: Tab) -> None:
    assert (await stranger.get("/api/transcript")).status == 404
    await customer.say("How long does a refund take?")
    await house.durable.settle()
    answer = await customer.get("/api/transcript")
    text = await answer.text()
    assert answer.content_type == "text/plain"
    assert "You: How long does a refund take?" in text
    assert "AI assistant: They arrive within 5 to 10 business days." in text
