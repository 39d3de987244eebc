"""What the front door is given: the house's rooms, fitted to the shapes that the pages use."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import rooms as front
from bot.house import House
from bot.links.inviting import Inviting
from bot.live import Live
from bot.telemetry import Telemetry
from bot.wiring.demo import GUESTS, STARTERS
from bot.wiring.kept import Kept
from bot.wiring.loading import Loading
from bot.wiring.models_shown import models_shown
from bot.wiring.people import CrmPeople
from core.clock import WallClock
from core.config import Config
from core.database import Database
from core.people import Assurance, Principal, PrincipalKind, Tenant
from handoff.desk.port import Desk
from knowledge import shelf
from knowledge.keywords import Readers
from knowledge.render import render
from memory.forget import Forget
from skills.sandbox.outbox import SandboxOutbox


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The articles, as pages."""

    database: Database
    tenant: Tenant

    async def articles(self, audience: frozenset[str]) -> Sequence[front.ArticleLine]:
        found = await self.database.read(lambda conn: shelf.all_articles(conn, self.tenant.id))
        shown = [article for _, article in found if article.audience in audience]
        return [front.ArticleLine(id=each.id, title=each.title) for each in sorted(shown, key=lambda each: each.title)]

    async def article(self, article_id: str, audience: frozenset[str], span: tuple[int, int] | None) -> front.ArticlePage:
        readers = Readers(tenant=self.tenant.id, audience=audience)
        article = await self.database.read(lambda conn: shelf.get(conn, readers, article_id))
        start, end = span or (None, None)
        return front.ArticlePage(
            id=article.id,
            title=article.title,
            html=render(article.source, start=start, end=end),
            updated=article.updated.isoformat() if article.updated else "",
            internal=article.audience != "public",
        )


@dataclass(frozen=True, kw_only=True)
class PersonMemories:
    """What is remembered, for the person themselves and for the desk."""

    forget_room: Forget
    tenant: Tenant
    house: House

    async def of_person(self, person_id: str, reader: Principal) -> Sequence[front.Remembered]:
        listed = await self.forget_room.listing(self._person(person_id), now=self.house.clock.now())
        return [front.Remembered(id=each.memory_id, text=each.text, since=each.since, kind=each.kind) for each in listed]

    async def forget(self, person_id: str, memory_id: str) -> None:
        await self.forget_room.forget(self._person(person_id), memory_id, now=self.house.clock.now())

    async def forget_all(self, person_id: str) -> int:
        return await self.forget_room.forget_all(self._person(person_id), now=self.house.clock.now())

    def _person(self, person_id: str) -> Principal:
        return Principal(
            kind=PrincipalKind.CUSTOMER,
            id=person_id,
            tenant=self.tenant,
            contact_id=person_id,
            assurance=Assurance.VERIFIED,
        )


@dataclass(frozen=True, kw_only=True)
class DemoMail:
    """The demo's mail: kept where it can be read."""

    outbox: SandboxOutbox

    async def send(self, to: str, subject: str, body: str) -> None:
        await self.outbox.send(to, subject, body)

    async def sent(self) -> Sequence[front.Letter]:
        return [
            front.Letter(to=each.to, subject=each.subject, body=each.body, at=each.at) for each in await self.outbox.messages()
        ]


def crm_people(kept: Kept) -> CrmPeople:
    """The customers, from the CRM of this installation."""
    return CrmPeople(ports=kept.house.ports, runner=kept.house.approving.runner, search=kept.company.crm)


def person_memories(kept: Kept) -> PersonMemories:
    """What is remembered of people, in this installation."""
    return PersonMemories(forget_room=kept.house.forget, tenant=kept.house.tenant, house=kept.house)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What serving has beside the house: the customers, the desk, codes for other channels, and what is shown and measured."""

    people: CrmPeople
    desk: Desk
    inviting: Inviting | None
    loading: Loading
    live: Live
    telemetry: Telemetry


def front_rooms(config: Config, kept: Kept, around: Around) -> front.Rooms:
    """All that the server needs."""
    house = kept.house
    settings = front.Settings(
        secret=kept.secret,
        company=config.tenant.name,
        bot_name=config.bot.name,
        installation=config.channels.web_chat.installation,
        public_url=config.server.public_url,
        messages_a_minute=config.channels.web_chat.messages_a_minute,
        demo=config.demo.enabled,
        agents=around.desk.roster.agents,
        guests=GUESTS if config.demo.enabled else (),
        starters=STARTERS,
    )
    return front.Rooms(
        tenant=house.tenant,
        settings=settings,
        database=house.database,
        journal=house.journal,
        threads=house.threads,
        cases=house.cases,
        promises=house.promises,
        approvals=house.approvals,
        desk=around.desk,
        intake=house.intake,
        people=around.people,
        help=Shelf(database=house.database, tenant=house.tenant),
        memories=person_memories(kept),
        mail=DemoMail(outbox=kept.company.outbox),
        health=around.loading,
        clock=house.clock,
        wall=WallClock(),
        live=around.live,
        telemetry=around.telemetry,
        inviting=around.inviting,
        models=models_shown(config, kept.language),
    )
