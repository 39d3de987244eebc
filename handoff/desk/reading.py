"""Shows agents their cases, and customers all round. Everybody at the desk may read cases; accounts are for policy to open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from core.errors import BadInput, NotFound, Unavailable
from core.people import Principal
from handoff.desk.case_views import CaseViews
from handoff.desk.customers import Account
from handoff.desk.rooms import DeskRooms, permit_reading
from handoff.desk.translating import Translating
from handoff.desk.views import CaseView, CustomerView, LineView, PromiseView
from handoff.desk.words import channel_in_words, consent_in_words, health_in_words, moment
from memory.tables import Conversation

RECENT = 5
MOST_WORDS = 160
MOST_CHOICES = 5


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whom an agent asked for: an account, and the contact when one was named."""

    account_id: str
    contact_id: str | None = None
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What was said and promised so far. `moods` are those of the latest cases."""

    recent: tuple[str, ...]
    promises: tuple[PromiseView, ...]
    moods: tuple[float, ...]
    contact_id: str | None


class DeskReading:
    """Cases and customers, for agents."""

    def __init__(self, rooms: DeskRooms, views: CaseViews, translating: Translating | None = None) -> None:
        self._rooms = rooms
        self._views = views
        self._translating = translating

    async def case(self, case_id: str, agent: Principal) -> CaseView:
        permit_reading(self._rooms, agent)
        return await self._views.one(case_id)

    async def lines(self, case_id: str, agent: Principal, after: int = 0) -> Sequence[LineView]:
        """The lines, with the customer's in English beside their own words where the model translates."""
        permit_reading(self._rooms, agent)
        lines = await self._views.lines(case_id, after)
        case = await self._views.one(case_id) if self._translating else None
        if case and self._translating and await self._translating.look(case.conversation_id, lines):
            return await self._views.lines(case_id, after)
        return lines

    async def queue(self, agent: Principal) -> Sequence[CaseView]:
        """All live cases, the most urgent first."""
        permit_reading(self._rooms, agent)
        return await self._views.live()

    async def mine(self, agent: Principal) -> Sequence[CaseView]:
        permit_reading(self._rooms, agent)
        return await self._views.live(agent.id)

    async def customer(self, agent: Principal, wanted: str) -> CustomerView:
        """All round a customer: `wanted` is a case's id, an account's id or name, or a contact's e-mail.

        Raises `NotFound`, or `BadInput` that names the choices when several fit.
        """
        permit_reading(self._rooms, agent)
        found = await self._found(wanted.strip(), agent)
        account = await self._rooms.accounts.account(found.account_id, agent)
        past = await self._rooms.database.read(lambda conn: self._past(conn, account.id))
        if found.contact_id is None and past.contact_id is not None:
            found = replace(found, contact_id=past.contact_id)
        return await self._customer(account, found, past, agent)

    async def _customer(self, account: Account, found: Wanted, past: Past, agent: Principal) -> CustomerView:
        contact_id = found.contact_id
        contact = found.contact or (await self._name(contact_id) if contact_id else "")
        memories = await self._rooms.memories.of_person(contact_id, agent) if contact_id else ()
        tickets = [(each.id, each.priority, each.state) for each in account.tickets]
        return CustomerView(
            account_id=account.id,
            name=account.name,
            contact=contact,
            rows=account.rows,
            flags=account.flags,
            tickets=tuple((f"{each.id} · {each.priority}", f"{each.subject} ({each.state})") for each in account.tickets),
            promises=past.promises,
            memories=tuple(each.text for each in memories),
            recent=past.recent,
            health=health_in_words(tickets, account.flags, past.moods),
            consent=consent_in_words(await self._rooms.accounts.consent(contact_id)) if contact_id else (),
        )

    async def _found(self, wanted: str, agent: Principal) -> Wanted:
        if not wanted:
            raise BadInput("Say whom you want to see: an account's name or id, an e-mail address, or a case's id.")
        by_case = await self._of_case(wanted)
        if by_case is not None:
            return by_case
        if "@" in wanted:
            return await self._of_email(wanted)
        try:
            return Wanted(account_id=(await self._rooms.accounts.account(wanted, agent)).id)
        except NotFound:
            return await self._of_name(wanted)

    async def _of_case(self, wanted: str) -> Wanted | None:
        try:
            case = await self._rooms.database.read(lambda conn: self._rooms.cases.get(conn, self._rooms.tenant.id, wanted))
        except NotFound:
            return None
        if case.account_id is None:
            raise NotFound("Whoever wrote in this case isn't known: have them verify who they are.", case_id=case.id)
        talk = await self._rooms.database.read(
            lambda conn: self._rooms.threads.get(conn, self._rooms.tenant.id, case.conversation_id)
        )
        return Wanted(account_id=case.account_id, contact_id=talk.contact_id)

    async def _of_email(self, email: str) -> Wanted:
        found = await self._rooms.accounts.by_email(email)
        if not found:
            raise NotFound("No contact has this address: check it, or try the account's name.")
        if len(found) > 1:
            _which([(each.account_id, each.account_name) for each in found])
        return Wanted(account_id=found[0].account_id, contact_id=found[0].contact_id, contact=found[0].name)

    async def _of_name(self, name: str) -> Wanted:
        found = await self._rooms.accounts.by_name(name)
        exact = [each for each in found if each[1].casefold() == name.casefold()]
        fitting = exact or list(found)
        if not fitting:
            raise NotFound("No account is called so: give its id, its name from the beginning, or a contact's e-mail address.")
        if len(fitting) > 1:
            _which(fitting)
        return Wanted(account_id=fitting[0][0])

    async def _name(self, contact_id: str) -> str:
        try:
            found = await self._rooms.accounts.by_id(contact_id)
        except Unavailable:
            return ""
        return found.name if found else ""

    def _past(self, conn: Connection, account_id: str) -> Past:
        rooms, tenant = self._rooms, self._rooms.tenant.id
        talks = rooms.threads.by_account(conn, tenant, account_id, limit=RECENT)
        promised = [each for each in rooms.promises.of_account(conn, tenant, account_id) if each.state != "kept"]
        return Past(
            recent=tuple(self._line(conn, talk) for talk in talks),
            promises=tuple(self._views.promise(each) for each in promised),
            moods=tuple(mood for talk in talks for mood in self._moods(conn, talk)),
            contact_id=next((talk.contact_id for talk in talks if talk.contact_id), None),
        )

    def _line(self, conn: Connection, talk: Conversation) -> str:
        """A conversation in a line: when, where, and how it ended or what was said last."""
        said = self._ended(conn, talk) or self._said(conn, talk)
        return f"{_day(talk.last_activity_at)}, {channel_in_words(talk.ref.channel)}: {said or 'nothing was said'}"

    def _ended(self, conn: Connection, talk: Conversation) -> str:
        for case in reversed(self._rooms.cases.of_conversation(conn, talk.tenant, talk.id)):
            try:
                outcome = self._rooms.cases.outcome(conn, talk.tenant, case.id)
            except NotFound:
                continue
            if outcome:
                return f"{case.state} by {case.agent_name}: {_short(outcome)}"
        return ""

    def _said(self, conn: Connection, talk: Conversation) -> str:
        said = self._rooms.threads.said(conn, talk.tenant, talk.id, limit=1)
        return _short(said[-1].text) if said else ""

    def _moods(self, conn: Connection, talk: Conversation) -> list[float]:
        moods: list[float] = []
        for case in self._rooms.cases.of_conversation(conn, talk.tenant, talk.id):
            try:
                moods.append(self._rooms.cases.packet(conn, talk.tenant, case.id).mood)
            except NotFound:
                continue
        return moods


def _which(found: Sequence[tuple[str, str]]) -> None:
    listed = ", ".join(f"{account_id} ({name})" for account_id, name in found[:MOST_CHOICES])
    more = f" and {len(found) - MOST_CHOICES} more" if len(found) > MOST_CHOICES else ""
    raise BadInput(f"Several fit: {listed}{more}. Give the account's id.")


def _day(at: datetime) -> str:
    return moment(at).partition(",")[0]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_WORDS else line[: MOST_WORDS - 1].rstrip() + "…"
