"""A provider that sees no personal data: it is masked on the way out and put back on the way in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from bot.models.chain.timing import closing
from bot.models.provider import (
    FromModel,
    FromUser,
    Message,
    Part,
    Passage,
    Passages,
    Piece,
    Prompt,
    Provider,
    Result,
    Role,
    Text,
    Words,
)
from core.charging import charge
from core.language import ToolCall
from governance.masking import Mask, Masking


class Masked:
    """Wraps a provider. What is known of the customer comes from the charge; system text and tools hold nothing personal."""

    def __init__(self, provider: Provider, masking: Masking) -> None:
        self._provider = provider
        self._masking = masking
        self.name = provider.name
        self.trusted = provider.trusted

    def model(self, role: Role) -> str:
        return self._provider.model(role)

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        """The provider's pieces, with the placeholders replaced. Text that may end in half a placeholder waits for its rest."""
        present = charge()
        mask = self._masking.start(present.known if present else ())
        masked = await asyncio.to_thread(_prompt, prompt, mask)
        waiting = ""
        async with closing(self._provider.stream(masked, timeout_s=timeout_s)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    waiting += piece.text
                    ready = mask.whole(waiting)
                    if ready or piece.quotes:
                        yield Text(text=mask.unmask(waiting[:ready]), quotes=piece.quotes)
                    waiting = waiting[ready:]
                    continue
                if waiting:
                    yield Text(text=mask.unmask(waiting))
                    waiting = ""
                yield replace(piece, arguments=_restored(piece.arguments, mask)) if isinstance(piece, ToolCall) else piece

    async def close(self) -> None:
        await self._provider.close()


def _prompt(prompt: Prompt, mask: Mask) -> Prompt:
    return replace(prompt, messages=tuple(_message(each, mask) for each in prompt.messages))


def _message(message: Message, mask: Mask) -> Message:
    if isinstance(message, FromUser):
        return FromUser(parts=tuple(_part(each, mask) for each in message.parts))
    calls = tuple(replace(call, arguments=_masked(call.arguments, mask)) for call in message.calls)
    return FromModel(text=mask.mask(message.text), calls=calls)


def _part(part: Part, mask: Mask) -> Part:
    match part:
        case Words(text=text):
            return replace(part, text=mask.mask(text))
        case Passages(passages=passages):
            return Passages(passages=_passages(passages, mask))
        case Result(text=text, passages=passages):
            return replace(part, text=mask.mask(text), passages=_passages(passages, mask))


def _passages(passages: Sequence[Passage], mask: Mask) -> tuple[Passage, ...]:
    return tuple(replace(each, blocks=tuple(mask.mask(block) for block in each.blocks)) for each in passages)


def _masked(arguments: Mapping[str, object], mask: Mask) -> dict[str, object]:
    return {name: _each(value, mask.mask) for name, value in arguments.items()}


def _restored(arguments: Mapping[str, object], mask: Mask) -> dict[str, object]:
    return {name: _each(value, mask.unmask) for name, value in arguments.items()}


def _each(value: object, change: Callable[[str], str]) -> object:
    """Every text within a JSON value, changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, object]", value)
        return {name: _each(each, change) for name, each in inner.items()}
    if isinstance(value, list):
        return [_each(each, change) for each in cast("list[object]", value)]
    return value
