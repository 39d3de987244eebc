"""What the doctor looks at for language models: keys, prices, budget, masking, and what providers answer to short requests."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from urllib.parse import urlsplit

from bot.install.model_probes import Probes
from bot.install.report import Check, fail, ok, warn
from bot.models.provider import Provider
from core.errors import RapportError
from core.model_sections import EMBEDDED, ModelsSection, ProviderSection

AREA = "models"
LEAST_TURN_USD = 0.02
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
Reach = Callable[[str, ProviderSection, str], Provider]
"""Makes an adapter that serves every role with one model: a provider's name, its table, the model."""


async def checks(section: ModelsSection, environ: Mapping[str, str], reach: Reach | None = None) -> list[Check]:
    """All of them; without `reach` no request is sent."""
    named = {name: section.providers[name] for name in section.chain if name != EMBEDDED}
    if not named:
        return [ok(AREA, "chain", "the embedded model alone: nothing is sent out")]
    found = [_chain(section), *contradictions(section), *_budget(section)]
    for name, provider in named.items():
        written = [*_key(name, provider, environ), *_address(name, provider), *_prices(name, provider), _masking(name, provider)]
        found += written
        if reach is None:
            found.append(ok(AREA, name, "not asked: no request was to be sent"))
        elif any(each.name == f"{name} key" and each.mend for each in written):
            found.append(ok(AREA, name, "not asked: its key is missing"))
        else:
            found += await _asked(name, provider, reach)
    return found


def requests(section: ModelsSection) -> list[str]:
    """What would be asked, in words: a line for each provider."""
    named = ((name, section.providers[name]) for name in section.chain if name != EMBEDDED)
    return [
        f"{name}: {len(models_of(each)) + 2} short requests to {each.base_url or each.kind} ({', '.join(models_of(each))})"
        for name, each in named
    ]


def contradictions(section: ModelsSection) -> list[Check]:
    """Settings that don't go together, whatever the providers answer."""
    found: list[Check] = []
    if EMBEDDED in section.chain[:-1]:
        mend = 'Put "embedded" last in models.chain: it always answers, so nothing behind it is ever asked.'
        found.append(fail(AREA, "order", "the embedded model stands before others", mend))
    if len(set(section.chain)) != len(section.chain):
        found.append(fail(AREA, "order", "a model stands twice in the chain", "Name each model once in models.chain."))
    if section.budget.when_spent == "small" and _limited(section):
        small = [name for name in section.chain if name != EMBEDDED and section.providers[name].small]
        if not small:
            mend = "Give a provider of the chain a `small` model, or choose embedded or person."
            found.append(fail(AREA, "when_spent", "is small, and no provider of the chain has a small model", mend))
    if section.budget.when_spent == "embedded" and EMBEDDED not in section.chain and _limited(section):
        mend = 'Add "embedded" at the end of models.chain, or choose person.'
        found.append(fail(AREA, "when_spent", "is embedded, and the chain doesn't have it", mend))
    return [*found, *_unlimited(section), *_ordered(section), *(each for name in section.chain for each in _table(section, name))]


def models_of(provider: ProviderSection) -> tuple[str, ...]:
    """The models that a provider is asked for, each once."""
    named = (provider.model, provider.dialogue, provider.draft, provider.distil, provider.judge, provider.small)
    used = named if not all(named[1:5]) else named[1:]
    return tuple(dict.fromkeys(each for each in used if each))


def _chain(section: ModelsSection) -> Check:
    words = ", then ".join(section.chain)
    if section.chain[-1] == EMBEDDED:
        return ok(AREA, "chain", words)
    mend = 'Put "embedded" last in models.chain: it answers from the help centre when no provider can.'
    return warn(AREA, "chain", f"{words}: when none of them can, customers wait for a person", mend)


def _key(name: str, provider: ProviderSection, environ: Mapping[str, str]) -> list[Check]:
    label = f"{name} key"
    if provider.api_key_env is None:
        return [] if provider.kind == "anthropic" else [ok(AREA, label, "none is sent")]
    value = environ.get(provider.api_key_env, "")
    if not value:
        return [fail(AREA, label, f"{provider.api_key_env} is not set", f"Set {provider.api_key_env} to the provider's key.")]
    if value != value.strip():
        return [fail(AREA, label, f"{provider.api_key_env} begins or ends with a space or a line break", "Set it again without.")]
    return [ok(AREA, label, f"{provider.api_key_env} is set")]


def _address(name: str, provider: ProviderSection) -> list[Check]:
    if provider.base_url is None:
        return []
    parts = urlsplit(provider.base_url)
    if parts.scheme == "http" and provider.api_key_env and parts.hostname not in LOCAL:
        return [
            warn(AREA, f"{name} address", f"{provider.base_url} isn't encrypted", "Use https: the key goes over the network.")
        ]
    return []


def _prices(name: str, provider: ProviderSection) -> list[Check]:
    missing = unpriced(provider)
    if not missing:
        return [ok(AREA, f"{name} prices", f"given for {', '.join(models_of(provider))}")]
    mend = f'Add [models.providers.{name}.prices."{missing[0]}"]; for a server of your own, with input = 0 and output = 0.'
    return [warn(AREA, f"{name} prices", f"none for {', '.join(missing)}: calls count as free, and no budget holds", mend)]


def unpriced(provider: ProviderSection) -> list[str]:
    """The models of a provider without a price. One with a date behind its name costs as the name alone."""
    given = provider.prices
    return [model for model in models_of(provider) if not any(model == each or model.startswith(f"{each}-") for each in given)]


def _masking(name: str, provider: ProviderSection) -> Check:
    if not provider.trusted:
        return ok(AREA, f"{name} masking", "on: personal data is replaced before it is sent")
    mend = "Set trusted = false unless the server is yours, or a contract covers personal data."
    where = urlsplit(provider.base_url or "").hostname
    if where in LOCAL:
        return ok(AREA, f"{name} masking", "off: it is trusted, and runs on this machine")
    return warn(AREA, f"{name} masking", f"off: names, addresses and numbers go to {where or provider.kind} as they are", mend)


def _budget(section: ModelsSection) -> list[Check]:
    budget, priced = section.budget, _priced(section)
    if not _limited(section):
        mend = "Set models.budget.tenant_day_usd: a flood of messages then costs no more than that."
        return [warn(AREA, "budget", "none: what a day may cost isn't limited", mend)] if priced else []
    given = [
        f"${limit:,.2f} {what}"
        for limit, what in (
            (budget.tenant_day_usd, "a day"),
            (budget.conversation_usd, "a conversation"),
            (budget.turn_usd, "a message"),
        )
        if limit is not None
    ]
    return [ok(AREA, "budget", f"{', '.join(given)}; then {budget.when_spent}")]


def _unlimited(section: ModelsSection) -> list[Check]:
    """Budgets that nothing is counted against."""
    if not _limited(section) or _priced(section):
        return []
    mend = "Give the models' prices in [models.providers.NAME.prices], or leave the budget out."
    return [fail(AREA, "budget", "is set, and no model of the chain has a price: it would never be reached", mend)]


def _ordered(section: ModelsSection) -> list[Check]:
    """A smaller scope's limit that is above a larger one's, and one below what a single message costs."""
    budget = section.budget
    found: list[Check] = []
    scopes = (
        ("turn_usd", budget.turn_usd),
        ("conversation_usd", budget.conversation_usd),
        ("tenant_day_usd", budget.tenant_day_usd),
    )
    given = [(name, limit) for name, limit in scopes if limit is not None]
    for (less, low), (more, high) in pairwise(given):
        if low > high:
            found.append(fail(AREA, less, f"${low:,.2f} is above {more} ${high:,.2f}", f"Lower {less}, or raise {more}."))
    if given and _priced(section) and given[0][1] < LEAST_TURN_USD:
        name, limit = given[0]
        mend = (
            f"A message with a few thousand tokens costs a cent or more: raise models.budget.{name} to {LEAST_TURN_USD} at least."
        )
        found.append(warn(AREA, name, f"${limit:,.4f} may not pay for one message", mend))
    return found


def _table(section: ModelsSection, name: str) -> list[Check]:
    """What contradicts itself in one provider's table."""
    provider = section.providers.get(name)
    if provider is None or name == EMBEDDED:
        return []
    label, found = f"{name} table", list[Check]()
    if provider.kind == "anthropic" and provider.api_key_env is None:
        mend = f'Add api_key_env = "ANTHROPIC_API_KEY" to [models.providers.{name}].'
        found.append(fail(AREA, label, "names no variable that holds the key", mend))
    if provider.kind == "openai" and provider.base_url is None and provider.api_key_env is None:
        mend = f'Add api_key_env = "OPENAI_API_KEY" to [models.providers.{name}], or the base_url of your own server.'
        found.append(fail(AREA, label, "names neither a key nor a base_url", mend))
    if provider.base_url is not None and urlsplit(provider.base_url).scheme not in ("http", "https"):
        mend = "Write the address as https://models.example.com/v1."
        found.append(fail(AREA, label, f"base_url {provider.base_url} is no address", mend))
    if provider.timeout_s > section.turn_deadline_s:
        mend = f"Lower timeout_s of {name}, or raise models.turn_deadline_s."
        found.append(warn(AREA, label, f"timeout_s {provider.timeout_s:g} is above turn_deadline_s", mend))
    return found


def _limited(section: ModelsSection) -> bool:
    budget = section.budget
    return any(limit is not None for limit in (budget.tenant_day_usd, budget.conversation_usd, budget.turn_usd))


def _priced(section: ModelsSection) -> bool:
    """Whether any model of the chain costs something."""
    named = (section.providers[name] for name in section.chain if name != EMBEDDED)
    return any(price.input or price.output for provider in named for price in provider.prices.values())


async def _asked(name: str, section: ProviderSection, reach: Reach) -> list[Check]:
    found: list[Check] = []
    for place, model in enumerate(models_of(section)):
        try:
            provider = reach(name, section, model)
        except RapportError as error:
            return [fail(AREA, name, error.message, "Correct the provider's table.")]
        warm = getattr(provider, "warm", None)
        try:
            if warm is not None:
                await warm()
            found += await Probes(provider=provider, section=section, model=model).run(thorough=place == 0)
        finally:
            await provider.close()
    return found
