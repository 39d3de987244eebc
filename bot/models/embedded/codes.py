"""Things with a fixed spelling: mail addresses, phone numbers, mailed codes, invoice and account numbers, times of day."""

import re

from bot.models.embedded.found import Found

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?<![.])")
PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\(?\d[\d\s()./-]{6,18}\d(?!\w)")
CODE = re.compile(r"(?<![\w.,€$£-])(\d{3})[ -]?(\d{3})(?![\w]|[.,]\d)")
INVOICE_WORD = re.compile(
    r"\b(?:invoice|inv|bill|rechnung|facture|factura|faktura|factuur|fattura)\s*(?:no\.?|number|nr\.?|n°|nummer|número|#|:"
    r"|-)?\s*(\d{3,8})\b",
    re.IGNORECASE,
)
TIME = re.compile(
    r"(?<![\d.:])(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d))?\s?(?P<half>am\b|pm\b|a\.m\.|p\.m\.|o'clock\b|uhr\b|h\b"
    r"|uur\b)?",
    re.IGNORECASE,
)
TIME_BEFORE = re.compile(
    r"\b(?:at|before|after|by|around|until|from|um|vor|nach|bis|ab|à|avant|après|a las|antes de las|om|vóór|kl\.?)\s+$",
    re.IGNORECASE,
)
SPOKEN = re.compile(
    r"\b(?P<cue>at|before|after|by|around|until)\s+(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|noon|midday|\d{1,2})\b"
    r"(?!\s*(?:seats?|people|users?|days?|weeks?|months?|per|%|[./:-]\d|(?:st|nd|rd|th)\b))(?P<rest>\s*(?:am|pm|tonight"
    r"|this evening|in the morning))?",
    re.IGNORECASE,
)
HOURS = ["twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


def find_emails(text: str) -> list[Found]:
    """Mail addresses."""
    return [Found(value=match[0].lower(), start=match.start(), end=match.end()) for match in EMAIL.finditer(text)]


def find_phones(text: str) -> list[Found]:
    """Phone numbers of at least eight digits, as digits with a leading + kept."""
    found: list[Found] = []
    for match in PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 8 <= len(digits) <= 15 and not re.fullmatch(
            r"20\d\d[-./]\d\d?[-./]\d\d?|\d\d?[-./]\d\d?[-./]20\d\d", match[0].strip()
        ):
            plus = "+" if match[0].lstrip("(").startswith("+") else ""
            found.append(Found(value=plus + digits, start=match.start(), end=match.end()))
    return found


def find_codes(text: str) -> list[Found]:
    """Six-digit codes, joined or in two groups of three, as text."""
    return [Found(value=match[1] + match[2], start=match.start(), end=match.end()) for match in CODE.finditer(text)]


def find_numbered(text: str, prefix: str) -> list[Found]:
    """Document or account numbers such as INV-7020, in any case and spacing, as they are officially written."""
    letters = re.escape(prefix.rstrip("-"))
    pattern = re.compile(rf"(?<!\w){letters}[\s-]?(\d{{2,8}})(?!\w)", re.IGNORECASE)
    return [Found(value=prefix + match[1], start=match.start(), end=match.end()) for match in pattern.finditer(text)]


def find_invoices(text: str, prefix: str) -> list[Found]:
    """Invoice numbers with their prefix or after the word invoice."""
    found = find_numbered(text, prefix)
    for match in INVOICE_WORD.finditer(text):
        named = Found(value=prefix + match[1], start=match.start(1), end=match.end(1))
        if not any(named.overlaps(other) for other in found):
            found.append(named)
    return sorted(found, key=lambda each: each.start)


def find_times(text: str) -> list[Found]:
    """Times of day as HH:MM. A bare hour counts only after a word such as 'at' or with am, pm, Uhr or h."""
    found: list[Found] = []
    for match in TIME.finditer(text):
        if match["minute"] or match["half"]:
            found.append(_clock(match))
    for match in SPOKEN.finditer(text):
        hour = match["hour"].lower()
        value = 12 if hour in ("noon", "midday") else HOURS.index(hour) if hour in HOURS else int(hour)
        value = 12 if hour == "twelve" else value
        evening = re.search(r"pm|tonight|evening", (match["rest"] or "") + text[match.end() : match.end() + 12], re.IGNORECASE)
        value += 12 if value < 12 and (evening or (1 <= value <= 6 and "am" not in (match["rest"] or "").lower())) else 0
        spoken = Found(value=f"{value:02d}:00", start=match.start("hour"), end=match.end())
        if value < 24 and not any(spoken.overlaps(other) for other in found):
            found.append(spoken)
    return sorted(found, key=lambda each: each.start)


def _clock(match: re.Match[str]) -> Found:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return Found(value=f"{hour:02d}:{minute:02d}", start=match.start(), end=match.end())
