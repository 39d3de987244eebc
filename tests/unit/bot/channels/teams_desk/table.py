"""A desk in Teams on a table: the scripted desk behind it, and in place of Teams a list of what was posted."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.teams.wire import Activity, Begun
from bot.channels.teams_desk.desk import TeamsDesk
from bot.channels.teams_desk.ledger import Ledger
from bot.channels.teams_desk.port import House, Pages
from bot.channels.teams_desk.pressing import Bench
from bot.channels.teams_desk.seats import Seats
from bot.channels.teams_desk.side import TeamsAgents
from bot.channels.teams_desk.timely import Timely
from bot.channels.teams_desk.welcome import Welcome
from bot.links.port import ChannelUser, Known
from bot.reception import Reception
from core.errors import RapportError, Unclear
from core.people import Principal, PrincipalKind, Tenant
from handoff.desk.posts import Post, Posts, PostState
from tests.fakes.scripted_desk import BEA, INES, NOON, SAM, ScriptedDesk
from tests.fakes.teams_activities import ORGANISATION, Place, Sender, TeamsUser

TENANT = Tenant(id="halcyon", region="eu")
QUEUE = "19:queue@thread.tacv2"
PAGES = Pages(public_url="https://desk.example")
AGENTS = {"aad-sam": SAM, "aad-bea": BEA, "aad-ines": INES}
PEOPLE = {name: TeamsUser(id=f"29:{name}", aad=f"aad-{name}", name=name.title()) for name in ("sam", "bea", "ines", "zoe")}


class MemoryPosts:
    """Posts without a database."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Post] = {}

    async def find(self, surface: str, kind: str, subject: str) -> Post | None:
        return self.kept.get((surface, kind, subject))

    async def begin(self, surface: str, kind: str, subject: str) -> bool:
        if (surface, kind, subject) in self.kept:
            return False
        self._put(surface, kind, subject, PostState.SENDING)
        return True

    async def keep(self, surface: str, kind: str, subject: str, where: Mapping[str, str], digest: str) -> None:
        self._put(surface, kind, subject, PostState.SHOWN, where, digest)

    async def drop(self, surface: str, kind: str, subject: str) -> None:
        del self.kept[(surface, kind, subject)]

    async def unclear(self, surface: str, kind: str, subject: str) -> None:
        self._put(surface, kind, subject, PostState.UNCLEAR)

    def _put(
        self, surface: str, kind: str, subject: str, state: PostState, where: Mapping[str, str] | None = None, digest: str = ""
    ) -> None:
        post = Post(surface=surface, kind=kind, subject=subject, where=dict(where or {}), digest=digest, state=state, at=NOON)
        self.kept[(surface, kind, subject)] = post


class Teams:
    """Keeps what is posted, by conversation and activity; fails as told. Of an unclear post nobody hears that it arrived."""

    def __init__(self) -> None:
        self.cards: dict[tuple[str, str], dict[str, Any]] = {}
        self.updates: list[str] = []
        self.fails: list[RapportError] = []
        self._numbers = itertools.count(1)

    async def post(self, conversation_id: str, activity: Activity) -> Begun:
        failure = self.fails.pop(0) if self.fails else None
        if failure and not isinstance(failure, Unclear):
            raise failure
        number = f"m{next(self._numbers)}"
        begins = conversation_id.endswith("@thread.tacv2")
        place = f"{conversation_id};messageid={number}" if begins else conversation_id
        self.cards[(place, number)] = activity["attachments"][0]["content"]
        if failure:
            raise failure
        return Begun(conversation_id=place, message_id=number)

    async def update(self, conversation_id: str, activity_id: str, activity: Activity) -> None:
        if self.fails:
            raise self.fails.pop(0)
        assert (conversation_id, activity_id) in self.cards
        self.updates.append(activity_id)
        self.cards[(conversation_id, activity_id)] = activity["attachments"][0]["content"]

    async def open_private(self, installation: str, user_id: str) -> str:
        return f"a:{user_id.removeprefix('29:')}"

    def in_place(self, conversation_id: str) -> list[dict[str, Any]]:
        return [card for (place, _), card in self.cards.items() if place == conversation_id]


class Doors(Reception):
    """Knows the agents, and remembers events."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    async def who(self, user: ChannelUser) -> Known:
        return known(user)

    async def first(self, user: ChannelUser, event_id: str) -> bool:
        new = event_id not in self.seen
        self.seen.add(event_id)
        return new


class Codes:
    """Links in which the code 123456 proves that one is Sam."""

    async def known(self, user: ChannelUser) -> Known:
        return known(user)

    async def looked_up(self, user: ChannelUser) -> Known:
        return known(user)

    async def start_code(self, user: ChannelUser, email: str) -> str:
        return ""

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        return known(replace(user, user_id="aad-sam")) if code == "123456" else None

    async def unlink(self, user: ChannelUser) -> None:
        return None


class OnePlace:
    def __init__(self, where: str | None = QUEUE) -> None:
        self.where = where

    async def get(self, surface: str) -> str | None:
        return self.where

    async def set(self, surface: str, place: str) -> None:
        self.where = place


def known(user: ChannelUser) -> Known:
    agent = AGENTS.get(user.user_id)
    return Known(principal=agent.principal(TENANT) if agent else _stranger(user), agent=agent, settled=True)


def _stranger(user: ChannelUser) -> Principal:
    return Principal(kind=PrincipalKind.CUSTOMER, id=user.user_id, tenant=TENANT, name=user.name)


@dataclass
class Table:
    """The whole thing, with shorthands for what people do."""

    script: ScriptedDesk
    teams: Teams = field(default_factory=Teams)
    posts: Posts = field(default_factory=MemoryPosts)
    places: OnePlace = field(default_factory=OnePlace)
    budget_s: float = 0.2
    dialogs: bool = True

    def __post_init__(self) -> None:
        desk = self.script.desk
        ledger = Ledger(self.teams, self.posts)
        seats = Seats(ledger, desk.roster, ORGANISATION)
        house = House(company="Halcyon", organisation=ORGANISATION, pages=PAGES, dialogs=self.dialogs)
        self.shown = TeamsDesk(ledger=ledger, places=self.places, seats=seats, roster=desk.roster, house=house)
        self.timely = Timely(self.budget_s)
        bench = Bench(desk=desk, shown=self.shown, timely=self.timely)
        self.side = TeamsAgents(bench, Doors(), Welcome(Codes(), self.shown, self.timely))

    def user(self, name: str, *, private: bool = False) -> ChannelUser:
        return ChannelUser(
            tenant=TENANT.id,
            channel="teams",
            installation=ORGANISATION,
            user_id=f"aad-{name}",
            name=name.title(),
            private=private,
        )

    def by(self, name: str, place: Place | None = None) -> Sender:
        return Sender(service_url="http://127.0.0.1/teams/", user=PEOPLE[name], place=place or Place(id=f"a:{name}"))

    async def press(self, name: str, action: Mapping[str, Any], *, private: str = "", **filled: str) -> Any:
        """Presses an Action.Execute, in private on the message of that id; returns the answer's card or words."""
        sender = self.by(name) if private else self.by(name, self.thread())
        activity = {**sender.execute(action["verb"], {**action["data"], **filled}), "replyToId": private}
        try:
            answer = await self.side.on_execute(self.user(name), activity)
        except RapportError as error:
            return error.message
        assert answer["statusCode"] == 200
        return answer["value"]

    async def open(self, name: str, action: Mapping[str, Any]) -> Any:
        """Presses a button that opens a dialog; returns its card or its words."""
        answer = await self.side.on_fetch(self.user(name), self.by(name, self.thread()).task_fetch(action["data"]))
        return in_dialog(answer)

    async def submit(self, name: str, action: Mapping[str, Any], **filled: str) -> Any:
        activity = self.by(name, self.thread()).task_submit({**action["data"], **filled})
        return in_dialog(await self.side.on_submit(self.user(name), activity))

    async def write(self, name: str, text: str, place: Place, **more: Any) -> bool:
        return await self.side.on_message(self.user(name), self.by(name, place).message(text, **more))

    def thread(self, root: str = "m1") -> Place:
        return Place(id=QUEUE, kind="channel", thread=root)

    def case_card(self) -> dict[str, Any]:
        return self.teams.cards[(f"{QUEUE};messageid=m1", "m1")]

    async def settled(self) -> None:
        await self.timely.settled()


def in_dialog(answer: dict[str, Any]) -> Any:
    value = answer["task"]["value"]
    return value["card"]["content"] if answer["task"]["type"] == "continue" else value
