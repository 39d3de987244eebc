"""A model server of the tests' own on loopback: chat completions as a stream of events, played from scripts.

    async with FakeOpenAi([Scripted("Hello", " there."), Failing(status=503)]) as server:
        provider = OpenAiProvider(..., base_url=server.base_url)

Each request plays the next script; one script alone is played for every request; a callable is shown the request and gives the
script. What arrived is in `server.asked`.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

USAGE: Mapping[str, Any] = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True)
class Call:
    """A call of a tool. Arguments as a text are sent as they stand, JSON or not."""

    tool: str
    arguments: Mapping[str, object] | str = field(default_factory=dict[str, object])
    id: str = "call_1"


@dataclass(frozen=True)
class Delta:
    """A delta in its own words."""

    delta: object


@dataclass(frozen=True)
class Event:
    """An event in its own words."""

    event: object


@dataclass(frozen=True)
class Raw:
    """Bytes in place of an event."""

    data: bytes


@dataclass(frozen=True)
class Cut:
    """The connection breaks: at once, or as a stream that just ends."""

    cleanly: bool = False


@dataclass(frozen=True)
class Silence:
    """Nothing more, and the connection stays."""


@dataclass(frozen=True)
class Endless:
    """This text, again and again, for as long as somebody reads. `thought`: as reasoning."""

    text: str = "and so on "
    thought: bool = False


Step = str | Call | Delta | Event | Raw | Cut | Silence | Endless | float | asyncio.Event


class Scripted:
    """An answer out of texts, calls, waits (seconds, or an event) and worse. `stop` None leaves the reason out.

    `split` sends that many bytes at a time, `drip_s` with this pause between them.
    """

    def __init__(
        self,
        *steps: Step,
        stop: str | None = "",
        usage: Mapping[str, Any] | None = USAGE,
        done: bool = True,
        content_type: str = "text/event-stream; charset=utf-8",
        split: int = 0,
        drip_s: float = 0.0,
    ) -> None:
        called = any(isinstance(step, Call) for step in steps)
        self.steps = steps
        self.stop = ("tool_calls" if called else "stop") if stop == "" else stop
        self.usage = usage
        self.done = done
        self.content_type = content_type
        self.split = split
        self.drip_s = drip_s


@dataclass(frozen=True, kw_only=True)
class Failing:
    """A refusal before any stream. `body` stands in for the JSON that such servers send."""

    status: int = 500
    error: Mapping[str, Any] = field(default_factory=lambda: {"message": "No.", "type": "error", "code": None})
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    content_type: str = "application/json"


Script = Scripted | Failing | Silence | Cut


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it arrived."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def system(self) -> str:
        return next((each["content"] for each in self.body["messages"] if each["role"] == "system"), "")

    @property
    def texts(self) -> list[str]:
        """The text of every message behind the system's, in order."""
        return [each["content"] for each in self.body["messages"] if each["role"] != "system"]


Scripts = Script | Sequence[Script] | Callable[[Asked], Script]


class FakeOpenAi:
    """The server. `running` counts the answers that are under way, `broken_off` those that the other side left."""

    def __init__(self, scripts: Scripts) -> None:
        self.asked: list[Asked] = []
        self.running = 0
        self.broken_off = 0
        self._scripts = scripts
        self._quiet = asyncio.Event()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._completions)
        self._server = TestServer(app, host="127.0.0.1")

    @property
    def base_url(self) -> str:
        return str(self._server.make_url("/v1"))

    async def __aenter__(self) -> Self:
        await self._server.start_server(shutdown_timeout=0.1)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def left(self) -> None:
        """Returns once no answer is under way."""
        async with asyncio.timeout(5):
            await self._quiet.wait()

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(body=await request.json(), headers=dict(request.headers))
        self.asked.append(asked)
        script = self._script(asked)
        self.running += 1
        self._quiet.clear()
        try:
            return await _played(request, asked, script)
        except (ConnectionError, asyncio.CancelledError):
            self.broken_off += 1
            raise
        finally:
            self.running -= 1
            if not self.running:
                self._quiet.set()

    def _script(self, asked: Asked) -> Script:
        if callable(self._scripts):
            return self._scripts(asked)
        if not isinstance(self._scripts, Sequence):
            return self._scripts
        if len(self.asked) > len(self._scripts):
            return Failing(error={"message": f"There are {len(self._scripts)} scripts, and this is one request more."})
        return self._scripts[len(self.asked) - 1]


async def _played(request: web.Request, asked: Asked, script: Script) -> web.StreamResponse:
    match script:
        case Failing():
            body = json.dumps({"error": dict(script.error)}).encode() if script.body is None else script.body
            headers = {"Content-Type": script.content_type, **script.headers}
            return web.Response(status=script.status, body=body, headers=headers)
        case Silence():
            await asyncio.sleep(3600)
            return _cut(request)
        case Cut():
            return _cut(request)
        case Scripted():
            answer = web.StreamResponse(headers={"Content-Type": script.content_type})
            await answer.prepare(request)
            await _Playing(request, answer, script, asked).play()
            return answer


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


class _Playing:
    """One answer on its way."""

    def __init__(self, request: web.Request, answer: web.StreamResponse, script: Scripted, asked: Asked) -> None:
        self._request = request
        self._answer = answer
        self._script = script
        self._head = {"id": "cmpl-1", "object": "chat.completion.chunk", "created": 1, "model": str(asked.body["model"])}
        self._counted = bool(asked.body.get("stream_options"))
        self._calls = 0

    async def play(self) -> None:
        await self._delta({"role": "assistant", "content": ""})
        for step in self._script.steps:
            if not await self._step(step):
                return
        if self._script.stop is not None:
            choice: dict[str, object] = {"index": 0, "delta": None, "finish_reason": self._script.stop}
            await self._event({**self._head, "choices": [choice]})
        if self._counted and self._script.usage is not None:
            await self._event({**self._head, "choices": [], "usage": dict(self._script.usage)})
        if self._script.done:
            await self._write(b"data: [DONE]\n\n")

    async def _step(self, step: Step) -> bool:
        """Whether the answer goes on after it."""
        match step:
            case str():
                await self._delta({"content": step})
            case float() | int():
                await asyncio.sleep(step)
            case asyncio.Event():
                await step.wait()
            case Call():
                await self._call(step)
            case Delta():
                await self._delta(step.delta)
            case Event():
                await self._event(step.event)
            case Raw():
                await self._write(step.data)
            case _:
                await self._last(step)
                return False
        return True

    async def _call(self, call: Call) -> None:
        written = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
        half, index = len(written) // 2, self._calls
        self._calls += 1
        begun = {"index": index, "id": call.id, "type": "function", "function": {"name": call.tool, "arguments": ""}}
        await self._delta({"tool_calls": [begun]})
        for part in (written[:half], written[half:]):
            await self._delta({"tool_calls": [{"index": index, "function": {"arguments": part}}]})

    async def _last(self, step: Cut | Silence | Endless) -> None:
        match step:
            case Cut():
                if not step.cleanly:
                    _cut(self._request)
            case Silence():
                await asyncio.sleep(3600)
            case Endless():
                while True:
                    await self._delta({"reasoning_content" if step.thought else "content": step.text})

    async def _delta(self, delta: object) -> None:
        await self._event({**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})

    async def _event(self, event: object) -> None:
        await self._write(b"data: " + json.dumps(event).encode() + b"\n\n")

    async def _write(self, data: bytes) -> None:
        size = self._script.split or len(data)
        for at in range(0, len(data), size or 1):
            await self._answer.write(data[at : at + size])
            await asyncio.sleep(self._script.drip_s)
