"""What came of a run, read from the files alone and held against what the driver saw."""

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from core.chain import Verification, journal
from core.conversation import Author, EntryKind
from core.database import Database
from core.inbox import DONE, inbox
from core.journal import Journal
from core.keyring import KeyRing
from core.sealer import Checkpoint
from core.vault import Vault
from governance.ledger import GrantState, grants
from handoff.case_book import cases
from memory.tables import conversations, entries
from skills.outcomes import State, outcomes
from tests.recovery.driver import Log
from tests.recovery.house import CREDIT_MINOR
from tests.recovery.script import Message


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An accepted message, in the order of acceptance, and the positions of the lines that came of it."""

    row_id: str
    conversation: str
    message: str
    state: str
    text: str
    asked_at: tuple[int, ...]
    ends_at: tuple[int, ...]
    doubled_lines: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that the files hold."""

    turns: tuple[Turn, ...]
    events: Counter[str]
    cases: Counter[str]
    with_people: frozenset[str]
    grants: Counter[str]
    unsettled: int
    credits: Counter[str]
    chain: Verification


@dataclass(frozen=True, kw_only=True)
class Sum:
    """The figures of a run; `faults` says in words what is wrong."""

    lost: int
    doubled: int
    out_of_order: int
    intended: int
    applied: int
    entries: int
    sealed: int
    faults: tuple[str, ...] = field(default=())


def read(folder: Path) -> Found:
    """Everything, from a folder in which nothing runs any more."""
    return asyncio.run(read_now(folder))


def add_up(found: Found, log: Log) -> Sum:
    """Holds what is there against what was acknowledged."""
    faults = list(log.problems)
    lost = _lost(found, log)
    doubled = _doubled(found)
    disorder = _out_of_order(found)
    intended = Counter({message.customer.account: 0 for message in log.acknowledged.values()})
    for message in log.acknowledged.values():
        intended[message.customer.account] += CREDIT_MINOR if message.credits else 0
    faults += [f"Lost: {each}" for each in lost]
    faults += [f"Doubled: {each}" for each in doubled]
    faults += [f"Out of order: {each}" for each in disorder]
    faults += _money(found, +intended)
    faults += _records(found)
    return Sum(
        lost=len(lost),
        doubled=len(doubled),
        out_of_order=len(disorder),
        intended=intended.total() // CREDIT_MINOR,
        applied=found.credits.total() // CREDIT_MINOR,
        entries=sum(len(turn.asked_at) + len(turn.ends_at) for turn in found.turns),
        sealed=found.chain.sealed,
        faults=tuple(faults),
    )


def _lost(found: Found, log: Log) -> list[str]:
    """Acknowledged and not there, not done, not readable or not answered."""
    there = {(turn.conversation, turn.message): turn for turn in found.turns}
    return [
        f"{'/'.join(name)} {why}"
        for name, message in log.acknowledged.items()
        if (why := _missing(message, there.get(name), found.with_people))
    ]


def _missing(message: Message, turn: Turn | None, with_people: frozenset[str]) -> str | None:
    if turn is None:
        return "was acknowledged and is not in the inbox"
    if turn.state != DONE:
        return f"is {turn.state}"
    if turn.text != message.text or (not message.press and not turn.asked_at):
        return "is not in its conversation as it was written"
    if not turn.ends_at and turn.conversation not in with_people:
        return "was not answered"
    return None


def _doubled(found: Found) -> list[str]:
    names = Counter((turn.conversation, turn.message) for turn in found.turns)
    doubled = [f"{'/'.join(name)} has {count} inbox rows" for name, count in names.items() if count > 1]
    for turn in found.turns:
        name = f"{turn.conversation}/{turn.message}"
        if len(turn.asked_at) > 1 or turn.doubled_lines:
            doubled.append(f"{name} has {len(turn.asked_at)} lines of the customer's and {turn.doubled_lines} repeated ones")
        if len(turn.ends_at) > 1:
            doubled.append(f"{name} has {len(turn.ends_at)} replies")
    doubled += [f"{conversation} has {count} cases" for conversation, count in found.cases.items() if count > 1]
    return doubled


def _out_of_order(found: Found) -> list[str]:
    """Conversations whose questions or replies don't stand in the order in which the messages were accepted."""
    wrong: set[str] = set()
    last: dict[tuple[str, str], int] = {}
    for turn in found.turns:
        for kind, places in (("asked", turn.asked_at), ("ended", turn.ends_at)):
            for place in places:
                if place < last.get((turn.conversation, kind), 0):
                    wrong.add(turn.conversation)
                last[turn.conversation, kind] = place
    return sorted(wrong)


def _money(found: Found, intended: Counter[str]) -> list[str]:
    faults = [
        f"{account} was given {found.credits[account]} cents, meant were {intended[account]}"
        for account in sorted(intended | found.credits)
        if found.credits[account] != intended[account]
    ]
    if found.grants != found.credits:
        faults.append(f"The grants ledger has {found.grants.total()} cents, the company gave {found.credits.total()}.")
    if found.unsettled:
        faults.append(f"{found.unsettled} actions or grants have no end.")
    return faults


def _records(found: Found) -> list[str]:
    faults = list(found.chain.problems)
    replied = sum(1 for turn in found.turns if turn.ends_at)
    finished = found.events["turn.finished"]
    if found.events["inbox.accepted"] != len(found.turns):
        faults.append(f"The journal has {found.events['inbox.accepted']} accepted messages, the inbox {len(found.turns)}.")
    if finished != replied + len(found.cases):
        faults.append(f"The journal has {finished} finished turns; {replied} replied and {len(found.cases)} handed over.")
    return faults


async def read_now(folder: Path) -> Found:
    """The same, within an event loop."""
    database = Database.open(f"sqlite:///{folder / 'rapport.db'}")
    keys = KeyRing(folder / "keys.db")
    vault, checkpoint = Vault(keys), Checkpoint(folder / "checkpoint.json").read()
    try:
        return await database.read(
            lambda conn: Found(
                turns=tuple(_turns(conn, vault)),
                events=Counter(conn.execute(select(journal.c.type)).scalars()),
                cases=Counter(conn.execute(select(cases.c.conversation_id)).scalars()),
                with_people=frozenset(
                    conn.execute(select(conversations.c.channel_conversation_id).where(conversations.c.epoch > 1)).scalars()
                ),
                grants=_grants(conn),
                unsettled=len(conn.execute(select(outcomes.c.key).where(outcomes.c.state == State.STARTED)).all()),
                credits=credits_in(folder),
                chain=Journal().verify(conn, checkpoint),
            )
        )
    finally:
        await database.close()
        keys.close()


def _turns(conn: Connection, vault: Vault) -> list[Turn]:
    lines = conn.execute(select(entries).where(entries.c.turn_id.is_not(None)).order_by(entries.c.position)).all()
    by_turn: dict[str, list[tuple[int, str, str, str]]] = {}
    texts = vault.open_many(conn, [line.content_id for line in lines])
    for line in lines:
        body = texts[line.content_id] or ""
        by_turn.setdefault(line.turn_id, []).append((line.position, line.kind, line.author, body))
    rows = conn.execute(select(inbox).order_by(inbox.c.number)).all()
    said = vault.open_many(conn, [row.content_id for row in rows])
    turns: list[Turn] = []
    for row in rows:
        mine = by_turn.get(row.id, [])
        spoken = Counter(body for _, kind, _, body in mine if kind in (EntryKind.SENTENCE, EntryKind.CARD, EntryKind.RECEIPT))
        turns.append(
            Turn(
                row_id=row.id,
                conversation=row.conversation_id,
                message=row.message_id,
                state=row.state,
                text=said[row.content_id] or "",
                asked_at=tuple(place for place, _, author, _ in mine if author == Author.CUSTOMER),
                ends_at=tuple(place for place, kind, _, _ in mine if kind == EntryKind.REPLY_END),
                doubled_lines=sum(count - 1 for count in spoken.values()),
            )
        )
    return turns


def _grants(conn: Connection) -> Counter[str]:
    """Cents that were confirmed, by account; what is only set aside counts as well, so that it shows."""
    given = Counter[str]()
    for row in conn.execute(select(grants.c.account_id, grants.c.usd_minor).where(grants.c.state != GrantState.RELEASED)):
        given[row.account_id] += row.usd_minor
    return given


def credits_in(folder: Path) -> Counter[str]:
    """The cents that the sandbox company gave as goodwill, by account, as its own file says."""
    given = Counter[str]()
    with closing(sqlite3.connect(folder / "sandbox.db")) as store:
        for (body,) in store.execute("SELECT body FROM record WHERE kind = 'account'"):
            account = json.loads(body)
            given[account["id"]] += sum(each["amount_minor"] for each in account["credits"] if each["cause"] == "goodwill")
    return +given
