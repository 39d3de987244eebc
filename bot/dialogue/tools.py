"""What a turn works with: the ports to skills, the help centre, mail and triage, in the dialogue's own words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.dialogue.checking import Checking
from bot.dialogue.steps import SkillCard
from bot.dialogue.translating import Translating
from core.action import ActionRequest
from core.conversation import Sentence
from core.language import LanguageModel, SlotSpec, SlotValue, Source
from skills.contract import Context, Ready, Skill, Slots
from skills.facts import Talk
from skills.foreseen import Intended, Outlook
from skills.outcomes import Outcome, Proposal
from skills.procedures.procedure import Procedure


class Actions(Protocol):
    """Prepares, proposes and runs skills under policy: `skills.run.Runner` in the house."""

    async def prepare(self, skill: Skill, context: Context, slots: Slots, talk: Talk) -> Proposal: ...

    async def propose(self, skill: Skill, context: Context, ready: Ready, talk: Talk) -> Proposal: ...

    async def foresee(self, intended: Sequence[Intended], talk: Talk) -> Outlook: ...

    async def run(self, request: ActionRequest, talk: Talk, context: Context | None = None) -> Outcome: ...


WORTH_READING = 0.1
"""How likely passages must answer to be given to a model that reads them; every sentence it makes of them is checked."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What stands of an answer: sentences that passed the check. `choices` are topics that come near when none does."""

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


@dataclass(frozen=True, kw_only=True)
class Passages:
    """What a search brought. `texts` are the source texts of the articles, by id; `ids` name the passages for the record."""

    sources: tuple[Source, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    ids: tuple[str, ...] = ()
    answerable: float = 0.0
    staff_only: bool = False


class Finding(Protocol):
    """Searches the help centre for customers."""

    @property
    def threshold(self) -> float:
        """From which likelihood on a question counts as answered there."""
        ...

    async def find(self, tenant: str, question: str, language: str) -> Passages: ...


class ValueReader(Protocol):
    """Finds values of slots in text, typed as understanding types them."""

    def find(
        self, text: str, specs: Sequence[SlotSpec], *, message_id: str, today: date, expecting: SlotSpec | None = None
    ) -> tuple[SlotValue, ...]: ...


class KeptAnswers(Protocol):
    """Answers that were checked before, for the same question over the same knowledge."""

    async def get(self, question: str, language: str) -> Sequence[Sentence] | None: ...

    async def put(self, question: str, language: str, sentences: Sequence[Sentence]) -> None: ...


class NothingKept:
    """Keeps no answers."""

    async def get(self, question: str, language: str) -> Sequence[Sentence] | None:
        return None

    async def put(self, question: str, language: str, sentences: Sequence[Sentence]) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class Fluency:
    """What a model needs around it that answers in its own words and calls tools. `may_ask`: whether a person could at all."""

    finding: Finding
    checking: Checking
    translating: Translating
    values: ValueReader
    may_ask: Callable[[Skill, Context], bool]
    kept: KeptAnswers = field(default_factory=NothingKept)


class CodeMail(Protocol):
    """Mails a step-up code to the address on file, and knows it again."""

    async def send(self, context: Context, seed: str) -> str:
        """Sends a code and returns its digest. The same seed sends the same code once."""
        ...

    def matches(self, digest: str, code: str) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Tools:
    """All of it together. Without `fluency` a fluent model quotes like any other.

    `names` are what the company sells side by side: a question about one goes over to another by its name alone. `items` are the
    names of what is offered, by their ids in the catalogue.
    """

    model: LanguageModel
    skills: Mapping[str, Skill]
    actions: Actions
    help: Help
    mail: CodeMail
    count: Count = nothing_to_count
    fluency: Fluency | None = None
    procedures: Mapping[str, Procedure] = field(default_factory=dict[str, Procedure])
    names: tuple[str, ...] = ()
    items: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def titles(self) -> Mapping[str, str]:
        """What each skill and procedure is called."""
        return {each.id: each.title for each in self.skills.values()} | {
            name: each.title for name, each in self.procedures.items()
        }

    @property
    def fluent(self) -> Fluency | None:
        """What surrounds a model's own words; None when it has none or may not use them."""
        return self.fluency if self.model.fluent else None


def skill_cards(skills: Mapping[str, Skill]) -> dict[str, SkillCard]:
    """What the machine needs to know of each skill."""
    return {
        skill.id: SkillCard(id=skill.id, reads=skill.effect.value == "read", slots=skill.slots)
        for skill in skills.values()
        if skill.id != "raise_offer"
    }
