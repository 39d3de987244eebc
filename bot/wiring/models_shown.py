"""The language models as an operator sees them: how the chain stands now, what is left to spend, and short test requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import rooms as front
from bot.install.model_checks import unpriced
from bot.models.provider import Provider, Role
from bot.wiring.models import Language, Reached, adapter_of, roles_of
from core.config import Config
from core.model_sections import EMBEDDED, ProviderSection

MICROS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ShownModels:
    """`bot.rooms.Models` over the models that were put together."""

    language: Language
    config: Config

    @property
    def embedded(self) -> str:
        return self.language.embedded.name

    async def chain(self) -> Sequence[front.ModelLine]:
        await self._spent()
        reached = {each.name: each for each in self.language.reached}
        return [self._embedded() if name == EMBEDDED else _line(reached[name]) for name in self.language.order]

    async def allowance(self) -> front.Allowance:
        budget = self.config.models.budget
        return front.Allowance(
            spent_today=await self._spent(),
            day=_micros(budget.tenant_day_usd),
            conversation=_micros(budget.conversation_usd),
            turn=_micros(budget.turn_usd),
            when_spent=budget.when_spent,
        )

    async def _spent(self) -> int:
        """What was spent today, read anew when what is known is old."""
        spending = self.language.spending
        if spending is None:
            return 0
        keys = list(spending.keys(None).values())
        await spending.prepare(keys)
        return sum(spending.spent(key) for key in keys)

    def _embedded(self) -> front.ModelLine:
        name = self.embedded
        return front.ModelLine(name=EMBEDDED, provider=name, models={"dialogue": name}, embedded=True)


def models_shown(config: Config, language: Language) -> ShownModels | None:
    """What the console shows; None where the embedded model answers alone."""
    return ShownModels(language=language, config=config) if language.reached else None


def asking_only(name: str, section: ProviderSection, model: str) -> Provider:
    """A provider for a short test request, without guards. Raises `BadInput` when its key is missing."""
    return adapter_of(name, section, dict.fromkeys(Role, model))


def _line(reached: Reached) -> front.ModelLine:
    section, large = reached.section, reached.guards[0]
    return front.ModelLine(
        name=reached.name,
        provider=reached.name,
        models={role.value: model for role, model in roles_of(section).items()},
        small=section.small or "",
        trusted=section.trusted,
        ready=large.ready,
        rests_s=reached.breaker.rests_for(),
        affordable=large.affordable,
        unpriced=tuple(unpriced(section)),
    )


def _micros(usd: float | None) -> int | None:
    return None if usd is None else round(usd * MICROS)
