"""A conversation in three lines for the person who takes it over: what was wanted first, the figures, how it stands."""

import re
from collections.abc import Sequence

from core.language import Said
from knowledge.sentences import spans

LONGEST_LINE = 220
GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten tag|bonjour|hola|hej|ciao)\b(?: (?:there|all|team"
    r"|[A-Z]\w+)){0,2}\s*[,.!–-]\s*",
    re.IGNORECASE,
)
FIGURE = re.compile(r"\d|\b(?:[A-Z]{2,4}-\d+|€|\$|£)")
SECRET = re.compile(
    r"(?<![\w-])\d{3}[ -]?\d{3}(?![\w-])|\b(?:password|passwort|mot de passe|contraseña|pin)\b\s*(?:is|:|ist)?\s*\S+",
    re.IGNORECASE,
)
SMALL = re.compile(r"^\W*(?:yes|no|ok|okay|thanks|thank you|ja|nein|oui|non|sí|gracias|danke|merci)?\W*$", re.IGNORECASE)


def summary(said: Sequence[Said]) -> str:
    """Three lines at most, in the customer's own words. Codes and passwords are left out."""
    customers = [each for each in said if each.role == "customer" and not SMALL.match(each.text)]
    if not customers:
        return "The customer hasn't said what it is about."
    lines = [f"First asked: {_short(_telling(customers[0].text))}"]
    figures = _figures([each.text for each in customers], lines[0])
    if figures:
        lines.append(f"Details: {_short(figures)}")
    state = _state(said, customers[0])
    if state:
        lines.append(state)
    return "\n".join(lines)


def _figures(texts: Sequence[str], known: str) -> str:
    """Sentences with numbers that the first line doesn't hold."""
    found: list[str] = []
    for text in texts:
        for first, last in spans(text.replace("\n", " ")):
            sentence = _masked(text.replace("\n", " ")[first:last].strip())
            if FIGURE.search(sentence) and sentence not in known and sentence not in found:
                found.append(sentence)
    return " / ".join(found[:3])


def _state(said: Sequence[Said], first: Said) -> str:
    """What was said last, by whom."""
    last = said[-1]
    if last is first:
        return ""
    who = {"customer": "the customer", "bot": "the assistant", "agent": "an agent"}.get(last.role, last.role)
    return f"Last, {who} said: {_short(_masked(last.text))}"


def _telling(text: str) -> str:
    """The message without its greeting; of a long one the first two sentences."""
    plain = GREETING.sub("", text.replace("\n", " ").strip()) or text
    parts = [plain[first:last] for first, last in spans(plain)]
    return _masked(" ".join(parts[:2]) or plain)


def _masked(text: str) -> str:
    return SECRET.sub("…", text)


def _short(text: str) -> str:
    """Cut at a word, with a mark."""
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= LONGEST_LINE:
        return text
    return text[:LONGEST_LINE].rsplit(" ", 1)[0] + " …"
