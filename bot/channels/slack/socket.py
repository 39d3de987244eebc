"""Socket mode: the same bodies over a connection that we open, each acknowledged once it is durable."""

import asyncio
import json
import logging
from typing import Any

import structlog

from bot.channels.slack.app import SlackApp
from bot.channels.slack.heard import inside
from bot.channels.slack.workspaces import FIRST_PAUSE_S, LONGEST_PAUSE_S, Wait, Workspaces
from core.errors import BadInput

PING_S = 10.0


class SlackSocket:
    """Keeps a connection open; what isn't acknowledged comes again over the next one."""

    def __init__(self, app: SlackApp, workspaces: Workspaces, app_token: str, *, wait: Wait = asyncio.sleep) -> None:
        self._app = app
        self._workspaces = workspaces
        self._app_token = app_token
        self._wait = wait
        self._client: Any = None
        self._log = structlog.get_logger("slack")

    @property
    def connected(self) -> bool:
        session = self._client.current_session if self._client is not None else None
        return session is not None and not session.closed

    async def run(self, *, ping_s: float = PING_S) -> None:
        """Connects, trying until it succeeds; from then on the client reconnects by itself."""
        from slack_sdk.socket_mode.aiohttp import SocketModeClient

        quiet = logging.getLogger("bot.channels.slack.socket_mode")
        quiet.setLevel(logging.CRITICAL)
        self._client = SocketModeClient(
            app_token=self._app_token, web_client=self._workspaces.with_token(None), ping_interval=ping_s, logger=quiet
        )
        self._client.socket_mode_request_listeners.append(self._take)
        pause = FIRST_PAUSE_S
        while not self._client.closed and not await self._connected():
            await self._wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _connected(self) -> bool:
        import aiohttp
        from slack_sdk.errors import SlackClientError

        try:
            await self._client.connect_to_new_endpoint(force=True)
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            self._log.warning("slack.socket_refused", error=type(error).__name__, reason=_reason(error))
            return False
        return True

    async def _take(self, client: Any, request: Any) -> None:
        """An envelope. Without an acknowledgement Slack sends it again."""
        from slack_sdk.socket_mode.response import SocketModeResponse

        try:
            answer = await self._app.dispatch(inside({"payload": request.payload}, "payload"))
        except BadInput as error:
            self._log.warning("slack.unreadable", envelope=request.envelope_id, message=error.message)
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
            return
        if answer.status != 200:
            return
        payload: Any = None
        if answer.text:
            payload = json.loads(answer.text) if answer.content_type == "application/json" else {"text": answer.text}
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload))


def _reason(error: Exception) -> str:
    """Slack's word for it, never what was sent."""
    response: Any = getattr(error, "response", None)
    return str(response.get("error", "")) if response is not None and hasattr(response, "get") else ""
