"""POST /api/messages: checks who sends, reads the body, and answers once what was sent is durable."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.channels.teams.dispatch import Dispatch
from bot.channels.teams.local import LocalMode
from bot.channels.teams.reading import INVOKE, read
from bot.channels.teams.tokens import TokenCheck, refused
from bot.http.refusals import TooLarge
from core.errors import BadInput

PATH = "/api/messages"
LARGEST_BYTES = 1024 * 1024
AUTHORIZATION = "Authorization"
HALF_A_CHARACTER = b"\\ud"


class TeamsDoor:
    """Where Teams sends activities to. `local` stands in for tokens on a developer's own machine."""

    def __init__(self, tenant: str, check: TokenCheck | LocalMode, dispatch: Dispatch) -> None:
        self._tenant = tenant
        self._check = check
        self._dispatch = dispatch

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post(PATH, self.receive),)

    async def receive(self, request: web.Request) -> web.Response:
        """200, with a body for an invoke. 401 for whatever isn't Teams, 400 for what can't be read, 413 for what is too large."""
        activity = await self._admitted(request)
        received = read(activity, self._tenant)
        answer = await self._dispatch.take(received)
        if answer is not None:
            return web.json_response(answer)
        return web.json_response({}, status=404 if received.kind == INVOKE else 200)

    async def _admitted(self, request: web.Request) -> Mapping[str, Any]:
        if isinstance(self._check, LocalMode):
            self._check.check_request(request)
            activity = await _body(request)
            self._check.check_activity(activity)
            return activity
        given = request.headers.getall(AUTHORIZATION, [])
        if len(given) != 1:
            raise refused()
        verified = await self._check.read(given[0])
        activity = await _body(request)
        self._check.bind(verified, activity)
        return activity


async def _body(request: web.Request) -> Mapping[str, Any]:
    """Raises `TooLarge` or `BadInput`."""
    try:
        raw = await request.clone(client_max_size=LARGEST_BYTES).read()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge(f"The body is larger than {LARGEST_BYTES // 1024} kB.") from error
    except (HttpProcessingError, web.RequestPayloadError) as error:
        raise BadInput("The body can't be unpacked: send it as it is.") from error
    try:
        body: object = json.loads(raw.decode("utf-8"))
        if HALF_A_CHARACTER in raw.lower():
            body = json.loads(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is not JSON in UTF-8.") from error
    if not isinstance(body, dict):
        raise BadInput("The body must be a JSON object.")
    return cast("Mapping[str, Any]", body)
