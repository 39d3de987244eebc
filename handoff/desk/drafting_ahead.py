"""Has the copilot draft a reply as soon as a customer wrote in a claimed case, and keeps in mind how each draft stands."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, func, select

from core.conversation import Author
from core.errors import NotFound, RapportError
from handoff.case_book import CLAIMED
from handoff.desk.pictures import Drafts
from handoff.desk.rooms import DeskRooms
from handoff.desk.showing import Pace, tried
from handoff.desk.views import SuggestionView
from memory.tables import entries

MOST_TRIES = 5
MOST_REMEMBERED = 2_000
_LOG = structlog.get_logger("rapport.desk")


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A case as far as a draft depends on it: who holds it, under which epoch, and the customer's last line."""

    case_id: str
    owner_id: str | None
    epoch: int
    position: int


class DraftingAhead:
    """One draft at a time. `drafted` tells how the latest draft of each case stands; `changed` is called with a conversation."""

    def __init__(self, desk: DeskRooms, drafts: Drafts, changed: Callable[[str], None], pace: Pace) -> None:
        self.drafted: dict[str, SuggestionView] = {}
        self._desk = desk
        self._drafts = drafts
        self._changed = changed
        self._pace = pace
        self._asked: dict[str, Matter] = {}
        self._waiting: dict[str, int] = {}
        self._called = asyncio.Event()
        self._at_it = False

    def mark(self, conversation_id: str) -> None:
        """Has a conversation looked at: the customer wrote, the case changed hands, or a draft was used."""
        self._waiting.setdefault(conversation_id, 0)
        self._called.set()

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._at_it

    async def run(self) -> None:
        """Drafts until cancelled."""
        while True:
            while not self._waiting:
                self._called.clear()
                await self._called.wait()
            conversation_id = next(iter(self._waiting))
            tries = self._waiting.pop(conversation_id)
            self._at_it = True
            _, error = await tried(self._look(conversation_id), self._pace.draft_timeout_s)
            self._at_it = False
            if error is not None:
                await self._again(conversation_id, tries, error)

    async def _again(self, conversation_id: str, tries: int, error: BaseException) -> None:
        """What failed is tried a few times more; the agent can write without a draft."""
        lasting = not isinstance(error, RapportError) or isinstance(error, NotFound)
        _LOG.warning("no_draft", conversation_id=conversation_id, error=type(error).__name__, tries=tries)
        if not lasting and tries + 1 < MOST_TRIES:
            await asyncio.sleep(self._pace.pause(tries))
            self._waiting.setdefault(conversation_id, tries + 1)

    async def _look(self, conversation_id: str) -> None:
        matter = await self._desk.database.read(lambda conn: self._matter(conn, conversation_id))
        if matter is None:
            return
        tenant, offered = self._desk.tenant.id, None
        if matter.owner_id is not None and self._asked.get(matter.case_id) != matter:
            offered = await self._drafts.offer(matter.case_id, tenant)
            self._remember(matter)
        now = offered or await self._drafts.latest(matter.case_id, tenant)
        if now is not None and now != self.drafted.get(matter.case_id):
            self.drafted[matter.case_id] = now
            self._changed(conversation_id)

    def _remember(self, matter: Matter) -> None:
        self._asked.pop(matter.case_id, None)
        if len(self._asked) >= MOST_REMEMBERED:
            oldest = next(iter(self._asked))
            del self._asked[oldest]
            self.drafted.pop(oldest, None)
        self._asked[matter.case_id] = matter

    def _matter(self, conn: Connection, conversation_id: str) -> Matter | None:
        """How it stands now; None for a conversation that never was a case."""
        tenant = self._desk.tenant.id
        found = self._desk.cases.of_conversation(conn, tenant, conversation_id)
        case = next((each for each in found if each.live), None) or next(reversed(found), None)
        if case is None:
            return None
        theirs = select(func.max(entries.c.position)).where(
            entries.c.tenant == tenant,
            entries.c.conversation_id == conversation_id,
            entries.c.author == Author.CUSTOMER.value,
        )
        owner = case.agent_id if case.state == CLAIMED else None
        return Matter(case_id=case.id, owner_id=owner, epoch=case.epoch, position=conn.execute(theirs).scalar() or 0)
