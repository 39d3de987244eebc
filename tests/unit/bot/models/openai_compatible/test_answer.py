"""Whatever a server sends, an answer is read or fails as a provider may; nothing else comes out."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.models.openai_compatible.answer import Answer
from bot.models.openai_compatible.events import Events
from bot.models.openai_compatible.request import Manner, written_as
from bot.models.provider import Finished, FromUser, Passage, Passages, Piece, Prompt, ProviderFailed, Role, Text
from core.language import ToolSpec

TOOL = ToolSpec(name="look", description="Looks.", schema={"type": "object"})
PASSAGES = Passages(passages=(Passage(id="p", title="T", blocks=("A", "B")),))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
TEXT = st.text(alphabet='{}"`[]⟦1.2⟧<>/thinkcal\n ,:', max_size=20)
CALL = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(0, 2) | JSON,
        "id": st.sampled_from(["a", "b"]) | JSON,
        "function": JSON
        | st.fixed_dictionaries({}, optional={"name": st.just("look") | JSON, "arguments": st.just("{}") | JSON}),
    },
)
DELTA = st.fixed_dictionaries(
    {}, optional={"content": TEXT | JSON, "refusal": JSON, "tool_calls": st.lists(CALL, max_size=3) | JSON, "function_call": JSON}
)
CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "index": st.just(0) | JSON,
        "delta": DELTA | JSON,
        "finish_reason": st.sampled_from(["stop", "tool_calls", "length"]) | JSON,
    },
)
USAGE = st.fixed_dictionaries({}, optional={"prompt_tokens": JSON, "completion_tokens": JSON, "prompt_tokens_details": JSON})
EVENT = (
    st.fixed_dictionaries({"choices": st.lists(CHOICE, max_size=2)}, optional={"usage": USAGE | JSON, "error": JSON})
    | st.fixed_dictionaries({"error": JSON | st.fixed_dictionaries({}, optional={"code": JSON, "type": JSON, "message": JSON})})
    | JSON
)


def read(data: list[bytes], *, native: bool, schema: bool) -> list[Piece]:
    prompt = Prompt(
        role=Role.DIALOGUE,
        operation="converse",
        system="S",
        messages=(FromUser(parts=(PASSAGES,)),),
        tools=(TOOL,),
        schema={"type": "object"} if schema else None,
    )
    manner = Manner(native_tools=native, json_schema=True)
    answer, events = Answer(prompt, written_as(prompt, manner, "m"), manner, "m"), Events()
    pieces = [piece for chunk in data for event in events.feed(chunk) for piece in answer.feed(event)]
    pieces += [piece for event in events.end() for piece in answer.feed(event)]
    return pieces + answer.end(done=events.done)


def tried(data: list[bytes], **how: Any) -> None:
    try:
        pieces = read(data, **how)
    except ProviderFailed:
        return
    assert isinstance(pieces[-1], Finished)
    json.dumps([piece.text for piece in pieces if isinstance(piece, Text)], ensure_ascii=False).encode()


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENT, max_size=5), st.booleans(), st.booleans(), st.integers(1, 40))
def test_any_event_is_read_or_fails(events: list[Any], native: bool, schema: bool, size: int) -> None:
    data = b"".join(b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events) + b"data: [DONE]\n\n"
    tried([data[at : at + size] for at in range(0, len(data), size)], native=native, schema=schema)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"data: ", b"\n", b"\r", b"\n\n", b"[DONE]", b"{}"]), max_size=12))
def test_any_bytes_are_read_or_fail(data: list[bytes]) -> None:
    tried(data, native=True, schema=False)


@pytest.mark.parametrize("deep", ['{"error":' * 50_000, '{"choices":[{"delta":' * 50_000, '{"error":' * 900 + "1" + "}" * 900])
def test_depth_without_end_fails(deep: str) -> None:
    with pytest.raises(ProviderFailed):
        read([b"data: " + deep.encode() + b"\n\n"], native=True, schema=False)


def test_lines_may_end_in_any_way() -> None:
    event = json.dumps({"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]})
    for end in ("\n", "\r\n", "\r"):
        data = f": hello{end}event: x{end}data: {event}{end}{end}data: [DONE]{end}{end}".encode()
        for size in (1, 2, len(data)):
            pieces = read([data[at : at + size] for at in range(0, len(data), size)], native=True, schema=False)
            assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == "Hi."
