"""Has a provider fail in every way behind a real server, and judges what the customer gets each time."""

import asyncio
import re
import tomllib
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.models_faults import FAULTS, LIES, Fault
from tests.benchmarks.models_house import Models, Server, Turn, Wanted, quiet, serving
from tests.benchmarks.models_reading import table
from tests.benchmarks.report import ROOT

NEXT = "How long is a password reset link valid?"
DEADLINE_S = 20.0
SLACK_S = 6.0
REST_S = 40.0
MOST_GROWN_MB = 250.0
CHAINS: Mapping[str, tuple[str, ...]] = {"alone": ("lone", "embedded"), "with another": ("first", "second", "embedded")}
HELD_LONG = ("status 429, retry in an hour",)


def wordings() -> re.Pattern[str]:
    """All approved wording, with anything where it is filled in."""
    texts: list[str] = []
    for file in ("bot/dialogue/wording.toml", "handoff/wording.toml"):
        path = ROOT / file
        if path.exists():
            texts += _texts(tomllib.loads(path.read_text(encoding="utf-8")))
    return re.compile("|".join(re.sub(r"\\\{[^}]*\\\}", ".*", re.escape(text)) for text in texts), re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one turn while a provider failed. `answered` says who: the failing provider, the other one, or which words."""

    fault: Fault
    place: str
    chain: str
    kind: str
    seconds: float
    answered: str
    calls: int
    problems: tuple[str, ...]
    shown: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Trial:
    """One server whose first provider fails."""

    server: Server
    models: Models
    chain: str
    kind: str
    wordings: re.Pattern[str] = field(default_factory=wordings)
    resident_mb: float = 0.0
    read: int = 0

    @property
    def bad(self) -> str:
        return CHAINS[self.chain][0]

    async def settle(self) -> None:
        """Waits until what the server learns at its start is learned, and has every provider answer once."""
        await quiet(self.models)
        customer = await self.server.customer()
        await customer.says(NEXT, within_s=60.0)
        await customer.leave()
        self.resident_mb = self.server.resident_mb
        self.read = len(self.server.logged)

    async def tried(self, fault: Fault, place: str) -> Outcome:
        """One turn with the fault, and one after it in the same conversation, without."""
        await self.models.behave(self.bad, fault=fault.name, place=place)
        first = len(await self.models.log())
        customer = await self.server.customer()
        try:
            turn = await customer.says(fault.question, within_s=DEADLINE_S + 2 * SLACK_S)
            calls = [call for call in (await self.models.log())[first:] if call["provider"] in CHAINS[self.chain]]
            await self.models.behave(self.bad)
            problems = [*self._wrong(fault, turn, calls), *self._server_wrong()]
            after = await customer.says(NEXT, within_s=DEADLINE_S + 2 * SLACK_S)
            problems += [f"afterwards: {each}" for each in _silent(after)]
        finally:
            await customer.leave()
        return Outcome(
            fault=fault,
            place=place,
            chain=self.chain,
            kind=self.kind,
            seconds=turn.ended_at - turn.sent_at,
            answered=self._who(turn, calls),
            calls=sum(call["provider"] == self.bad for call in calls),
            problems=tuple(problems),
            shown=tuple(turn.texts),
        )

    async def ready(self) -> bool:
        """Whether the provider is asked again; waits for the end of its rest."""
        for _ in range(int(REST_S // 4)):
            first = len(await self.models.log())
            customer = await self.server.customer()
            await customer.says(NEXT, within_s=DEADLINE_S)
            await customer.leave()
            if any(call["provider"] == self.bad for call in (await self.models.log())[first:]):
                return True
            await asyncio.sleep(4.0)
        return False

    def _wrong(self, fault: Fault, turn: Turn, calls: Sequence[Mapping[str, Any]]) -> list[str]:
        problems = _silent(turn)
        if turn.ended_at - turn.sent_at > DEADLINE_S + SLACK_S:
            problems.append(f"took {turn.ended_at - turn.sent_at:.1f} s")
        plain = [" ".join(re.findall(r"\w+", text.lower())) for text in turn.texts]
        problems += [f"shown twice: {text}" for text in sorted({text for text in plain if plain.count(text) > 1})]
        said = "\n".join(turn.texts).lower()
        problems += [f"false: {lie}" for lie in (*fault.lies, *LIES) if lie.lower() in said]
        problems += [f"stands on nothing: {text[:80]}" for text in turn.uncited if not self.wordings.fullmatch(text)]
        problems += ["a card unasked"] if turn.card else []
        if fault.well and self._who(turn, calls) != self.bad:
            problems.append("a good answer was not used")
        return problems

    def _server_wrong(self) -> list[str]:
        problems = ["the server ended"] if self.server.process.poll() is not None else []
        if problems:
            return problems
        logged, self.read = self.server.logged[self.read :], len(self.server.logged)
        problems += ["a stack trace in the log"] if "Traceback" in logged or '"level": "error"' in logged else []
        grown = self.server.resident_mb - self.resident_mb
        return [*problems, f"grew by {grown:.0f} MB"] if grown > MOST_GROWN_MB else problems

    def _who(self, turn: Turn, calls: Sequence[Mapping[str, Any]]) -> str:
        """Whose sentences were shown; several names where one went on for another."""
        said: dict[str, list[tuple[float, str]]] = {}
        for call in calls:
            if call["operation"] in ("converse", "phrase"):
                for text, at in call["sentences"]:
                    said.setdefault(text, []).append((at, call["provider"]))
        found = [
            max(each for each in said[text] if each[0] <= at or len(said[text]) == 1)[1]
            for text, at in turn.shown
            if text in said
        ]
        names = [name for name in CHAINS[self.chain] if name in found]
        if not names and turn.shown and len(turn.uncited) < len(turn.shown):
            return "translated" if any(call["operation"] == "translate" for call in calls) else "embedded"
        return " + ".join(names) or ("a person" if turn.handed_over else "wording" if turn.shown else "nobody")


@asynccontextmanager
async def trial(models: Models, chain: str, kind: str) -> AsyncGenerator[Trial]:
    """A server of its own for one chain and one wire."""
    wanted = Wanted(chain=CHAINS[chain], kind=kind, deadline_s=DEADLINE_S, cache_answers=False)
    async with serving(wanted, models.port) as server:
        running = Trial(server=server, models=models, chain=chain, kind=kind)
        await running.settle()
        yield running


async def misbehaving(models: Models, chain: str, kind: str, faults: Iterable[Fault] = FAULTS) -> list[Outcome]:
    """Every fault in every place, one after the other; a provider that is left alone for a while is waited for."""
    outcomes: list[Outcome] = []
    async with trial(models, chain, kind) as running:
        for fault in sorted(faults, key=lambda each: each.name in HELD_LONG):
            for place in fault.places:
                if not await running.ready():
                    raise SystemExit(f"{fault.name}: the provider was never asked again.")
                outcome = await running.tried(fault, place)
                outcomes.append(outcome)
                problems = "; ".join(outcome.problems)
                print(
                    f"{kind:9} {chain:12} {outcome.seconds:5.1f} s  {fault.name} ({place}): {outcome.answered}  {problems}",
                    flush=True,
                )
    return outcomes


def _silent(turn: Turn) -> list[str]:
    problems = [] if turn.ended else ["never ended"]
    return problems if turn.shown or turn.handed_over else [*problems, "nothing was said"]


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for each in table(value).values() for text in _texts(each)]
