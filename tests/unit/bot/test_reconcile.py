import tomllib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.agreement import Report
from bot.reconcile import Reconciler
from core.clock import FixedClock
from core.conversation import Author, ConversationRef, EntryKind
from core.database import Database
from core.events import JSON, Event
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault
from governance.ledger import ContactLedger, Recipient
from handoff.cases import Cases
from handoff.cases import Rooms as CaseRooms
from handoff.packet import Opening, Packet
from handoff.promises import Promises
from handoff.sla import parse_desk
from memory.threads import NewEntry, Threads
from skills.contract import Ports
from skills.crm.port import Activity, ContactChange
from skills.helpdesk.port import NewTicket, TicketChange
from skills.sandbox.company import Sandbox
from skills.sandbox.crm import KeptActivity
from skills.sandbox.data import CompanyData
from skills.sandbox.faults import Fault, FaultKind

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MARA = Principal(
    kind=PrincipalKind.CUSTOMER,
    id="visitor-1",
    tenant=Tenant(id="halcyon", region="eu"),
    account_id="ACC-001",
    contact_id="C-001-1",
    assurance=Assurance.VERIFIED,
)
SAM = Principal(kind=PrincipalKind.AGENT, id="sam", tenant=MARA.tenant, name="Sam", roles=frozenset({"support_agent"}))
WHO = Recipient(tenant="halcyon", account_id="ACC-001", contact_id="C-001-1")


@cache
def company() -> CompanyData:
    return CompanyData.load(ROOT / "demo" / "halcyon")


@dataclass
class House:
    """Two channels, one customer, and everything that keeps something of them."""

    database: Database
    threads: Threads
    cases: Cases
    sandbox: Sandbox
    clock: FixedClock
    reconciler: Reconciler
    journal: Journal = field(default_factory=Journal)
    ledger: ContactLedger = field(default_factory=ContactLedger)

    async def conversation(self, channel: str) -> str:
        ref = ConversationRef(tenant="halcyon", channel=channel, installation="main", conversation_id=f"{channel}-1")

        def begin(conn: Connection) -> str:
            begun = self.threads.open_or_create(conn, ref, MARA, at=NOON, correlation_id="c1", private=False)
            return begun.id

        return await self.database.write(begin)

    def event(self, kind: str, conversation_id: str, data: dict[str, JSON]) -> Event:
        return Event(
            type=kind,
            tenant="halcyon",
            at=self.clock.now(),
            correlation_id=uuid.uuid4().hex,
            conversation_id=conversation_id,
            account_id="ACC-001",
            data=data,
        )

    async def tell(self, kind: str, conversation_id: str, data: dict[str, JSON]) -> Event:
        event = self.event(kind, conversation_id, data)
        await self.database.write(lambda conn: self.journal.append(conn, event))
        return event

    async def receipt(self, conversation_id: str, ticket_id: str) -> None:
        body = {"rows": [["Ticket", ticket_id]]}
        entry = NewEntry(kind=EntryKind.RECEIPT, author=Author.BOT, author_id="bot", body=body, at=NOON)
        await self.database.write(lambda conn: self.threads.append(conn, "halcyon", conversation_id, entry, epoch=1))

    async def offers_in_ledger(self) -> int:
        sent = await self.database.read(lambda conn: self.ledger.sent(conn, WHO))
        return len(sent)

    async def consent(self) -> dict[str, str]:
        found = await self.sandbox.crm.contacts("ACC-001")
        return dict(next(each for each in found if each.id == "C-001-1").effective_consent)

    async def activities(self) -> list[Activity]:
        texts = await self.sandbox.store.run(lambda session: session.all("activity"))
        return [KeptActivity.model_validate_json(text).activity for text in texts]

    async def check(self, conversation_id: str) -> Report:
        return await self.reconciler.check("halcyon", conversation_id)


def a_house() -> House:
    database, clock = Database.open("sqlite://"), FixedClock(NOON)
    database.create_all()
    vault, journal = Vault(KeyRing()), Journal()
    threads, promises = Threads(vault, journal), Promises(vault, journal)
    desk = parse_desk(tomllib.loads((ROOT / "demo" / "halcyon" / "desk.toml").read_text(encoding="utf-8")))
    cases = Cases(CaseRooms(vault=vault, journal=journal, threads=threads, promises=promises, desk=desk))
    sandbox = Sandbox.fresh(company(), clock)
    data = company()
    ports = Ports(
        billing=sandbox.billing,
        crm=sandbox.crm,
        helpdesk=sandbox.helpdesk,
        prices=data.terms.prices,
        terms=data.terms.internal,
    )
    reconciler = Reconciler(
        database=database,
        journal=journal,
        threads=threads,
        cases=cases,
        ledger=ContactLedger(),
        ports=ports,
        clock=clock,
    )
    return House(database=database, threads=threads, cases=cases, sandbox=sandbox, clock=clock, reconciler=reconciler)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = a_house()
    yield made
    await made.database.close()


async def test_an_offer_of_which_only_the_journal_knows_reaches_ledger_and_crm_once(house: House) -> None:
    here = await house.conversation("slack")
    await house.tell("offer.raised", here, {"kind": "upsell", "item": "plan"})
    report = await house.check(here)
    assert sorted(each.code for each in report.mended) == ["crm.offer", "ledger.offer"]
    assert report.agrees
    again = await house.check(here)
    assert (again.mended, again.differs, again.offers) == ((), (), 1)
    assert await house.offers_in_ledger() == 1
    assert [each.data for each in await house.activities()] == [{"kind": "upsell", "item": "plan"}]


async def test_an_offer_that_only_the_thread_shows_counts_too(house: House) -> None:
    here = await house.conversation("slack")
    body = {"reply_id": "t1", "offer": {"kind": "referral", "item": "referral", "origin": "bot"}}
    entry = NewEntry(kind=EntryKind.REPLY_END, author=Author.BOT, author_id="bot", body=body, at=NOON, turn_id="t1")
    await house.database.write(lambda conn: house.threads.append(conn, "halcyon", here, entry, epoch=1))
    assert (await house.check(here)).offers == 1
    assert not (await house.check(here)).mended
    assert await house.offers_in_ledger() == 1


async def test_one_line_of_the_ledger_does_not_stand_for_two_offers_in_two_places(house: House) -> None:
    web, slack = await house.conversation("web_chat"), await house.conversation("slack")
    for here in (web, slack):
        await house.tell("offer.raised", here, {"kind": "upsell", "item": "plan"})
        house.clock.advance(timedelta(seconds=1))
    await house.database.write(lambda conn: house.ledger.record(conn, WHO, channel="in_app", kind="upsell", at=house.clock.now()))
    await house.check(web)
    await house.check(slack)
    assert await house.offers_in_ledger() == 2


async def test_an_offer_run_as_an_action_is_not_told_to_the_crm_again(house: House) -> None:
    here = await house.conversation("slack")
    await house.tell("offer.raised", here, {"kind": "upsell", "item": "plan"})
    await house.tell("action.finished", here, {"action": "a1", "skill": "raise_offer", "outcome": "done"})
    assert [each.code for each in (await house.check(here)).mended] == ["ledger.offer"]


async def test_a_refusal_of_everything_closes_the_channel_in_the_crm_and_a_later_choice_there_stands(house: House) -> None:
    here = await house.conversation("slack")
    await house.sandbox.crm.update_contact("C-001-1", ContactChange(consent={"email": "opted_in"}), key="k1")
    withdrawn = await house.tell("consent.withdrawn", here, {"channel": "email"})
    report = await house.check(here)
    assert [each.code for each in report.mended] == ["ledger.refusal", "crm.consent"]
    assert report.mended[0].id == withdrawn.id
    assert (await house.consent())["email"] == "opted_out"
    await house.sandbox.crm.update_contact("C-001-1", ContactChange(consent={"email": "opted_in"}), key="k2")
    later = await house.check(here)
    assert [each.code for each in later.differs] == ["crm.consent"]
    assert (await house.consent())["email"] == "opted_in"
    house.clock.advance(timedelta(minutes=1))
    await house.tell("consent.given", here, {"channel": "email"})
    assert (await house.check(here)).agrees


async def test_declining_one_kind_is_no_opt_out(house: House) -> None:
    here = await house.conversation("slack")
    before = await house.consent()
    await house.tell("offer.declined", here, {"kind": "upsell"})
    assert [each.code for each in (await house.check(here)).mended] == ["ledger.refusal"]
    refused = await house.database.read(lambda conn: house.ledger.refused(conn, WHO, channel="in_app", kind="upsell"))
    assert refused
    assert await house.consent() == before


async def test_case_and_holder_that_disagree_are_listed(house: House) -> None:
    here = await house.conversation("slack")

    def open_case(conn: Connection) -> str:
        conversation = house.threads.get(conn, "halcyon", here)
        return house.cases.open(conn, Opening(conversation=conversation, packet=_packet(), at=NOON, correlation_id="c1")).case.id

    case_id = await house.database.write(open_case)
    assert (await house.check(here)).agrees
    await house.database.write(lambda conn: house.cases.claim(conn, case_id, SAM, at=NOON))
    assert (await house.check(here)).agrees
    await house.database.write(lambda conn: house.threads.pass_to(conn, "halcyon", here, "ben", epoch=3))
    assert [(each.code, each.id) for each in (await house.check(here)).differs] == [("case.holder", case_id)]
    await house.database.write(lambda conn: house.threads.end(conn, "halcyon", here, at=NOON, reason="resolved"))
    assert [each.code for each in (await house.check(here)).differs] == ["case.outlived"]


async def test_a_conversation_that_people_hold_without_a_case_is_listed(house: House) -> None:
    here = await house.conversation("slack")
    await house.database.write(lambda conn: house.threads.pass_to(conn, "halcyon", here, "desk", epoch=1))
    assert [each.code for each in (await house.check(here)).differs] == ["case.none"]


async def test_tickets_that_were_promised_are_looked_up(house: House) -> None:
    here = await house.conversation("slack")
    new = NewTicket(subject="Export fails", area="export")
    ticket = await house.sandbox.helpdesk.open_ticket("ACC-001", new, key="t1")
    foreign = await house.sandbox.helpdesk.open_ticket("ACC-002", new, key="t2")
    await house.receipt(here, ticket.id)
    assert (await house.check(here)).agrees
    await house.receipt(here, "T-9999")
    await house.receipt(here, foreign.id)
    assert [each.code for each in (await house.check(here)).differs] == ["ticket.missing", "ticket.account"]


async def test_a_solved_ticket_of_a_live_case_is_listed(house: House) -> None:
    here = await house.conversation("slack")
    ticket = await house.sandbox.helpdesk.open_ticket("ACC-001", NewTicket(subject="Export fails", area="export"), key="t1")
    await house.receipt(here, ticket.id)

    def open_case(conn: Connection) -> None:
        conversation = house.threads.get(conn, "halcyon", here)
        house.cases.open(conn, Opening(conversation=conversation, packet=_packet(), at=NOON, correlation_id="c1"))

    await house.database.write(open_case)
    await house.sandbox.helpdesk.update(ticket.id, TicketChange(status="solved"), key="t3")
    assert [each.code for each in (await house.check(here)).differs] == ["ticket.solved"]


async def test_an_action_without_an_end_is_listed(house: House) -> None:
    here = await house.conversation("slack")
    await house.tell("action.started", here, {"action": "a1", "skill": "change_seats"})
    assert [(each.code, each.id) for each in (await house.check(here)).differs] == [("action.unsettled", "a1")]
    await house.tell("action.finished", here, {"action": "a1", "skill": "change_seats"})
    assert (await house.check(here)).agrees


async def test_a_silent_crm_is_listed_and_mended_the_next_time(house: House) -> None:
    here = await house.conversation("slack")
    await house.tell("offer.raised", here, {"kind": "upsell", "item": "plan"})
    house.sandbox.faults.set("crm.log_activity", Fault(kind=FaultKind.FAIL_AFTER))
    assert [each.code for each in (await house.check(here)).differs] == ["crm.silent"]
    assert [each.code for each in (await house.check(here)).mended] == ["crm.offer"]
    assert len(await house.activities()) == 1


async def test_a_stranger_has_no_ledger_and_the_check_is_journalled(house: House) -> None:
    ref = ConversationRef(tenant="halcyon", channel="slack", installation="main", conversation_id="s")
    stranger = replace(MARA, account_id=None, contact_id=None, assurance=Assurance.ANONYMOUS)
    here = await house.database.write(
        lambda conn: house.threads.open_or_create(conn, ref, stranger, at=NOON, correlation_id="c").id
    )
    assert (await house.check(here)).agrees
    journalled = await house.database.read(lambda conn: house.journal.find(conn, "halcyon", "reconciled"))
    assert [each.conversation_id for each in journalled] == [here]
    assert journalled[0].data["differs"] == []


EFFECTS = st.lists(
    st.tuples(
        st.sampled_from(["web_chat", "slack"]),
        st.sampled_from(["offer", "decline", "withdraw"]),
        st.sampled_from(["upsell", "cross_sell"]),
        st.integers(min_value=1, max_value=3),
        st.integers(min_value=0, max_value=20),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(effects=EFFECTS)
async def test_whatever_two_channels_did_and_wherever_they_were_cut_everything_agrees_afterwards(
    effects: list[tuple[str, str, str, int, int]],
) -> None:
    """Each effect is written in steps (journal, ledger, CRM) and cut after one of them, as by a crash."""
    house = a_house()
    places = {channel: await house.conversation(channel) for channel in ("web_chat", "slack")}
    offers, kinds, withdrawn = 0, set[str](), False
    for channel, what, kind, steps, pause in effects:
        house.clock.advance(timedelta(seconds=pause))
        now, here = house.clock.now(), places[channel]
        if what == "offer":
            offers += 1
            await house.tell("offer.raised", here, {"kind": kind, "item": "plan"})
            if steps > 1:
                await house.database.write(
                    lambda conn, kind=kind, now=now: house.ledger.record(conn, WHO, channel="in_app", kind=kind, at=now)
                )
            continue
        withdrawn = withdrawn or what == "withdraw"
        kinds.add(kind if what == "decline" else "all")
        name, data = ("offer.declined", {"kind": kind}) if what == "decline" else ("consent.withdrawn", {"channel": "email"})
        await house.tell(name, here, {**data})
        refused = ("all", kind) if what == "decline" else ("email", "all")
        if steps > 1:
            await house.database.write(
                lambda conn, refused=refused, now=now: house.ledger.refuse(conn, WHO, channel=refused[0], kind=refused[1], at=now)
            )
        if steps > 2 and what == "withdraw":
            await house.sandbox.crm.update_contact("C-001-1", ContactChange(consent={"email": "opted_out"}), key=uuid.uuid4().hex)
    for here in places.values():
        await house.check(here)
    kept = await house.offers_in_ledger(), await house.consent(), await house.activities()
    for here in places.values():
        again = await house.check(here)
        assert (again.mended, again.differs) == ((), ())
    assert kept == (await house.offers_in_ledger(), await house.consent(), await house.activities())
    assert kept[0] == len(kept[2]) == offers
    assert not withdrawn or kept[1]["email"] == "opted_out"
    for kind in kinds - {"all"}:
        assert await house.database.read(lambda conn, kind=kind: house.ledger.refused(conn, WHO, channel="all", kind=kind))
    await house.database.close()


def _packet() -> Packet:
    return Packet(summary="", reason="asked_for_human")
