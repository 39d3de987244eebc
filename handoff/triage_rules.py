"""The unmistakable cases for a person. Pure: the wordings are data in triage_rules.toml; breadth is the model's part."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from handoff.triage_money import large_claim

_FILE = Path(__file__).parent / "triage_rules.toml"
MONEY = "money_over_limit"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Calls for a person for `reason` when `calls` is found and `unless` isn't."""

    reason: str
    calls: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fires(self, text: str) -> str | None:
        """The words that call for it."""
        if self.reason == MONEY:
            return large_claim(text)
        found = self.calls.search(text)
        if not found or (self.unless and self.unless.search(text)):
            return None
        return found[0].strip()


def first_rule(text: str) -> tuple[str, str] | None:
    """The reason of the first rule that fires, in the order of precedence, and the words that called for it."""
    for rule in rules():
        words = rule.fires(text)
        if words is not None:
            return rule.reason, words
    return None


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    data: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words: dict[str, str] = data["words"]
    return tuple(
        Rule(
            reason=rule["reason"],
            calls=_any(rule["calls"], words),
            unless=_any(rule["unless"], words) if "unless" in rule else None,
        )
        for rule in data["rules"]
    )


def _any(patterns: list[str], words: dict[str, str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    for _ in words:
        for name, choice in words.items():
            joined = joined.replace(f"<{name}>", choice)
    return re.compile(joined, re.IGNORECASE)
