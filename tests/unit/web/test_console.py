"""The desk's addresses: who may read, who may act, and what comes of it."""

from typing import Any

import pytest

from tests.fakes.web_house import HELEN, TENANT, House
from tests.unit.web.conftest import Open, Tab, act, code_of, only_case
from tests.unit.web.streams import Events, entries


@pytest.fixture
async def approval(house: House, customer: Tab) -> str:
    """An approval that waits for a billing lead."""
    await customer.say("I want a refund of 400 pounds")
    await house.durable.settle()
    roles = ["billing_lead"]
    found = await house.database.read(lambda conn: house.approvals.open_for(conn, TENANT.id, roles, house.clock.now()))
    return found[0].id


async def reply(tab: Tab, case: str, text: str) -> int:
    """Looks at the preview and sends it."""
    shown = await tab.post(f"/console/api/cases/{case}/preview", {"text": text})
    if shown.status != 200:
        return shown.status
    preview = await shown.json()
    return (await tab.post("/console/api/send", {"token": preview["token"], "text": preview["text"]})).status


async def test_the_queue_says_who_waits_for_what(sam: Tab, case: str) -> None:
    found = await sam.read("/console/api/queue")
    (line,) = found["cases"]
    assert (line["id"], line["customer"], line["reason"]) == (case, HELEN.name, "asked_for_human")
    assert line["first_words"].startswith("I would like to talk to a person")
    assert (line["priority"], line["owner"], line["state"], line["overdue"]) == (3, "", "waiting", False)


async def test_a_case_is_claimed_answered_and_given_back(house: House, customer: Tab, sam: Tab, case: str) -> None:
    watching = await Events.open(customer)
    await watching.until("entry", "notice")
    assert await reply(sam, case, "Too soon") == 409
    status, found = await act(sam, case, "claim")
    assert (status, found["case"]["owner"], found["case"]["state"]) == (200, "Sam Okafor", "claimed")
    assert (await watching.until("entry", "notice"))[-1].data["body"]["change"] == "joined"
    assert (await act(sam, case, "note", "Looks like INV-77"))[0] == 200
    assert await reply(sam, case, "I will look at it by 16:00 today.") == 200
    found = await sam.read(f"/console/api/cases/{case}")
    kinds = [(entry["kind"], entry["internal"]) for entry in found["entries"]]
    assert kinds[-2:] == [("internal_note", True), ("text", False)]
    assert (await watching.until("entry", "text"))[-1].data["body"]["text"] == "I will look at it by 16:00 today."
    status, found = await act(sam, case, "return", "The rest is routine.")
    assert (status, found["case"]["state"], found["conversation"]["holder"]) == (200, "returned", "bot")
    await watching.until("entry", "notice")
    await customer.say("How long does a refund take?", "message-0009")
    assert entries(await watching.until("entry", "reply_end"))[-1]["author"] == "bot"
    assert (await sam.read("/console/api/queue"))["closed"][0]["id"] == case


async def test_a_resolved_case_ends_the_conversation(house: House, customer: Tab, sam: Tab, case: str) -> None:
    await act(sam, case, "claim")
    assert (await act(sam, case, "resolve"))[0] == 400
    status, found = await act(sam, case, "resolve", "Refund explained.")
    assert (status, found["case"]["state"], found["conversation"]["state"]) == (200, "resolved", "ended")
    seen = await (await Events.open(customer)).until("conversation")
    assert not seen[-1].data["open"]


async def test_one_case_has_one_holder(sam: Tab, bea: Tab, case: str) -> None:
    await act(sam, case, "claim")
    status, told = await act(bea, case, "claim")
    assert (status, told["error"]["code"]) == (409, "conflict")
    assert "Sam Okafor" in told["error"]["message"]
    assert await reply(bea, case, "I butt in") == 409
    assert (await act(bea, case, "note", "Just saying"))[0] == 200
    assert (await act(sam, case, "release"))[1]["case"]["state"] == "waiting"
    assert (await act(bea, case, "claim"))[0] == 200


@pytest.mark.parametrize("name", ["claim", "preview", "note", "resolve", "return", "hand", "release"])
@pytest.mark.parametrize("who", ["Neil Abara", "Ada Moreau"])
async def test_who_is_no_support_agent_does_nothing_to_cases(new_tab: Open, case: str, who: str, name: str) -> None:
    tab = await (await new_tab()).as_agent(who)
    assert (await tab.read(f"/console/api/cases/{case}"))["case"]["state"] == "waiting"
    assert (await act(tab, case, name, "Words", to="sam"))[0] == 403
    assert (await tab.read(f"/console/api/cases/{case}"))["case"]["state"] == "waiting"


@pytest.mark.parametrize("text", ["", "  ", "x" * 8_001, "a\x00b", 5])
async def test_a_bad_note_is_refused(sam: Tab, case: str, text: str) -> None:
    await act(sam, case, "claim")
    assert (await act(sam, case, "note", text))[0] == 400


async def test_the_same_note_twice_is_one(sam: Tab, case: str) -> None:
    assert (await act(sam, case, "note", "Looks like INV-77", message_id="note-0001"))[0] == 200
    status, found = await act(sam, case, "note", "Looks like INV-77", message_id="note-0001")
    assert status == 200
    assert [entry["kind"] for entry in found["entries"]].count("internal_note") == 1


async def test_a_case_is_handed_to_a_colleague_who_works_on_cases(sam: Tab, bea: Tab, case: str) -> None:
    assert {"id": "bea", "name": "Bea Lindqvist"} in (await sam.read("/console/api/me"))["colleagues"]
    assert "neil" not in {each["id"] for each in (await sam.read("/console/api/me"))["colleagues"]}
    await act(sam, case, "claim")
    assert (await act(sam, case, "hand", to="neil"))[0] == 400
    status, found = await act(sam, case, "hand", to="bea")
    assert (status, found["case"]["owner"]) == (200, "Bea Lindqvist")
    assert await reply(sam, case, "Still me?") == 409
    assert await reply(bea, case, "I am Bea.") == 200


async def test_the_closing_summary_is_drafted(house: House, sam: Tab, auditor: Tab, case: str) -> None:
    await act(sam, case, "claim")
    await reply(sam, case, "I will write to you by 16:00 today.")
    drafted = (await sam.read(f"/console/api/cases/{case}/closing"))["summary"]
    assert "talk to a person" in drafted
    assert "Still promised: I will write to you by 16:00 today." in drafted
    assert (await auditor.get(f"/console/api/cases/{case}/closing")).status == 403


async def test_a_case_page_tells_of_each_line_where_it_came_from(house: House, customer: Tab, sam: Tab, case: str) -> None:
    await customer.say("Anybody there?", "message-0007")
    await house.durable.settle()
    found = await sam.read(f"/console/api/cases/{case}")
    assert [entry["channel"] for entry in found["entries"] if entry["author"] == "customer"] == ["web_chat", "web_chat"]
    assert {entry["channel"] for entry in found["entries"] if entry["author"] != "customer"} == {""}


async def test_edited_and_deleted_lines_are_marked_on_pages_that_have_them(
    house: House, customer: Tab, sam: Tab, case: str
) -> None:
    await customer.say("I pay with card 1234", "message-0007")
    await house.durable.settle()
    before = await sam.read(f"/console/api/cases/{case}")
    talk, line = before["conversation"]["id"], before["entries"][-1]

    async def amend(change: dict[str, object]) -> dict[str, Any]:
        await house.database.write(lambda conn: house.threads.amend(conn, TENANT.id, talk, line["turn"], change))
        found = await sam.read(f"/console/api/cases/{case}?after={line['position']}")
        assert found["entries"] == []
        return next(each for each in found["lines"] if each["position"] == line["position"])

    edited = await amend({"text": "I pay by card", "edited": True})
    assert (edited["edited"], edited["text"]) == (True, "I pay by card")
    deleted = await amend({"text": "", "erased": True, "deleted": True})
    assert (deleted["deleted"], "text" in deleted) == (True, False)


async def test_a_case_page_has_all_that_belongs_to_it(sam: Tab, approval: str, house: House) -> None:
    found = await sam.read(f"/console/api/cases/{await only_case(house)}")
    assert found["packet"]["intents"] == ["refund_payment"]
    assert [entry["kind"] for entry in found["entries"]] == ["text", "notice"]
    (shown,) = found["approvals"]
    assert (shown["id"], shown["title"], shown["may_decide"]) == (approval, "Refund", False)
    later = await sam.read(f"/console/api/cases/{await only_case(house)}?after=1")
    assert [entry["position"] for entry in later["entries"]] == [2]


async def test_an_approval_shows_its_exact_arguments_and_is_decided_once(house: House, bea: Tab, approval: str) -> None:
    (shown,) = (await bea.read("/console/api/approvals"))["approvals"]
    values = {each["name"]: (each["value"], each["origin"]) for each in shown["arguments"]}
    assert values == {"invoice": ("INV-77", "customer"), "amount_minor": (40_000, "customer")}
    assert ["Invoice", "INV-77"] in shown["rows"]
    assert (shown["may_decide"], shown["rules"], shown["reasons"]) == (True, ["Refund cap"], ["Above the cap of 100 USD."])
    assert shown["requested_by"] == "Helen Ashdown, through the assistant"
    answer = await bea.post(f"/console/api/approvals/{approval}", {"approve": True})
    told = await answer.json()
    assert (answer.status, told["approval"]["state"], told["approval"]["decided_by"]) == (200, "granted", "Bea Lindqvist")
    assert told["approval"]["result"].startswith("Approved")
    stale = (await bea.read(f"/console/api/approvals/{approval}"))["approval"]
    assert (stale["state"], stale["may_decide"]) == ("granted", False)
    again = await bea.post(f"/console/api/approvals/{approval}", {"approve": True})
    assert (again.status, house.executed) == (409, [approval])


async def test_a_denied_approval_executes_nothing(house: House, bea: Tab, approval: str) -> None:
    answer = await bea.post(f"/console/api/approvals/{approval}", {"approve": False})
    assert (answer.status, (await answer.json())["approval"]["state"], house.executed) == (200, "refused", [])


@pytest.mark.parametrize("who", ["Sam Okafor", "Neil Abara", "Ada Moreau"])
async def test_without_the_role_nothing_is_decided(house: House, new_tab: Open, approval: str, who: str) -> None:
    tab = await (await new_tab()).as_agent(who)
    assert (await tab.read("/console/api/approvals"))["approvals"] == []
    answer = await tab.post(f"/console/api/approvals/{approval}", {"approve": True})
    assert (answer.status, await code_of(answer), house.executed) == (403, "not_allowed", [])


async def test_nobody_decides_what_they_asked_for(house: House, customer: Tab, bea: Tab) -> None:
    await customer.say("Hello")
    await house.durable.settle()
    agent = next(each for each in house.rooms.settings.agents if each.id == "bea").principal(TENANT)
    (talk,) = await house.database.read(lambda conn: house.threads.recent(conn, TENANT.id))
    asked = await house.database.write(lambda conn: house.ask_approval(conn, talk, agent, "c-own"))
    assert (await bea.read("/console/api/approvals"))["approvals"] == []
    assert (await bea.read("/console/api/queue"))["approvals"] == 0
    shown = (await bea.read(f"/console/api/approvals/{asked}"))["approval"]
    assert (shown["id"], shown["own"], shown["may_decide"]) == (asked, True, False)
    answer = await bea.post(f"/console/api/approvals/{asked}", {"approve": True})
    assert (answer.status, house.executed) == (403, [])


@pytest.mark.parametrize("body", [{}, {"approve": "yes"}, {"approve": 1}, {"approve": None}])
async def test_an_unclear_decision_is_refused(bea: Tab, approval: str, body: dict[str, object]) -> None:
    assert (await bea.post(f"/console/api/approvals/{approval}", body)).status == 400


async def test_a_turn_can_be_explained(house: House, sam: Tab, approval: str) -> None:
    (talk,) = await house.database.read(lambda conn: house.threads.recent(conn, TENANT.id))
    (found,) = (await sam.read(f"/console/api/records/{talk.id}"))["records"]
    assert found["understood"]["intents"] == [["refund_payment", 0.91]]
    assert found["decided"][0]["why"] == ["Above the cap"]
    chain = await sam.read(f"/console/api/explain/{found['id']}")
    assert {"inbox.accepted", "approval.requested", "case.opened"} <= {step["what"] for step in chain["steps"]}
    traced = await sam.read(f"/console/api/trace/{found['correlation_id']}")
    assert [span["name"] for span in traced["spans"]] == ["turn"]
    assert "inbox.accepted" in {event["type"] for event in traced["events"]}


async def test_revenue_signals_name_message_label_and_confidence(house: House, customer: Tab, sam: Tab) -> None:
    await customer.say("We are thinking of leaving")
    await house.durable.settle()
    (line,) = (await sam.read("/console/api/revenue"))["messages"]
    assert (line["label"], line["confidence"], line["item"]) == ("churn_risk", 0.62, None)
    assert line["text"] == "We are thinking of leaving"


async def test_a_customer_is_found_by_case_name_address_and_id(sam: Tab, case: str) -> None:
    for wanted in (case, "ACC-001", "Brightwater", "helen.ashdown@brightwater.example"):
        found = await sam.read(f"/console/api/customer?wanted={wanted}")
        assert (found["account_id"], found["rows"][0]) == ("ACC-001", ["Plan", "Business, annual"])
    assert found["memories"] == ["Prefers invoices by post."]
    assert ["Email", "agreed"] in found["consent"]
    assert found["health"]
    for wanted in ("", "omar@northgate.example", "x" * 300):
        assert (await sam.get(f"/console/api/customer?wanted={wanted}")).status == 400


async def test_conversations_are_listed_with_who_and_what(house: House, customer: Tab, sam: Tab) -> None:
    await customer.say("Hello there")
    await house.durable.settle()
    (line,) = (await sam.read("/console/api/conversations"))["conversations"]
    assert line["customer"] == f"{HELEN.name}, {HELEN.account_name}"
    assert line["last_words"].startswith("Refunds go back")
    assert (await sam.read(f"/console/api/conversations/{line['id']}"))["entries"][0]["body"]["text"] == "Hello there"


@pytest.mark.parametrize(
    "path",
    [
        "/console/api/cases/none",
        "/console/api/conversations/none",
        "/console/api/explain/none",
        "/console/api/customer?wanted=ACC-999",
        "/console/api/nothing",
    ],
)
async def test_an_unknown_id_is_not_found(sam: Tab, path: str) -> None:
    answer = await sam.get(path)
    assert (answer.status, await code_of(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/console/api/cases/%00", "/console/api/conversations/%27%20OR%201", "/console/api/cases/x?after=z"]
)
async def test_a_malformed_id_is_refused(sam: Tab, path: str) -> None:
    assert (await sam.get(path)).status in (400, 404)


async def test_erased_customers_leave_a_readable_desk(house: House, sam: Tab, approval: str) -> None:
    await house.database.write(lambda conn: house.vault.destroy(conn, tenant=TENANT.id, person=HELEN.contact_id))
    found = await sam.read(f"/console/api/cases/{await only_case(house)}")
    assert (found["packet"], found["approvals"][0]["erased"]) == (None, True)
    assert all(entry["body"] == {"erased": True} for entry in found["entries"])
    assert (await sam.read("/console/api/queue"))["cases"][0]["first_words"] == ""


async def test_signing_out_leaves_the_seat(sam: Tab) -> None:
    assert (await sam.post("/console/api/sign-out")).status == 200
    assert (await sam.get("/console/api/me")).status == 401


async def test_who_lost_the_seat_is_out(house: House, server: Any, sam: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await sam.read("/console/api/me")
    assert (found["works_on_cases"], found["name"]) == (True, "Sam Okafor")
    monkeypatch.setattr("bot.http.sessions.AGENT_COOKIE", "another")
    assert (await sam.get("/console/api/me")).status == 401
