"""What is worth remembering of a customer, for how long, and when two facts are the same or contradict each other. Pure."""

import re
import unicodedata
from datetime import timedelta

from core.language import FactDraft

DAYS = {
    "preference": 730,
    "business": 365,
    "person": 365,
    "fact": 365,
    "constraint": 365,
    "plan": 180,
    "intention": 180,
    "situation": 30,
}
ABOUT_BUSINESS = frozenset({"business"})
SURE = 0.5
SAME = 0.93
ALIKE = 0.80

_SECRET = re.compile(
    r"\b(?:pass(?:word|phrase|code|wort)|kennwort|mot de passe|contrase(?:ñ|n)a|pin\b|cvv|cvc|tan\b|secret|api[ -]?key|token"
    r"|recovery code|security code|one[- ]time)|(?:\bcode\b\D{0,20}\d{4,8}\b)|\b\d{6}\b|\b(?:sk|pk|ghp|xox[bap])[-_]\w{6,}"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?:\d[ -]?){13,19}")
_HEALTH = re.compile(
    r"\b(?:cancer|depress\w+|anxiety|pregnan\w+|miscarriage|surgery|burn-?out|diagnos\w+|disab\w+|illness|ill|sick|hiv|stroke"
    r"|heart attack|chemo\w*|therap\w+|addict\w+|suicid\w+|krebs|schwanger\w*|erkrank\w+|krank|depression\w*|enceinte|malade"
    r"|dépress\w+|cáncer|embarazada|enferm[oa])\b(?!\s*(?:leave|pay|day|days|note|notes|meld\w+|schein\w*))",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^\s*(?:how|what|when|where|why|who|which|can|could|would|will|do|does|did|is|are|may|should|wie|was|wann|wo|warum|wer"
    r"|kann|können|comment|quand|où|pourquoi|qui|est-ce|cómo|qué|cuándo|dónde|quién|puede|puedo)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^\s*(?:please|pls|kindly|bitte|s'il vous plaît|por favor|i (?:want|need|would like|wish) (?:to|you|a|an|the|my)\b"
    r"|i'd like (?:to|you|a|an|the|my)\b|(?:add|remove|cancel|change|send|give|refund|show|tell|help|check|open|book|delete)\b)",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:always|never|prefer\w*|in future|from now on|only ever|immer|nie|lieber|bevorzug\w+|toujours|jamais|préfér\w+|siempre"
    r"|nunca|prefier\w+)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?|thank you|hallo|danke|bonjour|merci|hola|gracias|ok(?:ay)?)"
    r"\W*\w{0,12}\W*$",
    re.IGNORECASE,
)

_CHANNELS = (
    r"e-?mails?|phone|calls?|telephone|chat|sms|text messages?|letters?|telefon|anruf\w*|appels?|téléphone|teléfono|correo"
)
_PEOPLE = r"(?:people|staff|employees|workers|team members|heads|mitarbeiter\w*|leute|employés|personnes|salariés|empleados)"
_SITES = r"(?:sites?|locations?|stores?|shops?|branches|warehouses?|restaurants?|standorte?\w*|filialen?|magasins?|tiendas?)"
_SUBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("channel", rf"(?:prefer\w*|reach|contact|write|lieber|bevorzug\w+|préfér\w+|prefier\w+).*\b(?:{_CHANNELS})\b"),
        ("language", r"(?:write|speak|answer|reply|prefer\w*).*\b(?:english|german|french|spanish|dutch|danish|italian)\b"),
        ("headcount", rf"\b\d[\d.,]*\s+(?:\w+\s+)?{_PEOPLE}\b"),
        ("sites", rf"\b(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:\w+\s+)?{_SITES}\b"),
        ("payroll", r"\b(?:payroll|lohnabrechnung|paie|nóminas?)\b.*\b(?:with|through|via|in|by|use|using|mit|avec|con)\b"),
        ("name", r"\b(?:my name is|call me|ich heiße|je m'appelle|me llamo)\b"),
        ("billing contact", r"\b(?:handles|does|looks after|is in charge of|runs)\b.*\b(?:billing|invoices|accounts|payments)\b"),
        ("start", r"\b(?:go(?:ing)? live|launch\w*|start\w*|open\w*|roll(?:ing)? out)\b.*\b(?:in|on|by|from)\b"),
        ("based", r"\b(?:we are|we're|i am|i'm|company is) (?:based|located|in)\b"),
    )
)
_NEGATED = re.compile(
    r"\b(?:not|no|never|none|don't|doesn't|isn't|aren't|won't|can't|no longer|nicht|kein\w*|nie|pas|jamais|nunca|ya no)\b",
    re.IGNORECASE,
)
_NO_PLACE = (
    r"English|German|French|Spanish|Dutch|Danish|Italian|January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
_PLACE = re.compile(rf"\b(?:in|at|en|à|bei)\s+(?:the\s+)?(?!(?:{_NO_PLACE})\b)([A-ZÄÖÜÉ]\w+)")
_MANY_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


def worth_keeping(draft: FactDraft) -> bool:
    """Whether this is a lasting fact about the customer, and not a secret, somebody's health, a question or a passing request."""
    text = draft.text.strip()
    if draft.kind not in DAYS or draft.confidence < SURE or not 8 <= len(text) <= 300:
        return False
    if text.endswith("?") or _ASKING.match(text) or _GREETING.match(text):
        return False
    if _ORDER.match(text) and not (draft.kind == "preference" and _LASTING.search(text)):
        return False
    return not private(text)


def private(text: str) -> bool:
    """Whether a text holds what must not be remembered: codes, passwords, card and account numbers, a person's health."""
    cards = (re.sub(r"\D", "", found) for found in _DIGITS.findall(text))
    return bool(_SECRET.search(text) or _HEALTH.search(text) or any(luhn(card) for card in cards))


def luhn(digits: str) -> bool:
    """Whether digits are a well-formed card number (ISO/IEC 7812 check digit)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return 13 <= len(digits) <= 19 and total % 10 == 0


def lasts(kind: str) -> timedelta:
    """How long a fact of this kind is remembered."""
    return timedelta(days=DAYS[kind])


def normalised(text: str) -> str:
    """The text without case, accents, punctuation and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join(letters.split())


def same(one: str, other: str, similarity: float) -> bool:
    """Whether two facts of a kind say the same."""
    if normalised(one) == normalised(other):
        return True
    return similarity >= SAME and not _differs(one, other)


def contradicts(newer: str, older: str, similarity: float) -> bool:
    """Whether two facts of a kind, which don't say the same, are about the same matter, so that the newer takes its place."""
    here, there = _places(newer), _places(older)
    if here and there and not here & there:
        return False
    if _masked(newer) == _masked(older):
        return _differs(newer, older)
    if _subjects(newer) & _subjects(older):
        return _differs(newer, older) or _values(newer) != _values(older)
    return similarity >= ALIKE and _differs(newer, older)


def _differs(one: str, other: str) -> bool:
    numbers = sorted(_MANY_NUMBERS.findall(one)) != sorted(_MANY_NUMBERS.findall(other))
    return numbers or bool(_NEGATED.search(one)) != bool(_NEGATED.search(other))


def _masked(text: str) -> str:
    plain = _NEGATED.sub(" ", _MANY_NUMBERS.sub("0", text))
    return " ".join(word for word in normalised(plain).split() if word not in ("do", "does"))


def _places(text: str) -> frozenset[str]:
    return frozenset(_PLACE.findall(text))


def _subjects(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _SUBJECTS if pattern.search(text))


def _values(text: str) -> frozenset[str]:
    """The words that carry a fact's value: what is left without the words that any wording has."""
    return frozenset(word for word in normalised(text).split() if len(word) > 3)
