"""As much of a conversation as a model is shown: the newest, in marks, and so that its beginning changes seldom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.models.fluent.marking import marked
from bot.models.provider import Words
from core.language import Said

STEP = 10
CUT = " […]"


@dataclass(frozen=True, kw_only=True)
class Window:
    """How much is shown. Older messages leave ten at a time, so that what a provider has cached stays the same in between."""

    messages: int = 40
    characters: int = 24_000
    one_message: int = 6_000

    def halved(self) -> "Window":
        return replace(self, messages=max(2, self.messages // 2), characters=self.characters // 2)

    def of(self, said: Sequence[Said]) -> Sequence[Said]:
        """The newest messages that fit; always the last one."""
        first = 0
        while len(said) - first > 1 and not self._fits(said[first:]):
            first = min(first + min(STEP, self.messages), len(said) - 1)
        return [replace(each, text=shortened(each.text, self.one_message)) for each in said[first:]]

    def words(self, said: Sequence[Said]) -> tuple[Words, ...]:
        """The messages, each marked as what it is."""
        return tuple(Words(text=marked(speaker(each.role), each.text), steady=True) for each in self.of(said))

    def _fits(self, said: Sequence[Said]) -> bool:
        length = sum(min(len(each.text), self.one_message) for each in said)
        return len(said) <= self.messages and length <= self.characters


def speaker(role: str) -> str:
    """How a model is told who spoke."""
    return {"customer": "customer", "bot": "assistant", "agent": "colleague"}.get(role, "system note")


def shortened(text: str, longest: int) -> str:
    """The text's beginning, with a sign where it was cut."""
    return text if len(text) <= longest else text[:longest] + CUT
