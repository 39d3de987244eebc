"""How much models may cost, looked at before every call; and which model goes on when it is spent."""

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Literal, Self

from bot.models.chain.spending import Key, Scope, Spending
from bot.models.provider import Fault, ProviderFailed
from core.charging import Charge

WhenSpent = Literal["small", "embedded", "person"]
MICROS = 1_000_000
LARGE_SHARE = 0.8
SETTINGS = {Scope.DAY: "tenant_day_usd", Scope.CONVERSATION: "conversation_usd", Scope.TURN: "turn_usd"}
NAMES = {Scope.DAY: "today", Scope.CONVERSATION: "this conversation", Scope.TURN: "this message"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Millionths of a US dollar; None is no limit."""

    day: int | None = None
    conversation: int | None = None
    turn: int | None = None

    @classmethod
    def of_usd(cls, *, day: float | None = None, conversation: float | None = None, turn: float | None = None) -> Self:
        """From dollars, as the configuration gives them."""
        micros = [None if usd is None else round(usd * MICROS) for usd in (day, conversation, turn)]
        return cls(day=micros[0], conversation=micros[1], turn=micros[2])

    def of(self, scope: Scope) -> int | None:
        return {Scope.DAY: self.day, Scope.CONVERSATION: self.conversation, Scope.TURN: self.turn}[scope]

    @property
    def none(self) -> bool:
        return self.day is None and self.conversation is None and self.turn is None


class Reservation:
    """What a call in flight will likely cost, held until `release`, which may be called twice."""

    def __init__(self, budget: "Budget", keys: tuple[Key, ...], micros: int) -> None:
        self._budget = budget
        self._keys = keys
        self._micros = micros

    def release(self) -> None:
        """Gives it back, after the call's true cost was recorded."""
        self._budget.give_back(self._keys, self._micros)
        self._micros = 0


class Budget:
    """Lets a call through while what was spent and what calls in flight will likely cost is under every limit.

    So however many turns run at once, together they go over a limit by one call at most, as far as the likely costs hold. With
    `when_spent` = small the large models get four fifths of each limit, and the small ones the rest. What costs nothing is always
    let through. May be called from any thread.
    """

    def __init__(self, *, spending: Spending, limits: Limits, when_spent: WhenSpent = "embedded") -> None:
        self._spending = spending
        self._limits = limits
        self._held: Counter[Key] = Counter()
        self._lock = threading.Lock()
        self.when_spent: WhenSpent = when_spent

    async def reserve(self, charge: Charge | None, likely: int, *, small: bool = False) -> Reservation:
        """Holds the likely cost of a call. Raises `ProviderFailed` with the fault `SPENT` when there is no money for it."""
        if likely <= 0 or self._limits.none:
            return Reservation(self, (), 0)
        keys = {scope: key for scope, key in self._spending.keys(charge).items() if self._limits.of(scope) is not None}
        await self._spending.prepare(keys.values())
        with self._lock:
            spent = self._first_spent(keys, small=small)
            if spent is None:
                self._held.update(dict.fromkeys(keys.values(), likely))
                return Reservation(self, tuple(keys.values()), likely)
        raise ProviderFailed(self._words(spent), fault=Fault.SPENT)

    def admits(self, charge: Charge | None, *, small: bool = False) -> bool:
        """Whether a call that costs something would be let through now, as far as is known without reading."""
        if self._limits.none:
            return True
        with self._lock:
            return self._first_spent(self._spending.keys(charge), small=small) is None

    def give_back(self, keys: tuple[Key, ...], micros: int) -> None:
        """What a reservation does at its end."""
        if not micros:
            return
        with self._lock:
            for key in keys:
                self._held[key] -= micros
                if self._held[key] <= 0:
                    del self._held[key]

    def _first_spent(self, keys: dict[Scope, Key], *, small: bool) -> Scope | None:
        share = 1.0 if small or self.when_spent != "small" else LARGE_SHARE
        for scope, key in keys.items():
            limit = self._limits.of(scope)
            if limit is not None and self._spending.spent(key) + self._held[key] >= limit * share:
                return scope
        return None

    def _words(self, scope: Scope) -> str:
        limit = (self._limits.of(scope) or 0) / MICROS
        until = " or wait until midnight UTC" if scope is Scope.DAY else ""
        return (
            f"The budget of ${limit:,.2f} for language models is used up for {NAMES[scope]}: "
            f"raise models.budget.{SETTINGS[scope]} in config.toml{until}."
        )
