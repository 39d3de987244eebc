"""What a price question says beside its slots: more seats or all of them, days left, discounts, tax, and what is compared."""

import re
from collections.abc import Iterable

from skills.arguments import Said

DISCOUNTS = {
    "nonprofit": (
        r"non-?\s?profits?|charit\w+|ngos?|food bank|gemeinnützig\w*|associations?|ong|onlus|fundaci\w+|benefic\w+"
        r"|velgørende\w*|goede doel\w*|wohltätig\w*|hilfsorganisation\w*"
    ),
    "education": (
        r"schools?|colleges?|universit\w+|education\w*|teachers?|academ\w+|schule\w*|hochschule\w*|écoles?|lycées?|collèges?"
        r"|escuela\w*|colegio\w*|scuola|skole\w*|onderwijs|scholen"
    ),
    "referred_company": (
        r"(?:was|were|been|got) (?:referred|recommended)|(?:referred|recommended) (?:to you|by)|recommended to us"
        r"|friend\w* (?:\w+ )?(?:told|sent|recommended|pointed|referred)|told us about you|through a friend|friend'?s link"
        r"|referral (?:link|discount|price)|empfohlen|recommandé\w*|recomend(?:ó|aron|ad\w+)|anbefal\w*|aanbevolen"
        r"|consigliat\w*"
    ),
}
ADDED = re.compile(
    r"^\S+\s+(?:\w+\s+)?(?:more|extra|additional|further|weitere\w*|zusätzliche\w*|mehr|de plus|supplémentaires?|más"
    r"|adicionales"
    r"|flere|ekstra|meer|altri|in più)\b",
    re.IGNORECASE,
)
ADDED_BEFORE = re.compile(
    r"\b(?:another|additional|extra|further|weitere|yderligere|autres|otros|altri|adding|add)\s*$", re.IGNORECASE
)
DAY = r"(?:days?|tagen?|jours?|días?|dage|dagen|giorni)"
OF = r"(?:out of|of|von|sur|de|af|van|su|/)"
DAYS = (
    re.compile(
        rf"\b(?P<left>\d{{1,3}})\s*{DAY}\b(?:\s+\w+){{0,4}}?\s+{OF}\s+(?:\w+\s+){{0,2}}?(?P<whole>\d{{1,3}})\b", re.IGNORECASE
    ),
    re.compile(rf"\b(?P<left>\d{{1,3}})\s*{OF}\s*(?:the |its |a )?(?P<whole>\d{{1,3}})[\s-]*{DAY}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<left>\d{{1,3}})\s*{DAY}\b[^.?!]{{0,40}}?\b(?P<whole>\d{{1,3}})[\s-]{DAY}\b", re.IGNORECASE),
    re.compile(
        rf"\b(?P<whole>\d{{1,3}})[\s-]{DAY}\b[^.?!]{{0,40}}?\b(?P<left>\d{{1,3}})\s*(?:{DAY}\s*)?(?:left|to go|to run"
        rf"|remain\w*)",
        re.IGNORECASE,
    ),
)
TAX = re.compile(r"\b(?:vat|tax(?:es)?|gst|mwst|steuern?|ust|tva|ttc|iva|moms|btw|brutto|gross)\b", re.IGNORECASE)
NO_TAX = re.compile(
    r"\b(?:before|excl\w*|ex|without|no|net|plus|pre|less|minus|ohne|zzgl\.?|netto|vor|hors|hts?|sin|antes de|sans|avant"
    r"|uden|ekskl\w*"
    r"|zonder|esclusa|senza)[\s.-]*(?:\w+ )?(?:vat|tax(?:es)?|gst|mwst|steuern?|ust|tva|iva|moms|btw)\b|\bhors taxes?\b"
    r"|\bHT\b|\bpre-?tax\b",
    re.IGNORECASE,
)
SAVING = re.compile(
    r"\b(?:sav\w+|cheaper|difference|better off|spar\w+|günstiger|économ\w+|moins cher|ahorr\w+|bespar\w*|risparmi\w*"
    r"|goedkoper|billigere)\b",
    re.IGNORECASE,
)
YEARLY = re.compile(
    r"\b(?:annual\w*|yearly|by the year|up ?front|in advance|once a year|jährlich\w*|jahres\w*|annuel\w*|à l'année|anual\w*"
    r"|årlig\w*|jaarlijks\w*)\b",
    re.IGNORECASE,
)
MONTHLY = re.compile(
    r"\b(?:monthly|by the month|month to month|per month|monatlich\w*|mensuel\w*|mensual\w*|månedlig\w*|maandelijks\w*)\b",
    re.IGNORECASE,
)
YEAR = re.compile(
    r"\b(?:years?|annual\w*|yearly|(?:12|twelve) months|jahr\w*|jährlich\w*|ans?|année|annuel\w*|años?|anual\w*|år\w*"
    r"|jaar\w*|anno)\b",
    re.IGNORECASE,
)
RHYTHM_CHANGE = re.compile(
    r"\b(?:pay\w*|billing|billed|switch\w*|instead|mov\w*|chang\w*|zahl\w*|wechsel\w*|pag\w+|pay[eé]\w*|betal\w*|contract)\b",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"\b(?:all in|all told|in all|in total|total|altogether|everything|final|insgesamt|alles zusammen|au total|tout compris"
    r"|en total"
    r"|i alt|in totaal|in totale|plus|with|including|mit|avec|con|med|met)\b",
    re.IGNORECASE,
)
EXTRA = re.compile(
    r"\b(?:on top|extra|adds? to|add on|alone|by itself|just for|only for|bit|part|surcharge|zusätzlich|obendrauf|aufpreis"
    r"|en plus"
    r"|supplément|encima|oveni|bovenop|in più)\b",
    re.IGNORECASE,
)
DEARER = re.compile(
    r"\b(?:more|extra|difference|on top|jump|dearer|mehr|teurer|unterschied|de plus|plus cher|différence|más|diferencia"
    r"|dyrere|duurder|meer)\b",
    re.IGNORECASE,
)
FOREIGN_REGION = re.compile(
    r"\b(?:mov\w+|carry\w*|transfer\w*|switch\w*|shift\w*|relocat\w+|migrat\w+|umzug|umzieh\w*|verleg\w*|déménag\w*|mudar"
    r"|traslad\w*|flytt\w*|verhui\w*)\b"
    r"[^.?!]{0,60}\b(?:data ?region|region\w*|data|daten|données|datos|frankfurt|virginia|sydney)\b",
    re.IGNORECASE,
)


def plans_named(said: Said) -> list[str]:
    """The plans that were named, by id: in the slots first, then by their names written large."""
    plans = [each for each in said.context.ports.prices.catalogue.plans if not each.closed]
    known = {each.name.casefold(): each.id for each in plans}
    slots = [known.get(each.casefold(), each.casefold()) for name in ("plan", "other_plan") if (each := said.text(name))]
    spoken = [each.id for each in plans if re.search(rf"\b{re.escape(each.name)}\b", said.context.said)]
    return list(dict.fromkeys([*slots, *spoken]))


def is_added(said: Said, name: str) -> bool:
    """Whether the number was meant on top of the seats there are: '15 extra seats', 'adding 10'."""
    slot = said.slots.get(name)
    if slot is None or slot.message_id != said.context.message_id:
        return False
    words = said.context.said
    before = words[max(0, slot.start - 24) : slot.start]
    return bool(ADDED.search(words[slot.start : slot.end + 24]) or ADDED_BEFORE.search(before))


def days_left(said: Said) -> tuple[int, int] | None:
    """The days left of the days of a period, when both are named."""
    for pattern in DAYS:
        match = pattern.search(said.context.said)
        if match and 0 < int(match["left"]) <= int(match["whole"]) <= 366:
            return int(match["left"]), int(match["whole"])
    return None


def with_tax(said: Said) -> bool:
    """Whether the sum is wanted with tax."""
    return said.mentions(TAX) and not said.mentions(NO_TAX)


def compares_rhythms(said: Said) -> bool:
    """Whether monthly and annual billing are set against each other."""
    both = said.mentions(MONTHLY) and said.mentions(YEARLY)
    return both or (said.mentions(SAVING) and said.mentions(YEARLY))


def discounts_in(said: Said, published: Iterable[str]) -> list[str]:
    """The published discounts that the customer speaks of."""
    known = set(published)
    found = (name for name, words in DISCOUNTS.items() if said.mentions(re.compile(rf"\b(?:{words})\b", re.IGNORECASE)))
    return [name for name in found if name in known]
