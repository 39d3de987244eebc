"""Finds out what changed: from calls of this process at once, from the sealed journal for all that came here or elsewhere."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, select

from core.conversation import ConversationRef
from core.events import Event
from core.inbox import inbox
from handoff.case_book import cases
from handoff.desk.cursors import Cursor, Cursors
from handoff.desk.drafting_ahead import DraftingAhead
from handoff.desk.pictures import ACTION, APPROVAL, TALK, WORD, Subject, due_word, private_word, promise_words
from handoff.desk.rooms import DeskRooms
from handoff.desk.showing import Pace, Showing
from handoff.roster import ROLES

BATCH = 500
DRAFTS = "drafts"
SOON = timedelta(minutes=15)
_DRAFTED_AFTER = ("CustomerReplied", "case.", "suggestion.")


@dataclass(frozen=True, kw_only=True)
class Followers:
    """Who wants to know. `drafting` goes by a place in the journal of its own."""

    showings: Sequence[Showing]
    drafting: DraftingAhead | None
    drafted: Cursor | None


@dataclass(frozen=True, kw_only=True)
class Read:
    """A batch of the journal, the conversation of each event that belongs to a case, and what is told of each in private."""

    events: Sequence[tuple[int, Event]]
    talks: dict[str, str]
    words: dict[str, Sequence[str]]


class Following:
    """Reads what changed and marks it for those who show it. Use on the event loop."""

    def __init__(self, desk: DeskRooms, cursors: Cursors, followers: Followers, pace: Pace) -> None:
        self._desk = desk
        self._cursors = cursors
        self._followers = followers
        self._pace = pace
        drafted = [followers.drafted] if followers.drafted else []
        begun = [showing.cursor.position for showing in followers.showings] + [cursor.position for cursor in drafted]
        self._position = min(begun)
        self._drafts_saved = drafted[0].position if drafted else 0
        self._lanes: set[str] = set()
        self._anew = [showing for showing in followers.showings if showing.cursor.new]
        self._reminded: set[str] = set()
        self._called = asyncio.Event()

    def nudged(self, lane: str) -> None:
        """Something happened in that lane."""
        self._lanes.add(lane)
        self._called.set()

    def anew(self, showing: Showing) -> None:
        """Has everything live shown there."""
        self._anew.append(showing)
        self._called.set()

    async def run(self) -> None:
        """Follows until cancelled."""
        while True:
            self._called.clear()
            read = await self.step()
            if read < BATCH:
                await self._rest()

    async def step(self) -> int:
        """Takes what there is now. Returns how many events there were."""
        await self._show_anew()
        await self._look_at_lanes()
        batch = await self._desk.database.read(self._read)
        for position, event in batch.events:
            self._take(position, event, batch.talks.get(event.id))
            self._mark([Subject(kind=WORD, id=word) for word in batch.words.get(event.id, ())], position)
            self._position = position
        for showing in self._followers.showings:
            showing.followed = max(showing.followed, self._position)
        await self._save()
        return len(batch.events)

    async def remind(self) -> None:
        """Looks at deadlines until cancelled."""
        while True:
            await self.look_at_deadlines()
            await asyncio.sleep(self._pace.remind_s)

    async def look_at_deadlines(self) -> None:
        """Has cards of late cases brought up to date, and reminds the holders of cases whose first reply is due."""
        now, tenant = self._desk.clock.now(), self._desk.tenant.id
        queue = await self._desk.database.read(lambda conn: self._desk.cases.queue(conn, tenant, now=now))
        due: dict[str, Subject] = {}
        for case in [line.case for line in queue if line.case.first_reply_at is None and line.case.due_at - now <= SOON]:
            if case.overdue(now):
                due[f"late {case.id}"] = Subject(kind=TALK, id=case.conversation_id)
            word = due_word(case, now)
            if word is not None:
                due[word] = Subject(kind=WORD, id=word)
        self._mark([subject for name, subject in due.items() if name not in self._reminded], None)
        self._reminded = set(due)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._called.wait(), self._pace.poll_s)
        except TimeoutError:
            return

    async def _show_anew(self) -> None:
        showings, self._anew = self._anew, []
        if showings:
            for subject in await self._desk.database.read(self._live):
                for showing in showings:
                    showing.mark(subject)

    async def _look_at_lanes(self) -> None:
        lanes, self._lanes = self._lanes, set()
        for talk in await self._desk.database.read(lambda conn: self._in_lanes(conn, lanes)) if lanes else ():
            self._mark([Subject(kind=TALK, id=talk)], None)
            if self._followers.drafting is not None:
                self._followers.drafting.mark(talk)

    def _take(self, position: int, event: Event, talk: str | None) -> None:
        """Marks what an event changed."""
        if event.tenant != self._desk.tenant.id:
            return
        subjects = [Subject(kind=TALK, id=talk)] if talk else []
        if event.type.startswith("approval."):
            subjects.append(Subject(kind=APPROVAL, id=str(event.data.get("approval"))))
        if talk and "action" in event.data and event.type not in ("action.proposed", "action.decided", "action.started"):
            subjects.append(Subject(kind=ACTION, id=str(event.data["action"])))
        if talk and private_word(event):
            subjects.append(Subject(kind=WORD, id=event.id))
        self._mark(subjects, position)
        drafting, drafted = self._followers.drafting, self._followers.drafted
        if drafting and drafted and talk and position > drafted.position and event.type.startswith(_DRAFTED_AFTER):
            drafting.mark(talk)

    def _mark(self, subjects: Iterable[Subject], position: int | None) -> None:
        for subject in subjects:
            for showing in self._followers.showings:
                showing.mark(subject, position)

    async def _save(self) -> None:
        """Keeps how far each has come, where that changed."""
        for showing in self._followers.showings:
            done = showing.done
            if done > showing.saved:
                await self._cursors.move(showing.surface.name, done)
                showing.saved = done
        drafting = self._followers.drafting
        if drafting is not None and drafting.idle and self._position > self._drafts_saved:
            await self._cursors.move(DRAFTS, self._position)
            self._drafts_saved = self._position

    def _read(self, conn: Connection) -> Read:
        events = self._desk.journal.follow(conn, after=self._position, limit=BATCH)
        placed = self._placed(conn, [event for _, event in events])
        known = self._with_cases(conn, set(placed.values()))
        talks = {event_id: talk for event_id, talk in placed.items() if talk in known}
        mine = [event for _, event in events if event.tenant == self._desk.tenant.id]
        words = {event.id: promise_words(event, self._desk.roster, self._holder(conn, event)) for event in mine}
        return Read(events=events, talks=talks, words={event_id: found for event_id, found in words.items() if found})

    def _holder(self, conn: Connection, event: Event) -> str | None:
        if not event.type.startswith("promise.") or not event.conversation_id:
            return None
        found = self._desk.cases.of_conversation(conn, event.tenant, event.conversation_id)
        return found[-1].agent_id if found else None

    def _placed(self, conn: Connection, events: Sequence[Event]) -> dict[str, str]:
        """The conversation of each event; a message that was accepted names its row only."""
        rows = {event.id: str(event.data.get("row_id")) for event in events if event.type == "inbox.accepted"}
        threads: dict[str, str] = {}
        if rows:
            wanted = select(inbox.c.id, inbox.c.thread_id).where(inbox.c.id.in_(list(rows.values())))
            threads = {row.id: row.thread_id for row in conn.execute(wanted) if row.thread_id}
        named = {event.id: event.conversation_id for event in events if event.conversation_id and event.id not in rows}
        return named | {event_id: threads[row] for event_id, row in rows.items() if row in threads}

    def _with_cases(self, conn: Connection, talks: Iterable[str]) -> set[str]:
        wanted = select(cases.c.conversation_id).where(cases.c.tenant == self._desk.tenant.id)
        return set(conn.execute(wanted.where(cases.c.conversation_id.in_(list(talks)))).scalars())

    def _in_lanes(self, conn: Connection, lanes: Iterable[str]) -> set[str]:
        parts = [lane.split("/", 3) for lane in lanes]
        refs = [
            ConversationRef(tenant=part[0], channel=part[1], installation=part[2], conversation_id=part[3])
            for part in parts
            if len(part) == 4 and part[0] == self._desk.tenant.id
        ]
        found = [self._desk.threads.find(conn, ref) for ref in refs]
        return self._with_cases(conn, [talk.id for talk in found if talk])

    def _live(self, conn: Connection) -> list[Subject]:
        """Every live case and every open approval."""
        tenant, now = self._desk.tenant.id, self._desk.clock.now()
        queue = self._desk.cases.queue(conn, tenant, now=now)
        waiting = self._desk.approvals.open_for(conn, tenant, ROLES, now)
        talks = [Subject(kind=TALK, id=line.case.conversation_id) for line in queue]
        return [*talks, *(Subject(kind=APPROVAL, id=each.id) for each in waiting)]
