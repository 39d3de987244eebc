"""Writes a prompt as a request for a chat completion, in the manner that a server understands."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.models.openai_compatible import marks
from bot.models.openai_compatible.calling import wire_names
from bot.models.openai_compatible.worded import described, written
from bot.models.provider import FromModel, FromUser, Passages, Prompt, Result, Words
from core.language import ToolCall

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Manner:
    """What a server understands. `usage`: it counts tokens in a stream; None until it has been seen to."""

    native_tools: bool
    json_schema: bool
    usage: bool | None = None
    limit: str = "max_tokens"

    def without(self, words: str, *, named: bool) -> "Manner | None":
        """Another manner to ask in after a request was refused with these words; None when that would change nothing.

        `named`: the words name another reason. Where none is named, the count of tokens is dropped once to see.
        """
        if self.limit == "max_tokens" and "max_completion_tokens" in words:
            return replace(self, limit="max_completion_tokens")
        if "stream_options" in words or "include_usage" in words:
            return None if self.usage is False else replace(self, usage=False)
        return replace(self, usage=False) if self.usage is None and not named else None


@dataclass(frozen=True, kw_only=True)
class Request:
    """The request, the names of its tools on the wire, and how many blocks each passage has."""

    body: Body
    names: Mapping[str, str]
    blocks: Sequence[int]

    @property
    def tokens(self) -> int:
        """A cautious guess of its length."""
        told = sum(len(str(message.get("content") or "")) for message in self.body["messages"])
        return (told + len(json.dumps(self.body.get("tools", [])))) // 4


def written_as(prompt: Prompt, manner: Manner, model: str) -> Request:
    names = wire_names(prompt.tools)
    writing = _Writing(manner.native_tools, names)
    for message in prompt.messages:
        if isinstance(message, FromUser):
            writing.from_user(message)
        else:
            writing.from_model(message)
    body: Body = {
        "model": model,
        "messages": [{"role": "system", "content": _system(prompt, manner, writing)}, *writing.messages],
        "stream": True,
        manner.limit: prompt.max_tokens,
    }
    if manner.usage is not False:
        body["stream_options"] = {"include_usage": True}
    if prompt.tools and manner.native_tools:
        body["tools"] = [_tool(prompt, names[tool.name], at, manner) for at, tool in enumerate(prompt.tools)]
        if not prompt.may_call:
            body["tool_choice"] = "none"
    if prompt.schema is not None and manner.json_schema:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", prompt.operation)[:60] or "answer"
        shape = {"name": name, "strict": True, "schema": dict(prompt.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    return Request(body=body, names=names, blocks=writing.blocks)


def _tool(prompt: Prompt, name: str, at: int, manner: Manner) -> Body:
    tool = prompt.tools[at]
    function: Body = {"name": name, "description": tool.description, "parameters": dict(tool.schema)}
    if manner.json_schema:
        function["strict"] = True
    return {"type": "function", "function": function}


def _system(prompt: Prompt, manner: Manner, writing: "_Writing") -> str:
    parts = [marks.clean(prompt.system)]
    if prompt.schema is None and (prompt.tools or writing.blocks):
        parts.append(marks.CITE)
    if prompt.tools or writing.results:
        parts.append(marks.RESULTS)
    if prompt.tools and not manner.native_tools:
        parts.append(described(prompt.tools))
    if prompt.schema is not None and not manner.json_schema:
        parts.append(
            "Answer with one JSON object and nothing else, no fence and no words around it. It must fit this JSON schema: "
            + json.dumps(dict(prompt.schema))
        )
    return "\n\n".join(part for part in parts if part)


class _Writing:
    """The messages so far; passages are counted through all of them."""

    def __init__(self, native: bool, names: Mapping[str, str]) -> None:
        self.messages: list[Body] = []
        self.blocks: list[int] = []
        self.results = 0
        self._native = native
        self._names = names

    def from_user(self, message: FromUser) -> None:
        texts: list[str] = []
        for part in message.parts:
            if isinstance(part, Words):
                texts.append(marks.neutral(part.text))
            elif isinstance(part, Passages):
                texts += self._passages(part.passages)
            else:
                self._result(part, texts)
        self._user("\n\n".join(text for text in texts if text))

    def from_model(self, message: FromModel) -> None:
        text = marks.neutral(message.text)
        if self._native:
            calls = [self._call(call) for call in message.calls]
            if text or calls:
                self.messages.append({"role": "assistant", "content": text} | ({"tool_calls": calls} if calls else {}))
            return
        told = "\n".join(part for part in (text, *(written(call) for call in message.calls)) if part)
        if told:
            self.messages.append({"role": "assistant", "content": marks.clean(told)})

    def _passages(self, given: Sequence[Any]) -> list[str]:
        texts: list[str] = []
        for each in given:
            self.blocks.append(len(each.blocks))
            texts.append(marks.passage(len(self.blocks), each))
        return texts

    def _result(self, part: Result, texts: list[str]) -> None:
        """Native results are messages of their own, right behind the calls."""
        self.results += 1
        text = marks.result(part.call_id, part.text, self._passages(part.passages), failed=part.failed)
        if self._native:
            self.messages.append({"role": "tool", "tool_call_id": part.call_id, "content": text})
        else:
            texts.append(text)

    def _user(self, text: str) -> None:
        last = self.messages[-1] if self.messages else {}
        if not text:
            return
        if last.get("role") == "user":
            last["content"] += "\n\n" + text
        else:
            self.messages.append({"role": "user", "content": text})

    def _call(self, call: ToolCall) -> Body:
        function = {"name": self._names.get(call.tool, call.tool), "arguments": json.dumps(dict(call.arguments))}
        return {"id": call.id, "type": "function", "function": function}
