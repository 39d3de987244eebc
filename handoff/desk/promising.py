"""Promises at the desk: what is open, due soon, broken and kept, and what agents do about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from core.errors import BadInput, NotFound
from core.people import Principal
from governance.roles import BILLING_LEAD, SUPPORT_AGENT, enough
from handoff.desk.case_views import CaseViews
from handoff.desk.customers import Names
from handoff.desk.rooms import DeskRooms, permit_reading, permit_working
from handoff.desk.views import PromiseView
from handoff.desk.words import moment
from handoff.promises import BROKEN, OPEN, NewTime, Promise
from handoff.roster import Roster

MOST_REASON = 500
QUEUE = "queue"


@dataclass(frozen=True, kw_only=True)
class PromiseLists:
    """All promises, the most pressing first; what is due soon isn't among the open ones. The latest kept ones come last."""

    open: tuple[PromiseView, ...]
    soon: tuple[PromiseView, ...]
    broken: tuple[PromiseView, ...]
    kept: tuple[PromiseView, ...]


@dataclass(frozen=True, kw_only=True)
class MovedPromise:
    """A promise with its new time, and words in which the customer may be told: nobody tells them by itself."""

    promise: PromiseView
    suggestion: str


class DeskPromises:
    """Lists promises and settles them."""

    def __init__(self, rooms: DeskRooms, views: CaseViews) -> None:
        self._rooms = rooms
        self._views = views
        self._names = Names(rooms.accounts, rooms.clock)

    async def lists(self, agent: Principal) -> PromiseLists:
        permit_reading(self._rooms, agent)
        found, broken, kept = await self._rooms.database.read(self._lists)
        views = [await self._named(each) for each in found]
        return PromiseLists(
            open=tuple(each for each in views if not each.soon),
            soon=tuple(each for each in views if each.soon),
            broken=tuple([await self._named(each) for each in broken]),
            kept=tuple([await self._named(each) for each in kept]),
        )

    async def pressing(self, agent: Principal) -> int:
        """How many are broken or due soon: the agent's own and those that nobody in particular sees to; a lead's are all."""
        permit_reading(self._rooms, agent)
        found, broken, _ = await self._rooms.database.read(self._lists)
        now, leads = self._rooms.clock.now(), enough(agent.roles, BILLING_LEAD) is not None
        late = [each for each in found if each.due_soon(now)] + broken
        return sum(leads or each.owner in (None, agent.id) for each in late)

    async def keep(self, promise_id: str, agent: Principal) -> PromiseView:
        rooms = self._rooms
        return await self._done(
            agent, lambda conn: rooms.cases.keeping.keep(conn, rooms.tenant.id, promise_id, rooms.clock.now())
        )

    async def drop(self, promise_id: str, agent: Principal) -> PromiseView:
        """Takes off the list what was no promise."""

        def write(conn: Connection) -> Promise:
            rooms, now = self._rooms, self._rooms.clock.now()
            dropped = rooms.promises.drop(conn, rooms.tenant.id, promise_id, now)
            rooms.cases.keeping.settle(conn, rooms.tenant.id, dropped.conversation_id, now)
            return dropped

        return await self._done(agent, write)

    async def move(self, promise_id: str, agent: Principal, due_at: datetime, reason: str) -> MovedPromise:
        """Gives it another time, with the reason for colleagues."""
        if not reason.strip() or len(reason) > MOST_REASON:
            raise BadInput(f"Say why in at most {MOST_REASON} characters: colleagues read it.")
        to, rooms = NewTime(due_at=due_at, reason=reason.strip(), by=agent.id), self._rooms
        moved = await self._done(
            agent, lambda conn: rooms.promises.move(conn, rooms.tenant.id, promise_id, to, at=rooms.clock.now())
        )
        said = f"We promised you: “{moved.text}” " if moved.text else ""
        words = f"{said}It will take until {moment(due_at)}. I'm sorry about the delay."
        return MovedPromise(promise=moved, suggestion=words)

    async def hand_to(self, promise_id: str, agent: Principal, to_agent_id: str | None) -> PromiseView:
        """Makes a colleague see to it; None leaves it to the queue."""
        owner, rooms = worker(self._rooms.roster, to_agent_id) if to_agent_id else None, self._rooms
        return await self._done(
            agent,
            lambda conn: rooms.promises.hand(conn, rooms.tenant.id, promise_id, owner, by=agent.id, at=rooms.clock.now()),
        )

    def _lists(self, conn: Connection) -> tuple[list[Promise], list[Promise], list[Promise]]:
        promises, tenant = self._rooms.promises, self._rooms.tenant.id
        return promises.listed(conn, tenant, OPEN), promises.listed(conn, tenant, BROKEN), promises.closed(conn, tenant)

    async def _done(self, agent: Principal, step: Callable[[Connection], Promise]) -> PromiseView:
        permit_working(self._rooms, agent)

        def write(conn: Connection) -> tuple[Promise, list[str]]:
            done = step(conn)
            return done, self._rooms.lanes(conn, done.conversation_id)

        promise, lanes = await self._rooms.database.write(write)
        self._rooms.wake(lanes)
        return await self._named(promise)

    async def _named(self, promise: Promise) -> PromiseView:
        contact_id, case_id, holder = await self._rooms.database.read(lambda conn: self._about(conn, promise))
        name, account = await self._names.of(contact_id)
        seen = self._views.promise(promise)
        if promise.owner is None and holder:
            seen = replace(seen, owner=holder)
        return replace(seen, customer=" · ".join(filter(None, (name, account))) or "Somebody unknown", case_id=case_id)

    def _about(self, conn: Connection, promise: Promise) -> tuple[str | None, str | None, str]:
        """Whose conversation it was made in, that conversation's latest case, and who holds that now."""
        talk = self._rooms.threads.get(conn, promise.tenant, promise.conversation_id)
        cases = self._rooms.cases.of_conversation(conn, promise.tenant, promise.conversation_id)
        latest = cases[-1] if cases else None
        return talk.contact_id, latest.id if latest else None, latest.agent_name if latest and latest.agent_id else ""


def worker(roster: Roster, agent_id: str) -> str:
    """The id of somebody who works on cases. Raises `NotFound` or `BadInput`."""
    found = roster.by_id(agent_id)
    if found is None:
        raise NotFound(f"Nobody at the desk has the id {agent_id}: choose from the list.", agent_id=agent_id)
    if enough(found.roles, SUPPORT_AGENT) is None:
        raise BadInput(f"{found.name} doesn't work on cases: choose a support agent.", agent_id=agent_id)
    return found.id


def concerned(roster: Roster, owner: str | None, holder: str | None) -> Sequence[str]:
    """Who is told of a promise: its owner, or whoever holds the case, and the leads of the desk."""
    leads = [each.id for each in roster.agents if enough(each.roles, BILLING_LEAD) is not None]
    first = owner or holder
    return list(dict.fromkeys([first, *leads] if first else leads))
