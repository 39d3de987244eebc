"""What every address has in common: who may, from where, with which headers, and how errors are told."""

import json
import re
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.http.fence import HEADERS
from core.errors import Conflict
from tests.fakes.web_house import HOSTILE, House
from tests.unit.web.conftest import Open, Tab, code_of

PAGES = ["/demo", "/demo/outbox", "/chat", "/help", "/help/how-refunds-work", "/help/how-refunds-work?start=40&end=82"]
DESK = ["/console", "/console/cases/x", "/console/conversations", "/console/approvals", "/console/revenue", "/console/trace/x"]
OPEN = {
    *("/", "/chat", "/demo", "/demo/stranger", "/demo/outbox", "/demo/as/{contact}", "/console/sign-in"),
    *("/help", "/help/{article}", "/api/articles/{article}", "/static/{path}"),
    *("/healthz", "/readyz", "/metrics"),
}


def routes(server: TestServer) -> list[tuple[str, str]]:
    """Every method and address that the server knows."""
    return sorted({(route.method, route.resource.canonical) for route in server.app.router.routes() if route.resource})


def filled(address: str) -> str:
    return re.sub(r"\{[a-z]+\}", "some-id", address)


def guarded(response: ClientResponse) -> None:
    for name, value in HEADERS.items():
        assert response.headers[name] == value, response.url
    assert "Cache-Control" in response.headers
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Correlation-Id"])


async def test_every_page_is_shielded(tab: Tab, sam: Tab) -> None:
    for path in PAGES:
        guarded(await tab.get(path))
    for path in DESK:
        answer = await sam.get(path)
        assert answer.status == 200
        guarded(answer)
        page = await answer.text()
        assert "<script>" not in page
        assert " style=" not in page


async def test_errors_are_shielded_too(tab: Tab) -> None:
    for path in ("/nothing", "/api/session", "/console/api/me", "/static/none.js"):
        guarded(await tab.get(path))


async def test_every_address_needs_a_sign_in_unless_it_is_listed_as_open(server: TestServer, tab: Tab) -> None:
    known = routes(server)
    assert len(known) > 40
    for method, address in known:
        if address in OPEN:
            continue
        answer = await tab.send(method, filled(address), {} if method == "POST" else None)
        assert answer.status == 401, (method, address)


async def test_a_visitor_has_no_seat_at_the_desk(server: TestServer, customer: Tab) -> None:
    for method, address in routes(server):
        if address.startswith("/console") and address not in OPEN:
            answer = await customer.send(method, filled(address), {} if method == "POST" else None)
            assert answer.status == 401, (method, address)


async def test_whatever_changes_something_needs_the_own_origin_and_the_pages_token(
    server: TestServer, customer: Tab, sam: Tab
) -> None:
    changing = [(method, address) for method, address in routes(server) if method in {"POST", "DELETE", "PUT", "PATCH"}]
    assert len(changing) >= 15
    foreign: list[dict[str, str]] = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}]
    stale: list[dict[str, str]] = [{"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": customer.csrf + "x"}]
    for method, address in changing:
        tab = sam if address.startswith("/console") else customer
        for headers in (*foreign, *stale):
            answer = await tab.send(method, filled(address), {}, **headers)
            assert answer.status == 403, (method, address, headers)


async def test_the_token_of_one_sign_in_is_not_anothers(customer: Tab, stranger: Tab) -> None:
    stranger.csrf = customer.csrf
    answer = await stranger.say("Hello")
    assert (answer.status, await code_of(answer)) == (403, "stale_page")


async def test_another_host_name_is_refused(tab: Tab) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::2]", "é"):
        assert (await tab.get("/chat", Host=host)).status == 400
    for host in ("localhost", "127.0.0.1:8080", "LOCALHOST", "[::1]:80"):
        assert (await tab.get("/chat", Host=host)).status == 200


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(tab: Tab, sam: Tab) -> None:
    answer = await tab.get("/demo/stranger")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


class TestBehindAProxy:
    @pytest.fixture
    def house_settings(self) -> dict[str, Any]:
        return {"public_url": "https://help.example.com"}

    async def test_cookies_are_secure_and_the_origin_is_the_public_one(self, house: House, tab: Tab) -> None:
        answer = await tab.get("/chat", Host="help.example.com")
        assert answer.status == 200
        assert "Secure" in answer.headers["Set-Cookie"]
        refused = await tab.post("/api/messages", {}, Host="help.example.com", Origin="http://help.example.com")
        assert (refused.status, await code_of(refused)) == (403, "not_allowed")
        allowed = await tab.post("/api/messages", {}, Host="help.example.com", Origin="https://help.example.com")
        assert (allowed.status, await code_of(allowed)) == (401, "not_signed_in")


class TestWithoutTheDemo:
    @pytest.fixture
    def house_settings(self) -> dict[str, Any]:
        return {"demo": False}

    async def test_the_demos_doors_are_closed(self, tab: Tab) -> None:
        for path in ("/demo", "/demo/stranger", "/demo/outbox", "/demo/as/C-001-1?t=x"):
            assert (await tab.get(path)).status == 404
        assert (await tab.get("/")).headers["Location"] == "/chat"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.one_of(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='";,\\'))))
async def test_a_wrong_token_is_refused_and_never_breaks_the_server(tab: Tab, token: str) -> None:
    for name, path in (("rapport_visitor", "/api/session"), ("rapport_agent", "/console/api/me")):
        answer = await tab.client.get(path, headers={"Cookie": f"{name}={token}"})
        assert answer.status == 401


async def test_sign_in_links_are_for_their_person_and_purpose(house: House, tab: Tab) -> None:
    page = await (await tab.get("/demo")).text()
    guest = re.search(r'href="/demo/as/C-001-1\?t=([^"]+)"', page)
    assert guest
    for path in (
        f"/demo/as/C-002-1?t={guest[1]}",
        f"/console/sign-in?t={guest[1]}",
        f"/demo/as/C-001-1?t={guest[1]}x",
        "/demo/as/C-001-1",
        "/demo/as/C-001-1?t=%00%ff",
        "/console/sign-in?t=é",
    ):
        answer = await tab.get(path)
        assert answer.status == 401, path
        assert "Set-Cookie" not in answer.headers


async def test_people_get_a_page_and_modules_json(tab: Tab) -> None:
    page = await tab.get("/help/none", Accept="text/html")
    assert (page.status, page.content_type) == (404, "text/html")
    assert "There is no such article" in await page.text()
    module = await tab.get("/api/articles/none", Accept="text/html")
    assert (module.content_type, await code_of(module)) == ("application/json", "not_found")


async def test_an_error_of_ours_is_told_without_a_trace(house: House, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError(f"secret {HOSTILE}")

    monkeypatch.setattr(type(house.mail), "sent", broken)
    answer = await tab.get("/demo/outbox")
    body = await answer.text()
    assert (answer.status, json.loads(body)["error"]["code"]) == (500, "internal")
    assert "secret" not in body
    assert "Traceback" not in body


async def test_errors_on_purpose_keep_their_code(house: House, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def taken(_: object) -> None:
        raise Conflict("Somebody was quicker.")

    monkeypatch.setattr(type(house.mail), "sent", taken)
    answer = await tab.get("/demo/outbox", Accept="text/html")
    assert answer.status == 409
    assert "Somebody was quicker." in await answer.text()


async def test_internal_articles_are_for_the_desk(tab: Tab, sam: Tab) -> None:
    assert (await tab.get("/help/caps")).status == 404
    assert "Refund caps" not in await (await tab.get("/help")).text()
    assert (await sam.get("/help/caps")).status == 200


@pytest.mark.parametrize("query", ["start=a", "start=-1", "end=1e3", "start=99999999999"])
async def test_a_malformed_span_is_refused(tab: Tab, query: str) -> None:
    assert (await tab.get(f"/help/how-refunds-work?{query}")).status == 400


async def test_alive_ready_and_measured(house: House, tab: Tab, customer: Tab) -> None:
    assert (await (await tab.get("/healthz")).json()) == {"alive": True}
    assert (await tab.get("/readyz")).status == 200
    house.health.missing = "The embedder is loading."
    answer = await tab.get("/readyz")
    told = await answer.json()
    assert (answer.status, told["ready"], told["checks"]["embedder"]["detail"]) == (503, False, "The embedder is loading.")
    house.script.silent = True
    await customer.say("Hello")
    text = await (await tab.get("/metrics")).text()
    assert 'rapport_accept_seconds_count{channel="web_chat"} 1.0' in text
    assert "rapport_inbox_depth 1.0" in text
    assert 'rapport_http_requests_total{route="/api/messages",status="202"} 1.0' in text
    assert "C-001-1" not in text


async def test_the_outbox_shows_mails_as_text(house: House, tab: Tab) -> None:
    await house.mail.send("a@b.example", HOSTILE, HOSTILE)
    page = await (await tab.get("/demo/outbox")).text()
    assert "<img" not in page
    assert "&lt;script&gt;" in page


async def test_a_second_server_of_the_same_rooms_knows_the_same_visitor(new_tab: Open) -> None:
    first = await (await new_tab()).as_customer()
    again = await first.read("/api/session")
    assert again["csrf"] == first.csrf
