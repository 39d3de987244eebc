"""Plans, add-ons, billing intervals and choices by the words that customers use for them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.models.embedded.found import Found
from bot.models.embedded.lexicon import Lexicon

PLAN_BEFORE = re.compile(
    r"(?:\b(?:on|to|from|for|want|take|need|buy|meant|mean|get|choose|not|than|versus|vs|or|and|upgrade|downgrade|plan|tier"
    r"|with|onto|into"
    r"|auf|zu|von|nach|mit|für|tarif|paket|passer|à|en|sur|formule|offre|al|a|de|plan|til|naar|på|abonnement|piano)\s+(?:the "
    r"|a |la |el |le |die |den |de )?)$",
    re.IGNORECASE,
)
PLAN_AFTER = re.compile(
    r"\s*(?:$|[,.!?;)]|-?(?:plan|tier|package|level|subscription|edition|pricing|prices?|seats?|licen[cs]es?|tarif|paket|abo"
    r"|pro platz"
    r"|monthly|annual|yearly|please|instead|not|costs?|then|bitte|statt|por favor|s'il)\b)",
    re.IGNORECASE,
)
NOT_A_PLAN_BEFORE = re.compile(
    r"\b(?:our|my|your|their|his|her|whole|entire|this|each|every|support|sales|microsoft|ms|new|small|family|day|night|a|in"
    r"|of|nuestro|notre"
    r"|unser\w*|the)\s+$",
    re.IGNORECASE,
)
NOT_A_PLAN_AFTER = re.compile(
    r"\s+(?:members?|leads?|leaders?|hours?|days?|case|trip|needs?|of|who|is|are|has|had|at|meeting|name|address|cards?"
    r"|manager|chat|loves?"
    r"|owners?|partners?|class|closed?|closing|went|can|will|and i\b)",
    re.IGNORECASE,
)
BILLING = {
    "monthly": r"month[- ]to[- ]month|month by month|by the month|every month|monthly|pay(?:ing)? per month|monatlich\w*"
    r"|monatsweise"
    r"|monatsabo|mensuel\w*|par mois|au mois|mensual\w*|mes a mes|månedlig\w*|månedsvis|maandelijks\w*|per maand|mensil\w*"
    r"|al mese",
    "annual": r"annual(?:ly)?|yearly|by the year|per year|per annum|every year|once a year|for (?:a|the|one) (?:whole "
    r"|full )?year|up ?front"
    r"|prepaid|prepay\w*|jährlich\w*|jahresweise|jahresabo|pro jahr|annuel\w*|par an|à l'année|anual\w*|al año|årlig\w*"
    r"|jaarlijks\w*"
    r"|per jaar|annual\w*|all'anno|rocznie|årsvis",
}
ORDINALS = {
    0: r"first|1st|former|erste\w*|premi[eè]re?|primer[oa]?|eerste|første|prim[oa]",
    1: r"second|2nd|zweite\w*|deuxi[eè]me|seconde?|segund[oa]|tweede|anden|second[oa]",
    2: r"third|3rd|dritte\w*|troisi[eè]me|tercer[oa]?|derde|tredje|terz[oa]",
    3: r"fourth|4th|vierte\w*|quatri[eè]me|cuart[oa]|vierde|fjerde|quart[oa]",
    -1: r"last|latter|letzte\w*|derni[eè]re?|últim[oa]|laatste|sidste|ultim[oa]",
}
STOP = frozenset(
    ["a", "an", "and", "the", "of", "to", "for", "in", "on", "or", "my", "our", "your", "it", "is", "at", "by", "with", "from"]
)


def find_plans(text: str, lexicon: Lexicon, *, expected: bool = False) -> list[Found]:
    """Plans by name. A name that is an everyday word counts only where a plan can stand, or when a plan was asked for."""
    found: list[Found] = []
    for plan, names in lexicon.plans.items():
        for match in _pattern(names).finditer(text):
            everyday = match[0].lower() in lexicon.common_names
            if expected or not everyday or _stands_as_plan(text, match):
                found.append(Found(value=plan, start=match.start(), end=match.end()))
    return _longest(found)


def find_addons(text: str, lexicon: Lexicon) -> list[Found]:
    """Add-ons by name or by what people call them."""
    found = [
        Found(value=addon, start=match.start(), end=match.end())
        for addon, names in lexicon.addons.items()
        for match in _pattern(names).finditer(text)
    ]
    return _longest(found)


def find_billing(text: str) -> list[Found]:
    """Whether monthly or annual billing is meant. '7 dollars a month' is a price and doesn't count."""
    found: list[Found] = []
    for value, words in BILLING.items():
        for match in re.finditer(rf"(?<![\w/])(?:{words})(?!\w)", text, re.IGNORECASE):
            priced = re.search(
                r"(?:[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|euros?|dollars?|usd|pounds?))\s*$", text[: match.start()], re.IGNORECASE
            )
            if not priced:
                found.append(Found(value=value, start=match.start(), end=match.end()))
    return _longest(found)


def find_choice(text: str, choices: Sequence[str], *, expected: bool = False) -> list[Found]:
    """The choices named in the text: in full, by a telling word, or by position ('the second one') when one was asked for."""
    found = [found for choice in choices if (found := _named(text, choice, choices)) is not None]
    if found or not expected:
        return _longest(found)
    for place, words in ORDINALS.items():
        match = re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)
        if match and -len(choices) <= place < len(choices):
            return [Found(value=choices[place], start=match.start(), end=match.end())]
    bare = re.fullmatch(r"\W*(?:option |nummer |numéro |number |nr\.? ?|#)?(\d)\W*", text, re.IGNORECASE)
    if bare and 1 <= int(bare[1]) <= len(choices):
        return [Found(value=choices[int(bare[1]) - 1], start=bare.start(1), end=bare.end(1))]
    return []


def _named(text: str, choice: str, choices: Sequence[str]) -> Found | None:
    spelled = re.escape(choice).replace("_", r"[\s_-]?").replace(r"\ ", r"[\s_-]+")
    match = re.search(rf"(?<!\w){spelled}(?!\w)", text, re.IGNORECASE)
    if match:
        return Found(value=choice, start=match.start(), end=match.end())
    others = {word for other in choices if other != choice for word in _words(other)}
    for word in _words(choice) - others:
        stem = word[: max(4, len(word) - 2)]
        match = re.search(rf"(?<!\w){re.escape(stem)}\w*", text, re.IGNORECASE) if len(word) > 3 else None
        if match:
            return Found(value=choice, start=match.start(), end=match.end(), sure=False)
    return None


def _words(choice: str) -> set[str]:
    return {word for word in re.findall(r"[^\W_]+", choice.lower()) if word not in STOP}


def _stands_as_plan(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    capital = match[0][0].isupper()
    called_plan = re.match(r"\s*-?(?:plan|tier|package|subscription|tarif|paket|abo)\b", after, re.IGNORECASE)
    if called_plan:
        return True
    if NOT_A_PLAN_AFTER.match(after) or NOT_A_PLAN_BEFORE.search(before):
        return False
    starts = not before.strip() or before.rstrip()[-1] in ".!?:;\n"
    if capital and not starts:
        return True
    return bool(PLAN_AFTER.match(after)) and (starts or bool(PLAN_BEFORE.search(before)))


def _longest(found: Sequence[Found]) -> list[Found]:
    """Without those that lie inside a longer one."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda each: each.start - each.end):
        if not any(each.overlaps(other) for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    spelled = "|".join(
        re.escape(name).replace(r"\-", r"[\s-]*").replace(r"\ ", r"[\s-]+") for name in sorted(names, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)
