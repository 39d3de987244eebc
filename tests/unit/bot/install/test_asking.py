"""Asking other servers over a real socket."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.install.asking import HttpAsk
from core.errors import Unavailable


async def echo(request: web.Request) -> web.Response:
    form = dict(await request.post())
    return web.json_response({"token": request.headers.get("Authorization", ""), "form": form}, headers={"X-OAuth-Scopes": "a,b"})


async def away(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/echo"})


async def text(_: web.Request) -> web.Response:
    return web.Response(text="<html>")


@pytest.fixture
async def address() -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes([web.route("*", "/echo", echo), web.get("/away", away), web.get("/text", text)])
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


async def test_a_form_is_sent_with_the_token(address: str) -> None:
    told = await HttpAsk().post(f"{address}/echo", {"channel": "C1"}, token="xoxb")
    assert told.body == {"token": "Bearer xoxb", "form": {"channel": "C1"}}
    assert told.headers["x-oauth-scopes"] == "a,b"


async def test_nothing_is_followed(address: str) -> None:
    assert (await HttpAsk().get(f"{address}/away")).status == 302


async def test_what_is_not_json_has_no_body(address: str) -> None:
    told = await HttpAsk().get(f"{address}/text")
    assert (told.status, told.body) == (200, {})


async def test_no_answer_is_said_without_the_address() -> None:
    with pytest.raises(Unavailable, match="no answer") as caught:
        await HttpAsk().get("http://127.0.0.1:9/secret-path")
    assert "secret-path" not in caught.value.message
