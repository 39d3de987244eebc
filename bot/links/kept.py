"""Who a channel's user is, by what is kept and by what the channel says: customer with how much assurance, agent, or stranger."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.links.book import CODE, DOMAIN, EMAIL, INVITATION, UNLINKED, Claim, Link, LinkBook, Row
from bot.links.codes import INVITED, MAILED, SEAT, Codes, Proof, cleaned
from bot.links.judging import Trust, asks_crm, claim_of
from bot.links.mailing import Mailing
from bot.links.people import Contacts, Person, key_of
from bot.links.port import ChannelUser, Directory, Known, Profile
from core.clock import Clock
from core.database import Database
from core.errors import BadInput, Unavailable
from core.journal import Journal
from core.people import Assurance, Principal, PrincipalKind, Tenant
from handoff.roster import Agent
from skills.helpdesk.port import Outbox

PROVED_FOR = {Assurance.VERIFIED: timedelta(days=1), Assurance.CLAIMED: timedelta(hours=1)}
MISSED_FOR = timedelta(hours=1)
MOST_MISSES = 20_000
QUICK_S, PATIENT_S = 0.1, 3.0
MOST_STARTS, MOST_FINISHES = 5, 10
ADDRESS_CHARACTERS = 254
SENT = "If we know that address, a six-digit code is on its way to it. Enter the code within 10 minutes."
TOO_OFTEN = "You have asked for several codes in a short time: use the latest one, or try again in an hour."


@dataclass(frozen=True, kw_only=True)
class LinkRooms:
    """What links stand on. `key` is the installation's own for this purpose."""

    tenant: Tenant
    database: Database
    journal: Journal
    clock: Clock
    contacts: Contacts
    key: bytes


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """Who somebody is; `sure` unless the CRM didn't answer."""

    known: Known
    sure: bool = True


class KeptLinks:
    """`bot.links.port.Links` over the database. `directories`, by channel, may be filled later."""

    def __init__(self, rooms: LinkRooms, trust: Trust, outbox: Outbox, directories: Mapping[str, Directory]) -> None:
        self._rooms = rooms
        self._trust = trust
        self._directories = directories
        self._mailing = Mailing(outbox)
        self._book = LinkBook(rooms.journal)
        self._codes = Codes(rooms.key, rooms.tenant.id)
        self._misses: dict[str, datetime] = {}
        self._names: dict[str, str] = {}

    async def known(self, user: ChannelUser) -> Known:
        return (await self._standing(user, QUICK_S)).known

    async def looked_up(self, user: ChannelUser) -> Known:
        standing = await self._standing(user, PATIENT_S)
        directory = self._directories.get(user.channel)
        if standing.known.settled or not standing.sure or directory is None:
            return standing.known
        try:
            async with asyncio.timeout(PATIENT_S):
                profile = await directory.profile(user)
                found = await self._judged(user, profile) if profile is not None else None
        except (Unavailable, TimeoutError):
            structlog.get_logger("links").warning("user.not_looked_up", user=key_of(user))
            return standing.known
        if profile is not None and profile.name:
            self._remember(user, profile.name)
        if found is None:
            self._miss(user)
        await self._rooms.database.write(partial(self._keep, user, found))
        return (await self._standing(user, PATIENT_S)).known

    async def start_code(self, user: ChannelUser, email: str) -> str:
        address = email.strip()
        if "@" not in address or len(address) > ADDRESS_CHARACTERS or any(each.isspace() for each in address):
            raise BadInput("That is not an e-mail address: write it as name@company.com.", field="email")
        now = self._rooms.clock.now()

        def counted(conn: Connection) -> tuple[bool, bool]:
            mine = self._codes.allows(conn, "start", key_of(user), most=MOST_STARTS, now=now)
            return mine, mine and self._codes.allows(conn, "address", address.casefold(), most=MOST_STARTS, now=now)

        asks, mails = await self._rooms.database.write(counted)
        if not asks:
            return TOO_OFTEN
        people = await self._rooms.contacts.by_email(address) if mails else ()

        def start(conn: Connection) -> list[tuple[str, Person]]:
            codes = self._codes.mailed(conn, user, people, now)
            self._book.note(conn, "identity.code_sent", user, now, {"contacts": [each.contact_id for each in people]})
            return codes

        self._mailing.send(user, await self._rooms.database.write(start))
        return SENT

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        now = self._rooms.clock.now()
        proof = await self._rooms.database.write(partial(self._proved, user, cleaned(code), now))
        if proof is None or not await self._stands(user, proof):
            return None

        def link(conn: Connection) -> None:
            if proof.agent_id:
                self._book.seat(conn, user, proof.agent_id, CODE, now)
                return
            how = INVITATION if proof.by else CODE
            by = proof.by or "user"
            claim = Claim(contact_id=proof.contact_id, account_id=proof.account_id, how=how, assurance=Assurance.VERIFIED, by=by)
            self._book.keep(conn, user, claim, now)
            self._book.note(conn, "identity.verified", user, now, {"contact_id": proof.contact_id, "how": how}, proof.account_id)

        await self._rooms.database.write(link)
        self._misses.pop(key_of(user), None)
        return await self.known(user)

    async def unlink(self, user: ChannelUser) -> None:
        now = self._rooms.clock.now()
        await self._rooms.database.write(lambda conn: self._book.unlink(conn, user, now))

    async def settle(self) -> None:
        """Waits for codes that are being mailed."""
        await self._mailing.settle()

    async def _standing(self, user: ChannelUser, patience_s: float) -> _Standing:
        row = await self._rooms.database.read(lambda conn: self._book.find(conn, user))
        agent = self._agent(user, row)
        if agent is not None:
            return _Standing(known=Known(principal=agent.principal(self._rooms.tenant), agent=agent, settled=True))
        link = row.link
        if link is None or (link.how == DOMAIN and not self._trust.trusts(link.account_id)):
            return _Standing(known=Known(principal=self._stranger(user), settled=self._missed(user)))
        if link.how == UNLINKED:
            return _Standing(known=Known(principal=self._stranger(user), settled=True))
        return await self._of_link(user, link, patience_s)

    async def _of_link(self, user: ChannelUser, link: Link, patience_s: float) -> _Standing:
        """The customer of a link. One who has left is a stranger; while the CRM is silent, one without any role."""
        settled, person = self._fresh(link), None
        if link.contact_id is not None:
            try:
                async with asyncio.timeout(patience_s):
                    person = await self._rooms.contacts.by_id(link.contact_id)
            except (Unavailable, TimeoutError):
                return _Standing(known=Known(principal=self._customer(user, link, None)), sure=False)
            if person is None or person.account_id != link.account_id:
                return _Standing(known=Known(principal=self._stranger(user), settled=self._missed(user)))
        return _Standing(known=Known(principal=self._customer(user, link, person), settled=settled))

    def _customer(self, user: ChannelUser, link: Link, person: Person | None) -> Principal:
        """In a place that others read it is nobody in particular: the account may be known, no person of it is."""
        stranger = self._stranger(user)
        if not user.private:
            assurance = Assurance.CLAIMED if link.account_id else Assurance.ANONYMOUS
            return replace(stranger, account_id=link.account_id, assurance=assurance)
        known = replace(stranger, account_id=link.account_id, contact_id=link.contact_id, assurance=link.assurance)
        return replace(known, name=person.name, roles=person.roles) if person is not None else known

    def _agent(self, user: ChannelUser, row: Row) -> Agent | None:
        """The agent by the roster's own word, or by a seat that still stands."""
        listed = self._trust.listed(user)
        if listed is not None or row.agent_id is None or not self._trust.may_sit(user):
            return listed
        return self._trust.roster.by_id(row.agent_id)

    async def _judged(self, user: ChannelUser, profile: Profile) -> Agent | Claim | None:
        agent = self._trust.agent(user, profile)
        if agent is not None:
            return agent
        people = await self._rooms.contacts.by_email(profile.email) if asks_crm(profile) else ()
        return claim_of(self._trust, profile, people)

    def _keep(self, user: ChannelUser, found: Agent | Claim | None, conn: Connection) -> None:
        """What the channel told, unless the user took their link back meanwhile or proved another."""
        now = self._rooms.clock.now()
        link = self._book.find(conn, user).link
        if isinstance(found, Agent):
            self._book.seat(conn, user, found.id, EMAIL, now)
        elif link is not None and (link.how == UNLINKED or (link.how in (CODE, INVITATION) and link.at >= now - MISSED_FOR)):
            return
        elif found is not None:
            self._book.keep(conn, user, found, now)
        else:
            self._book.drop(conn, user, "not_found", now)

    def _proved(self, user: ChannelUser, code: str, now: datetime, conn: Connection) -> Proof | None:
        if not self._codes.allows(conn, "finish", key_of(user), most=MOST_FINISHES, now=now):
            return None
        if len(code) == MAILED:
            return self._codes.take_mailed(conn, user, code, now)
        if len(code) == INVITED:
            return self._codes.take_invitation(conn, code, now)
        if len(code) == SEAT and self._trust.may_sit(user):
            return self._codes.take_seat(conn, code, now)
        return None

    async def _stands(self, user: ChannelUser, proof: Proof) -> bool:
        """Whether whom the code names is still there."""
        if proof.agent_id:
            return self._trust.roster.by_id(proof.agent_id) is not None
        person = await self._rooms.contacts.by_id(proof.contact_id)
        return person is not None and person.account_id == proof.account_id

    def _stranger(self, user: ChannelUser) -> Principal:
        name = user.name or self._names.get(key_of(user), "")
        return Principal(kind=PrincipalKind.CUSTOMER, id=key_of(user), tenant=self._rooms.tenant, name=name)

    def _fresh(self, link: Link) -> bool:
        """Whether the channel needn't be asked: a code proves for good, an address for a while."""
        if link.how in (CODE, INVITATION):
            return True
        return self._rooms.clock.now() - link.at < PROVED_FOR[link.assurance]

    def _remember(self, user: ChannelUser, name: str) -> None:
        """What they are called on their channel, in this process: nothing follows from it."""
        while len(self._names) >= MOST_MISSES:
            del self._names[next(iter(self._names))]
        self._names[key_of(user)] = name

    def _miss(self, user: ChannelUser) -> None:
        while len(self._misses) >= MOST_MISSES:
            del self._misses[next(iter(self._misses))]
        self._misses[key_of(user)] = self._rooms.clock.now() + MISSED_FOR

    def _missed(self, user: ChannelUser) -> bool:
        return self._misses.get(key_of(user), self._rooms.clock.now()) > self._rooms.clock.now()
