"""Counts of seats and things, terms in months, and the nouns that tell one number from another."""

import re
from collections.abc import Sequence

from bot.models.embedded.found import Found
from bot.models.embedded.numbers import Number, find_numbers

SEAT_NOUNS = (
    r"seats?|users?|people|persons?|staff|staffers|employees?|licen[cs]es?|heads?|headcount|colleagues|members|workers|hires"
    r"|starters"
    r"|joiners|of us|of them|accounts? for|logins?|technicians|drivers|nurses|carers|guards|cleaners|volunteers|temps|crew"
    r"|pl[aä]tze?n?|nutzer\w*|benutzer\w*|mitarbeiter\w*|leute\w*|lizenz\w*|personen|kollegen|köpfe|angestellte\w*"
    r"|places?|licences?|utilisateurs?|personnes?|salari[ée]s?|sièges?|collaborateurs?|employ[ée]s?|postes?"
    r"|asientos?|plazas?|licencias?|usuarios?|personas?|empleados?|puestos?|gente"
    r"|pladser?|brugere?|medarbejdere?|personer|ansatte|licenser?|plekken|plaatsen|gebruikers|medewerkers|mensen|licenties"
    r"|stoelen"
    r"|posti|posto|utenti|persone|dipendenti|licenze|platser|användare|brukere|miejsc|użytkowników|lugares|utilizadores"
)
BETWEEN = (
    r"(?:\s*-?\s*(?:odd|ish|plus|or so|more|extra|additional|further|other|new|paid|full-time|part-time|seasonal|active|team"
    r"|business"
    r"|starter|enterprise|weitere\w*|neue\w*|zusätzliche\w*|mehr|autres|nouvelles?|nouveaux|de plus|más|nuevos|nuevas|adicionales"
    r"|flere|nye|ekstra|meer|nieuwe|altri|nuovi|per)\b)*"
)
SEATS_AFTER = re.compile(rf"{BETWEEN}[\s-]*(?:{SEAT_NOUNS})\b", re.IGNORECASE)
SEATS_BEFORE = re.compile(
    r"(?:seats?|users?|headcount|licen[cs]es?|plätze|sitze|places|asientos|pladser|posti|plekken)\s*(?:[:=]|to|at|is|von|auf|à"
    r"|a)?\s*$",
    re.IGNORECASE,
)
OTHER_UNIT = re.compile(
    r"\s*-?\s*(?:%|per ?cent|percent|prozent|(?:of )?(?:the |our )?(?:locations?|sites?|shops?|stores?|branches|branch"
    r"|caf[eé]s?|restaurants?"
    r"|hotels?|warehouses?|clinics?|pharmacies|departments?|teams|wards|integrations?|kiosks?|tablets?|times?|hours?|hrs?"
    r"|minutes?"
    r"|mins?|days?|weeks?|months?|years?|years-old|quarters?|o'clock|am|pm|uhr|uur|h|heures?|horas?|euros?|dollars?|pounds?"
    r"|bucks?|quid|eur|usd"
    r"|gbp|calls?|invoices?|payments?|reports?|charges?|things?|matters?|questions?|points?|items?|requests?|shifts?"
    r"|standorte?n?|filialen"
    r"|monate?n?|jahre?n?|tage?n?|wochen|stunden|sites|mois|ans?|jours?|semaines?|meses|años|días|semanas|tiendas|måneder|år|dage"
    r"|maanden|jaar|dagen|mesi|anni|giorni)\b|[€$£]|\s?(?:st|nd|rd|th)\b)",
    re.IGNORECASE,
)
MONTHS_AFTER = re.compile(
    r"\s*-?\s*(?:more |further |calendar |full |weitere |volle )?(?:(?P<months>months?|mths?|monate?n?|mois|meses|mes|måneder"
    r"|måned|maanden|maand|mesi|mese)"
    r"|(?P<years>years?|yrs?|jahre?n?|ans?|ann[ée]es?|años?|år|jaar|anni|anno)"
    r"|(?P<quarters>quarters?|quartale?|trimestres?))\b",
    re.IGNORECASE,
)
TERM_WORDS = re.compile(
    r"\b(?P<another>(?:another|one more|a further|a|one|for the next|the coming) (?:year|twelvemonth))\b"
    r"|\b(?P<year>ein (?:weiteres )?jahr|noch ein jahr|un an(?: de plus)?|une année|un año(?: más)?|et år|nog een jaar"
    r"|een jaar|un anno)\b"
    r"|\b(?P<month>a|one|another|ein(?:en)?|un|een|en) (?:month|monat|mois|mes|måned|maand|mese)\b"
    r"|\b(?P<half>half a year|ein halbes jahr|six mois|medio año)\b",
    re.IGNORECASE,
)
FROM_TO = re.compile(r"\b(?:from|von|de|desde|fra|van|da)\s+(\S+)\s+(?:to|up to|auf|à|a|til|naar)\s+(\S+)", re.IGNORECASE)
PER_UNIT = re.compile(
    r"\s*(?:a|per|each|pro|par|por|/|om|il)\s*$|^\s*(?:a|per|pro|par|por|/)\s?(?:head|seat|user|person|month|year)", re.IGNORECASE
)


def find_seats(text: str, numbers: Sequence[Number] | None = None) -> list[Found]:
    """Counts of people: sure beside a word for people or seats, unsure when bare; counts of other things are left out."""
    found: list[Found] = []
    for number in numbers if numbers is not None else find_numbers(text):
        whole = number.whole
        if whole is None or whole > 1_000_000:
            continue
        after = SEATS_AFTER.match(text, number.end)
        before = SEATS_BEFORE.search(text[: number.start])
        if after and not (number.weak and _article(text, number, after)):
            found.append(Found(value=whole, start=number.start, end=after.end()))
        elif before:
            found.append(Found(value=whole, start=number.start, end=number.end))
        elif not number.weak and not OTHER_UNIT.match(text, number.end) and not _priced(text, number):
            found.append(Found(value=whole, start=number.start, end=number.end, sure=False))
    return found


def find_quantity(text: str, numbers: Sequence[Number] | None = None) -> list[Found]:
    """How many to add or take away: as seats, but 'from 40 to 55' counts as 15."""
    numbers = find_numbers(text) if numbers is None else numbers
    for match in FROM_TO.finditer(text):
        ends = [each for each in numbers if match.start() <= each.start < match.end()]
        if len(ends) == 2 and ends[0].whole is not None and ends[1].whole is not None:
            difference = abs(ends[1].whole - ends[0].whole)
            return [Found(value=difference, start=ends[0].start, end=ends[1].end)]
    return find_seats(text, numbers)


def find_months(text: str, numbers: Sequence[Number] | None = None) -> list[Found]:
    """Lengths of time in months: '2 months', 'two years', 'another year', 'half a year'."""
    found: list[Found] = []
    for number in numbers if numbers is not None else find_numbers(text):
        unit = MONTHS_AFTER.match(text, number.end)
        whole = number.whole
        if unit and whole is not None and whole <= 120:
            size = {"months": 1, "years": 12, "quarters": 3}[str(unit.lastgroup)]
            found.append(Found(value=whole * size, start=number.start, end=unit.end()))
        elif whole is not None and not number.weak and whole <= 60:
            found.append(Found(value=whole, start=number.start, end=number.end, sure=False))
    sizes = {"another": 12, "year": 12, "month": 1, "half": 6}
    for match in TERM_WORDS.finditer(text):
        word = Found(value=sizes[str(match.lastgroup)], start=match.start(), end=match.end())
        if not any(each.sure and each.overlaps(word) for each in found):
            found = [each for each in found if not each.overlaps(word)]
            found.append(word)
    return sorted(found, key=lambda each: each.start)


def _article(text: str, number: Number, after: re.Match[str]) -> bool:
    """'a user' and 'one of us' aren't counts of seats; 'one more seat' and 'une place de plus' are."""
    between = text[number.end : after.end()].lower()
    counted = re.search(r"more|extra|additional|new|weitere|neue|plus|más|flere|ekstra|meer|altro", between)
    return counted is None and text[number.start : number.end].lower() not in ("one", "un", "une", "uno", "una", "eine", "einen")


def _priced(text: str, number: Number) -> bool:
    leading = re.search(
        r"[$€£]\s?$|(?:usd|eur|gbp)\s?$|(?:inv|acc|nr|no|number|#|version|plan|v)[-.\s]?$", text[: number.start], re.IGNORECASE
    )
    return bool(leading or PER_UNIT.match(text[number.end : number.end + 12]))
