"""Takes personal data out of what a language model is sent, and puts it back into what it says.

Values that are known of the customer come first, then what patterns find (the recognizers of Presidio), then names in the few
places where people give them. Names anywhere else aren't found by patterns: never rely on masking alone.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from governance.redact import CARD, EMAIL, IBAN, PHONE

PLACEHOLDER = re.compile(r"\[([a-z]+)_(\d{1,3})\]")
LONGEST = 24
SHORTEST_KNOWN = 3
LEAST_SCORE = 0.4
KEPT_TEXTS = 2_000
WINDOW, OVERLAP = 4_000, 120
"""Long texts are searched in windows, so that the time it takes grows with their length and not with its square."""

_NAME = r"[^\W\d_a-zà-þ][\w'’-]+"
_GIVEN = rf"({_NAME}(?:\s+(?:(?:van|von|de|der|den|da|di|del|la|le|du)\s+)*{_NAME}){{0,3}})"
_NAMED = re.compile(
    rf"(?:(?i:\bmy name is|\bmy name['’]s|\bthis is|\bich hei(?:ß|ss)e|\bmein name ist|\bje m['’]appelle|\bmon nom est|\bme llamo"
    rf"|\bmi nombre es|\bmi chiamo|\bik heet|\bmijn naam is|\bmeu nome é)\s+|(?i:\b(?:mr|mrs|ms|dr|prof|herr|frau|madame|monsieur"
    rf"|señora?|sig(?:nora?)?|mevrouw|meneer|dhr|mevr)\b)\.?\s+){_GIVEN}"
)
_SIGNED = re.compile(
    rf"(?:^|\n)\s*(?i:(?:best|kind|warm)?\s*regards|best wishes|best|cheers|thanks|thank you|many thanks|yours|sincerely"
    rf"|(?:viele|beste|freundliche|liebe)\s+gr(?:ü|ue)(?:ß|ss)e|mfg|cordialement|bien à vous|merci|saludos|un saludo|atentamente"
    rf"|gracias|cordiali saluti|grazie|(?:met )?vriendelijke groet(?:en)?)\s*[,!.]?\s*\n\s*{_GIVEN}"
)
_STREET = re.compile(
    r"\b\d{1,5}[a-z]?\s+(?:[A-Z][\w'’.-]+\s+){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl"
    r"|Square|Terrace|Close|Crescent)\b\.?"
    r"|\b(?:[A-ZÄÖÜ][\w.]{0,30}(?:-[\w.]{1,30}){0,4}\s){0,2}(?:[A-ZÄÖÜ][\w.]{0,30}(?:-[\w.]{1,30}){0,4}-?)?(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|[Gg]asse|[Ww]eg|[Aa]llee|[Pp]latz)\s+\d{1,4}\s?[a-z]?\b"
    r"|\b\d{1,4},?\s+(?:bis\s+)?(?:rue|avenue|boulevard|place|chemin|impasse)\s+(?:(?:de|du|des|la|le|l['’])\s*)*[A-ZÀ-Þ][\w'’-]+"
    r"(?:\s+[A-ZÀ-Þ][\w'’-]+)*"
    r"|\b(?:[Cc]alle|[Aa]venida|[Vv]ia|[Pp]iazza)\s+(?:(?:de|del|la|di|della)\s+)*[A-ZÀ-Þ][\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+)*,?\s+\d{1,4}\b"
)
_PATTERNS = (("email", EMAIL), ("iban", IBAN), ("phone", PHONE), ("card", CARD), ("address", _STREET))
_RECOGNIZED = {
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "PHONE_NUMBER": "phone",
    "IP_ADDRESS": "network",
    "MAC_ADDRESS": "network",
    "CRYPTO": "wallet",
    "US_SSN": "identity",
    "UK_NINO": "identity",
    "UK_NHS": "identity",
    "ES_NIF": "identity",
    "ES_NIE": "identity",
    "IT_FISCAL_CODE": "identity",
    "DE_TAX_ID": "identity",
    "PL_PESEL": "identity",
}
_DATED = re.compile(
    r"(?:19|20)\d{2}[-./]\d{1,2}(?:[-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d{2}|\d{1,4}(?:[.,]\d{3})+(?:[.,]\d{1,2})?"
)
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "DK", "SE", "IE", "BE", "PT", "AU", "CA", "IN")

Span = tuple[int, int, str]


@dataclass
class Mask:
    """The placeholders of one request. The same value always gets the same placeholder; order of appearance numbers them."""

    finds: Callable[[str], Sequence[Span]]
    known: Sequence[tuple[str, str]] = ()
    _values: dict[str, str] = field(default_factory=dict[str, str])
    _places: dict[str, str] = field(default_factory=dict[str, str])
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        usable = {value.strip(): kind for kind, value in self.known if len(value.strip()) >= SHORTEST_KNOWN}
        parts = {part: kind for value, kind in usable.items() if kind == "person" for part in value.split() if len(part) > 3}
        self._known = {value.lower(): kind for value, kind in {**parts, **usable}.items()}
        written = "|".join(re.escape(value) for value in sorted(self._known, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE) if written else None

    @property
    def used(self) -> Mapping[str, str]:
        """The placeholders given so far, with what they stand for."""
        return dict(self._values)

    def mask(self, text: str) -> str:
        """The text with a placeholder for each personal value. A placeholder that somebody wrote is taken apart first."""
        text = PLACEHOLDER.sub(r"(\1 \2)", text)
        taken: list[Span] = []
        for span in [*self._known_in(text), *self.finds(text)]:
            if all(span[1] <= start or span[0] >= end for start, end, _ in taken):
                taken.append(span)
        for start, end, kind in sorted(taken):
            self._placeholder(text[start:end], kind)
        for start, end, kind in sorted(taken, reverse=True):
            text = text[:start] + self._placeholder(text[start:end], kind) + text[end:]
        return text

    def unmask(self, text: str) -> str:
        """The text with every placeholder replaced by its value; one that was never given becomes an ellipsis."""
        return PLACEHOLDER.sub(lambda found: self._values.get(found.group(), "…"), text)

    def whole(self, text: str) -> int:
        """How much of a text that is still growing can be unmasked: up to a bracket that may become a placeholder."""
        opened = text.rfind("[", max(0, len(text) - LONGEST))
        return len(text) if opened < 0 or "]" in text[opened:] else opened

    def _placeholder(self, value: str, kind: str) -> str:
        key = f"{kind}:{' '.join(value.split()).lower()}"
        if key not in self._places:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._places[key] = f"[{kind}_{self._counts[kind]}]"
            self._values[self._places[key]] = value
        return self._places[key]

    def _known_in(self, text: str) -> list[Span]:
        if self._pattern is None:
            return []
        return [(each.start(), each.end(), self._known[each.group().lower()]) for each in self._pattern.finditer(text)]


class Masking:
    """Finds personal values. Made once and shared; `warm` loads the recognizers, which takes seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recognizers: list[Any] | None = None
        self._found = lru_cache(maxsize=KEPT_TEXTS)(self._find)

    def warm(self) -> None:
        """Loads the recognizers. Blocks."""
        self._loaded()

    def start(self, known: Sequence[tuple[str, str]] = ()) -> Mask:
        """Fresh placeholders for one request. `known` are kinds (person, email, phone, company, ...) with values."""
        return Mask(finds=self._found, known=known)

    def _find(self, text: str) -> tuple[Span, ...]:
        if len(text) <= WINDOW + OVERLAP:
            return self._within(text)
        found: list[Span] = []
        for first in range(0, len(text), WINDOW):
            behind = max((end for _, end, _ in found), default=0)
            spans = self._within(text[first : first + WINDOW + OVERLAP])
            moved = [(first + start, first + end, kind) for start, end, kind in spans if start < WINDOW]
            found += [span for span in moved if span[0] >= behind]
        return tuple(found)

    def _within(self, text: str) -> tuple[Span, ...]:
        spans = [(each.start(), each.end(), kind) for kind, pattern in _PATTERNS for each in pattern.finditer(text)]
        spans += [(each.start(1), each.end(1), "person") for pattern in (_NAMED, _SIGNED) for each in pattern.finditer(text)]
        for recognizer in self._loaded():
            for found in recognizer.analyze(text, recognizer.supported_entities, None) or ():
                kind = _RECOGNIZED.get(found.entity_type)
                if kind is not None and found.score >= LEAST_SCORE:
                    spans.append((found.start, found.end, kind))
        return tuple(span for span in spans if span[2] != "phone" or not _DATED.fullmatch(text[span[0] : span[1]]))

    def _loaded(self) -> list[Any]:
        with self._lock:
            if self._recognizers is None:
                self._recognizers = _recognizers()
            return self._recognizers


def _recognizers() -> list[Any]:
    """Those that need no language model. The one for e-mail addresses isn't among them: it asks the network for a list."""
    from presidio_analyzer import predefined_recognizers as known

    names = ("CreditCard", "Iban", "Ip", "MacAddress", "Crypto", "UsSsn", "UkNino", "NhsRecognizer", "EsNif", "EsNie")
    names += ("ItFiscalCode", "DeTaxId", "PlPesel")
    made: list[Any] = [getattr(known, name if name.endswith("Recognizer") else f"{name}Recognizer")() for name in names]
    return [*made, known.PhoneRecognizer(supported_regions=_REGIONS)]
