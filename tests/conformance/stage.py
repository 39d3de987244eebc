"""The stage of a dialogue: a fresh house over the demo company, with procedures, one model, faults on demand and its books."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from unittest.mock import patch

from sqlalchemy import Connection, select

from bot.ask.script import Script
from bot.ask.world import World
from bot.dialogue.checking import Checking
from bot.dialogue.help_centre import HelpCentre
from bot.dialogue.state import DialogueState
from bot.dialogue.tools import Fluency, Tools
from bot.dialogue.translating import Translating
from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.slots import SlotFinder
from bot.wiring import worlds as wiring
from bot.wiring.worlds import FreshWorlds
from core.clock import Clock
from core.language import LanguageModel
from core.people import Assurance, Principal, PrincipalKind
from handoff.case_book import Case
from handoff.packet import Packet
from memory.tables import Conversation
from skills.outcomes import outcomes
from skills.procedures.procedure import Procedure
from skills.run import Runner
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from skills.sandbox.faults import Fault, FaultKind
from skills.sandbox.store import StoreSession
from tests.conformance.dialogue import Dialogue, Value

KEY_ENDINGS = ("", "/quote")


@dataclass(kw_only=True)
class Stage:
    """One conversation. `company` is the sandbox behind the ports: what stands in its books has happened."""

    world: World
    company: Sandbox
    before: Counter[str] = field(default_factory=Counter[str])

    @property
    def tenant(self) -> str:
        return self.world.house.tenant.id

    @property
    def agent(self) -> Principal:
        tenant = self.world.house.tenant
        roles = frozenset({"support_agent"})
        return Principal(kind=PrincipalKind.AGENT, id="sam", name="Sam", tenant=tenant, roles=roles, assurance=Assurance.VERIFIED)

    def break_down(self, operation: str, kind: str) -> None:
        """From now on an operation of the company's systems fails every time."""
        self.company.faults.set(operation, Fault(kind=FaultKind(kind), times=None))

    def mend(self) -> None:
        self.company.faults.clear()

    async def state(self) -> DialogueState:
        def read(conn: Connection) -> str | None:
            conversation = self._conversation(conn)
            return self.world.house.threads.load_state(conn, self.tenant, conversation.id) if conversation else None

        kept = await self.world.house.database.read(read)
        return DialogueState.model_validate_json(kept) if kept else DialogueState()

    async def packet(self) -> Packet | None:
        """What the person who took over was handed."""
        case = await self.case()
        if case is None:
            return None
        house = self.world.house
        return await house.database.read(lambda conn: house.cases.packet(conn, self.tenant, case.id))

    async def case(self) -> Case | None:
        def read(conn: Connection) -> Case | None:
            conversation = self._conversation(conn)
            return self.world.house.cases.live_in(conn, self.tenant, conversation.id) if conversation else None

        return await self.world.house.database.read(read)

    async def deed(self, deed: str) -> str:
        """An agent claims the case, replies in it or gives it back. Returns what was wrong."""
        case = await self.case()
        if case is None:
            return "there is no case that an agent could take"
        house, at = self.world.house, self.world.house.clock.now()
        match deed:
            case "claims":
                await house.database.write(lambda conn: house.cases.claim(conn, case.id, self.agent, at=at))
            case "replies":
                words = "Hello, I have read what you wrote and will look at it."
                await house.database.write(lambda conn: house.cases.reply_to_customer(conn, case.id, self.agent, words, at=at))
            case _:
                await house.database.write(lambda conn: house.cases.give_back(conn, case.id, self.agent, "", at=at))
        return ""

    async def happened(self) -> Counter[str]:
        """Effects that stand in the company's books since the last look, by skill; `unknown` for one that no action explains."""
        now = await self._effects()
        new = now - self.before
        self.before = now
        return new

    async def subscription(self) -> Mapping[str, Value]:
        account = self.world.customer.account_id
        assert account is not None
        found = await self.world.house.ports.billing.subscription(account)
        return {
            "plan": found.plan or "",
            "billing": found.billing or "",
            "seats": found.seats_bought,
            "status": found.status.value,
        }

    async def _effects(self) -> Counter[str]:
        wanted = select(outcomes.c.key, outcomes.c.skill).where(outcomes.c.tenant == self.tenant)
        rows = await self.world.house.database.read(lambda conn: [(row.key, row.skill) for row in conn.execute(wanted)])

        def look(session: StoreSession) -> Counter[str]:
            found = Counter[str]()
            explained = 0
            for key, skill in rows:
                kept = sum(session.get("key", f"{key}{ending}") is not None for ending in KEY_ENDINGS)
                explained += kept
                found[skill] += bool(kept)
            found["unknown"] += len(session.all("key")) - explained
            return +found

        return await self.company.store.run(look)

    def _conversation(self, conn: Connection) -> Conversation | None:
        return self.world.house.threads.find(conn, self.world.ref)


@dataclass(frozen=True, kw_only=True)
class Theatre:
    """Makes stages. `live` are the procedures, `lexicon` the company's words for plans and add-ons."""

    worlds: FreshWorlds
    live: Mapping[str, Procedure]
    lexicon: Lexicon
    _made: list[Sandbox] = field(default_factory=list[Sandbox])

    @contextmanager
    def open(self) -> Generator[None]:
        """Remembers every company that is made, so that its books can be read."""
        fresh = Sandbox.fresh

        def remembered(data: CompanyData, clock: Clock) -> Sandbox:
            self._made[:] = [fresh(data, clock)]
            return self._made[0]

        with patch.object(wiring.Sandbox, "fresh", remembered):
            yield

    async def stage(self, dialogue: Dialogue, model: LanguageModel) -> Stage:
        """A fresh one, with this model in every place where a model is asked."""
        known = Assurance.VERIFIED if dialogue.account else Assurance.ANONYMOUS
        script = Script(id=dialogue.name, turns=(), account=dialogue.account, contact=dialogue.contact, assurance=known)
        world = await self.worlds.make(script)
        turns = world.house.turns
        world.house = replace(world.house, model=model, turns=replace(turns, tools=self._equipped(turns.tools, model)))
        return Stage(world=world, company=self._made[0])

    def _equipped(self, tools: Tools, model: LanguageModel) -> Tools:
        assert isinstance(tools.actions, Runner)
        assert isinstance(tools.help, HelpCentre)
        centre = replace(tools.help, model=model)
        fluency = Fluency(
            finding=centre,
            checking=Checking(),
            translating=Translating(model=model),
            values=SlotFinder(lexicon=self.lexicon),
            may_ask=tools.actions.proposer.may_ask,
        )
        return replace(tools, model=model, help=centre, procedures=self.live, fluency=fluency)


def skills_of(counted: Counter[str]) -> Sequence[str]:
    """Every effect by itself."""
    return sorted(counted.elements())
