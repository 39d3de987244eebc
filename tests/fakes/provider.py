"""A provider of language models made of scripts: each call plays the next one, piece by piece, and its prompt is kept."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import Any

from bot.models.provider import Fault, Finish, Finished, Piece, Prompt, ProviderFailed, Role, Text, Usage
from core.language import ToolCall

Step = str | Piece | ProviderFailed | float | asyncio.Event
"""Text in short, a piece, a failure to raise, a wait in seconds, an event to wait for."""

Script = Sequence[Step]

MODELS: Mapping[Role, str] = {role: f"scripted-{role.value}" for role in Role}
USAGE = Usage(input=100, output=20)


class ScriptedProvider:
    """Plays `scripts` in order, one a call; a callable instead is asked for the script of every prompt.

    A script without `Finished` ends as a model would: with `CALLS` after calls, else with `END`. Without a script left it raises
    `AssertionError`, which no code under test swallows.
    """

    def __init__(
        self,
        scripts: Sequence[Script] | Callable[[Prompt], Script],
        *,
        name: str = "scripted",
        trusted: bool = False,
        models: Mapping[Role, str] = MODELS,
    ) -> None:
        self.name = name
        self.trusted = trusted
        self.prompts: list[Prompt] = []
        self.timeouts: list[float] = []
        self.running = 0
        self.closed = False
        self._scripts = scripts
        self._models = models

    def model(self, role: Role) -> str:
        return self._models[role]

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        until = time.monotonic() + timeout_s
        script = self._script(prompt)
        self.prompts.append(prompt)
        self.timeouts.append(timeout_s)
        self.running += 1
        finish = Finish.END
        try:
            for step in script:
                piece = await _played(step, until)
                if isinstance(piece, ToolCall):
                    finish = Finish.CALLS
                if piece is not None:
                    yield piece
                if isinstance(piece, Finished):
                    return
            yield Finished(finish=finish, model=self.model(prompt.role), usage=USAGE)
        finally:
            self.running -= 1

    async def close(self) -> None:
        self.closed = True

    def _script(self, prompt: Prompt) -> Script:
        if callable(self._scripts):
            return self._scripts(prompt)
        if len(self.prompts) >= len(self._scripts):
            raise AssertionError(f"{self.name} has {len(self._scripts)} scripts and is called once more, for {prompt.operation}")
        return self._scripts[len(self.prompts)]


async def _played(step: Step, until: float) -> Piece | None:
    if isinstance(step, ProviderFailed):
        raise step
    if isinstance(step, float | int):
        await _within(asyncio.sleep(step), until)
        return None
    if isinstance(step, asyncio.Event):
        await _within(step.wait(), until)
        return None
    return Text(text=step) if isinstance(step, str) else step


async def _within(waiting: Coroutine[Any, Any, object], until: float) -> None:
    try:
        await asyncio.wait_for(waiting, max(0.0, until - time.monotonic()))
    except TimeoutError:
        raise ProviderFailed("The script takes longer than the call may.", fault=Fault.TIMEOUT) from None
