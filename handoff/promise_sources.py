"""What stands behind a promise: a skill that made it, or the skill that would keep what an agent promised in words. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

_STRUCTURED = re.compile(r"^(?P<what>[a-z_]+):(?P<record>[^:\s]+):(?P<when>\d{4}-\d\d-\d\dT\S+)$")
_WORDS = {"callback": "Call back"}
_KEPT_BY = (
    (r"\brefund\w*|\berstatt\w+|\brembours\w+|\breembols\w+|\bdevol[vu]\w+|\brimbors\w+|\bterugbeta\w+", "refund_payment"),
    (r"\bcredit (?:you|your|the)\b|\bgutschr\w+|\bgutschreib\w+|\bavoir\b|\bnota de crédito\b|\baccredit\w+", "give_credit"),
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A promise that a skill made: in words, and by when."""

    text: str
    due_at: datetime


def structured(text: str) -> Made | None:
    """What a skill wrote as `what:record:when`; None for anything else."""
    found = _STRUCTURED.match(text)
    if found is None:
        return None
    try:
        due_at = datetime.fromisoformat(found["when"])
    except ValueError:
        return None
    if due_at.tzinfo is None:
        return None
    what = found["what"]
    words = _WORDS.get(what) or what.replace("_", " ").capitalize()
    return Made(text=f"{words} ({found['record']})", due_at=due_at)


def skill_behind(text: str) -> str | None:
    """The skill that does what was promised in words, where that is plain: then its being done keeps the promise."""
    return next((skill for words, skill in _KEPT_BY if re.search(words, text, re.IGNORECASE)), None)
