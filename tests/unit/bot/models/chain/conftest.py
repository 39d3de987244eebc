"""A chain's surroundings: a clock that is moved, a database in memory, and a model that says a provider's text as it comes."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.models.chain.breaker import Breaker
from bot.models.chain.budget import Budget, Limits, WhenSpent
from bot.models.chain.guarded import Guarded, Guards
from bot.models.chain.prices import Price, Prices
from bot.models.chain.retries import RetryBudget, Waits
from bot.models.chain.spending import Spending
from bot.models.chain.timing import closing
from bot.models.provider import Finish, Finished, FromUser, Prompt, Provider, Role, Text, Words
from core.clock import FixedClock
from core.conversation import Sentence
from core.database import Database
from core.language import (
    Act,
    ConverseRequest,
    Ended,
    FactDraft,
    PhraseRequest,
    RevenueSignal,
    Said,
    Stop,
    ToolCall,
    TriageSignal,
    Understanding,
    UnderstandRequest,
    Uttered,
)
from tests.fakes.clock import NOON

TENANT = "halcyon"
STOPS = {Finish.CALLS: Stop.CALLS, Finish.MAX_TOKENS: Stop.CUT, Finish.REFUSED: Stop.REFUSED}
PRICES = Prices(table={"large": Price(input=3.0, output=15.0, cached=0.3, written=3.75), "little": Price(input=0.3, output=1.5)})
LARGE = dict.fromkeys(Role, "large")
LITTLE = dict.fromkeys(Role, "little")


def prompt(text: str = "How long does a refund take?", *, operation: str = "converse", max_tokens: int = 100) -> Prompt:
    message = FromUser(parts=(Words(text=text),))
    return Prompt(role=Role.DIALOGUE, operation=operation, system="s" * 40, messages=(message,), max_tokens=max_tokens)


def understanding(model: str, **changes: object) -> Understanding:
    plain = Understanding(
        act=Act.OTHER,
        act_confidence=0.9,
        asked=(),
        out_of_scope=0.9,
        language="en",
        revenue=RevenueSignal(label="none", confidence=0.9),
        triage=TriageSignal(reason="none", confidence=0.9),
        mood=0.0,
        model=model,
    )
    return replace(plain, **changes)


@dataclass
class Ticks:
    """A monotonic clock, and a sleep that moves it."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list[float])

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Thin:
    """Says each text of a provider as a sentence. Keeps the requests for a round."""

    fluent = True

    def __init__(self, provider: Provider, *, timeout_s: float = 5.0) -> None:
        self.name = provider.name
        self.requests: list[ConverseRequest] = []
        self._provider = provider
        self._timeout_s = timeout_s

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        self.requests.append(request)
        async with closing(self._provider.stream(prompt(), timeout_s=self._timeout_s)) as pieces:
            async for piece in pieces:
                match piece:
                    case Text():
                        yield Sentence(text=piece.text)
                    case ToolCall():
                        yield piece
                    case Finished():
                        yield Ended(stop=STOPS.get(piece.finish, Stop.END), model=piece.model)

    async def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        async for piece in self._provider.stream(prompt(operation="phrase"), timeout_s=self._timeout_s):
            if isinstance(piece, Text):
                yield Sentence(text=piece.text)

    async def understand(self, request: UnderstandRequest) -> Understanding:
        await self._text("understand")
        return understanding(self.name)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return (await self._text("translate")).split("|")

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        await self._text("distil")
        return []

    async def summarise(self, said: Sequence[Said]) -> str:
        return await self._text("summarise")

    async def _text(self, operation: str) -> str:
        pieces = self._provider.stream(prompt(operation=operation), timeout_s=self._timeout_s)
        return "".join([piece.text async for piece in pieces if isinstance(piece, Text)])


@dataclass
class Surroundings:
    """What guards share."""

    database: Database
    clock: FixedClock
    ticks: Ticks
    spending: Spending
    retries: RetryBudget

    def budget(self, limits: Limits, when_spent: WhenSpent = "embedded") -> Budget:
        return Budget(spending=self.spending, limits=limits, when_spent=when_spent)

    def guarded(
        self,
        provider: Provider,
        *,
        budget: Budget | None = None,
        breaker: Breaker | None = None,
        clock: Callable[[], float] | None = None,
        small: bool = False,
    ) -> Guarded:
        guards = Guards(
            breaker=breaker or Breaker(clock=self.ticks),
            retries=self.retries,
            spending=self.spending,
            prices=PRICES,
            budget=budget,
            waits=Waits(chance=lambda: 1.0),
            clock=clock or self.ticks,
            sleep=self.ticks.sleep,
        )
        return Guarded(provider, guards, small=small)


@pytest.fixture
async def around() -> AsyncIterator[Surroundings]:
    database, clock, ticks = Database.open("sqlite://"), FixedClock(NOON), Ticks()
    database.create_all()
    spending = Spending(database=database, clock=clock, tenant=TENANT, monotonic=ticks)
    yield Surroundings(database, clock, ticks, spending, RetryBudget(clock=ticks))
    await spending.close()
    await database.close()
