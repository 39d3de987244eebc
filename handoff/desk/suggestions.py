"""The copilot's drafts: offered once for a customer's line to the owner of the case alone, then used, changed or dismissed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.errors import BadInput, Conflict, NotAllowed, RapportError
from core.people import Principal
from handoff.case_book import CLAIMED, Case
from handoff.desk import suggested as book
from handoff.desk.acting import AgentActions
from handoff.desk.copilot import CopilotRooms, permit
from handoff.desk.draft_parts import Drafted, Withheld
from handoff.desk.drafting import Drafting
from handoff.desk.learned import edit_distance, tallies
from handoff.desk.matter import Matter, drafting_for, held, read_matter
from handoff.desk.port import Replies
from handoff.desk.shortening import shortened
from handoff.desk.suggested import Content, Suggested, SuggestionBook
from handoff.desk.views import LineView, SuggestionView, Tally

CUT_OFF = timedelta(minutes=2)
REASONS: Mapping[str, str] = {
    "wrong": "It is wrong",
    "incomplete": "Something is missing",
    "tone": "The tone doesn't fit",
    "not_needed": "No reply is needed",
    "outdated": "It is out of date",
    "other": "Another reason",
}
"""Why a suggestion is dismissed: a code for the journal, and how it is put to agents."""


class CopilotSuggestions:
    """Offers suggestions and does what their owner decides. `replies` is the only way to the customer."""

    def __init__(self, rooms: CopilotRooms, drafting: Drafting, actions: AgentActions, replies: Replies) -> None:
        self._rooms = rooms
        self._drafting = drafting
        self._actions = actions
        self._replies = replies
        self._book = SuggestionBook(rooms.vault, rooms.journal)

    async def offer(self, case_id: str, tenant: str) -> SuggestionView | None:
        """Drafts a reply to the customer's latest words for whoever holds the case; the same again for the same words.

        None when nobody holds it, nothing waits for an answer, or nothing is sure enough to be proposed. One that was about to
        be sent when everything stopped, and wasn't, is offered again.
        """
        matter = await self._rooms.database.read(lambda conn: read_matter(self._rooms, conn, tenant, case_id))
        if not _open(matter):
            await self._rooms.database.write(lambda conn: self._book.outdate(conn, matter.case, self._rooms.now))
            return None
        known = await self._rooms.database.read(lambda conn: self._book.of_line(conn, matter, _owner(matter.case)))
        if known is None:
            owner = self._rooms.roster.by_id(_owner(matter.case))
            async with drafting_for(self._rooms, matter):
                draft = await self._drafting.draft(matter, owner.principal(self._rooms.tenant) if owner else None)
            known = await self._keep(matter, draft)
        elif known.state == book.SENDING and known.settled_at and self._rooms.now - known.settled_at > CUT_OFF:
            await self._rooms.database.write(partial(self._give_back, known))
            known = replace(known, state=book.OFFERED)
        if known is None or known.state != book.OFFERED:
            return None
        return await self._view(known)

    async def latest(self, case_id: str, tenant: str) -> SuggestionView | None:
        """The last suggestion of a case as it stands now, stale or used ones too: for those who show it and take it away."""
        matter = await self._rooms.database.read(lambda conn: read_matter(self._rooms, conn, tenant, case_id))

        def read(conn: Connection) -> Suggested | None:
            self._book.outdate(conn, matter.case, self._rooms.now, besides=matter.position if _open(matter) else None)
            return self._book.latest(conn, matter.case)

        found = await self._rooms.database.write(read)
        return await self._view(found) if found and found.content else None

    async def current(self, case_id: str, agent: Principal) -> SuggestionView | None:
        """What is offered to the owner now. Raises `NotAllowed` for everybody else."""
        permit(agent, self._rooms.tenant)
        case = await self._rooms.database.read(lambda conn: self._rooms.cases.get(conn, agent.tenant.id, case_id))
        if case.agent_id != agent.id:
            raise NotAllowed("Only the owner of the case sees its suggestions: claim it, or ask for it to be handed to you.")
        found = await self.latest(case_id, agent.tenant.id)
        return found if found and found.state == book.OFFERED and found.owner_id == agent.id else None

    async def send(self, suggestion_id: str, agent: Principal, text: str | None = None) -> LineView:
        """Sends the draft, or `text` in its place. Raises `Conflict` when the customer wrote again, or it was used before."""
        found, content = await self._mine(suggestion_id, agent)
        words = (text if text is not None else content.text).strip()
        if not words:
            raise BadInput("The reply is empty: write something, or dismiss the suggestion.")
        await self._rooms.database.write(partial(self._take, found))
        try:
            preview = await self._replies.preview(found.case_id, agent, words)
            line = await self._replies.send(preview.token, agent, words)
        except RapportError:
            await self._rooms.database.write(partial(self._give_back, found))
            raise
        distance = await asyncio.to_thread(edit_distance, content.text, words)
        state = book.EDITED if distance else book.ACCEPTED
        values: dict[str, Any] = {"distance": distance}
        await self._rooms.database.write(lambda conn: self._end(conn, _as(found, book.SENDING), state, values, values))
        return line

    async def shorten(self, suggestion_id: str, agent: Principal) -> SuggestionView:
        """The draft with the sentences that carry the answer alone. Raises `Conflict` when none can be spared."""
        found, content = await self._mine(suggestion_id, agent)
        if found.shorter:
            return await self._view(found)
        kept = shortened(content.question, content.sentences, content.language)
        if len(kept) == len(content.sentences):
            raise Conflict("Every sentence carries the answer, a condition or a price: edit it to say it in fewer words.")
        shorter = Content(
            sentences=kept,
            verdict=content.verdict,
            why=content.why,
            question=content.question,
            language=content.language,
            hint=content.hint,
        )

        def write(conn: Connection) -> Suggested:
            self._book.reword(conn, found, shorter)
            data = {"before": len(content.text), "after": len(shorter.text)}
            self._book.tell(conn, found, "shortened", self._rooms.now, data)
            return self._book.get(conn, found.tenant, found.id)

        return await self._view(await self._rooms.database.write(write))

    async def dismiss(self, suggestion_id: str, agent: Principal, reason: str) -> None:
        """Takes it away. `reason` is a code of `REASONS`, words, or both (`wrong: the price is last year's`)."""
        found, _ = await self._mine(suggestion_id, agent)
        code, words = reason_of(reason)

        def write(conn: Connection) -> None:
            values = {"reason": code, "reason_id": self._book.seal_reason(conn, found, words)}
            self._end(conn, found, book.DISMISSED, values, {"reason": code})

        await self._rooms.database.write(write)

    async def learned(self, agent: Principal) -> Mapping[str, Sequence[Tally]]:
        """What became of all suggestions of the company: together, by intent and by article."""
        permit(agent, self._rooms.tenant)
        return tallies(await self._rooms.database.read(lambda conn: self._book.settled(conn, agent.tenant.id)))

    async def _keep(self, matter: Matter, draft: Drafted | Withheld) -> Suggested | None:
        """Keeps a draft if the case still is as it was read; None when it has moved on, so that nothing old is offered."""
        owner = _owner(matter.case)

        def write(conn: Connection) -> Suggested | None:
            now = read_matter(self._rooms, conn, matter.case.tenant, matter.case.id)
            if not _open(now) or _owner(now.case) != owner or now.position != matter.position:
                return None
            self._book.outdate(conn, now.case, self._rooms.now, besides=now.position)
            return self._book.of_line(conn, now, owner) or self._book.add(conn, now, owner, draft, self._rooms.now)

        try:
            return await self._rooms.database.write(write)
        except IntegrityError:
            return await self._rooms.database.read(lambda conn: self._book.of_line(conn, matter, owner))

    async def _mine(self, suggestion_id: str, agent: Principal) -> tuple[Suggested, Content]:
        """A suggestion that is offered to this agent now. Raises `NotAllowed`, or `Conflict` with what became of it."""
        permit(agent, self._rooms.tenant)

        def read(conn: Connection) -> tuple[Suggested, Matter]:
            found = self._book.get(conn, agent.tenant.id, suggestion_id)
            if found.owner_id != agent.id:
                raise NotAllowed("This suggestion is for the owner of the case alone.", suggestion=suggestion_id)
            held(self._rooms, conn, found.case_id, agent)
            return found, read_matter(self._rooms, conn, found.tenant, found.case_id)

        found, matter = await self._rooms.database.read(read)
        if found.state != book.OFFERED or found.content is None:
            raise Conflict(f"This suggestion is {found.state} already: look at the case for the present one.", state=found.state)
        if not _open(matter) or matter.position != found.position:
            await self._rooms.database.write(lambda conn: self._book.outdate(conn, matter.case, self._rooms.now))
            raise Conflict("The conversation has moved on since: look at what was written, and at the new suggestion.")
        return found, found.content

    def _take(self, found: Suggested, conn: Connection) -> None:
        """Keeps a second press from sending it again."""
        if not self._book.move(conn, found, book.SENDING, settled_at=self._rooms.now):
            raise Conflict("This suggestion was used just now: look at the case.", suggestion=found.id)

    def _give_back(self, found: Suggested, conn: Connection) -> None:
        self._book.move(conn, _as(found, book.SENDING), book.OFFERED, settled_at=None)

    def _end(self, conn: Connection, found: Suggested, state: str, values: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        now = self._rooms.now
        if not self._book.move(conn, found, state, settled_at=now, **values):
            raise Conflict("This suggestion was used just now: look at the case.", suggestion=found.id)
        self._book.tell(conn, found, state, now, {"confidence": found.confidence, **told})

    async def _view(self, found: Suggested) -> SuggestionView:
        content = found.content
        assert content is not None
        action = await self._actions.shown(found.action_id, found.tenant) if found.action_id else None
        citations = dict.fromkeys(each for sentence in content.sentences for each in sentence.citations)
        return SuggestionView(
            id=found.id,
            case_id=found.case_id,
            owner_id=found.owner_id,
            position=found.position,
            text=content.text,
            citations=tuple(citations),
            confidence=found.confidence,
            verdict=content.verdict,
            why=content.why,
            intent=found.intent,
            state=book.STALE if found.state == book.SENDING else found.state,
            action=action,
            hint=content.hint,
            shorter=found.shorter,
        )


def reason_of(reason: str) -> tuple[str, str]:
    """The code and the words of a reason as an agent gave it. Raises `BadInput` for none."""
    head, _, rest = reason.partition(":")
    code = head.strip().casefold().replace(" ", "_")
    if code in REASONS:
        return code, rest.strip()
    if not reason.strip():
        raise BadInput(f"Say why: {', '.join(REASONS)}, or in your own words.")
    return "other", reason.strip()


def _open(matter: Matter) -> bool:
    """Whether somebody holds the case and the customer's words wait for an answer."""
    return matter.case.state == CLAIMED and matter.conversation.open and bool(matter.text) and not matter.answered


def _owner(case: Case) -> str:
    return case.agent_id or ""


def _as(found: Suggested, state: str) -> Suggested:
    return replace(found, state=state)
