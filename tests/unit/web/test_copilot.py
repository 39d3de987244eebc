"""The copilot at the console: for the owner of a case alone, and everything that is sent was shown."""

from typing import Any

import pytest

from handoff.desk.views import HintView
from tests.fakes.web_house import QUOTE, House
from tests.unit.web.conftest import Open, Tab, act
from tests.unit.web.streams import Events


@pytest.fixture
async def claimed(house: House, customer: Tab, sam: Tab, case: str) -> str:
    """Sam holds the case, and the customer asked something that articles answer."""
    await act(sam, case, "claim")
    await customer.say("How long does a refund take?", "message-0009")
    await house.durable.settle()
    return case


async def suggestion(tab: Tab, case: str) -> dict[str, Any] | None:
    return (await tab.read(f"/console/api/cases/{case}/suggestion"))["suggestion"]


async def offered(tab: Tab, case: str) -> dict[str, Any]:
    found = await suggestion(tab, case)
    assert found is not None
    return found


async def test_the_owner_alone_is_shown_a_draft_with_its_sources(sam: Tab, bea: Tab, auditor: Tab, claimed: str) -> None:
    found = await offered(sam, claimed)
    assert (found["confidence"], found["state"], found["citations"][0]["quote"]) == (0.86, "offered", QUOTE)
    assert found["verdict"].startswith("May be sent")
    for tab in (bea, auditor):
        assert (await tab.get(f"/console/api/cases/{claimed}/suggestion")).status == 403


async def test_a_draft_is_sent_as_it_was_shown_and_only_once(customer: Tab, sam: Tab, bea: Tab, claimed: str) -> None:
    found = await offered(sam, claimed)
    path = f"/console/api/suggestions/{found['id']}/send"
    assert (await bea.post(path, {"text": found["text"]})).status == 403
    assert (await sam.post(path, {})).status == 400
    assert (await sam.post(path, {"text": found["text"]})).status == 200
    assert (await sam.post(path, {"text": found["text"]})).status == 409
    assert await suggestion(sam, claimed) is None
    (tally,) = (await sam.read("/console/api/learned"))["all"]
    assert (tally["accepted"], tally["edited"], tally["distance"]) == (1, 0, 0.0)


async def test_a_draft_goes_when_the_customer_writes_again(house: House, customer: Tab, sam: Tab, claimed: str) -> None:
    found = await offered(sam, claimed)
    await customer.say("Never mind", "message-0010")
    await house.durable.settle()
    assert await suggestion(sam, claimed) is None
    assert (await sam.post(f"/console/api/suggestions/{found['id']}/send", {"text": found["text"]})).status == 409


async def test_a_draft_is_dismissed_with_a_reason_that_is_counted(sam: Tab, claimed: str) -> None:
    found = await offered(sam, claimed)
    path = f"/console/api/suggestions/{found['id']}/dismiss"
    assert (await sam.post(path, {"reason": ""})).status == 400
    assert (await sam.post(path, {"reason": "wrong: the days are wrong"})).status == 200
    assert await suggestion(sam, claimed) is None
    learned = await sam.read("/console/api/learned")
    assert learned["all"][0]["reasons"] == [["wrong", 1]]
    assert (learned["reasons"]["wrong"], learned["titles"]["question"]) == ("It is wrong", "Questions for the help centre")
    assert learned["article"][0]["name"] == "how-refunds-work"


async def test_a_draft_that_cant_be_shorter_says_so(sam: Tab, claimed: str) -> None:
    found = await offered(sam, claimed)
    answer = await sam.post(f"/console/api/suggestions/{found['id']}/shorten")
    shorter = await answer.json()
    assert answer.status in (200, 409)
    assert answer.status == 409 or len(shorter["suggestion"]["text"]) < len(found["text"])


async def test_a_hint_travels_beside_the_draft_and_not_in_it(house: House, sam: Tab, claimed: str) -> None:
    house.desk.drafting.hint = HintView(kind="upsell", item="seats", reason="410 of 420 seats are in use.", points=("Ten seats",))
    found = await offered(sam, claimed)
    assert found["hint"]["reason"] == "410 of 420 seats are in use."
    assert "seats" not in found["text"]


async def test_actions_are_offered_changed_run_and_asked_for(
    house: House, sam: Tab, bea: Tab, auditor: Tab, claimed: str
) -> None:
    credit, refund = (await sam.read(f"/console/api/cases/{claimed}/actions"))["actions"]
    assert (credit["verdict"], refund["verdict"], refund["approver"]) == ("allow", "needs_approval", "billing_lead")
    assert (await bea.get(f"/console/api/cases/{claimed}/actions")).status == 409
    assert (await auditor.get(f"/console/api/cases/{claimed}/actions")).status == 403
    values = {"skill": "give_credit", "values": {"amount": "15.00"}}
    answer = await sam.post(f"/console/api/cases/{claimed}/actions", values)
    changed = (await answer.json())["action"]
    assert ["Amount", "15.00"] in changed["rows"]
    watching = await Events.open(sam, f"/console/api/conversations/{await conversation(sam, claimed)}/news")
    answer = await sam.post(f"/console/api/actions/{changed['id']}/run")
    ran = (await answer.json())["action"]
    assert (ran["state"], ran["receipt"]) == ("done", [["Receipt", "CR-1001"]])
    assert (await watching.next()).name == "changed"
    answer = await sam.post(f"/console/api/actions/{refund['id']}/ask")
    assert (await answer.json())["action"]["state"] == "asked"
    done = (await auditor.read(f"/console/api/cases/{claimed}"))["done"]
    assert [(each["by"], each["action"]["title"]) for each in done] == [
        ("Sam Okafor", "Give an account credit"),
        ("Sam Okafor", "Refund a payment"),
    ]


async def conversation(tab: Tab, case: str) -> str:
    return (await tab.read(f"/console/api/cases/{case}"))["conversation"]["id"]


@pytest.mark.parametrize("values", [None, [], {"amount": 5}, {f"v{number}": "x" for number in range(41)}])
async def test_malformed_values_are_refused(sam: Tab, claimed: str, values: object) -> None:
    body = {"skill": "give_credit", "values": values}
    assert (await sam.post(f"/console/api/cases/{claimed}/actions", body)).status == 400


async def test_private_answers_have_sources_and_change_nothing(house: House, sam: Tab, claimed: str) -> None:
    answer = await (await sam.post("/console/api/ask", {"text": "When does a refund arrive?"})).json()
    assert (answer["sure"], answer["citations"][0]["article"]) == (True, "how-refunds-work")
    unsure = await (await sam.post("/console/api/ask", {"text": "What is love?"})).json()
    assert (unsure["sure"], unsure["citations"]) == (False, [])
    drafted = await sam.post(f"/console/api/cases/{claimed}/draft", {"text": "When is my refund here?"})
    assert (await drafted.json())["text"] == QUOTE
    found = await sam.read(f"/console/api/cases/{claimed}")
    assert [each["author"] for each in found["entries"]].count("agent") == 0


async def test_news_wake_the_page_when_the_customer_writes(house: House, customer: Tab, sam: Tab, claimed: str) -> None:
    watching = await Events.open(sam, f"/console/api/conversations/{await conversation(sam, claimed)}/news")
    await customer.say("Hello?", "message-0011")
    assert (await watching.next()).data == {}


async def test_news_are_for_the_desk_and_for_conversations_that_exist(stranger: Tab, sam: Tab, new_tab: Open) -> None:
    assert (await stranger.get("/console/api/conversations/any/news")).status == 401
    assert (await sam.get("/console/api/conversations/any/news")).status == 404
