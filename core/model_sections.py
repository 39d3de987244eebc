"""The tables of config.toml that say which models work, for how long and for how much money; keys come from the environment."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from core.channel_sections import Count, EnvironmentName, Identifier, Listed, Section

EMBEDDED = "embedded"
Money = Annotated[float, Field(ge=0.0)]
Seconds = Annotated[float, Field(gt=0.0)]


class PriceSection(Section):
    """What a model costs, in US dollars for a million tokens."""

    input: Money
    output: Money
    cached: Money = 0.0
    written: Money = 0.0


class ProviderSection(Section):
    """One provider. `model` serves every role that names none of its own; `small` is what it degrades to when money runs short.

    `dialogue` answers customers and translates, `draft` writes for agents, `distil` learns and sums up, `judge` says what a
    message asks for and whether a person is needed.

    `trusted` says that personal data may be sent to it as it is; for every other it is masked.
    """

    kind: Literal["anthropic", "openai"]
    model: str
    dialogue: str | None = None
    draft: str | None = None
    distil: str | None = None
    judge: str | None = None
    small: str | None = None
    api_key_env: EnvironmentName | None = None
    base_url: str | None = None
    trusted: bool = False
    native_tools: bool = True
    json_schema: bool = True
    timeout_s: Seconds = 30.0
    context_tokens: Count = 128_000
    prices: dict[str, PriceSection] = Field(default_factory=dict[str, PriceSection])


class BudgetSection(Section):
    """How much models may cost, in US dollars; nothing set is no limit. Days are those of UTC.

    `when_spent`: `small` goes on with each provider's small model, `embedded` with the embedded one, `person` hands over.
    """

    tenant_day_usd: Money | None = None
    conversation_usd: Money | None = None
    turn_usd: Money | None = None
    when_spent: Literal["small", "embedded", "person"] = "embedded"


class ModelsSection(Section):
    """Which models answer, the first that can; and where what they need is cached.

    `understanding`: `cheap_first` asks the embedded model, and a larger one only when that is unsure; `model` always the larger.
    """

    chain: Annotated[tuple[Identifier, ...], Listed] = (EMBEDDED,)
    cache: str = ".cache"
    understanding: Literal["cheap_first", "model"] = "cheap_first"
    turn_deadline_s: Seconds = 45.0
    cache_answers: bool = True
    budget: BudgetSection = BudgetSection()
    providers: dict[str, ProviderSection] = Field(default_factory=dict[str, ProviderSection])

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not self.chain:
            raise ValueError('the chain is empty: name at least "embedded"')
        unknown = [name for name in self.chain if name != EMBEDDED and name not in self.providers]
        if unknown:
            raise ValueError(
                f"no table [models.providers.{unknown[0]}] says how to reach {unknown[0]}: add it, or correct the chain"
            )
        return self
