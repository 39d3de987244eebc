"""Puts the rooms of one installation together, by hand: adapters come in as arguments, so that serve, chat and tests share it."""

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.approving import Approving
from bot.dialogue.checking import Checking
from bot.dialogue.help_centre import HelpCentre
from bot.dialogue.opening import ReadingRooms
from bot.dialogue.tools import Fluency, KeptAnswers, NothingKept, Tools
from bot.dialogue.translating import Translating
from bot.dialogue.turn import Turns
from bot.dialogue.writing import Writing
from bot.house import House, ReadableOutbox
from bot.intake import Intake
from bot.models.embedded.counting import worked_out
from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.slots import SlotFinder
from bot.step_up import StepUp
from core.clock import Clock
from core.config import Config
from core.database import Database
from core.durable import Durable
from core.embedding import Embedder
from core.journal import Journal
from core.keyring import KeyRing
from core.language import LanguageModel
from core.people import Tenant
from core.vault import Vault
from governance.approvals import Approvals
from governance.gate import Gate
from governance.ledger import ContactLedger, GrantsLedger
from governance.registry import Registry
from handoff.cases import Cases
from handoff.cases import Rooms as CaseRooms
from handoff.promises import Promises
from handoff.sla import parse_desk
from knowledge.search import Search
from memory.distil import Distiller
from memory.distil import Rooms as MemoryRooms
from memory.forget import Forget
from memory.recall import Recall
from memory.threads import Threads
from memory.vectors import VectorStore
from skills.catalogue import by_id
from skills.contract import Ports
from skills.facts import Sources, Switches
from skills.outcomes import Outcomes
from skills.procedures.procedure import Procedure
from skills.propose import Proposer
from skills.record import Recorder
from skills.resilience import Lanes
from skills.run import Runner

SENT_TO = ("slack", "teams")


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """What differs between serving, scripts and tests."""

    database: Database
    durable: Durable
    keys: KeyRing
    clock: Clock
    ports: Ports
    outbox: ReadableOutbox
    memory_vectors: VectorStore
    search: Search
    knowledge: Database
    embedder: Embedder
    model: LanguageModel
    gate: Gate
    secret: bytes
    lexicon: Lexicon | None = None
    answers: KeptAnswers = field(default_factory=NothingKept)
    procedures: Mapping[str, Procedure] = field(default_factory=dict[str, Procedure])


@dataclass(frozen=True, kw_only=True)
class Records:
    """The rooms that keep records, over one database."""

    vault: Vault
    journal: Journal
    threads: Threads
    promises: Promises
    approvals: Approvals
    contacts: ContactLedger
    registry: Registry
    cases: Cases


def build(config: Config, adapters: Adapters) -> House:
    """The house over these adapters."""
    records = _records(config, adapters)
    off = Switches(kill_switch=config.governance.kill_switch, frozen=frozenset(config.governance.frozen_skills))
    runner = _runner(adapters, records, off)
    memory = MemoryRooms(
        database=adapters.database,
        vault=records.vault,
        journal=records.journal,
        threads=records.threads,
        vectors=adapters.memory_vectors,
        embedder=adapters.embedder,
    )
    recall = Recall(memory)
    return House(
        tenant=Tenant(id=config.tenant.id, region=config.tenant.region),
        clock=adapters.clock,
        database=adapters.database,
        durable=adapters.durable,
        vault=records.vault,
        journal=records.journal,
        threads=records.threads,
        intake=_intake(adapters, records),
        turns=_turns(config, adapters, records, runner, recall),
        gate=adapters.gate,
        approvals=records.approvals,
        approving=_approving(adapters, records, runner),
        registry=records.registry,
        cases=records.cases,
        promises=records.promises,
        search=adapters.search,
        recall=recall,
        distiller=Distiller(memory, adapters.model),
        forget=Forget(memory),
        model=adapters.model,
        embedder=adapters.embedder,
        ports=adapters.ports,
        outbox=adapters.outbox,
    )


def _records(config: Config, adapters: Adapters) -> Records:
    vault, journal = Vault(adapters.keys), Journal()
    threads = Threads(vault, journal, idle_minutes=config.memory.idle_minutes, sent_to=SENT_TO)
    desk = parse_desk(tomllib.loads(Path(config.handoff.desk).read_text(encoding="utf-8")))
    promises = Promises(vault, journal, desk)
    cases = Cases(CaseRooms(vault=vault, journal=journal, threads=threads, promises=promises, desk=desk))
    return Records(
        vault=vault,
        journal=journal,
        threads=threads,
        promises=promises,
        approvals=Approvals(vault, journal),
        contacts=ContactLedger(),
        registry=Registry(journal),
        cases=cases,
    )


def _runner(adapters: Adapters, records: Records, off: Switches) -> Runner:
    database, clock = adapters.database, adapters.clock
    sources = Sources(ports=adapters.ports, database=database, contacts=records.contacts, grants=GrantsLedger())
    proposer = Proposer(
        gate=adapters.gate,
        sources=sources,
        recorder=Recorder(database, records.journal, records.contacts, clock),
        lanes=Lanes(),
        clock=clock,
        switches=lambda: off,
        new_id=lambda: uuid.uuid4().hex,
    )
    outcomes = Outcomes(records.vault)
    return Runner(proposer=proposer, approvals=records.approvals, outcomes=outcomes, catalogue=by_id())


def _intake(adapters: Adapters, records: Records) -> Intake:
    return Intake(
        database=adapters.database,
        durable=adapters.durable,
        vault=records.vault,
        journal=records.journal,
        threads=records.threads,
        clock=adapters.clock,
    )


def _approving(adapters: Adapters, records: Records, runner: Runner) -> Approving:
    return Approving(
        database=adapters.database,
        approvals=records.approvals,
        runner=runner,
        cases=records.cases,
        threads=records.threads,
        clock=adapters.clock,
    )


def _turns(config: Config, adapters: Adapters, records: Records, runner: Runner, recall: Recall) -> Turns:
    writing = Writing(
        rooms=ReadingRooms(vault=records.vault, journal=records.journal, threads=records.threads),
        cases=records.cases,
        approvals=records.approvals,
        contacts=records.contacts,
        promises=records.promises,
        registry=records.registry,
        clock=adapters.clock,
        name=config.bot.name,
        approval_hours=config.governance.approval_hours,
    )
    return Turns(
        tools=_tools(config, adapters, runner),
        ports=adapters.ports,
        database=adapters.database,
        writing=writing,
        recall=recall,
        clock=adapters.clock,
        budget_tokens=config.memory.budget_tokens,
        deadline_s=config.models.turn_deadline_s,
    )


def _tools(config: Config, adapters: Adapters, runner: Runner) -> Tools:
    help_centre = HelpCentre(
        search=adapters.search,
        database=adapters.knowledge,
        model=adapters.model,
        threshold=config.knowledge.answerable,
    )
    return Tools(
        model=adapters.model,
        skills=by_id(),
        actions=runner,
        help=help_centre,
        mail=StepUp(outbox=adapters.outbox, secret=adapters.secret),
        count=worked_out,
        fluency=_fluency(config, adapters, help_centre, runner),
        procedures=adapters.procedures,
        names=tuple(adapters.lexicon.plans) if adapters.lexicon else (),
        items=adapters.lexicon.titles if adapters.lexicon else {},
    )


def _fluency(config: Config, adapters: Adapters, help_centre: HelpCentre, runner: Runner) -> Fluency | None:
    """What surrounds a model's own words. Without a lexicon no model may use any."""
    if adapters.lexicon is None:
        return None
    host = urlsplit(config.server.public_url or "").hostname
    names = f"{config.tenant.name} {config.bot.name}".lower().split()
    return Fluency(
        finding=help_centre,
        checking=Checking(embedder=adapters.embedder, own_names=frozenset(names), hosts=frozenset({host} if host else ())),
        translating=Translating(model=adapters.model),
        values=SlotFinder(lexicon=adapters.lexicon),
        may_ask=runner.proposer.may_ask,
        kept=adapters.answers,
    )
