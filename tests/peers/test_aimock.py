"""Claude's adapter against aimock, a server that others wrote: text, tools, errors and broken streams."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.models.anthropic.provider import AnthropicProvider
from bot.models.provider import (
    Fault,
    Finish,
    Finished,
    FromModel,
    FromUser,
    Message,
    Piece,
    Prompt,
    ProviderFailed,
    Result,
    Role,
    Text,
    Words,
)
from core.language import ToolCall, ToolSpec
from tests.peers.programs import PEERS, free_port

AIMOCK = PEERS / "@copilotkit" / "aimock" / "dist" / "cli.js"
START_S, STOP_S, PAUSE_S = 30, 10, 0.1
ANSWER = "Refunds are possible within 14 days. Write to us, and the money is back within a week 🙂."
FIXTURES = [
    {"match": {"toolCallId": "toolu_one"}, "response": {"content": "There are two invoices."}},
    {"match": {"userMessage": "plain"}, "response": {"content": ANSWER}},
    {
        "match": {"userMessage": "look it up"},
        "response": {
            "content": "I look.",
            "toolCalls": [{"name": "find_invoices", "arguments": {"year": 2026}, "id": "toolu_one"}],
        },
    },
    {"match": {"userMessage": "structured"}, "response": {"content": '{"mood": 0.5}'}},
    {
        "match": {"userMessage": "limited"},
        "response": {"error": {"message": "Slow down.", "type": "rate_limit_error"}, "status": 429},
    },
    {
        "match": {"userMessage": "overloaded"},
        "response": {"error": {"message": "Busy.", "type": "overloaded_error"}, "status": 529},
    },
    {
        "match": {"userMessage": "locked"},
        "response": {"error": {"message": "No key.", "type": "authentication_error"}, "status": 401},
    },
    {
        "match": {"userMessage": "too long"},
        "response": {"error": {"message": "prompt is too long: 9 tokens > 8", "type": "invalid_request_error"}, "status": 400},
    },
    {"match": {"userMessage": "disconnected"}, "response": {"content": ANSWER}, "chaos": {"disconnectRate": 1.0}},
    {"match": {"userMessage": "malformed"}, "response": {"content": ANSWER}, "chaos": {"malformedRate": 1.0}},
    {"match": {"userMessage": "torn"}, "response": {"content": ANSWER}, "latency": 30, "truncateAfterChunks": 4},
]
TOOL = ToolSpec(
    name="find_invoices",
    description="Finds invoices.",
    schema={"type": "object", "properties": {"year": {"type": "integer"}}, "required": ["year"]},
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """aimock with our fixtures, from the moment at which it answers."""
    if shutil.which("node") is None:
        pytest.skip("There is no node: install Node.js 20.15 or newer.")
    if not AIMOCK.exists():
        pytest.skip("aimock isn't installed: run make test-peers.")
    folder, port = tmp_path_factory.mktemp("aimock"), free_port()
    fixtures, log = folder / "fixtures.json", folder / "aimock.log"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}), encoding="utf-8")
    command = ["node", str(AIMOCK), "-p", str(port), "-f", str(fixtures), "--validate-on-load"]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as started:
        try:
            _await(started, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            started.terminate()
            try:
                started.wait(STOP_S)
            except subprocess.TimeoutExpired:
                started.kill()


@pytest.fixture
async def provider(address: str) -> AsyncIterator[AnthropicProvider]:
    models = {role: "claude-sonnet-5-5" for role in Role}
    made = AnthropicProvider(name="claude", models=models, api_key="sk-test", base_url=address)
    await made.warm()
    yield made
    await made.close()


def asked(text: str, *more: Message, schema: dict[str, object] | None = None) -> Prompt:
    messages = (FromUser(parts=(Words(text=text, steady=True),)), *more)
    tools = () if schema else (TOOL,)
    return Prompt(role=Role.DIALOGUE, operation="converse", system="You help.", messages=messages, tools=tools, schema=schema)


async def answered(provider: AnthropicProvider, prompt: Prompt) -> list[Piece]:
    return [piece async for piece in provider.stream(prompt, timeout_s=10)]


def joined(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


async def test_text_arrives_in_pieces_and_whole(provider: AnthropicProvider) -> None:
    said = await answered(provider, asked("plain"))
    assert joined(said) == ANSWER
    assert len(said) > 3
    assert isinstance(said[-1], Finished)
    assert (said[-1].finish, said[-1].model) == (Finish.END, "claude-sonnet-5-5")


async def test_a_tool_is_called_and_its_result_answered(provider: AnthropicProvider) -> None:
    first = await answered(provider, asked("look it up"))
    call = ToolCall(id="toolu_one", tool="find_invoices", arguments={"year": 2026})
    assert joined(first) == "I look."
    assert call in first
    assert isinstance(first[-1], Finished)
    assert first[-1].finish is Finish.CALLS
    rest = (FromModel(text="I look.", calls=(call,)), FromUser(parts=(Result(call_id="toolu_one", text="Two of them."),)))
    assert joined(await answered(provider, asked("look it up", *rest))) == "There are two invoices."


async def test_structured_output_is_the_text(provider: AnthropicProvider) -> None:
    schema: dict[str, object] = {"type": "object", "properties": {"mood": {"type": "number"}}, "required": ["mood"]}
    assert json.loads(joined(await answered(provider, asked("structured", schema=schema)))) == {"mood": 0.5}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("limited", {Fault.RATE_LIMITED}),
        ("overloaded", {Fault.OVERLOADED}),
        ("locked", {Fault.REJECTED}),
        ("too long", {Fault.CONTEXT_FULL}),
        ("nothing fits this", {Fault.REJECTED}),
        ("disconnected", {Fault.UNREACHABLE, Fault.CUT}),
        ("malformed", {Fault.GARBAGE}),
        ("torn", {Fault.CUT}),
    ],
)
async def test_each_failure_has_its_fault(provider: AnthropicProvider, text: str, faults: set[Fault]) -> None:
    with pytest.raises(ProviderFailed) as caught:
        await answered(provider, asked(text))
    assert caught.value.fault in faults


def _await(started: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and started.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(PAUSE_S)
    raise AssertionError(f"{address} doesn't answer:\n{log.read_text(encoding='utf-8', errors='replace')[-3_000:]}")
