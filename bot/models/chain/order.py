"""Which model is asked next: down the chain, and by other rules when money is spent or a model refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.models.chain.budget import WhenSpent
from bot.models.provider import Fault
from core.errors import Unavailable
from core.language import LanguageModel

BUDGET = "budget"


class Gate(Protocol):
    """What lets calls to a provider through: `bot.models.chain.guarded.Guarded` in the house."""

    @property
    def ready(self) -> bool: ...

    @property
    def affordable(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Link:
    """One model of a chain. `gate` is its provider's, if it needs one; `small` goes on when money is short."""

    model: LanguageModel
    gate: Gate | None = None
    small: "Link | None" = None

    @property
    def ready(self) -> bool:
        return self.gate is None or self.gate.ready

    @property
    def affordable(self) -> bool:
        return self.gate is None or self.gate.affordable


class Order:
    """The models that are left to be asked in one operation, and why the earlier ones gave nothing.

    Spent: with `small` the small models go on, from that link down the chain, then those that aren't fluent; with `embedded` only
    these; with `person` nobody, where the customer would be answered (`speaks`). Refused: no other fluent model is asked.
    """

    def __init__(self, links: Sequence[Link], when_spent: WhenSpent, *, speaks: bool) -> None:
        self._left = list(links)
        self._when_spent = when_spent
        self._speaks = speaks
        self._small = False
        self._spent: Unavailable | None = None
        self._last: Unavailable | None = None

    @property
    def more(self) -> bool:
        return bool(self._left)

    def take(self) -> Link | None:
        """The next to ask; None when there is none."""
        return self._left.pop(0) if self._left else None

    def fell(self, link: Link, failed: Unavailable) -> None:
        """Notes why a model gave nothing, and changes the order if that calls for it."""
        self._last = failed
        if failed.data.get("fault") == Fault.SPENT.value:
            self._spent = failed
            self._degrade(link)
        elif failed.data.get("fault") == Fault.REFUSED.value:
            self._left = self._quoting()

    def ending(self) -> Unavailable:
        """What to raise when nobody is left."""
        if self._spent is not None:
            return Unavailable(self._spent.message, reason=BUDGET, fault=Fault.SPENT.value)
        return self._last or Unavailable("No language model is set up: name one in models.chain in config.toml.")

    def _degrade(self, link: Link) -> None:
        if self._small:
            return
        if self._when_spent == "person" and self._speaks:
            self._left = []
            return
        smaller = [each.small for each in (link, *self._left) if each.small is not None]
        self._small = self._when_spent == "small"
        self._left = [*(smaller if self._small else ()), *self._quoting()]

    def _quoting(self) -> list[Link]:
        return [each for each in self._left if not each.model.fluent]


def any_fluent(links: Sequence[Link], when_spent: WhenSpent) -> bool:
    """Whether a fluent model would be asked now."""
    for place, link in enumerate(links):
        if not link.model.fluent or not link.ready:
            continue
        if link.affordable:
            return True
        smaller = [each.small for each in links[place:] if each.small is not None]
        return when_spent == "small" and any(each.ready and each.affordable for each in smaller)
    return False
