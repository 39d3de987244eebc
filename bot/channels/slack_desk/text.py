"""Words on their way into Slack: escaped, cut to length, dated in the reader's zone. Nothing of their wording is changed."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.channels.slack.mrkdwn import escaped
from bot.channels.slack.mrkdwn import pieces as raw_pieces

SECTION = 3_000
LANGUAGES = {
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
}


def shown(text: str, most: int = SECTION) -> str:
    """Escaped, and at most so long: what is cut ends with an ellipsis."""
    return escaped(text) if len(escaped(text)) <= most else escaped(text[: _fitting(text, most - 1)].rstrip()) + "…"


def cut(text: str, most: int) -> str:
    """For plain text, which needs no escaping. Never empty: Slack refuses that."""
    return (text if len(text) <= most else text[: most - 1].rstrip() + "…") or "–"


def pieces(text: str, most: int = SECTION) -> Sequence[str]:
    """The whole text, escaped, in pieces that end between words."""
    return [escaped(piece) for piece in raw_pieces(text, most)]


def quoted(text: str, most: int = SECTION) -> str:
    """As a quotation, each line marked."""
    room = most - 2 * (text.count("\n") + 1)
    return "> " + shown(text, max(room, most // 2)).replace("\n", "\n> ")


def capital(text: str) -> str:
    """As the beginning of a line."""
    return text[:1].upper() + text[1:]


def language(code: str) -> str:
    """A language by its name."""
    return LANGUAGES.get(code.partition("-")[0].lower(), code)


def joined(sentences: Sequence[str]) -> str:
    """Several reasons as one text, each with a full stop."""
    return " ".join(each if each.endswith((".", "!", "?", ":")) else f"{each}." for each in sentences if each)


def moment(at: datetime) -> str:
    """A day and time in the zone of whoever reads it."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{plain_moment(at)}>"


def clock_time(at: datetime) -> str:
    """A time of day in the zone of whoever reads it."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at.astimezone(UTC):%H:%M} UTC>"


def plain_moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y %H:%M} UTC"


def _fitting(text: str, most: int) -> int:
    """How many characters fit, counted as they are escaped."""
    length = 0
    for place, character in enumerate(text):
        length += len(escaped(character))
        if length > most:
            return place
    return len(text)
