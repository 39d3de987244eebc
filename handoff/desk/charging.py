"""For whom the desk has a model work: what it costs is counted against the conversation, and who writes there is masked."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from core.charging import Charge, charged
from core.errors import RapportError
from memory.tables import Conversation

DRAFT_S = 30.0


class Person(Protocol):
    """Somebody whose name is masked; what else is personal has a pattern."""

    @property
    def name(self) -> str: ...


Finder = Callable[[str], Awaitable[Person | None]]


@asynccontextmanager
async def for_desk(tenant: str, conversation: Conversation | None = None, find: Finder | None = None) -> AsyncGenerator[Charge]:
    """Counts the block's calls as drafts. `find` looks a contact up by its id; who isn't found is masked by patterns alone."""
    known: list[tuple[str, str]] = []
    if find is not None and conversation is not None and conversation.contact_id is not None:
        try:
            person = await find(conversation.contact_id)
        except (RapportError, TimeoutError):
            person = None
        known = [("person", person.name)] if person and person.name else []
    charge = Charge(
        tenant=tenant,
        conversation_id=conversation.id if conversation else "",
        role="draft",
        deadline_at=time.monotonic() + DRAFT_S,
        known=known,
    )
    with charged(charge):
        yield charge
