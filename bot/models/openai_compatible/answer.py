"""Reads a completion out of the decoded events of its stream: text, calls, why it ended, what it used."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from bot.models.openai_compatible import faults
from bot.models.openai_compatible.calling import Calls, read
from bot.models.openai_compatible.citations import Citations
from bot.models.openai_compatible.events import garbage
from bot.models.openai_compatible.marks import clean
from bot.models.openai_compatible.objects import NoObject, as_object, first
from bot.models.openai_compatible.request import Manner, Request
from bot.models.openai_compatible.thinking import Thinking
from bot.models.openai_compatible.worded import WordedCalls
from bot.models.provider import Fault, Finish, Finished, Piece, Prompt, ProviderFailed, Text, Usage

CHARACTERS_A_TOKEN = 32
SPARE_CHARACTERS = 1000
_FINISHES = {
    "length": Finish.MAX_TOKENS,
    "max_tokens": Finish.MAX_TOKENS,
    "model_length": Finish.MAX_TOKENS,
    "content_filter": Finish.REFUSED,
}
_BROKEN = frozenset({"error", "abort", "cancelled", "insufficient_system_resource"})


class Answer:
    """Events go in, pieces come out; `end` brings the rest. `over`: nothing of what may still come is wanted."""

    def __init__(self, prompt: Prompt, request: Request, manner: Manner, model: str) -> None:
        self.usage = Usage()
        self.finish: Finish | None = None
        self.over = False
        self._model = model
        self._names = request.names
        self._room = prompt.max_tokens * CHARACTERS_A_TOKEN + SPARE_CHARACTERS
        self._thinking = Thinking()
        self._worded = WordedCalls() if prompt.tools and not manner.native_tools and prompt.schema is None else None
        self._citations = Citations(request.blocks)
        self._object: list[str] | None = None if prompt.schema is None else []
        self._calls = Calls()
        self._refused = False
        self._something = False

    def feed(self, event: Mapping[str, Any]) -> list[Piece]:
        if event.get("error"):
            raise faults.within(event["error"])
        self._count(event.get("usage"))
        choices = event.get("choices", [] if "usage" in event else None)
        if not isinstance(choices, list):
            raise faults.within(event) if event.get("object") == "error" else garbage("an event that is no completion")
        pieces: list[Piece] = []
        for each in cast("list[object]", choices):
            choice = as_object(each)
            if choice is None:
                raise garbage("a choice that is no object")
            if choice.get("index") in (0, None) and not self.over:
                pieces += self._chosen(choice)
        return pieces

    def end(self, *, done: bool) -> list[Piece]:
        """The last pieces. `done`: the server said that it had finished. Raises `ProviderFailed` for half an answer."""
        if self.finish is None and not (done and self._something):
            raise ProviderFailed("The model server's answer was cut off.", fault=Fault.CUT)
        finish = Finish.REFUSED if self._refused else (self.finish or Finish.END)
        pieces: list[Piece] = []
        if finish is not Finish.REFUSED:
            pieces += self._shown(self._thinking.end()) + self._rest(finish)
        if finish is Finish.END:
            calls = self._called()
            pieces += calls
            finish = Finish.CALLS if calls else finish
        return [*pieces, Finished(finish=finish, model=self._model, usage=self.usage)]

    def _chosen(self, choice: Mapping[str, Any]) -> list[Piece]:
        delta = as_object(choice.get("delta") or {})
        if delta is None:
            raise garbage("a delta that is no object")
        self._refused = self._refused or bool(delta.get("refusal"))
        pieces = self._said(_plain(delta.get("content")))
        self._call(delta)
        reason = choice.get("finish_reason")
        if reason and isinstance(reason, str):
            if reason in _BROKEN:
                raise ProviderFailed("The model server broke off.", fault=Fault.CUT)
            self.finish = self.finish or _FINISHES.get(reason, Finish.END)
        return pieces

    def _said(self, text: str) -> list[Piece]:
        if not text or self._refused:
            return []
        self._something = True
        if len(text) > self._room:
            text, self.over, self.finish = text[: self._room], True, Finish.MAX_TOKENS
        self._room -= len(text)
        return self._shown(self._thinking.feed(clean(text)))

    def _shown(self, text: str) -> list[Piece]:
        if self._object is not None:
            self._object.append(text)
            return []
        shown = text if self._worded is None else self._worded.feed(text)
        return list(self._citations.feed(shown)) if shown else []

    def _rest(self, finish: Finish) -> list[Piece]:
        """What was held, or the one object that was asked for."""
        if self._object is None:
            held = "" if self._worded is None else self._worded.end()
            return [*self._citations.feed(held), *self._citations.end()]
        try:
            return [Text(text=first("".join(self._object)))]
        except NoObject:
            if finish is Finish.MAX_TOKENS:
                return []
            raise garbage("no JSON object, although one was asked for") from None

    def _call(self, delta: Mapping[str, Any]) -> None:
        given: object = delta.get("tool_calls") or []
        older = delta.get("function_call")
        entries: list[object] = [*cast("list[object]", given)] if isinstance(given, list) else [given]
        for each in [*entries, *([{"function": older}] if older else [])]:
            entry = as_object(each)
            if entry is None:
                raise garbage("a call that is no object")
            self._something = True
            try:
                self._calls.feed(entry)
            except NoObject:
                raise garbage("calls that never end") from None

    def _called(self) -> Sequence[Piece]:
        worded = self._worded
        try:
            return read([*self._calls.calls(), *(worded.calls() if worded is not None else [])], self._names)
        except NoObject:
            raise garbage("a call of a tool that can't be read") from None

    def _count(self, given: object) -> None:
        counted = as_object(given)
        if counted is None:
            return
        details = as_object(counted.get("prompt_tokens_details")) or {}
        prompt = _tokens(counted.get("prompt_tokens"))
        cached = min(_tokens(details.get("cached_tokens")), prompt)
        self.usage = Usage(input=prompt - cached, output=_tokens(counted.get("completion_tokens")), cached=cached)


def _plain(content: object) -> str:
    """Text, also where a server sends it in parts; thoughts among them are left out."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [as_object(part) or {} for part in cast("list[object]", content)]
        return "".join(text for part in parts if part.get("type") == "text" and isinstance(text := part.get("text"), str))
    raise garbage("content that is no text")


def _tokens(given: object) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**31 else 0
