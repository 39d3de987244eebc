"""Plays a script in a fresh world and gives back its output line."""

import asyncio
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from bot.ask.script import Decided, Pressed, Said, Script
from bot.ask.world import World
from core.conversation import Reply
from core.errors import RapportError
from core.language import IntentSpec, LanguageModel, Understanding, UnderstandRequest

CODE = re.compile(r"\{code\}")

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Mind:
    """What understands: a model, and the intents that there are."""

    model: LanguageModel
    intents: Sequence[IntentSpec]
    many: Callable[[Sequence[UnderstandRequest]], Sequence[Understanding]] | None = None

    async def understand(self, requests: Sequence[UnderstandRequest]) -> Sequence[Understanding]:
        """Understands all of them, in one go where the model can."""
        if self.many is not None:
            return await asyncio.to_thread(self.many, requests)
        return [await self.model.understand(request) for request in requests]


class Worlds(Protocol):
    """Makes a fresh world for each script; what is heavy is loaded once and shared."""

    @property
    def mind(self) -> Mind:
        """What understands in every world."""
        ...

    async def make(self, script: Script) -> World:
        """Raises `BadInput` for an account or contact that doesn't exist."""
        ...


async def play(worlds: Worlds, script: Script) -> Line:
    """One line of output: a reply for each customer turn that is not history."""
    began = time.perf_counter()
    world = await worlds.make(script)
    replies: list[Line] = []
    try:
        for turn in script.turns:
            reply = await _turn(world, turn)
            if reply is not None:
                replies.append(shown(reply))
    finally:
        await world.close()
    return {"id": script.id, "replies": replies, "duration_ms": round((time.perf_counter() - began) * 1000, 1)}


async def _turn(world: World, turn: Said | Pressed | Decided) -> Reply | None:
    match turn:
        case Decided(role=role, approve=approve):
            await _decide(world, role, approve)
        case Pressed(confirm=confirm):
            return await world.press(confirm)
        case Said(role="customer", history=False, text=text):
            code = await world.last_code()
            return await world.say(CODE.sub(code, text))
        case Said(role="agent", text=text):
            await world.agent_says(text)
        case Said(role=role, text=text):
            await world.recount(role, text)
    return None


async def _decide(world: World, role: str, approve: bool) -> None:
    """A decision that can't be made (no approval open, or not for this role) is reported, and the script goes on."""
    try:
        await world.decide(role, approve)
    except RapportError as error:
        sys.stderr.write(f"rapport ask: {error.message}\n")


def shown(reply: Reply) -> Line:
    """A reply as scripts see it."""
    text = [reply.text] if reply.text else []
    if reply.card is not None:
        rows = "; ".join(f"{label}: {value}" for label, value in reply.card.rows)
        text.append(f"{reply.card.title}: {rows}. {reply.card.rule}".strip())
    if reply.handoff is not None and reply.handoff.message and not reply.silent:
        text.append(reply.handoff.message)
    return {
        "text": " ".join(text),
        "citations": [asdict(citation) for sentence in reply.sentences for citation in sentence.citations],
        "intent": reply.intent,
        "confidence": reply.confidence,
        "revenue_intent": dict(reply.revenue),
        "actions": [_action(asdict(action)) for action in reply.actions],
        "offer": asdict(reply.offer) if reply.offer else None,
        "handoff": asdict(reply.handoff) if reply.handoff else None,
    }


def _action(action: Mapping[str, Any]) -> Line:
    return {**action, "arguments": dict(action["arguments"]), "reasons": list(action["reasons"])}
