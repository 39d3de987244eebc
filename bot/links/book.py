"""Keeps who a channel's user is: a link to a customer, a seat at the desk; every change is in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from bot.links.people import ids_of, key_of, same_user
from bot.links.port import ChannelUser
from bot.links.tables import link_codes, links, seats
from core.events import JSON, Event
from core.journal import Journal
from core.people import Assurance

DOMAIN, EMAIL, INVITATION, CODE, UNLINKED = "domain", "email", "invitation", "code", "unlinked"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who a user is found to be: a contact, or only somebody of an account."""

    contact_id: str | None
    account_id: str | None
    how: str
    assurance: Assurance
    by: str = "rapport"


@dataclass(frozen=True, kw_only=True)
class Link(Claim):
    """A claim as kept; `at` is when it was last proved. `how` is unlinked after the user took it back."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Row:
    """All that is kept of a user."""

    agent_id: str | None = None
    link: Link | None = None


class LinkBook:
    """Reads and writes links and seats. All methods take part in the caller's transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def find(self, conn: Connection, user: ChannelUser) -> Row:
        """What is kept of that user."""
        agent_id = conn.execute(select(seats.c.agent_id).where(same_user(seats, user))).scalar()
        row = conn.execute(select(links).where(same_user(links, user))).one_or_none()
        if row is None:
            return Row(agent_id=agent_id)
        link = Link(
            contact_id=row.contact_id,
            account_id=row.account_id,
            how=row.how,
            assurance=Assurance(row.assurance),
            by=row.by,
            at=row.at,
        )
        return Row(agent_id=agent_id, link=link)

    def keep(self, conn: Connection, user: ChannelUser, claim: Claim, at: datetime) -> None:
        """Links the user; the same as before is only proved again."""
        before = self.find(conn, user).link
        conn.execute(delete(links).where(same_user(links, user)))
        values = {name: getattr(claim, name) for name in ("contact_id", "account_id", "how", "by")}
        conn.execute(insert(links).values(**ids_of(user), **values, assurance=claim.assurance.value, at=at))
        if before is not None and _meaning(before) == _meaning(claim):
            return
        data: dict[str, JSON] = {"contact_id": claim.contact_id, "how": claim.how, "assurance": claim.assurance.value}
        if before is not None:
            data["before"] = before.contact_id
        self.note(conn, "identity.linked", user, at, {**data, "by": claim.by}, claim.account_id)

    def seat(self, conn: Connection, user: ChannelUser, agent_id: str, how: str, at: datetime) -> None:
        """Gives the user the agent's seat."""
        if self.find(conn, user).agent_id == agent_id:
            return
        conn.execute(delete(seats).where(same_user(seats, user)))
        conn.execute(insert(seats).values(**ids_of(user), agent_id=agent_id, how=how, at=at))
        self.note(conn, "identity.linked", user, at, {"agent_id": agent_id, "how": how})

    def drop(self, conn: Connection, user: ChannelUser, reason: str, at: datetime) -> None:
        """Ends the user's link, which no longer holds."""
        before = self.find(conn, user).link
        if before is None:
            return
        conn.execute(delete(links).where(same_user(links, user)))
        self.note(conn, "identity.unlinked", user, at, {"contact_id": before.contact_id, "reason": reason}, before.account_id)

    def unlink(self, conn: Connection, user: ChannelUser, at: datetime) -> None:
        """Ends link and seat because the user wants so: they aren't looked up again, only a code links them anew."""
        before = self.find(conn, user)
        if before.agent_id is None and (before.link is None or before.link.how == UNLINKED):
            return
        conn.execute(delete(seats).where(same_user(seats, user)))
        conn.execute(delete(link_codes).where(same_user(link_codes, user)))
        conn.execute(delete(links).where(same_user(links, user)))
        gone = {"how": UNLINKED, "assurance": Assurance.ANONYMOUS.value, "at": at, "by": "user"}
        conn.execute(insert(links).values(**ids_of(user), **gone))
        link = before.link
        data: dict[str, JSON] = {"contact_id": link.contact_id if link else None, "agent_id": before.agent_id, "reason": "user"}
        self.note(conn, "identity.unlinked", user, at, data, link.account_id if link else None)

    def note(
        self,
        conn: Connection,
        kind: str,
        user: ChannelUser,
        at: datetime,
        data: Mapping[str, JSON],
        account_id: str | None = None,
    ) -> None:
        """Journals what became of a user."""
        event = Event(
            type=kind,
            tenant=user.tenant,
            at=at,
            correlation_id=uuid4().hex,
            conversation_id=None,
            account_id=account_id,
            data={"user": key_of(user), **data},
        )
        self._journal.append(conn, event)


def _meaning(claim: Claim) -> tuple[str | None, str | None, str, Assurance]:
    return claim.contact_id, claim.account_id, claim.how, claim.assurance
