"""An answer as the events of either wire: chat completions, and Anthropic's messages."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.models_answers import Call, Plan, Say

Event = Mapping[str, object]
TOKEN = re.compile(r"\s*\S{1,5}|\s+")
OPENAI_ENDS = {"end": "stop", "calls": "tool_calls", "max_tokens": "length", "refusal": "content_filter", "pause": "stop"}
ANTHROPIC_ENDS = {
    "end": "end_turn",
    "calls": "tool_use",
    "max_tokens": "max_tokens",
    "refusal": "refusal",
    "pause": "pause_turn",
    "context": "model_context_window_exceeded",
}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One event. `paced`: it is a token, which takes its time; `ends` is the sentence that it completes."""

    data: bytes
    paced: bool = False
    ends: str = ""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is told of tokens: numbers as a rule, anything when it is told wrongly; None tells nothing."""

    input: object = 0
    output: object = 0
    cached: object = 0
    written: object = 0


Wire = Callable[[Plan, str, Counted | None], list[Frame]]


def told(event: Event | str, name: str = "") -> bytes:
    """One event of a stream."""
    data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode()


def tokens_of(text: str) -> list[str]:
    return TOKEN.findall(text)


def openai(plan: Plan, model: str, counted: Counted | None) -> list[Frame]:
    """The chunks of a chat completion, up to the word that there are no more."""
    frames = [Frame(data=_chunk(model, {"role": "assistant", "content": ""}))]
    number = 0
    for step in plan.steps:
        if isinstance(step, Say):
            frames += _openai_text(step, model)
        else:
            frames += _openai_call(step, model, number)
            number += 1
    frames.append(Frame(data=_chunk(model, {}, OPENAI_ENDS.get(plan.stop, "stop"))))
    if counted is not None:
        usage = {
            "prompt_tokens": counted.input,
            "completion_tokens": counted.output,
            "prompt_tokens_details": {"cached_tokens": counted.cached},
        }
        frames.append(
            Frame(data=told({"id": "c", "object": "chat.completion.chunk", "model": model, "choices": [], "usage": usage}))
        )
    return [*frames, Frame(data=told("[DONE]"))]


def _chunk(model: str, delta: Event, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return told({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]})


def _openai_text(step: Say, model: str) -> Iterator[Frame]:
    marks = "".join(f" [{passage + 1}.{block + 1}]" for passage, block in step.cites)
    tokens = tokens_of(step.text + marks)
    for place, token in enumerate(tokens):
        last = place == len(tokens) - 1
        yield Frame(data=_chunk(model, {"content": token + (" " if last else "")}), paced=True, ends=step.text if last else "")


def _openai_call(step: Call, model: str, number: int) -> Iterator[Frame]:
    function = {"name": step.tool, "arguments": ""}
    begun = {"index": number, "id": f"call_{number}_{abs(hash(step)) % 10**8}", "type": "function", "function": function}
    yield Frame(data=_chunk(model, {"tool_calls": [begun]}), paced=True)
    for piece in _pieces(step.arguments):
        yield Frame(data=_chunk(model, {"tool_calls": [{"index": number, "function": {"arguments": piece}}]}), paced=True)


def anthropic(plan: Plan, model: str, counted: Counted | None) -> list[Frame]:
    """The events of a message."""
    begun: dict[str, object] = {"id": "m", "type": "message", "role": "assistant", "model": model, "content": []}
    if counted is not None:
        begun["usage"] = {
            "input_tokens": counted.input,
            "output_tokens": 1,
            "cache_read_input_tokens": counted.cached,
            "cache_creation_input_tokens": counted.written,
        }
    frames = [Frame(data=_event("message_start", message=begun))]
    for number, step in enumerate(plan.steps):
        frames += _anthropic_text(step, number) if isinstance(step, Say) else _anthropic_call(step, number)
    ended: dict[str, object] = {"delta": {"stop_reason": ANTHROPIC_ENDS.get(plan.stop, "end_turn"), "stop_sequence": None}}
    if counted is not None:
        ended["usage"] = {"output_tokens": counted.output}
    return [*frames, Frame(data=_event("message_delta", **ended)), Frame(data=_event("message_stop"))]


def _event(kind: str, **fields: object) -> bytes:
    return told({"type": kind, **fields}, kind)


def _anthropic_text(step: Say, number: int) -> Iterator[Frame]:
    block: dict[str, object] = {"type": "text", "text": ""}
    if step.cites:
        block["citations"] = []
    yield Frame(data=_event("content_block_start", index=number, content_block=block))
    tokens = tokens_of(step.text + " ")
    for place, token in enumerate(tokens):
        whole = place == len(tokens) - 1 and not step.cites
        delta = {"type": "text_delta", "text": token}
        data = _event("content_block_delta", index=number, delta=delta)
        yield Frame(data=data, paced=bool(token.strip()), ends=step.text if whole else "")
    for passage, place in step.cites:
        quoted = {
            "type": "search_result_location",
            "search_result_index": passage,
            "start_block_index": place,
            "end_block_index": place + 1,
            "source": "s",
            "title": "t",
            "cited_text": step.text,
        }
        data = _event("content_block_delta", index=number, delta={"type": "citations_delta", "citation": quoted})
        yield Frame(data=data, ends=step.text)
    yield Frame(data=_event("content_block_stop", index=number))


def _anthropic_call(step: Call, number: int) -> Iterator[Frame]:
    block: dict[str, object] = {
        "type": "tool_use",
        "id": f"toolu_{number}_{abs(hash(step)) % 10**8}",
        "name": step.tool,
        "input": dict[str, object](),
    }
    yield Frame(data=_event("content_block_start", index=number, content_block=block), paced=True)
    for piece in _pieces(step.arguments):
        delta = {"type": "input_json_delta", "partial_json": piece}
        yield Frame(data=_event("content_block_delta", index=number, delta=delta), paced=True)
    yield Frame(data=_event("content_block_stop", index=number))


def _pieces(text: str) -> Sequence[str]:
    size = max(8, len(text) // 200)
    return [text[at : at + size] for at in range(0, len(text), size)]
