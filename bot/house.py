"""All rooms of one installation, put together by `bot.wiring` and used by the front doors."""

from dataclasses import dataclass
from typing import Protocol

from bot.approving import Approving
from bot.dialogue.turn import Turns
from bot.intake import Intake
from core.clock import Clock
from core.database import Database
from core.durable import Durable
from core.embedding import Embedder
from core.journal import Journal
from core.language import LanguageModel
from core.people import Tenant
from core.vault import Vault
from governance.approvals import Approvals
from governance.gate import Gate
from governance.registry import Registry
from handoff.cases import Cases
from handoff.promises import Promises
from knowledge.search import Search
from memory.distil import Distiller
from memory.forget import Forget
from memory.recall import Recall
from memory.threads import Threads
from skills.contract import Ports
from skills.helpdesk.port import Outbox


class Mail(Protocol):
    """An e-mail that was sent."""

    to: str
    subject: str
    body: str


class ReadableOutbox(Outbox, Protocol):
    """An outbox whose mails can be read: the demo's."""

    async def messages(self) -> "tuple[Mail, ...]": ...


@dataclass(frozen=True, kw_only=True)
class House:
    """One installation."""

    tenant: Tenant
    clock: Clock
    database: Database
    durable: Durable
    vault: Vault
    journal: Journal
    threads: Threads
    intake: Intake
    turns: Turns
    gate: Gate
    approvals: Approvals
    approving: Approving
    registry: Registry
    cases: Cases
    promises: Promises
    search: Search
    recall: Recall
    distiller: Distiller
    forget: Forget
    model: LanguageModel
    embedder: Embedder
    ports: Ports
    outbox: ReadableOutbox
