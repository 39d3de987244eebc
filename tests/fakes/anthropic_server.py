"""An Anthropic of the tests' own on loopback: its Messages interface as a stream of events, played from scripts.

    async with FakeAnthropic([Scripted(["Hello", " there."]), Failing(529)]) as server:
        provider = AnthropicProvider(..., base_url=server.base_url)

Each request plays the next script; one script alone is played for every request; a callable is shown the request and gives the
script. What arrived is in `server.asked`.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.anthropic_scripts import (
    Asked,
    Broken,
    Call,
    Cited,
    Counted,
    Cut,
    Endless,
    Failing,
    Json,
    Raw,
    Script,
    Scripted,
    Silence,
    Step,
    Thinking,
    Told,
    Wait,
)

__all__ = [
    "Asked",
    "Broken",
    "Call",
    "Cited",
    "Counted",
    "Cut",
    "Endless",
    "Failing",
    "FakeAnthropic",
    "Json",
    "Raw",
    "Script",
    "Scripted",
    "Scripts",
    "Silence",
    "Step",
    "Thinking",
    "Told",
    "Wait",
]

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


Scripts = Script | Sequence[Script] | Callable[[Asked], Script]


class FakeAnthropic:
    """The server. `running` counts the answers that are under way, `broken_off` those that the other side left."""

    def __init__(self, scripts: Scripts) -> None:
        self.asked: list[Asked] = []
        self.running = 0
        self.broken_off = 0
        self._scripts = scripts
        self._calls = 0
        self._quiet = asyncio.Event()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/messages", self._messages)
        self._server = TestServer(app, host="127.0.0.1")

    @property
    def base_url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    async def __aenter__(self) -> Self:
        await self._server.start_server(shutdown_timeout=0.1)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def left(self) -> None:
        """Returns once no answer is under way."""
        async with asyncio.timeout(5):
            await self._quiet.wait()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        asked = Asked(body=json.loads(raw), raw=raw, headers=dict(request.headers))
        self.asked.append(asked)
        script = self._script(asked)
        self.running += 1
        self._quiet.clear()
        try:
            return await self._played(request, asked, script)
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
            return Failing(500, message=f"There are {len(self._scripts)} scripts, and this is one request more.")
        return self._scripts[len(self.asked) - 1]

    async def _played(self, request: web.Request, asked: Asked, script: Script) -> web.StreamResponse:
        match script:
            case Failing():
                return _refusal(script)
            case Silence():
                return await _silent(request)
            case Cut():
                return _cut(request)
            case Scripted():
                await asyncio.sleep(script.first_s)
                answer = web.StreamResponse(headers={"Content-Type": script.content_type, "request-id": "req_fake"})
                await answer.prepare(request)
                await _Playing(request=request, answer=answer, script=script, asked=asked).play(self._next_id)
                return answer

    def _next_id(self) -> str:
        self._calls += 1
        return f"toolu_{self._calls:04}"


@dataclass(kw_only=True)
class _Playing:
    """One answer on its way."""

    request: web.Request
    answer: web.StreamResponse
    script: Scripted
    asked: Asked
    index: int = 0
    in_text: bool = False
    called: bool = False

    async def play(self, next_id: Callable[[], str]) -> None:
        await self._begin()
        for step in self.script.pieces:
            if not await self._step(step, next_id):
                return
        await self._end_text()
        usage = {"output_tokens": self.script.usage.output}
        stop = self.script.stop or ("tool_use" if self.called else "end_turn")
        await self._tell({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage})
        await self._tell({"type": "message_stop"})

    async def _begin(self) -> None:
        counted = self.script.usage
        usage = {
            "input_tokens": counted.input,
            "output_tokens": 1,
            "cache_read_input_tokens": counted.cached,
            "cache_creation_input_tokens": counted.written,
        }
        model = self.script.model or self.asked.body["model"]
        message: Json = {"id": "msg_fake", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
        await self._tell({"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}})
        await self._tell({"type": "ping"})

    async def _step(self, step: Step, next_id: Callable[[], str]) -> bool:
        """Whether the answer goes on after it."""
        if isinstance(step, str):
            await self._text(step)
            return True
        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
            return True
        if isinstance(step, Raw):
            await self.answer.write(step.data)
            return True
        if isinstance(step, Told):
            await self._tell(step.event)
            return True
        if isinstance(step, Cited | Call | Thinking):
            await self._end_text()
            await self._block(step, next_id)
            return True
        await self._last(step)
        return False

    async def _block(self, step: Cited | Call | Thinking, next_id: Callable[[], str]) -> None:
        match step:
            case Cited():
                start: Json = {"type": "text", "text": "", **({"citations": []} if step.announced else {})}
                told: list[Json] = [{"type": "text_delta", "text": each} for each in _halves(step.text)]
                cites = [{"type": "citations_delta", "citation": _citation(quote)} for quote in step.quotes]
                deltas = [*told, *cites] if step.late else [*cites, *told]
            case Call():
                self.called = True
                start = {"type": "tool_use", "id": step.id or next_id(), "name": step.tool, "input": {}}
                written = step.arguments if isinstance(step.arguments, str) else json.dumps(step.arguments)
                deltas = [{"type": "input_json_delta", "partial_json": each} for each in ("", *_halves(written))]
            case Thinking():
                start = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": step.text}, {"type": "signature_delta", "signature": "c2ln"}]
        await self._tell({"type": "content_block_start", "index": self.index, "content_block": start})
        for delta in deltas:
            await self._delta(delta)
        await self._end_block()

    async def _last(self, step: Broken | Cut | Silence | Endless) -> None:
        match step:
            case Broken():
                await self._tell({"type": "error", "error": {"type": step.kind, "message": step.message}})
            case Cut():
                if not step.cleanly:
                    _cut(self.request)
            case Silence():
                await asyncio.sleep(3600)
            case Endless():
                while True:
                    await self._text(step.text)

    async def _text(self, text: str) -> None:
        if not self.in_text:
            self.in_text = True
            start = {"type": "text", "text": ""}
            await self._tell({"type": "content_block_start", "index": self.index, "content_block": start})
        await self._delta({"type": "text_delta", "text": text})

    async def _end_text(self) -> None:
        if self.in_text:
            self.in_text = False
            await self._end_block()

    async def _end_block(self) -> None:
        await self._tell({"type": "content_block_stop", "index": self.index})
        self.index += 1

    async def _delta(self, delta: Json) -> None:
        await self._tell({"type": "content_block_delta", "index": self.index, "delta": delta})

    async def _tell(self, event: Json) -> None:
        data = f"event: {event.get('type')}\ndata: {json.dumps(event)}\n\n".encode()
        if not self.script.drip_s:
            await self.answer.write(data)
            return
        for byte in data:
            await self.answer.write(bytes([byte]))
            await asyncio.sleep(self.script.drip_s)


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _citation(quote: tuple[int, int, int]) -> Json:
    index, start, end = quote
    place = {"search_result_index": index, "start_block_index": start, "end_block_index": end}
    return {"type": "search_result_location", "cited_text": "", "source": "", "title": None, **place}


def _refusal(failing: Failing) -> web.Response:
    kind = failing.kind or KINDS.get(failing.status, "api_error")
    error = {"type": "error", "error": {"type": kind, "message": failing.message}, "request_id": "req_fake"}
    headers = {"Content-Type": "application/json", **failing.headers}
    if failing.retry_after is not None:
        headers["retry-after"] = failing.retry_after
    body = json.dumps(error).encode() if failing.body is None else failing.body
    return web.Response(status=failing.status, body=body, headers=headers)


async def _silent(request: web.Request) -> web.Response:
    await asyncio.sleep(3600)
    return _cut(request)


def _cut(request: web.Request) -> web.Response:
    """Drops the connection under the answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
