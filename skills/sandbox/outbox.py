"""E-mails that the company "sent": kept, and shown on the demo's outbox page."""

from datetime import datetime

from pydantic import BaseModel

from core.clock import Clock
from skills.sandbox.store import SandboxStore, StoreSession


class Mailed(BaseModel):
    """An e-mail as sent."""

    number: int
    at: datetime
    to: str
    subject: str
    body: str


def keep_mail(session: StoreSession, at: datetime, mail: tuple[str, str, str]) -> None:
    """Keeps an e-mail (to, subject, body) in the transaction of what it tells of."""
    number = session.next_number("mail", 1)
    to, subject, body = mail
    mailed = Mailed(number=number, at=at, to=to, subject=subject, body=body)
    session.put("mail", str(number), mailed.model_dump_json())


class SandboxOutbox:
    """An outbox that keeps e-mails where they can be read, instead of sending them."""

    def __init__(self, store: SandboxStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def send(self, to: str, subject: str, body: str) -> None:
        at = self._clock.now()
        await self._store.run(lambda session: keep_mail(session, at, (to, subject, body)))

    async def messages(self) -> tuple[Mailed, ...]:
        """All e-mails, newest first."""
        texts = await self._store.run(lambda session: session.all("mail"))
        return tuple(reversed([Mailed.model_validate_json(each) for each in texts]))
