"""Plays a dialogue with one model and one choice of wordings, and keeps what was said."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.ask.play import CODE, shown
from core.conversation import Reply
from core.errors import RapportError
from core.language import LanguageModel
from tests.conformance.dialogue import Dialogue, Means, Step
from tests.conformance.judging import Seen, problems
from tests.conformance.stage import Stage, Theatre, skills_of


class Cast(Protocol):
    """A model that takes part: `kind` is embedded, scripted or real. It may be told what lines mean, and may go down."""

    name: str
    kind: str

    @property
    def model(self) -> LanguageModel: ...

    def begins(self, rng: random.Random) -> None:
        """A new dialogue; everything works."""
        ...

    def told(self, text: str, means: Means) -> None:
        """What the customer's next line means."""
        ...

    def goes_down(self, *, down: bool) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Played:
    """How it went: nothing in `problems` when as it has to."""

    dialogue: Dialogue
    model: str
    run: int
    problems: tuple[str, ...]
    transcript: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.problems


@dataclass(kw_only=True)
class Playing:
    """One performance."""

    stage: Stage
    cast: Cast
    rng: random.Random
    wrong: list[str] = field(default_factory=list[str])
    told: list[str] = field(default_factory=list[str])

    async def step(self, place: int, step: Step) -> None:
        reply: Reply | None = None
        if step.customer:
            reply = await self._line(step)
        elif step.press is not None:
            self.told.append(f"[customer presses {'confirm' if step.press else 'cancel'}]")
            reply = await self.stage.world.press(step.press)
        else:
            self.wrong += [f"step {place}: {each}" for each in await self._happens(step)]
        seen = await self._seen(reply)
        self.wrong += [f"step {place}: {each}" for each in problems(step.expected, seen)]
        self._tell(seen)

    async def _line(self, step: Step) -> Reply:
        text = CODE.sub(await self.stage.world.last_code(), self.rng.choice(step.customer))
        self.told.append(f"customer: {text}")
        self.cast.told(text, step.means)
        return await self.stage.world.say(text)

    async def _happens(self, step: Step) -> Sequence[str]:
        """What others do: an agent, or fate."""
        if step.agent:
            self.told.append(f"[agent {step.agent}]")
            wrong = await self.stage.deed(step.agent)
            return [wrong] if wrong else []
        self.told.append(f"[{step.fault} {step.kind}]" if step.fault else "[all works again]")
        if step.mend:
            self.cast.goes_down(down=False)
            self.stage.mend()
        elif step.fault == "model":
            self.cast.goes_down(down=True)
        else:
            self.stage.break_down(step.fault, step.kind)
        return []

    async def _seen(self, reply: Reply | None) -> Seen:
        return Seen(
            reply=reply,
            state=await self.stage.state(),
            packet=await self.stage.packet(),
            happened=await self.stage.happened(),
        )

    def _tell(self, seen: Seen) -> None:
        if seen.reply is not None:
            text = str(shown(seen.reply)["text"])
            self.told.append(f"bot: {text or '(nothing)'}")
            self.told.append(f"   [{_noted(seen, seen.reply)}]")


async def play(theatre: Theatre, dialogue: Dialogue, cast: Cast, *, run: int, seed: int = 0) -> Played:
    """Plays it. What breaks in between is a problem like any other."""
    rng = random.Random(f"{seed}:{run}:{dialogue.name}")
    cast.begins(rng)
    stage = await theatre.stage(dialogue, cast.model)
    playing = Playing(stage=stage, cast=cast, rng=rng)
    try:
        for place, step in enumerate(dialogue.steps, 1):
            await playing.step(place, step)
        playing.wrong += await _in_the_end(dialogue, stage)
    except (RapportError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as error:
        playing.wrong.append(f"it broke: {type(error).__name__}: {error}")
    finally:
        cast.goes_down(down=False)
        await stage.world.close()
    return Played(dialogue=dialogue, model=cast.name, run=run, problems=tuple(playing.wrong), transcript=tuple(playing.told))


async def _in_the_end(dialogue: Dialogue, stage: Stage) -> list[str]:
    """Compares the company's books with what may have changed."""
    wrong: list[str] = []
    wanted = Counter(dialogue.effects)
    if stage.before != wanted:
        wrong.append(f"in the end it did {', '.join(skills_of(stage.before)) or 'nothing'}, not {', '.join(dialogue.effects)}")
    if dialogue.after:
        found = await stage.subscription()
        wrong += [
            f"{name} is {found[name]!r} in the end, not {value!r}"
            for name, value in dialogue.after.items()
            if found[name] != value
        ]
    return wrong


def _noted(seen: Seen, reply: Reply) -> str:
    top = seen.state.top
    parts = [f"{reply.intent} {reply.confidence:.2f}"]
    if top is not None:
        parts.append(f"{top.skill} asks {top.asking}" if top.asking else f"{top.skill} {top.phase.value}")
    parts += [f"{each.skill}: {each.outcome}" for each in reply.actions]
    if reply.handoff:
        parts.append(f"handed over: {reply.handoff.reason}")
    return "; ".join(parts)
