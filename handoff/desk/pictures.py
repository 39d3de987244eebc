"""What surfaces are to show of a subject, in parts and in order: a case with thread and draft, an approval, a private word."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from core.errors import NotFound
from core.events import Event
from handoff.case_book import CLAIMED, Case
from handoff.desk.case_views import CaseViews
from handoff.desk.deciding import DeskDeciding
from handoff.desk.port import Surface
from handoff.desk.posts import digest_of
from handoff.desk.promising import concerned
from handoff.desk.rooms import DeskRooms
from handoff.desk.views import ActionView, CaseView, LineView, SuggestionView
from handoff.desk.words import moment
from handoff.promises import TO_DO
from handoff.roster import Roster

TALK, APPROVAL, ACTION, WORD = "case", "approval", "action", "word"
DUE, PROMISE = "due", "promise"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Something that is shown: `case` by its conversation's id, `approval` and `action` by theirs, `word` by its event's."""

    kind: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One call to a surface. It is made again when its `digest` changed; with `once`, never again."""

    key: str
    digest: str
    show: Callable[[Surface], Awaitable[None]]
    once: bool = False


class Drafts(Protocol):
    """The copilot's drafts."""

    async def offer(self, case_id: str, tenant: str) -> SuggestionView | None:
        """A draft for the customer's last line, once for each line and owner; None when there is none to offer."""
        ...

    async def latest(self, case_id: str, tenant: str) -> SuggestionView | None:
        """The case's last draft as it stands now, stale and used ones too."""
        ...


class Actions(Protocol):
    """Actions that agents prepared."""

    async def shown(self, action_id: str, tenant: str) -> ActionView | None:
        """How an action stands; None for what no agent prepared."""
        ...


@dataclass(frozen=True, kw_only=True)
class WatchRooms:
    """What the watch reads from. Without `drafts` or `actions` those are not shown."""

    desk: DeskRooms
    views: CaseViews
    deciding: DeskDeciding
    drafts: Drafts | None = None
    actions: Actions | None = None


class Pictures:
    """Makes parts from what is kept. `drafted` are the latest drafts by case, as they stand."""

    def __init__(self, rooms: WatchRooms, drafted: Mapping[str, SuggestionView]) -> None:
        self._rooms = rooms
        self._drafted = drafted

    async def parts(self, subject: Subject, since: datetime) -> Sequence[Part]:
        """All parts of a subject. What was over before `since` has none: it is history."""
        try:
            match subject.kind:
                case "approval":
                    return await self._approval(subject.id, since)
                case "action":
                    return await self._action(subject.id)
                case "word":
                    return await self._word(subject.id)
                case _:
                    return await self._case(subject.id, since)
        except NotFound:
            return ()

    async def _case(self, conversation_id: str, since: datetime) -> Sequence[Part]:
        case = await self._rooms.views.of_conversation(conversation_id)
        if case is None or (case.closed_at is not None and case.closed_at < since):
            return ()
        lines = await self._rooms.views.lines(case.id, own=True)
        card = Part(key="case", digest=digest_of(asdict(case)), show=lambda surface: surface.show_case(case))
        return (card, *(self._line(case, line) for line in lines), *self._draft(case))

    def _line(self, case: CaseView, line: LineView) -> Part:
        digest = digest_of(asdict(line))
        return Part(key=f"line {line.position}", digest=digest, show=lambda surface: surface.show_line(case, line))

    def _draft(self, case: CaseView) -> Sequence[Part]:
        drafted = self._drafted.get(case.id)
        if drafted is None:
            return ()
        digest = digest_of(asdict(drafted))
        return (Part(key="draft", digest=digest, show=lambda surface: surface.show_suggestion(case, drafted)),)

    async def _approval(self, approval_id: str, since: datetime) -> Sequence[Part]:
        approval = await self._rooms.deciding.one(approval_id)
        if not approval.open and (approval.decided_at or approval.expires_at) < since:
            return ()
        digest = digest_of(asdict(approval))
        return (Part(key="approval", digest=digest, show=lambda surface: surface.show_approval(approval)),)

    async def _action(self, action_id: str) -> Sequence[Part]:
        actions = self._rooms.actions
        action = await actions.shown(action_id, self._rooms.desk.tenant.id) if actions else None
        if action is None:
            return ()
        case = await self._rooms.views.one(action.case_id)
        return (Part(key="action", digest=digest_of(asdict(action)), show=lambda surface: surface.show_action(case, action)),)

    async def _word(self, word: str) -> Sequence[Part]:
        if word.startswith(PROMISE):
            said = await self._of_promise(word)
        else:
            said = await self._due(word) if word.startswith(DUE) else await self._of_event(word)
        if said is None:
            return ()
        agent_id, text = said
        return (Part(key="word", digest=word, show=lambda surface: surface.tell(agent_id, text), once=True),)

    async def _of_event(self, event_id: str) -> tuple[str, str] | None:
        """Whom an event concerns in private, and what they are told."""
        desk = self._rooms.desk
        event = await desk.database.read(lambda conn: desk.journal.get(conn, desk.tenant.id, event_id))
        case = await self._rooms.views.of_conversation(event.conversation_id or "") if event else None
        if event is None or case is None or case.owner_id is None or not case.live:
            return None
        return (case.owner_id, f"{_named(case)} is yours now.") if event.data.get("holder") == case.owner_id else None

    async def _of_promise(self, word: str) -> tuple[str, str] | None:
        """What somebody is told of a promise that is due soon or broken; None once it is settled or has another time."""
        _, event_id, agent_id = word.split(":", 2)
        desk, tenant = self._rooms.desk, self._rooms.desk.tenant.id
        event = await desk.database.read(lambda conn: desk.journal.get(conn, tenant, event_id))
        if event is None:
            return None
        promise = await desk.database.read(lambda conn: desk.promises.get(conn, tenant, str(event.data.get("promise_id"))))
        due = promise.due_at.isoformat() if promise.due_at else None
        if promise.state not in TO_DO or due != event.data.get("due_at"):
            return None
        case = await self._rooms.views.of_conversation(promise.conversation_id)
        to = f" to {_named(case)}" if case else ""
        when = f" (due {moment(promise.due_at)})" if promise.due_at else ""
        state = "overdue" if event.type == "promise.broken" else "due soon"
        return agent_id, f"A promise{to} is {state}: {promise.text or 'erased with its customer'}{when}"

    async def _due(self, word: str) -> tuple[str, str] | None:
        _, case_id, agent_id = word.split(":", 2)
        case = await self._rooms.views.one(case_id)
        if case.owner_id != agent_id or not case.live:
            return None
        if case.overdue:
            return agent_id, f"{_named(case)} still waits for a first reply: it was due {moment(case.due_at)}."
        return agent_id, f"{_named(case)} waits for a first reply: it is due {moment(case.due_at)}."


def private_word(event: Event) -> bool:
    """Whether an event is told to the owner of its case in private."""
    return event.type == "case.transferred"


def promise_words(event: Event, roster: Roster, holder: str | None) -> Sequence[str]:
    """The words about a promise that is due soon or broken: one for its owner, and one for each lead of the desk."""
    if event.type not in ("promise.alerted", "promise.broken"):
        return ()
    owner = event.data.get("owner")
    told = concerned(roster, str(owner) if owner else None, holder)
    return [f"{PROMISE}:{event.id}:{agent_id}" for agent_id in told]


def due_word(case: Case, now: datetime) -> str | None:
    """The word for an agent whose first reply is late, or soon will be; one for each."""
    if case.state != CLAIMED or case.agent_id is None or case.first_reply_at is not None:
        return None
    return f"{DUE}{'-late' if case.overdue(now) else ''}:{case.id}:{case.agent_id}"


def _named(case: CaseView) -> str:
    return f"{case.customer} ({case.account})" if case.account else case.customer
