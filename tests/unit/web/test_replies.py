"""Replies from the console: nothing is sent that wasn't shown, and what got stuck is sent again by a person alone."""

from typing import Any

import pytest

from handoff.desk.views import Arrived
from tests.fakes.console_desk import stuck
from tests.fakes.web_house import HELEN, House
from tests.unit.web.conftest import Open, Tab, act, code_of


async def preview(tab: Tab, case: str, text: str) -> dict[str, Any]:
    shown = await tab.post(f"/console/api/cases/{case}/preview", {"text": text})
    assert shown.status == 200, await shown.text()
    return await shown.json()


async def send(tab: Tab, token: str, text: str) -> tuple[int, dict[str, Any]]:
    answer = await tab.post("/console/api/send", {"token": token, "text": text})
    return answer.status, await answer.json()


async def test_a_preview_says_what_to_whom_where_and_what_to_mind(sam: Tab, case: str) -> None:
    await act(sam, case, "claim")
    shown = await preview(sam, case, "I will call you by 16:00 today.")
    assert (shown["to"], shown["channel"], shown["text"]) == (HELEN.name, "Web chat", "I will call you by 16:00 today.")
    assert [each["text"] for each in shown["promises"]] == ["I will call you by 16:00 today."]
    assert not (await preview(sam, case, "Good morning."))["warnings"]


async def test_only_what_was_shown_is_sent_and_once(customer: Tab, sam: Tab, case: str) -> None:
    await act(sam, case, "claim")
    shown = await preview(sam, case, "Good morning.")
    assert (await send(sam, shown["token"], "Good evening."))[0] == 409
    status, line = await send(sam, shown["token"], "Good morning.")
    assert (status, line["kind"], line["text"]) == (200, "agent", "Good morning.")
    again = await send(sam, shown["token"], "Good morning.")
    assert (again[0], again[1]["position"]) == (200, line["position"])
    found = await sam.read(f"/console/api/cases/{case}")
    assert [each["author"] for each in found["entries"]].count("agent") == 1


async def test_a_preview_is_stale_once_the_customer_wrote(house: House, customer: Tab, sam: Tab, case: str) -> None:
    await act(sam, case, "claim")
    shown = await preview(sam, case, "Good morning.")
    await customer.say("Wait, it is solved", "message-0008")
    await house.durable.settle()
    status, told = await send(sam, shown["token"], "Good morning.")
    assert (status, "wrote meanwhile" in told["error"]["message"]) == (409, True)


async def test_somebody_elses_preview_sends_nothing(sam: Tab, bea: Tab, case: str) -> None:
    await act(sam, case, "claim")
    shown = await preview(sam, case, "Good morning.")
    assert (await send(bea, shown["token"], "Good morning."))[0] == 409


@pytest.mark.parametrize("body", [{"text": "Words"}, {"token": "t"}, {"token": 5, "text": "Words"}, {"token": "t", "text": ""}])
async def test_a_malformed_sending_is_refused(sam: Tab, body: dict[str, object]) -> None:
    assert (await sam.post("/console/api/send", body)).status == 400


async def test_there_is_no_way_past_the_preview(sam: Tab, case: str) -> None:
    await act(sam, case, "claim")
    assert (await sam.post(f"/console/api/cases/{case}/reply", {"text": "Past it"})).status == 404


async def test_a_line_that_failed_says_so_and_is_sent_again_by_a_person(house: House, sam: Tab, auditor: Tab, case: str) -> None:
    await act(sam, case, "claim")
    shown = await preview(sam, case, "On its way.")
    _, line = await send(sam, shown["token"], "On its way.")
    found = await sam.read(f"/console/api/cases/{case}")
    house.desk.arrivals.states[line["position"]] = Arrived.FAILED
    house.desk.arrivals.stuck.append(stuck(line["position"], conversation_id=found["conversation"]["id"], case_id=case))
    mark = next(each for each in (await sam.read(f"/console/api/cases/{case}"))["lines"] if each["position"] == line["position"])
    assert (mark["arrived"], mark["delivery"], mark["error"], mark["again"]) == ("failed", "d-1", "channel_not_found", True)
    assert (await sam.read("/console/api/queue"))["undelivered"] == 1
    assert (await auditor.read("/console/api/deliveries"))["deliveries"][0]["text"] == "On its way."
    assert (await auditor.post("/console/api/deliveries/again", {"id": "d-1"})).status == 403
    assert (await sam.post("/console/api/deliveries/again", {"id": "d-1"})).status == 200
    assert house.desk.arrivals.repeated == [("d-1", "sam")]
    again = await sam.post("/console/api/deliveries/again", {"id": "d-1"})
    assert (again.status, await code_of(again)) == (409, "conflict")


async def test_deliveries_are_for_the_desk(stranger: Tab, new_tab: Open) -> None:
    assert (await stranger.get("/console/api/deliveries")).status == 401
