"""Races between bot, agents and hand-backs: whoever lost the lease appends nothing, and customers never see a note."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from core.conversation import Author
from core.database import Database
from core.errors import Conflict
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Principal
from core.vault import Vault
from handoff.case_book import LIVE, cases
from handoff.lease import leases
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from tests.unit.handoff.conftest import BEA, SAM, House

AGENTS = {"sam": SAM, "bea": BEA}
STEPS = ("bot", "stale bot", "customer", "open", "claim", "reply", "note", "transfer", "requeue", "give back", "read again")


class Race:
    """One conversation and everybody who may try something with it. `views` is what each last read."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.talk = house.talk()
        self.stale = self.talk
        self.said: list[tuple[str, str]] = []

    def step(self, name: str, agent: Principal) -> None:
        holder = self.now().holder
        try:
            words = self.act(name, agent)
        except Conflict:
            return
        if words:
            speaker = "bot" if "bot" in name else agent.id
            self.said.append((words, speaker))
            assert holder == speaker, f"{speaker} spoke while {holder} held the conversation"

    def act(self, name: str, agent: Principal) -> str | None:
        house = self.house
        number = f"{name} {len(self.said)}"
        if name in ("bot", "stale bot"):
            house.speak(self.talk, number, (self.now() if name == "bot" else self.stale).epoch)
            return number
        if name == "customer":
            house.write(self.talk, number)
        elif name == "open":
            house.open(self.stale)
        elif name == "read again":
            self.stale = self.now()
        elif (case_id := self.latest()) is not None:
            return self.work(name, case_id, agent, number)
        return None

    def work(self, name: str, case_id: str, agent: Principal, number: str) -> str | None:
        house, conn, at = self.house, self.house.conn, self.house.now
        other = BEA if agent is SAM else SAM
        deeds: dict[str, Callable[[], object]] = {
            "claim": lambda: house.cases.claim(conn, case_id, agent, at=at),
            "reply": lambda: house.cases.reply_to_customer(conn, case_id, agent, number, at=at),
            "note": lambda: house.cases.note_internally(conn, case_id, agent, f"internal {number}", at=at),
            "transfer": lambda: house.cases.transfer(conn, case_id, agent, other, at=at),
            "requeue": lambda: house.cases.transfer(conn, case_id, agent, None, at=at),
            "give back": lambda: house.cases.give_back(conn, case_id, agent, "", at=at),
        }
        deeds[name]()
        return number if name == "reply" else None

    def now(self) -> Conversation:
        return self.house.threads.get(self.house.conn, "halcyon", self.talk.id)

    def latest(self) -> str | None:
        order = cases.c.epoch.desc()
        return self.house.conn.execute(select(cases.c.id).order_by(order).limit(1)).scalar()


def check(race: Race) -> None:
    house, conn, talk = race.house, race.house.conn, race.talk
    lines = house.threads.read(conn, "halcyon", talk.id)
    assert [line.position for line in lines] == list(range(1, len(lines) + 1))
    assert not any("internal" in str(line.body["text"]) for line in lines)
    epochs = [line.epoch for line in house.threads.read(conn, "halcyon", talk.id, internal=True)]
    assert epochs == sorted(epochs)
    held = [row.epoch for row in conn.execute(select(leases.c.epoch).order_by(leases.c.epoch))]
    assert held == list(range(2, len(held) + 2))
    live = conn.execute(select(cases.c.id).where(cases.c.state.in_(LIVE))).all()
    assert len(live) <= 1
    assert bool(live) == (race.now().holder != "bot")


def run(conn: Connection, ring: KeyRing, moves: list[tuple[str, str]]) -> None:
    race = Race(House(conn, Vault(ring), Journal()))
    for name, agent in moves:
        race.step(name, AGENTS[agent])
    check(race)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(sorted(AGENTS))), min_size=5, max_size=30))
def test_nobody_speaks_without_the_lease(moves: list[tuple[str, str]]) -> None:
    database, ring = DATABASES[0], RINGS[0]
    with database.engine.connect() as conn, conn.begin() as transaction:
        try:
            run(conn, ring, moves)
        finally:
            transaction.rollback()


class Leaky(Threads):
    """Threads without a fence: whoever speaks is taken for the system, at whatever epoch it is."""

    def append(self, conn: Connection, tenant: str, conversation_id: str, entry: NewEntry, *, epoch: int | None = None) -> int:
        now = self.get(conn, tenant, conversation_id).epoch
        return super().append(conn, tenant, conversation_id, replace(entry, author=Author.SYSTEM), epoch=now)


def test_a_thread_without_a_fence_would_be_found_out(house: House) -> None:
    house.threads = Leaky(house.vault, house.journal)
    race = Race(house)
    race.step("bot", SAM)
    race.step("open", SAM)
    with pytest.raises(AssertionError, match="bot spoke while desk held"):
        race.step("bot", SAM)


DATABASES: list[Database] = []
RINGS: list[KeyRing] = []


def setup_module() -> None:
    DATABASES.append(Database.open("sqlite://"))
    DATABASES[0].create_all()
    RINGS.append(KeyRing())


def teardown_module() -> None:
    DATABASES.pop().close_blocking()
    RINGS.pop().close()
