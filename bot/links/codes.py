"""Codes that prove who a user is: mailed ones, invitations, agents' seat codes. Kept as keyed digests, short-lived, used once."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from bot.links.people import Person, ids_of, key_of, same_user
from bot.links.port import ChannelUser
from bot.links.tables import invitations, link_attempts, link_codes, seat_codes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
MAILED, SEAT, INVITED = 6, 8, 10
MAILED_FOR, SEAT_FOR, INVITED_FOR = timedelta(minutes=10), timedelta(minutes=15), timedelta(days=7)
MOST_TRIES = 5
WINDOW = timedelta(hours=1)
MOST_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a code proved: that somebody is a contact (`by` says who invited them), or that they are an agent."""

    contact_id: str = ""
    account_id: str = ""
    agent_id: str = ""
    by: str = ""


def cleaned(code: str) -> str:
    """A code as it was made, from what somebody typed."""
    plain = "".join(each for each in code[:MOST_CHARACTERS].upper() if each.isascii() and each.isalnum())
    return plain.translate(READ_AS)


class Codes:
    """Makes and takes codes of one tenant. All methods take part in the caller's transaction.

    What is stored and compared are HMACs under the installation's key, so that neither a stolen row nor the time that a
    comparison takes tells a code.
    """

    def __init__(self, key: bytes, tenant: str) -> None:
        self._key = key
        self._tenant = tenant

    def mailed(self, conn: Connection, user: ChannelUser, people: Sequence[Person], now: datetime) -> list[tuple[str, Person]]:
        """A code for each of these contacts, in place of the user's earlier ones. Without contacts a row is kept all the same."""
        numbers: set[str] = set()
        while len(numbers) < len(people):
            numbers.add(f"{secrets.randbelow(1_000_000):06d}")
        made = list(zip(sorted(numbers, key=lambda _: secrets.randbits(32)), people, strict=True))
        choices = [[self._of(user, code), person.contact_id, person.account_id] for code, person in made]
        conn.execute(delete(link_codes).where(same_user(link_codes, user)))
        conn.execute(insert(link_codes).values(**ids_of(user), choices=choices, tries=0, expires_at=now + MAILED_FOR))
        return made

    def take_mailed(self, conn: Connection, user: ChannelUser, code: str, now: datetime) -> Proof | None:
        """Tries a mailed code: five times at most, and it is used up once it is right."""
        mine = same_user(link_codes, user)
        row = conn.execute(select(link_codes).where(mine).with_for_update()).one_or_none()
        if row is None or row.expires_at <= now or row.tries >= MOST_TRIES:
            return None
        conn.execute(update(link_codes).where(mine).values(tries=row.tries + 1))
        given = self._of(user, code)
        right = [choice for choice in row.choices if hmac.compare_digest(choice[0], given)]
        if not right:
            return None
        conn.execute(delete(link_codes).where(mine))
        return Proof(contact_id=right[0][1], account_id=right[0][2])

    def invitation(self, conn: Connection, person: Person, by: str, now: datetime) -> str:
        """A code that makes whoever types it this contact."""
        code = _drawn(INVITED)
        values = {"contact_id": person.contact_id, "account_id": person.account_id, "by": by}
        self._keep(conn, invitations, code, now + INVITED_FOR, values)
        return code

    def take_invitation(self, conn: Connection, code: str, now: datetime) -> Proof | None:
        """Uses an invitation up."""
        row = self._used(conn, invitations, code)
        if row is None or row.expires_at <= now:
            return None
        return Proof(contact_id=row.contact_id, account_id=row.account_id, by=row.by)

    def seat(self, conn: Connection, agent_id: str, now: datetime) -> str:
        """A code that makes whoever types it this agent, in place of any earlier one."""
        code = _drawn(SEAT)
        conn.execute(delete(seat_codes).where(seat_codes.c.tenant == self._tenant, seat_codes.c.agent_id == agent_id))
        self._keep(conn, seat_codes, code, now + SEAT_FOR, {"agent_id": agent_id})
        return code

    def take_seat(self, conn: Connection, code: str, now: datetime) -> Proof | None:
        """Uses a seat code up."""
        row = self._used(conn, seat_codes, code)
        return Proof(agent_id=row.agent_id) if row is not None and row.expires_at > now else None

    def allows(self, conn: Connection, what: str, who: str, *, most: int, now: datetime) -> bool:
        """Counts one more attempt at something within the hour, if so many are allowed."""
        hashed = self._digest(f"attempt/{who}")
        conn.execute(delete(link_attempts).where(link_attempts.c.tenant == self._tenant, link_attempts.c.at <= now - WINDOW))
        mine = (link_attempts.c.tenant == self._tenant, link_attempts.c.what == what, link_attempts.c.who == hashed)
        if conn.execute(select(func.count()).select_from(link_attempts).where(*mine)).scalar_one() >= most:
            return False
        conn.execute(insert(link_attempts).values(tenant=self._tenant, what=what, who=hashed, at=now))
        return True

    def _keep(self, conn: Connection, table: Table, code: str, until: datetime, values: dict[str, str]) -> None:
        conn.execute(insert(table).values(tenant=self._tenant, digest=self._digest(code), expires_at=until, **values))

    def _used(self, conn: Connection, table: Table, code: str) -> Row[Any] | None:
        """The code's row, which is gone from then on."""
        chosen = (table.c.tenant == self._tenant) & (table.c.digest == self._digest(code))
        return conn.execute(delete(table).where(chosen).returning(*table.c)).one_or_none()

    def _of(self, user: ChannelUser, code: str) -> str:
        return self._digest(f"{key_of(user)}\x00{code}")

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
