"""What the copilot stands on: the rooms that it reads and writes, and the ports through which it understands and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.conversation import Sentence
from core.database import Database
from core.errors import NotAllowed
from core.journal import Journal
from core.language import LanguageModel
from core.people import Principal, PrincipalKind, Tenant
from core.vault import Vault
from governance.approvals import Approvals
from governance.roles import covered_by
from handoff.cases import Cases
from handoff.roster import Roster
from knowledge.search import Search
from memory.recall import Recall
from memory.threads import Threads
from skills.contract import Ports
from skills.run import Runner


class Answered(Protocol):
    """What stands of an answer from the public articles."""

    @property
    def sentences(self) -> tuple[Sentence, ...]: ...

    @property
    def passages(self) -> tuple[str, ...]: ...

    @property
    def answerable(self) -> float: ...

    @property
    def staff_only(self) -> bool: ...


class Answers(Protocol):
    """Answers from what customers may read, every sentence checked."""

    async def answer(
        self, tenant: str, question: str, language: str, *, recalled: Sequence[str] = (), facts: Mapping[str, str] | None = None
    ) -> Answered: ...


@dataclass(frozen=True, kw_only=True)
class CopilotRooms:
    """All of it. `knowledge` is the database that holds the articles; `threshold` is how likely an answer must be."""

    tenant: Tenant
    roster: Roster
    database: Database
    knowledge: Database
    vault: Vault
    journal: Journal
    threads: Threads
    cases: Cases
    approvals: Approvals
    runner: Runner
    recall: Recall
    search: Search
    answers: Answers
    model: LanguageModel
    clock: Clock
    threshold: float = 0.5
    recall_tokens: int = 400

    @property
    def ports(self) -> Ports:
        return self.runner.proposer.sources.ports

    @property
    def now(self) -> datetime:
        return self.clock.now()


def permit(agent: Principal, tenant: Tenant) -> None:
    """Lets through whoever works at this company's desk. Raises `NotAllowed` for everybody else, auditors too."""
    of_the_desk = agent.kind is PrincipalKind.AGENT and agent.tenant.id == tenant.id
    if not of_the_desk or not covered_by(agent.roles):
        raise NotAllowed("Only people who work at the desk may do this: ask an administrator for a role such as support_agent.")
