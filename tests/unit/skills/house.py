"""The whole way from words to an effect, over the demo company: real gate, ledgers and journal, all in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from core.action import ActionRequest, NeedsApproval
from core.clock import FixedClock
from core.database import Database
from core.events import Event
from core.journal import Journal
from core.keyring import KeyRing
from core.language import SlotValue
from core.people import Assurance, Principal, PrincipalKind, Tenant
from core.vault import Vault
from governance.approvals import Approvals
from governance.gate import Gate
from governance.ledger import ContactLedger, GrantsLedger
from skills.catalogue import CATALOGUE, by_id, find
from skills.contract import Ask, Context, Done, Ports, Ready, Refuse, Skill
from skills.facts import Sources, Switches, Talk
from skills.outcomes import Outcome, Outcomes, Proposal
from skills.propose import Proposer
from skills.record import Recorder
from skills.resilience import Lanes, Timing
from skills.run import Runner
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData

FOLDER = Path(__file__).parents[3] / "demo" / "halcyon"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TENANT = Tenant(id="halcyon", region="EU")
MESSAGE = "m1"


@cache
def company() -> CompanyData:
    return CompanyData.load(FOLDER)


@cache
def gate() -> Gate:
    return Gate.load(skills={skill.id: skill.effect for skill in CATALOGUE})


async def no_wait(_: float) -> None:
    """Waits for nothing."""


@dataclass
class House:
    """Everything wired together, with a counter for ids."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    switches: Switches = field(default_factory=Switches)
    catalogue: Mapping[str, Skill] = field(default_factory=by_id)
    count: int = 0

    def __post_init__(self) -> None:
        self.database = Database.open("sqlite://")
        self.database.create_all()
        self.keys = KeyRing()
        self.vault = Vault(self.keys)
        self.journal = Journal()
        self.sandbox = Sandbox.fresh(company(), self.clock)
        terms = company().terms
        self.ports = Ports(
            billing=self.sandbox.billing,
            crm=self.sandbox.crm,
            helpdesk=self.sandbox.helpdesk,
            prices=terms.prices,
            terms=terms.internal,
        )
        self.approvals = Approvals(self.vault, self.journal)
        self.contacts = ContactLedger()
        self.grants = GrantsLedger()
        sources = Sources(ports=self.ports, database=self.database, contacts=self.contacts, grants=self.grants)
        self.timing = Timing(sleep=no_wait, jitter=lambda: 0.0)
        self.proposer = Proposer(
            gate=gate(),
            sources=sources,
            recorder=Recorder(self.database, self.journal, self.contacts, self.clock),
            lanes=Lanes(self.timing),
            clock=self.clock,
            switches=lambda: self.switches,
            new_id=self.new_id,
        )
        self.runner = Runner(
            proposer=self.proposer, approvals=self.approvals, outcomes=Outcomes(self.vault), catalogue=self.catalogue
        )

    def close(self) -> None:
        self.database.close_blocking()
        self.keys.close()

    def new_id(self) -> str:
        self.count += 1
        return f"a{self.count}"

    def customer(self, account: str, role: str = "Owner", **changes: Any) -> Principal:
        """The first active contact with that role."""
        contact = next(each for each in company().accounts[account].contacts if each.active and each.role == role)
        principal = Principal(
            kind=PrincipalKind.CUSTOMER,
            id=contact.id,
            tenant=TENANT,
            name=contact.name,
            roles=frozenset({contact.role}),
            account_id=account,
            contact_id=contact.id,
            assurance=Assurance.VERIFIED,
        )
        return replace(principal, **changes)

    def agent(self, *roles: str, name: str = "agent-1") -> Principal:
        return Principal(kind=PrincipalKind.AGENT, id=name, tenant=TENANT, roles=frozenset(roles))

    def context(self, principal: Principal, said: str = "", account_id: str | None = None) -> Context:
        return Context(
            principal=principal,
            account_id=account_id or principal.account_id,
            conversation_id="c1",
            ports=self.ports,
            clock=self.clock,
            said=said,
            message_id=MESSAGE,
        )

    async def ask(self, skill: str, account: str | Principal, said: str = "", talk: Talk | None = None, **slots: Any) -> Proposal:
        """What comes of asking for a skill with these slots."""
        principal = self.customer(account) if isinstance(account, str) else account
        context = self.context(principal, said)
        return await self.runner.prepare(find(skill), context, slot_values(said, slots), talk or TALK)

    async def confirm(self, proposal: Proposal, talk: Talk | None = None) -> Outcome:
        """Presses the card's button."""
        return await self.runner.run(request_of(proposal), talk or TALK)

    async def do(self, skill: str, account: str | Principal, said: str = "", **slots: Any) -> Done:
        """Asks and confirms what is expected to be done."""
        outcome = await self.confirm(await self.ask(skill, account, said, **slots))
        assert outcome.done is not None, (outcome.status, outcome.code, outcome.decision)
        return outcome.done

    async def events(self, *types: str) -> list[Event]:
        return await self.database.read(lambda conn: self.journal.find(conn, TENANT.id, *types))

    async def approved(self, approval_id: str, approver: Principal, *, approve: bool = True) -> None:
        """Decides an approval."""

        def decide(conn: Connection) -> None:
            self.approvals.decide(conn, approval_id, approver, approve, self.clock.now())

        await self.database.write(decide)


TALK = Talk(correlation_id="k1")


def slot_values(said: str, values: Mapping[str, str | int | bool]) -> dict[str, SlotValue]:
    """Slots as a model would find them, each where its value stands in the message."""
    found: dict[str, SlotValue] = {}
    for name, value in values.items():
        start = max(0, said.casefold().find(str(value).casefold()))
        end = start + len(str(value)) if str(value).casefold() in said.casefold() else start
        found[name] = SlotValue(name=name, value=value, message_id=MESSAGE, start=start, end=end)
    return found


def request_of(proposal: Proposal) -> ActionRequest:
    assert proposal.request is not None
    return proposal.request


def ready(proposal: Proposal) -> Ready:
    assert isinstance(proposal.prepared, Ready), proposal.prepared
    return proposal.prepared


def refused(proposal: Proposal) -> Refuse:
    assert isinstance(proposal.prepared, Refuse), proposal.prepared
    return proposal.prepared


def asked(proposal: Proposal) -> Ask:
    assert isinstance(proposal.prepared, Ask), proposal.prepared
    return proposal.prepared


def codes(proposal: Proposal) -> list[str]:
    """The codes of the reasons that policy gave."""
    assert proposal.decision is not None
    return [reason.code for reason in proposal.decision.reasons]


def awaiting(proposal: Proposal) -> NeedsApproval:
    assert isinstance(proposal.decision, NeedsApproval), proposal.decision
    return proposal.decision


def text(done: Done) -> str:
    return " ".join(sentence.text for sentence in done.sentences)
