"""The language model, put together from the configuration: adapters, masks, guards, fluent models, the chain, cheap first."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.models.cascade import Cascade
from bot.models.chain.breaker import Breaker
from bot.models.chain.budget import Budget, Limits
from bot.models.chain.chain import Chain
from bot.models.chain.counted import Counted
from bot.models.chain.guarded import Guarded, Guards
from bot.models.chain.order import Link
from bot.models.chain.prices import Price, Prices
from bot.models.chain.retries import RetryBudget, Waits
from bot.models.chain.spending import Spending
from bot.models.embedded.lexicon import Lexicon
from bot.models.fluent.model import FluentModel, Settings
from bot.models.fluent.prompts import Prompts
from bot.models.masked import Masked
from bot.models.provider import Provider, Role
from core.clock import WallClock
from core.config import Config, read_secret
from core.database import Database
from core.errors import BadInput
from core.language import LanguageModel
from core.model_sections import EMBEDDED, ProviderSection
from governance.masking import Masking

LONGEST_WAIT_S = 1.0
"""How long a provider that asks for patience is waited for, while another model could answer."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """One provider as it is reached: its guard, with what the page of models shows of it."""

    name: str
    section: ProviderSection
    breaker: Breaker
    guards: tuple[Guarded, ...]
    prices: Prices


@dataclass(frozen=True, kw_only=True)
class Language:
    """The model that everything uses, and what stands behind it. Without a provider it is the embedded one alone."""

    model: LanguageModel
    embedded: LanguageModel
    prompts: Prompts
    lexicon: Lexicon
    spending: Spending | None = None
    budget: Budget | None = None
    masking: Masking | None = None
    reached: tuple[Reached, ...] = ()
    order: tuple[str, ...] = (EMBEDDED,)
    _providers: list[Provider] = field(default_factory=list[Provider])

    async def warm(self) -> None:
        """Loads what the first call would wait for: the SDKs, and what finds personal data."""
        if self.masking is not None:
            await asyncio.to_thread(self.masking.warm)
        for provider in self._providers:
            warm = getattr(provider, "warm", None)
            if warm is not None:
                await warm()

    async def close(self) -> None:
        """Ends the connections and writes what was counted."""
        for provider in self._providers:
            await provider.close()
        if self.spending is not None:
            await self.spending.close()


def language(config: Config, embedded: LanguageModel, database: Database) -> Language:
    """Built; nothing is called yet. Raises `BadInput` when a key is missing."""
    prompts, lexicon = Prompts.load(), Lexicon.load(Path(config.demo.folder) / "lexicon.toml")
    if config.models.chain == (EMBEDDED,):
        return Language(model=embedded, embedded=embedded, prompts=prompts, lexicon=lexicon)
    spending = Spending(database=database, clock=WallClock(), tenant=config.tenant.id)
    budget = _budget(config, spending)
    making = _Making(config=config, prompts=prompts, lexicon=lexicon, spending=spending, budget=budget)
    cheap = Counted(embedded, spending)
    links = [Link(model=cheap) if name == EMBEDDED else making.link(name) for name in config.models.chain]
    chain = Chain(links, when_spent=config.models.budget.when_spent)
    first = config.models.understanding == "cheap_first"
    return Language(
        model=Cascade(cheap=cheap, large=chain) if first else chain,
        embedded=embedded,
        prompts=prompts,
        lexicon=lexicon,
        spending=spending,
        budget=budget,
        masking=making.masking,
        reached=tuple(making.reached),
        order=config.models.chain,
        _providers=making.providers,
    )


def _budget(config: Config, spending: Spending) -> Budget:
    limits = config.models.budget
    return Budget(
        spending=spending,
        limits=Limits.of_usd(day=limits.tenant_day_usd, conversation=limits.conversation_usd, turn=limits.turn_usd),
        when_spent=limits.when_spent,
    )


@dataclass(frozen=True, kw_only=True)
class _Making:
    """Makes links, and remembers what has to be closed."""

    config: Config
    prompts: Prompts
    lexicon: Lexicon
    spending: Spending
    budget: Budget
    masking: Masking = field(default_factory=Masking)
    retries: RetryBudget = field(default_factory=RetryBudget)
    providers: list[Provider] = field(default_factory=list[Provider])
    reached: list[Reached] = field(default_factory=list[Reached])

    def link(self, name: str) -> Link:
        section = self.config.models.providers[name]
        breaker, prices = Breaker(), prices_of(section)
        guards = Guards(
            breaker=breaker,
            retries=self.retries,
            spending=self.spending,
            prices=prices,
            budget=self.budget,
            waits=Waits() if len(self.config.models.chain) == 1 else Waits(longest_s=LONGEST_WAIT_S),
        )
        large = self._guarded(name, section, roles_of(section), guards, small=False)
        small = None
        if section.small is not None:
            small = self._guarded(name, section, dict.fromkeys(Role, section.small), guards, small=True)
        both = (large,) if small is None else (large, small)
        self.reached.append(Reached(name=name, section=section, breaker=breaker, guards=both, prices=prices))
        lesser = Link(model=self._fluent(name, section, small), gate=small) if small is not None else None
        return Link(model=self._fluent(name, section, large), gate=large, small=lesser)

    def _guarded(
        self, name: str, section: ProviderSection, models: Mapping[Role, str], guards: Guards, *, small: bool
    ) -> Guarded:
        adapter = adapter_of(name, section, models)
        self.providers.append(adapter)
        return Guarded(adapter if section.trusted else Masked(adapter, self.masking), guards, small=small)

    def _fluent(self, name: str, section: ProviderSection, provider: Guarded) -> FluentModel:
        settings = Settings(
            company=self.config.tenant.name,
            assistant=self.config.bot.name,
            lexicon=self.lexicon,
            timeout_s=section.timeout_s,
        )
        return FluentModel(name=name, provider=provider, prompts=self.prompts, settings=settings)


def roles_of(section: ProviderSection) -> dict[Role, str]:
    """Which model serves which role."""
    named = {Role.DIALOGUE: section.dialogue, Role.DRAFT: section.draft, Role.DISTIL: section.distil, Role.JUDGE: section.judge}
    return {role: name or section.model for role, name in named.items()}


def prices_of(section: ProviderSection) -> Prices:
    """The price table; what isn't given for cached tokens costs as any other."""
    return Prices(
        table={
            model: Price(input=price.input, output=price.output, cached=price.cached or None, written=price.written or None)
            for model, price in section.prices.items()
        }
    )


def adapter_of(name: str, section: ProviderSection, models: Mapping[Role, str]) -> Provider:
    """The adapter that speaks a provider's language. Raises `BadInput` when Anthropic's key isn't named."""
    key = read_secret(section.api_key_env) if section.api_key_env else None
    if section.kind == "anthropic":
        from bot.models.anthropic.provider import AnthropicProvider

        if key is None:
            raise BadInput(f'models.providers.{name}: name the variable that holds the key: api_key_env = "ANTHROPIC_API_KEY".')
        return AnthropicProvider(
            name=name,
            models=models,
            api_key=key,
            base_url=section.base_url,
            trusted=section.trusted,
            context_tokens=section.context_tokens,
        )
    from bot.models.openai_compatible.provider import OpenAiProvider

    return OpenAiProvider(
        name=name,
        models=models,
        api_key=key,
        base_url=section.base_url,
        trusted=section.trusted,
        native_tools=section.native_tools,
        json_schema=section.json_schema,
        context_tokens=section.context_tokens,
    )
