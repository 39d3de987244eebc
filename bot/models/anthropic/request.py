"""A prompt as the body of a Messages request, and what is needed to read the answer: which passages and tools it named.

What is cached comes first and is the same byte for byte as long as tools, system text and steady words are: nothing in it depends
on the time, on an id made here or on the order in which a mapping was filled.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.models.anthropic.cleaning import clean, cleaned
from bot.models.anthropic.schemas import accepted, steady, strict_ones
from bot.models.provider import FromModel, FromUser, Part, Passage, Passages, Prompt, Result, Words
from core.language import ToolCall, ToolSpec

Block = dict[str, object]

CACHED: Mapping[str, str] = {"type": "ephemeral"}
UNFIT = re.compile(r"[^a-zA-Z0-9_-]")
LONGEST_NAME = 64
OPENING = "(The conversation begins.)"
NOTHING = "(nothing)"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A passage as it was sent: its number in the prompt and, for each block sent, that block's number in the passage."""

    number: int
    blocks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """`body` is what is sent; `shown` the passages in it, in order; `tools` the tool behind each name on the wire."""

    body: Mapping[str, object]
    shown: tuple[Shown, ...]
    tools: Mapping[str, str]

    def quote(self, index: object, start: object, end: object) -> tuple[int, int, int] | None:
        """A citation in the numbers of the prompt; None when it names what wasn't sent."""
        if not (_whole(index) and _whole(start) and _whole(end)):
            return None
        index, start, end = cast("tuple[int, int, int]", (index, start, end))
        if not 0 <= index < len(self.shown):
            return None
        shown = self.shown[index]
        if not 0 <= start < end <= len(shown.blocks):
            return None
        return shown.number, shown.blocks[start], shown.blocks[end - 1] + 1


def built(prompt: Prompt, model: str) -> Request:
    """The request for a prompt. With a schema nothing can be cited: the interface takes one or the other."""
    tools, names = _tools(prompt.tools)
    writing = _Writing(names=names, citable=prompt.schema is None)
    messages = writing.messages(prompt.messages)
    body: dict[str, object] = {"model": model, "max_tokens": max(1, prompt.max_tokens), "messages": messages}
    if prompt.system.strip():
        body["system"] = [{"type": "text", "text": clean(prompt.system), "cache_control": dict(CACHED)}]
    if tools:
        body["tools"] = tools
    if tools and not prompt.may_call:
        body["tool_choice"] = {"type": "none"}
    if prompt.schema is not None:
        body["output_config"] = {"format": {"type": "json_schema", "schema": accepted(prompt.schema)}}
    return Request(body=body, shown=tuple(writing.shown), tools={wire: tool for tool, wire in names.items()})


def _tools(specs: Sequence[ToolSpec]) -> tuple[list[Block], dict[str, str]]:
    """The tools as they are sent, and the name on the wire for each."""
    names: dict[str, str] = {}
    for spec in specs:
        names[spec.name] = _free(_fit(spec.name), set(names.values()))
    schemas = [accepted(steady(spec.schema)) for spec in specs]
    tools: list[Block] = []
    for spec, schema, strict in zip(specs, schemas, strict_ones(schemas), strict=True):
        tool: Block = {"name": names[spec.name], "description": clean(spec.description), "input_schema": schema}
        tools.append({**tool, "strict": True} if strict else tool)
    if tools:
        tools[-1]["cache_control"] = dict(CACHED)
    return tools, names


def _fit(name: str) -> str:
    return UNFIT.sub("_", name)[:LONGEST_NAME] or "_"


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered if another one has it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: LONGEST_NAME - 4]}_{number}"
    return free


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(kw_only=True)
class _Writing:
    """Writes messages, counting passages in the order of the prompt and in the order of the wire."""

    names: Mapping[str, str]
    citable: bool
    shown: list[Shown] = field(default_factory=list[Shown])
    counted: int = 0
    last_steady: Block | None = None

    def messages(self, messages: Sequence[FromUser | FromModel]) -> list[Block]:
        written: list[Block] = []
        for message in messages:
            mine = isinstance(message, FromModel)
            content = self._said(message) if mine else self._asked(message)
            if content:
                written.append({"role": "assistant" if mine else "user", "content": content})
        if written and written[0]["role"] == "assistant":
            written.insert(0, {"role": "user", "content": [{"type": "text", "text": OPENING}]})
        if self.last_steady is not None:
            self.last_steady["cache_control"] = dict(CACHED)
        return written

    def _said(self, message: FromModel) -> list[Block]:
        said = clean(message.text).rstrip()
        text: list[Block] = [{"type": "text", "text": said}] if said else []
        return text + [self._call(each) for each in message.calls]

    def _call(self, call: ToolCall) -> Block:
        name = self.names.get(call.tool, _fit(call.tool))
        return {"type": "tool_use", "id": _fit(call.id), "name": name, "input": cleaned(call.arguments)}

    def _asked(self, message: FromUser) -> list[Block]:
        """The parts of a message. Results go first, where the interface wants them; numbers stay those of the prompt."""
        numbered: list[tuple[Part, int]] = []
        for part in message.parts:
            numbered.append((part, self.counted))
            self.counted += 0 if isinstance(part, Words) else len(part.passages)
        blocks: list[Block] = []
        for part, first in sorted(numbered, key=lambda each: not isinstance(each[0], Result)):
            blocks += self._part(part, first)
        return blocks

    def _part(self, part: Part, first: int) -> list[Block]:
        if isinstance(part, Passages):
            return self._passages(part.passages, first)
        if isinstance(part, Result):
            return [self._result(part, first)]
        if not part.text.strip():
            return []
        block: Block = {"type": "text", "text": clean(part.text)}
        self.last_steady = block if part.steady else self.last_steady
        return [block]

    def _result(self, result: Result, first: int) -> Block:
        """What came of a call. The interface takes text alone of one that failed."""
        text: list[Block] = [{"type": "text", "text": clean(result.text)}] if result.text.strip() else []
        content = text if result.failed else text + self._passages(result.passages, first)
        block: Block = {"type": "tool_result", "tool_use_id": _fit(result.call_id), "content": content or NOTHING}
        return {**block, "is_error": True} if result.failed else block

    def _passages(self, passages: Sequence[Passage], first: int) -> list[Block]:
        """Passages as search results. Blank blocks, which the interface refuses, are left out and not counted."""
        written: list[Block] = []
        for number, passage in enumerate(passages, first):
            kept = tuple(index for index, block in enumerate(passage.blocks) if block.strip())
            if not kept:
                continue
            self.shown.append(Shown(number=number, blocks=kept))
            written.append(
                {
                    "type": "search_result",
                    "source": clean(passage.id) or "passage",
                    "title": clean(passage.title) or "Untitled",
                    "content": [{"type": "text", "text": clean(passage.blocks[index])} for index in kept],
                    "citations": {"enabled": self.citable},
                }
            )
        return written
