"""Whatever happens at the desk, in whatever order: what was only ever noted reaches no customer and no channel."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from core.errors import BadInput, Conflict, NotFound
from core.people import Principal
from handoff.desk.case_work import DeskCaseWork
from handoff.desk.views import Preview
from memory.tables import Conversation
from tests.fakes.desk_house import BEAS, SAMS, TENANT, DeskHouse

STEPS = (
    "customer",
    "bot",
    "open",
    "claim",
    "note",
    "note again",
    "hand on",
    "queue",
    "preview",
    "preview a note",
    "send",
    "send a note",
    "resolve",
    "give back",
)
AGENTS = {"sam": SAMS, "bea": BEAS}
MARK = "between-us"


@dataclass
class Channel:
    """What is handed to the customers' channels: every line that they may see, as it comes."""

    handed: list[str] = field(default_factory=list[str])
    position: int = 0

    async def follow(self, desk: DeskHouse, talk: Conversation) -> None:
        def read(conn: Connection) -> list[tuple[int, str]]:
            entries = desk.house.threads.read(conn, TENANT.id, talk.id, self.position)
            return [(entry.position, str(dict(entry.body))) for entry in entries]

        for position, body in await desk.house.database.read(read):
            self.handed.append(body)
            self.position = position


class Shift:
    """One conversation, two agents, and everything that they and others may try."""

    def __init__(self, desk: DeskHouse, talk: Conversation) -> None:
        self.desk = desk
        self.talk = talk
        self.case_id = ""
        self.channel = Channel()
        self.noted: list[str] = []
        self.previews: list[tuple[Preview, Principal]] = []
        self.count = 0

    async def step(self, name: str, agent: Principal) -> None:
        self.count += 1
        acts: dict[str, Callable[[Principal], Coroutine[Any, Any, object]]] = {
            "customer": lambda _: self.desk.write(self.talk, f"customer {self.count}"),
            "bot": lambda _: self.desk.say(self.talk, f"bot {self.count}"),
            "open": self.open,
            "claim": lambda who: self.desk.work.claim(self.case_id, who),
            "note": self.note,
            "note again": self.note_again,
            "hand on": lambda who: self.desk.work.hand_to(self.case_id, who, "bea" if who is SAMS else "sam"),
            "queue": lambda who: self.desk.work.hand_to(self.case_id, who, None),
            "preview": self.preview,
            "preview a note": self.preview_note,
            "send": self.send,
            "send a note": self.send_note,
            "resolve": lambda who: self.desk.work.resolve(self.case_id, who, f"{MARK} summary"),
            "give back": lambda who: self.desk.work.give_back(self.case_id, who, f"{MARK} handed back"),
        }
        with suppress(Conflict, NotFound, BadInput):
            await acts[name](agent)
        await self.channel.follow(self.desk, self.talk)

    async def open(self, _agent: Principal) -> None:
        self.case_id = await self.desk.hand_over(self.talk, summary=f"{MARK} packet", note=f"{MARK} seen")

    async def note(self, agent: Principal) -> None:
        text = f"{MARK} note {self.count}"
        await self.desk.work.note(self.case_id, agent, text, message_id=f"m{self.count}")
        self.noted.append(text)

    async def note_again(self, agent: Principal) -> None:
        text = f"{MARK} note {self.count} again"
        await self.desk.work.note(self.case_id, agent, text, message_id=f"m{self.count - 1}")
        self.noted.append(text)

    async def preview(self, agent: Principal) -> None:
        shown = await self.desk.replies.preview(self.case_id, agent, f"reply {self.count}")
        self.previews.append((shown, agent))

    async def preview_note(self, agent: Principal) -> None:
        """Looking at a note as if it were a reply sends nothing; it isn't sent here."""
        await self.desk.replies.preview(self.case_id, agent, self.noted[-1] if self.noted else f"{MARK} nothing")

    async def send(self, _agent: Principal) -> None:
        if self.previews:
            shown, by = self.previews[-1]
            await self.desk.replies.send(shown.token, by, shown.text)

    async def send_note(self, _agent: Principal) -> None:
        """A preview of something else carries no note."""
        if self.previews and self.noted:
            shown, by = self.previews[-1]
            await self.desk.replies.send(shown.token, by, self.noted[-1])

    async def check(self) -> None:
        visible = await self.desk.seen(self.talk)
        assert not [text for text in visible if MARK in text]
        assert not [body for body in self.channel.handed if MARK in body]
        inside = await self.desk.seen(self.talk, internal=True)
        first = [text for text in self.noted if not text.endswith("again")]
        assert all(text in inside for text in first)


Moves = list[tuple[str, str]]


async def play(moves: Moves, desk: DeskHouse) -> None:
    try:
        shift = Shift(desk, await desk.talk())
        for name, agent in moves:
            await shift.step(name, AGENTS[agent])
        await shift.check()
    finally:
        await desk.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(sorted(AGENTS))), min_size=4, max_size=25))
def test_a_note_reaches_no_customer(moves: Moves) -> None:
    asyncio.run(play([("open", "sam"), ("claim", "sam"), *moves], DeskHouse()))


class LeakyWork(DeskCaseWork):
    """A desk that tells the customer what is noted, as soon as somebody holds the case."""

    async def note(self, case_id: str, agent: Principal, text: str, *, message_id: str = "") -> int:
        def leak(conn: Connection) -> int:
            return self._rooms.cases.reply_to_customer(conn, case_id, agent, text, at=self._rooms.clock.now())

        return await self._rooms.database.write(leak)


def test_a_desk_that_leaks_notes_would_be_found_out() -> None:
    desk = DeskHouse()
    desk.work = LeakyWork(desk.rooms, desk.views, desk.model)
    with pytest.raises(AssertionError):
        asyncio.run(play([("open", "sam"), ("claim", "sam"), ("note", "sam")], desk))
