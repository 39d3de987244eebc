import asyncio

from bot.live import Activity
from tests.fakes.web_house import SAM, TENANT, House
from tests.unit.web.conftest import Open, Tab
from tests.unit.web.streams import Events, entries


async def test_sentences_come_in_order_and_without_gaps(house: House, customer: Tab) -> None:
    watching = await Events.open(customer)
    await customer.say("How long does a refund take?")
    seen = await watching.until("entry", "reply_end")
    told = entries(seen)
    assert [entry["position"] for entry in told] == [1, 2, 3, 4]
    assert [entry["kind"] for entry in told] == ["text", "sentence", "sentence", "reply_end"]
    (citation,) = told[2]["body"]["citations"]
    assert (citation["article"], citation["start"]) == ("how-refunds-work", 40)
    ids = [event.id for event in seen if event.name == "entry"]
    assert ids == [f"{seen[-1].id.partition('.')[0]}.{position}" for position in range(1, 5)]


async def test_a_cut_stream_goes_on_where_it_was(house: House, customer: Tab) -> None:
    for number in range(3):
        await customer.say("Hello", f"message-{number:04}")
    await house.durable.settle()
    whole = entries(await (await Events.open(customer)).until("entry", "reply_end"))
    last = (await (await Events.open(customer)).until("entry"))[-1].id
    conversation = last.partition(".")[0]
    for after in range(12):
        resumed = await Events.open(customer, **{"Last-Event-ID": f"{conversation}.{after}"})
        rest = [entry["position"] for entry in entries(await resumed.until("entry"))]
        assert rest[0] == after + 1
        resumed.close()
        by_address = await Events.open(customer, f"/api/events?conversation={conversation}&after={after}")
        assert entries(await by_address.until("entry"))[0]["position"] == after + 1
        by_address.close()
    assert whole[0]["position"] == 1


async def test_a_forged_place_to_go_on_from_does_no_harm(house: House, customer: Tab) -> None:
    await customer.say("Hello")
    await house.durable.settle()
    for forged in ("", ".", "x", "x.9", "é.é", "1.99999999999999", "-1.-1"):
        stream = await Events.open(customer, **{"Last-Event-ID": forged})
        assert entries(await stream.until("entry"))[0]["position"] == 1
        stream.close()
    assert (await customer.get("/api/events?conversation=x&after=-1")).status == 400


async def test_two_tabs_see_the_same(house: House, new_tab: Open) -> None:
    first, second = await (await new_tab()).as_customer(), await (await new_tab()).as_customer()
    streams = [await Events.open(tab) for tab in (first, second)]
    await first.say("Hello", "message-0001")
    await second.say("And a refund?", "message-0002")
    await house.durable.settle()
    told: list[list[dict[str, object]]] = []
    for stream in streams:
        seen = await stream.until("entry", "reply_end")
        seen += await stream.until("entry", "reply_end")
        told.append(entries(seen))
    assert told[0] == told[1]
    assert [entry["position"] for entry in told[0]] == list(range(1, 9))


async def test_a_card_that_the_conversation_left_behind_is_told_to_an_open_page(house: House, customer: Tab) -> None:
    watching = await Events.open(customer)
    await customer.say("A credit, please", "message-0001")
    card = next(each for each in entries(await watching.until("entry", "reply_end")) if each["kind"] == "card")
    assert card["body"]["pressed"] is None
    await customer.say("How long does a refund take?", "message-0002")
    told = (await watching.until("pressed"))[-1].data
    assert told == {"card_id": card["body"]["id"], "choice": "superseded"}
    await house.durable.settle()
    later = await Events.open(customer)
    again = next(each for each in entries(await later.until("entry", "reply_end")) if each["kind"] == "card")
    assert again["body"]["pressed"] == "superseded"


async def test_a_stranger_never_sees_anothers_conversation(house: House, customer: Tab, new_tab: Open) -> None:
    await customer.say("Hello")
    await house.durable.settle()
    conversation = (await (await Events.open(customer)).until("conversation"))[-1].data["id"]
    other = await (await new_tab()).as_stranger()
    stream = await Events.open(other, f"/api/events?conversation={conversation}&after=0")
    await other.say("Anybody?", "message-0009")
    first = entries(await stream.until("entry"))[0]
    assert first["body"]["text"] == "Anybody?"


async def test_internal_notes_never_reach_the_customer(house: House, customer: Tab) -> None:
    watching = await Events.open(customer)
    await customer.post("/api/human", {"client_msg_id": "human-0001"})
    await watching.until("entry", "notice")
    agent = SAM.principal(TENANT)
    case = (await house.database.read(lambda c: house.cases.queue(c, TENANT.id, now=house.clock.now())))[0].case
    await house.database.write(lambda c: house.cases.claim(c, case.id, agent, at=house.clock.now()))
    await house.database.write(lambda c: house.cases.note_internally(c, case.id, agent, "SECRET-CANARY", at=house.clock.now()))
    await house.database.write(lambda c: house.cases.reply_to_customer(c, case.id, agent, "I am here.", at=house.clock.now()))
    house.live.publish(f"{TENANT.id}/web_chat/main/contact-C-001-1")
    seen = await watching.until("entry", "text")
    assert "SECRET-CANARY" not in str(seen)
    assert [entry["position"] for entry in entries(seen)] == [3, 4]
    assert (seen[-1].data["name"], seen[-1].data["author"]) == (SAM.name, "agent")
    assert {"kind": "person", "name": SAM.name} in [e.data["speaker"] for e in seen if e.name == "conversation"]


async def test_typing_shows_until_the_answer_is_there(house: House, customer: Tab) -> None:
    house.script.silent = True
    watching = await Events.open(customer)
    await customer.say("Hello")
    seen = await watching.until("activity")
    assert seen[-1].data["who"] == "Rapport"
    house.live.quiet(f"{TENANT.id}/web_chat/main/contact-C-001-1")
    assert (await watching.until("activity"))[-1].data == {}


async def test_the_assistant_does_not_type_while_a_person_holds_the_case(house: House, customer: Tab) -> None:
    watching = await Events.open(customer)
    await customer.post("/api/human", {"client_msg_id": "human-0001"})
    await watching.until("entry", "notice")
    await customer.say("Are you there?", "message-0002")
    seen = await watching.until("entry", "text")
    house.live.show(f"{TENANT.id}/web_chat/main/contact-C-001-1", Activity(who="Sam Okafor", text="Sam Okafor is typing"))
    seen += await watching.until("activity")
    shown = [event.data for event in seen if event.name == "activity" and event.data]
    assert shown == [{"who": "Sam Okafor", "text": "Sam Okafor is typing"}]


async def test_the_page_is_told_while_the_assistant_is_loading(house: House, customer: Tab) -> None:
    house.health.missing = "The assistant is loading its language model."
    watching = await Events.open(customer)
    assert (await watching.until("status"))[-1].data == {"ready": False, "text": house.health.missing}
    house.health.missing = None
    house.live.publish(f"{TENANT.id}/web_chat/main/contact-C-001-1")
    assert (await watching.until("status"))[-1].data["ready"]


async def test_streams_end_when_the_server_stops(house: House, customer: Tab) -> None:
    watching = await Events.open(customer)
    await watching.until("status")
    house.live.close()
    async with asyncio.timeout(5):
        assert await watching.response.content.read() == b""
