"""What the front door is given: the house's rooms, fitted to the shapes that the pages use."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bot import rooms as front
from bot.house import House
from bot.live import Live
from bot.telemetry import Telemetry, correlation
from bot.wiring.contacts import CrmContacts
from bot.wiring.demo import GUESTS, STARTERS
from bot.wiring.kept import Kept
from bot.wiring.loading import Loading
from core.action import Allow
from core.clock import WallClock
from core.config import Config
from core.database import Database
from core.errors import NotAllowed
from core.people import Assurance, Principal, PrincipalKind, Tenant
from handoff.roster import read_roster
from knowledge import shelf
from knowledge.keywords import Readers
from knowledge.render import render
from memory.forget import Forget
from skills.catalogue import CATALOGUE, find
from skills.contract import Context, Ready
from skills.facts import Talk
from skills.run import Runner
from skills.sandbox.outbox import SandboxOutbox

SHOWN_FIELDS = ("plan", "status", "segment", "region", "currency", "customer_since", "account_manager")


@dataclass(frozen=True, kw_only=True)
class CrmPeople(CrmContacts):
    """Who the customers are, from the CRM. An account is shown to the desk only when policy allows that read."""

    runner: Runner

    async def account(self, account_id: str, reader: Principal) -> front.AccountView:
        """An account for the desk. Raises `NotAllowed` when policy says so; the decision is on record."""
        await self._permit(account_id, reader)
        account = await self.ports.crm.account(account_id)
        subscription = await self.ports.billing.subscription(account_id)
        tickets = await self.ports.helpdesk.tickets(account_id)
        rows = [(name.replace("_", " ").capitalize(), str(getattr(account, name))) for name in SHOWN_FIELDS]
        rows.append(("Seats", f"{subscription.seats_used} of {subscription.seats_bought}"))
        if subscription.renewal_date:
            rows.append(("Renewal", subscription.renewal_date.isoformat()))
        flags = [
            *(["VIP"] if account.vip else []),
            *(["Payment failed"] if subscription.dunning else []),
            *(["Business closing"] if account.business_closing else []),
        ]
        lines = [
            front.TicketLine(id=each.id, subject=each.subject, priority=each.priority, state=each.status) for each in tickets
        ]
        return front.AccountView(id=account.id, name=account.name, rows=tuple(rows), tickets=tuple(lines), flags=tuple(flags))

    async def _permit(self, account_id: str, reader: Principal) -> None:
        context = Context(
            principal=reader,
            account_id=account_id,
            conversation_id="console",
            ports=self.ports,
            clock=self.runner.proposer.clock,
        )
        talk = Talk(correlation_id=correlation() or uuid4().hex, raised_by="agent", live=False)
        proposal = await self.runner.propose(find("get_account"), context, Ready(arguments={}), talk)
        if not isinstance(proposal.decision, Allow):
            reasons = proposal.decision.reasons if proposal.decision else ()
            raise NotAllowed(reasons[0].agent if reasons else "Policy doesn't allow this read.")


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


def front_rooms(config: Config, kept: Kept, loading: Loading, live: Live, telemetry: Telemetry) -> front.Rooms:
    """All that the server needs."""
    house = kept.house
    settings = front.Settings(
        secret=kept.secret,
        company=config.tenant.name,
        bot_name=config.bot.name,
        installation=config.channels.web_chat.installation,
        public_url=config.server.public_url,
        demo=config.demo.enabled,
        agents=read_roster(Path(config.handoff.agents)).agents,
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
        intake=house.intake,
        people=CrmPeople(ports=house.ports, runner=house.approving.runner),
        help=Shelf(database=house.database, tenant=house.tenant),
        memories=PersonMemories(forget_room=house.forget, tenant=house.tenant, house=house),
        decided=house.approving,
        mail=DemoMail(outbox=kept.company.outbox),
        health=loading,
        clock=house.clock,
        wall=WallClock(),
        live=live,
        telemetry=telemetry,
        skill_titles={skill.id: skill.title for skill in CATALOGUE},
    )
