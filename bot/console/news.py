"""Tells a case's page at once that something was committed to its conversation; the page then reads what it lacks."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from aiohttp import web

from bot.http.bodies import id_in_path
from bot.http.sessions import AGENT_LIFETIME, Sessions
from bot.live import Follower
from bot.rooms import Rooms

HEARTBEAT_S = 15.0
RETRY_MS = 1_500


class News:
    """Serves event streams that carry no words: only that there is something new."""

    def __init__(self, rooms: Rooms, sessions: Sessions, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._heartbeat_s = heartbeat_s

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.get("/console/api/conversations/{conversation}/news", self.stream),)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """One event `changed` for every commit, or for several at once. Raises `NotFound` for an unknown conversation."""
        self._sessions.seat(request)
        conversation_id = id_in_path(request, "conversation")
        lanes = await self._lanes(conversation_id)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        try:
            await response.write(f"retry: {RETRY_MS}\n\n".encode())
            await self._follow(request, response, conversation_id, lanes)
        except ConnectionResetError:
            pass
        return response

    async def _follow(
        self, request: web.Request, response: web.StreamResponse, conversation_id: str, lanes: Sequence[str]
    ) -> None:
        """Until the page leaves, the server stops or the seat ends. A place that the customer joins later is followed from the
        next heartbeat on."""
        until = self._rooms.wall.now() + AGENT_LIFETIME
        while not self._over(request) and self._rooms.wall.now() < until:
            with ExitStack() as stack:
                followers = [stack.enter_context(self._rooms.live.follow(lane)) for lane in lanes]
                while await _changed(followers, self._heartbeat_s):
                    if self._over(request):
                        return
                    await response.write(b"event: changed\ndata: {}\n\n")
            await response.write(b": still here\n\n")
            lanes = await self._lanes(conversation_id)

    def _over(self, request: web.Request) -> bool:
        return self._rooms.live.closed or request.transport is None or request.transport.is_closing()

    async def _lanes(self, conversation_id: str) -> Sequence[str]:
        tenant, threads = self._rooms.tenant.id, self._rooms.threads
        return await self._rooms.database.read(lambda conn: threads.lanes(conn, threads.get(conn, tenant, conversation_id)))


async def _changed(followers: Iterable[Follower], timeout_s: float) -> bool:
    """Whether any of the lanes was called within the time."""
    waits = [asyncio.create_task(follower.changed(timeout_s)) for follower in followers]
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return any(each.result() for each in done)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
