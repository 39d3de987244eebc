"""What the three ports share: documents by id, one effect for each key, and faults around every call."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter

from core.clock import Clock
from core.errors import Conflict, NotFound
from skills.sandbox.ageing import aged
from skills.sandbox.data import CompanyData
from skills.sandbox.docs import AccountDoc
from skills.sandbox.faults import Faults
from skills.sandbox.outbox import keep_mail
from skills.sandbox.store import SandboxStore, StoreSession

T = TypeVar("T")


class KeptResult(BaseModel):
    """What a key was first used for, and the result it gave."""

    fingerprint: str
    result: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The company's files, its store, its clock and the faults in force."""

    data: CompanyData
    store: SandboxStore
    clock: Clock
    faults: Faults

    @property
    def today(self) -> date:
        return self.clock.now().date()

    async def read(self, operation: str, work: Callable[[StoreSession], T]) -> T:
        """Runs a reading operation."""
        return await self.faults.around(operation, lambda: self.store.run(work))

    async def write(self, operation: str, once: "Once[T]") -> T:
        """Runs a writing operation; its effect, its key and its result are kept together or not at all."""

        def call() -> Awaitable[T]:
            return self.store.run(once.run)

        return await self.faults.around(operation, call)

    def account(self, session: StoreSession, account_id: str) -> AccountDoc:
        """The account as it stands today; not to be changed. `NotFound` when there is none of that id."""
        kept = session.get("account", account_id)
        doc = AccountDoc.model_validate_json(kept) if kept else self.data.accounts.get(account_id)
        if doc is None:
            raise NotFound("There is no account of that id: check it.", code="unknown_account")
        return aged(doc, self.today, self.data.terms)

    def copy_of(self, session: StoreSession, account_id: str) -> AccountDoc:
        """The account, to be changed and put back with `keep`."""
        return self.account(session, account_id).model_copy(deep=True)

    def keep(self, session: StoreSession, doc: AccountDoc) -> None:
        session.put("account", doc.id, doc.model_dump_json())

    def accounts(self, session: StoreSession) -> list[AccountDoc]:
        """Every account as it stands."""
        changed = {doc.id: doc for doc in map(AccountDoc.model_validate_json, session.all("account"))}
        return [aged(changed.get(doc.id, doc), self.today, self.data.terms) for doc in self.data.accounts.values()]

    def mail(self, session: StoreSession, doc: AccountDoc, subject: str, body: str) -> None:
        """Puts a service e-mail to the Owners and billing contacts in the outbox."""
        for contact in doc.contacts:
            if contact.active and contact.role in {"Owner", "Billing admin"}:
                keep_mail(session, self.clock.now(), (contact.email, subject, body))


@dataclass(frozen=True, kw_only=True)
class Once(Generic[T]):
    """A write that happens once for each key."""

    key: str
    about: str
    content: object
    result: TypeAdapter[T]
    work: Callable[[StoreSession], T]

    def run(self, session: StoreSession) -> T:
        """Does the work and keeps the result, or gives the result that the key gave before."""
        fingerprint = self._fingerprint()
        kept = session.get("key", self.key)
        if kept is not None:
            earlier = KeptResult.model_validate_json(kept)
            if earlier.fingerprint != fingerprint:
                raise Conflict("That key was used for something else: use a new one.", code="key_reused")
            return self.result.validate_json(earlier.result)
        result = self.work(session)
        text = self.result.dump_json(result).decode()
        session.put("key", self.key, KeptResult(fingerprint=fingerprint, result=text).model_dump_json())
        return result

    def _fingerprint(self) -> str:
        kind = type(self.content)
        body = TypeAdapter(kind).dump_json(self.content).decode()
        return hashlib.sha256(f"{self.about} {kind.__name__} {body}".encode()).hexdigest()
