"""Asks a provider and makes sure of an end: a pause is gone on from, a missing end is a failure, JSON is read strictly."""

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from bot.models.provider import (
    Fault,
    Finish,
    Finished,
    FromModel,
    FromUser,
    Piece,
    Prompt,
    Provider,
    ProviderFailed,
    Text,
    Words,
)
from core.language import ToolCall

MOST_CHARACTERS = 60_000
GO_ON = "Go on exactly where you stopped."

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A whole answer, and by which model."""

    text: str
    model: str


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Calls one provider, giving each call `timeout_s`. Raises `ProviderFailed` and nothing else."""

    provider: Provider
    timeout_s: float

    async def pieces(self, prompt: Prompt) -> AsyncGenerator[Piece]:
        """The pieces, `Finished` once and last. A model that pauses is asked to go on, once."""
        said: list[str] = []
        calls: list[ToolCall] = []
        for again in (True, False):
            async with aclosing(self._once(_going_on(prompt, said, calls))) as stream:
                async for piece in stream:
                    if isinstance(piece, Finished) and piece.finish is Finish.PAUSED and again and not calls:
                        break
                    if isinstance(piece, Text):
                        said.append(piece.text)
                    elif isinstance(piece, ToolCall):
                        calls.append(piece)
                    yield piece
                    if isinstance(piece, Finished):
                        return

    async def whole(self, prompts: Sequence[Prompt]) -> Answer:
        """All text of the first prompt that fits; the later ones ask for the same with less in them."""
        for number, prompt in enumerate(prompts, 1):
            try:
                return await self._whole(prompt)
            except ProviderFailed as failed:
                if failed.fault is not Fault.CONTEXT_FULL or number == len(prompts):
                    raise
        raise ProviderFailed(f"{self.provider.name} was asked nothing.", fault=Fault.REJECTED)

    async def json(self, prompts: Sequence[Prompt]) -> tuple[Mapping[str, object], str]:
        """The one JSON object of the answer, and the model's name."""
        answer = await self.whole(prompts)
        fenced = _FENCE.match(answer.text)
        try:
            value: object = json.loads(fenced[1] if fenced else answer.text, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise garbage(self.provider.name) from None
        if not isinstance(value, dict):
            raise garbage(self.provider.name)
        return cast("Mapping[str, object]", value), answer.model

    async def _whole(self, prompt: Prompt) -> Answer:
        parts: list[str] = []
        async with aclosing(self.pieces(prompt)) as stream:
            async for piece in stream:
                if isinstance(piece, Finished):
                    return self._answer("".join(parts), piece, prompt)
                if isinstance(piece, Text):
                    parts.append(piece.text)
                if sum(map(len, parts)) > MOST_CHARACTERS:
                    raise garbage(self.provider.name)
        raise self._broken_off()

    def _answer(self, text: str, end: Finished, prompt: Prompt) -> Answer:
        if end.finish is Finish.REFUSED:
            raise ProviderFailed(f"{self.provider.name} refuses to answer this.", fault=Fault.REFUSED)
        if end.finish is Finish.CONTEXT_FULL:
            raise self._full()
        if end.finish is Finish.MAX_TOKENS and prompt.schema is not None:
            raise garbage(self.provider.name)
        return Answer(text=text, model=end.model)

    async def _once(self, prompt: Prompt) -> AsyncGenerator[Piece]:
        stream = self.provider.stream(prompt, timeout_s=self.timeout_s)
        begun = False
        try:
            async for piece in stream:
                if isinstance(piece, Finished) and piece.finish is Finish.CONTEXT_FULL and not begun:
                    raise self._full()
                begun = True
                yield piece
                if isinstance(piece, Finished):
                    return
            raise self._broken_off()
        finally:
            if isinstance(stream, AsyncGenerator):
                await cast("AsyncGenerator[Piece]", stream).aclose()

    def _full(self) -> ProviderFailed:
        name = self.provider.name
        return ProviderFailed(f"The conversation is longer than the model of {name} takes.", fault=Fault.CONTEXT_FULL)

    def _broken_off(self) -> ProviderFailed:
        return ProviderFailed(f"{self.provider.name} broke off without an end.", fault=Fault.CUT)


def garbage(name: str) -> ProviderFailed:
    """What to raise when an answer isn't what was asked for."""
    return ProviderFailed(f"{name} answered with something other than was asked for.", fault=Fault.GARBAGE)


def _going_on(prompt: Prompt, said: Sequence[str], calls: Sequence[ToolCall]) -> Prompt:
    """The prompt with what was said of the answer so far."""
    text = "".join(said)
    if not text.strip() or calls:
        return prompt
    return replace(prompt, messages=(*prompt.messages, FromModel(text=text), FromUser(parts=(Words(text=GO_ON),))))


def _no_number(constant: str) -> float:
    raise ValueError(constant)
