"""A model server on the loopback that speaks both wires. What it does wrong, and how fast it is, is told it while it runs.

`python -m tests.benchmarks.models_server PORT`. Providers are the first part of the path: /NAME/v1/chat/completions and
/NAME/v1/messages. POST /-/NAME sets how NAME behaves; GET /-/log?from=N tells of the calls since the Nth.
"""

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from aiohttp import web

from tests.benchmarks.models_answers import plan_of
from tests.benchmarks.models_faults import BY_NAME, CANARY, Fault
from tests.benchmarks.models_reading import LETTERS_A_TOKEN, Asked, from_anthropic, from_openai, table
from tests.benchmarks.models_spoiling import FLOOD, FLOOD_BYTES, counted, middle, planned, reframed
from tests.benchmarks.models_wires import Counted, Frame, anthropic, openai

LEAST_CACHED = 1_024
LONGEST_HANG_S = 120.0
BATCH_S = 0.012


@dataclass(kw_only=True)
class Behaviour:
    """How a provider behaves: a fault and its place, and its speed. `every`: only each so manyth call is spoilt."""

    fault: Fault | None = None
    place: str = "before"
    first_s: float = 0.0
    tokens_s: float = 100_000.0
    every: int = 1
    count: int = 0

    def next(self) -> Fault | None:
        self.count += 1
        return self.fault if self.fault is not None and self.count % self.every == 0 else None


@dataclass(kw_only=True)
class Called:
    """One call as it went. Times are seconds since 1970; `sentences` are those that went out whole, and when."""

    provider: str
    operation: str
    digest: str
    at: float
    fault: str = ""
    whole: bool = False
    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    sentences: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])


@dataclass(kw_only=True)
class Speaker:
    """The server's state: behaviours, what is cached, and what was called."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    known: set[str] = field(default_factory=set[str])
    log: list[Called] = field(default_factory=list[Called])

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/{name}/v1/chat/completions", self.openai)
        app.router.add_post("/{name}/v1/messages", self.anthropic)
        app.router.add_post("/-/{name}", self.behave)
        app.router.add_get("/-/log", self.called)
        return app

    async def behave(self, request: web.Request) -> web.Response:
        given = table(await request.json())
        now = Behaviour(fault=BY_NAME.get(str(given.get("fault"))), place=str(given.get("place", "before")))
        now.first_s, now.tokens_s = float(str(given.get("first_s", 0.0))), float(str(given.get("tokens_s", 100_000.0)))
        now.every = int(str(given.get("every", 1)))
        self.behaviours[request.match_info["name"]] = now
        return web.json_response({})

    async def called(self, request: web.Request) -> web.Response:
        first = int(request.query.get("from", "0"))
        return web.json_response([asdict(each) for each in self.log[first:]])

    async def openai(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, from_openai(table(await request.json())), messages=False)

    async def anthropic(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, from_anthropic(table(await request.json())), messages=True)

    async def _answer(self, request: web.Request, asked: Asked, *, messages: bool) -> web.StreamResponse:
        name = request.match_info["name"]
        behaviour = self.behaviours.get(name, Behaviour())
        fault = behaviour.next()
        body = json.dumps([list(each) for each in asked.stable]) + str(asked.texts)
        digest = hashlib.sha256(body.encode()).hexdigest()[:16]
        call = Called(provider=name, operation=asked.operation, digest=digest, at=time.time(), fault=fault.name if fault else "")
        self.log.append(call)
        if fault is not None and (answer := await _instead(request, fault, behaviour.place, messages=messages)) is not None:
            return answer
        plan = plan_of(asked)
        plan = planned(fault, behaviour.place, asked, plan) if fault else plan
        self._count(call, asked, name)
        call.output = sum(len(getattr(each, "text", "")) for each in plan.steps) // LETTERS_A_TOKEN + 1
        usage = Counted(input=call.input, output=call.output, cached=call.cached, written=call.written)
        if not messages:
            usage = Counted(input=call.input + call.cached + call.written, output=call.output, cached=call.cached)
        frames = (anthropic if messages else openai)(plan, asked.model, counted(fault, usage))
        if fault is not None and (not fault.only or asked.operation in fault.only):
            frames = reframed(fault, behaviour.place, frames, messages=messages)
        return await _Sending(request=request, call=call, behaviour=behaviour, fault=fault).send(frames)

    def _count(self, call: Called, asked: Asked, name: str) -> None:
        """Counts tokens, and what of them was seen at the beginning of an earlier request."""
        seen, read, marked = "", 0, 0
        digest = hashlib.sha256(f"{name} {asked.model}".encode())
        new: list[str] = []
        for text, kept in asked.stable:
            seen += text
            digest.update(text.encode())
            tokens = len(seen) // LETTERS_A_TOKEN
            if not kept or tokens < LEAST_CACHED:
                continue
            key = digest.hexdigest()
            new.append(key)
            marked = tokens
            read = tokens if key in self.known else read
        self.known.update(new)
        call.cached, call.written = read, max(0, marked - read)
        call.input = max(0, asked.tokens - call.cached - call.written)


@dataclass(kw_only=True)
class _Sending:
    """One answer on its way out."""

    request: web.Request
    call: Called
    behaviour: Behaviour
    fault: Fault | None

    async def send(self, frames: list[Frame]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        fault, kind = self.fault, self.fault.kind if self.fault else ""
        behaviour = self.behaviour
        slow: Mapping[str, object] = fault.detail if fault is not None and kind == "slow" else {}
        first_s = float(str(slow.get("first_s", behaviour.first_s)))
        tokens_s = float(str(slow.get("tokens_s", behaviour.tokens_s)))
        with suppress(ConnectionError, asyncio.CancelledError):
            await response.prepare(self.request)
            await asyncio.sleep(first_s)
            if fault is not None and kind in ("hang", "drip", "reset", "cut"):
                await self._break(response, frames, kind)
            elif fault is not None and "flood" in fault.detail:
                await self._flood(response, frames, str(fault.detail["flood"]))
            else:
                await self._pace(response, frames, tokens_s)
                self.call.whole = True
            await response.write_eof()
        return response

    async def _pace(self, response: web.StreamResponse, frames: list[Frame], tokens_s: float) -> None:
        """At its speed: each token at its own time."""
        loop = asyncio.get_running_loop()
        at, waiting = loop.time(), b""
        for frame in frames:
            if frame.paced:
                at += 1 / tokens_s
                if at - loop.time() > BATCH_S:
                    await response.write(waiting)
                    waiting = b""
                    await asyncio.sleep(at - loop.time())
            waiting += frame.data
            if frame.ends or len(waiting) > 65_536:
                await response.write(waiting)
                waiting = b""
                self._note(frame)
        await response.write(waiting)

    async def _break(self, response: web.StreamResponse, frames: list[Frame], kind: str) -> None:
        """Stops in the midst of it, in the way of the fault."""
        at = middle(frames) if self.behaviour.place == "mid" else 0
        await self._pace(response, frames[:at], 100_000.0)
        if kind == "hang":
            await asyncio.sleep(LONGEST_HANG_S)
        elif kind == "drip":
            for byte in b"".join(frame.data for frame in frames[at:])[: int(LONGEST_HANG_S)]:
                await response.write(bytes([byte]))
                await asyncio.sleep(1.0)
        elif kind == "reset" and self.request.transport is not None:
            await asyncio.sleep(0.05)
            self.request.transport.abort()

    async def _flood(self, response: web.StreamResponse, frames: list[Frame], text: str) -> None:
        """Ten megabytes of one text, in events like the one that carries the word for it."""
        place = next(place for place, frame in enumerate(frames) if FLOOD.encode() in frame.data)
        await response.write(b"".join(frame.data for frame in frames[:place]))
        piece = frames[place].data.replace(FLOOD.encode(), text.encode())
        for _ in range(FLOOD_BYTES // len(text)):
            await response.write(piece)
        await response.write(b"".join(frame.data for frame in frames[place + 1 :]))

    def _note(self, frame: Frame) -> None:
        if frame.ends:
            self.call.sentences.append((frame.ends, time.time()))


async def _instead(request: web.Request, fault: Fault, place: str, *, messages: bool) -> web.StreamResponse | None:
    """What comes in place of a stream; None when a stream comes."""
    detail = fault.detail
    if fault.kind == "status":
        return _status(detail, messages=messages)
    if fault.kind == "body":
        headers = {"Content-Type": str(detail["type"])} | ({"Content-Encoding": "gzip"} if detail.get("gzip") else {})
        return web.Response(body=str(detail["body"]).encode(), headers=headers)
    if detail.get("head") is False and fault.kind == "hang":
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(LONGEST_HANG_S)
    if detail.get("head") is False and request.transport is not None:
        request.transport.abort()
        return web.Response()
    return None


def _status(detail: Mapping[str, object], *, messages: bool) -> web.Response:
    status = int(str(detail["status"]))
    headers = {"Retry-After": str(detail["retry_after"])} if "retry_after" in detail else {}
    headers |= {"Location": str(detail["location"])} if "location" in detail else {}
    if detail.get("html"):
        return web.Response(status=status, text=f"<html><pre>Traceback {CANARY}</pre></html>", content_type="text/html")
    words = f"Traceback (most recent call last): {CANARY}"
    error = {"type": "api_error", "message": words, "code": None}
    body = {"type": "error", "error": error} if messages else {"error": error}
    return web.json_response(body, status=status, headers=headers)


if __name__ == "__main__":
    web.run_app(Speaker().app(), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None, handler_cancellation=True)
