"""Customers' presses, each taken in before the acknowledgement and once."""

from typing import Any

from bot.channels.slack import blocks
from core.errors import NotFound
from tests.fakes import slack_events as events
from tests.fakes.slack_side import Side


def card(choice: str = "confirm") -> dict[str, str]:
    return {"action_id": f"card:{choice}", "value": "card-1", "action_ts": "70.0"}


async def test_confirm_and_cancel_are_presses_on_the_card(side: Side) -> None:
    await side.http.send(events.block_actions(card(), thread_ts="20.0"))
    await side.http.send(events.block_actions({**card("cancel"), "action_ts": "71.0"}))
    assert [(press.card_id, press.choice) for press in side.reception.pressed] == [("card-1", "confirm"), ("card-1", "cancel")]
    assert [each.ref.conversation_id for each in side.reception.arrivals] == ["D1:20.0", "D1"]


async def test_the_same_press_sent_again_is_one_press(side: Side) -> None:
    body = events.block_actions(card())
    for _ in range(3):
        assert (await side.http.send(body)).status == 200
    assert len(side.reception.pressed) == 1


async def test_a_card_that_is_over_says_so_to_who_pressed_it(side: Side) -> None:
    side.reception.fails.append(NotFound("This card belongs to a conversation that is over."))
    assert (await side.http.send(events.block_actions(card()))).status == 200
    await side.settled()
    [told] = side.slack.ephemerals
    assert (told["user"], told["text"]) == ("U1", "This card belongs to a conversation that is over.")


async def test_a_press_in_a_channel_belongs_to_its_thread(side: Side) -> None:
    await side.http.send(events.block_actions(card(), channel="C1", message_ts="6.0", thread_ts="5.0", team="T0CUSTOMER"))
    [arrival] = side.reception.arrivals
    assert (arrival.ref.conversation_id, arrival.user.installation, arrival.user.private) == ("C1:5.0", "T0CUSTOMER", False)


async def test_a_press_from_another_company_belongs_to_the_workspace_of_the_message(side: Side) -> None:
    pressed = events.block_actions(card(), team="T0CUSTOMER", channel="C1", message_ts="7.0", thread_ts="5.0")
    theirs = {"id": "T0CUSTOMER", "domain": "customer"}
    await side.http.send(pressed | {"team": theirs, "message": pressed["message"] | {"team": "T0HALCYON"}})
    [arrival] = side.reception.arrivals
    assert (arrival.ref.installation, arrival.user.installation) == ("T0HALCYON", "T0CUSTOMER")


async def test_slacks_own_feedback_pair_is_a_rating(side: Side) -> None:
    action = {"type": "feedback_buttons", "action_id": blocks.FEEDBACK_ID, "value": blocks.NOT_HELPED}
    await side.http.send(events.block_actions(action, message_ts="80.0"))
    [(arrival, helpful)] = side.reception.ratings
    assert (arrival.reply_to, helpful) == ("80.0", False)


async def test_plain_feedback_buttons_go_once_they_were_pressed(side: Side) -> None:
    shown = [blocks.section("An answer."), blocks.feedback("en", plain=True)]
    client: Any = await side.out.workspaces.client("T0HALCYON")
    posted = await client.chat_postMessage(channel="D1", text="An answer.", blocks=shown)
    body = events.block_actions({"action_id": blocks.RATED_UP_ID, "value": blocks.HELPED}, message_ts=posted["ts"])
    body["message"] |= {"blocks": shown, "text": "An answer."}
    await side.http.send(body)
    await side.settled()
    assert side.reception.ratings[0][1] is True
    [message] = side.slack.posted("D1")
    assert message["text"] == "An answer."
    assert [block["type"] for block in message["blocks"]] == ["section", "context"]


async def test_not_interested_is_said_in_the_customers_words_and_the_button_goes(side: Side) -> None:
    shown = [blocks.section("Would you like more seats?"), blocks.offer_buttons("de")]
    client: Any = await side.out.workspaces.client("T0HALCYON")
    posted = await client.chat_postMessage(channel="D1", text="…", blocks=shown)
    button = shown[1]["elements"][0]
    body = events.block_actions({"action_id": button["action_id"], "value": button["value"]}, message_ts=posted["ts"])
    body["message"]["blocks"] = shown
    await side.http.send(body)
    await side.settled()
    assert side.reception.said == [("D1", "Nein danke")]
    assert "actions" not in {block["type"] for block in side.slack.posted("D1")[0]["blocks"]}


async def test_a_press_without_a_message_is_nothing(side: Side) -> None:
    body = events.block_actions(card())
    del body["message"], body["container"]
    assert (await side.http.send(body)).status == 200
    assert side.reception.arrivals == []
