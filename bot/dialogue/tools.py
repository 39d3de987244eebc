"""What a turn works with: the ports to skills, the help centre, mail and triage, in the dialogue's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.action import ActionRequest
from core.conversation import Sentence
from core.language import LanguageModel
from skills.contract import Context, Ready, Skill, Slots
from skills.facts import Talk
from skills.outcomes import Outcome, Proposal


class Actions(Protocol):
    """Prepares, proposes and runs skills under policy: `skills.run.Runner` in the house."""

    async def prepare(self, skill: Skill, context: Context, slots: Slots, talk: Talk) -> Proposal: ...

    async def propose(self, skill: Skill, context: Context, ready: Ready, talk: Talk) -> Proposal: ...

    async def run(self, request: ActionRequest, talk: Talk, context: Context | None = None) -> Outcome: ...


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What stands of an answer: sentences that passed the check. `choices` are cases to choose from when it is ambiguous."""

    sentences: tuple[Sentence, ...] = ()
    passages: tuple[str, ...] = ()
    answerable: float = 0.0
    dropped: int = 0
    choices: tuple[str, ...] = ()
    staff_only: bool = False


class Help(Protocol):
    """Answers questions from the help centre."""

    async def likelihood(self, tenant: str, question: str, language: str) -> float:
        """How likely the help centre answers this, 0 to 1."""
        ...

    async def answer(
        self, tenant: str, question: str, language: str, *, recalled: Sequence[str] = (), facts: Mapping[str, str] | None = None
    ) -> Answered: ...


class Count(Protocol):
    """Works out what quoted rules come to for the figures in a question, on a day and in a language; none when nothing does."""

    def __call__(self, question: str, rules: Sequence[Sentence], today: date, language: str, /) -> Sentence | None: ...


def nothing_to_count(question: str, rules: Sequence[Sentence], today: date, language: str, /) -> None:
    """Leaves every rule as it is quoted."""


class CodeMail(Protocol):
    """Mails a step-up code to the address on file, and knows it again."""

    async def send(self, context: Context, seed: str) -> str:
        """Sends a code and returns its digest. The same seed sends the same code once."""
        ...

    def matches(self, digest: str, code: str) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Tools:
    """All of it together."""

    model: LanguageModel
    skills: Mapping[str, Skill]
    actions: Actions
    help: Help
    mail: CodeMail
    count: Count = nothing_to_count
