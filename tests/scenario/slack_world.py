"""A whole Rapport in memory, put together as it is served, with the tests' Slack: what people do and see there."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, insert, select

from bot.house import House
from bot.http.sessions import CSRF_HEADER, VISITOR_COOKIE, Sessions, Visitor
from bot.http.tokens import Purpose
from bot.live import Live
from bot.server import build_app
from bot.telemetry import Telemetry
from bot.wiring.kept import Kept
from bot.wiring.loading import STAGES
from bot.wiring.parts import Adapters, build
from bot.wiring.whole import Whole, assembled
from bot.wiring.worlds import START, FreshWorlds, ports_of
from core import tenants
from core.clock import FixedClock
from core.config import Config
from core.conversation import ConversationRef
from core.database import Database
from core.durable_memory import MemoryDurable
from core.folder_lock import FolderLock
from core.keyring import KeyRing
from core.people import Tenant
from core.runner import Runner
from core.sealer import Checkpoint, Sealer
from handoff.case_book import Case
from knowledge import shelf
from knowledge.answer_cache import AnswerCache
from knowledge.index import MemoryIndex
from knowledge.ingest import Ingest
from memory.tables import Conversation
from memory.vectors import MemoryVectors
from skills.sandbox.company import Sandbox
from tests.fakes.slack_api import BOT_TOKEN, TEAM, FakeSlack
from tests.fakes.slack_events import (
    SECRET,
    Answered,
    HttpSender,
    app_mention,
    block_actions,
    command,
    event_callback,
    message,
    view_submission,
)
from tests.scenario.story_model import StoryModel

QUEUE = "C0QUEUE"
PUBLIC_URL = "https://help.halcyon.example"
ROSA, RENEE, MARCUS, NOBODY = "UROSA", "URENEE", "UMARCUS", "UNOBODY"
SAM, BEA, ADA = "USAM", "UBEA", "UADA"
TRUSTED = {"lumenstreet.example": "ACC-003", "sunrisecc.example": "ACC-024"}
PEOPLE = {
    ROSA: ("rosa@lumenstreet.example", "Rosa Delgado"),
    RENEE: ("renee@sunrisecc.example", "Renee Ortiz"),
    MARCUS: ("marcus@pinecrest.example", "Marcus Tran"),
    SAM: ("sam.okoro@halcyon.example", "Sam Okoro"),
    BEA: ("bea.lindgren@halcyon.example", "Bea Lindgren"),
    ADA: ("ada.romero@halcyon.example", "Ada Romero"),
}
WAIT_S = 8.0

T = TypeVar("T")
Shown = Mapping[str, Any]
NOTHING: Shown = {}
Found = Callable[[], T | None]


def direct(user: str) -> str:
    """The direct message of a user with the app."""
    return "D" + user.removeprefix("U")


def words_of(shown: object) -> str:
    """All words that somebody sees in a message or window: those of its blocks, else its text."""
    message = cast("Shown", shown) if isinstance(shown, Mapping) else NOTHING
    if message.get("blocks"):
        return " ".join(filter(None, [str(message.get("markdown_text", "")), *_texts(message["blocks"])]))
    return " ".join(_texts(cast("object", shown)))


def buttons_of(shown: Shown) -> dict[str, Shown]:
    """What can be pressed, by its words and by its id; the options of a menu by id and the first word of their value, too."""
    found: dict[str, Shown] = {}
    for block in cast("Sequence[Shown]", shown.get("blocks") or ()):
        for element in cast("Sequence[Shown]", block.get("elements") or ()):
            if element.get("type") == "button":
                pressed: Shown = {"action_id": element["action_id"], "value": element["value"]}
                found |= {str(element["text"]["text"]): pressed, str(element["action_id"]): pressed}
            elif element.get("type") == "overflow":
                for option in element["options"]:
                    pressed = {"type": "overflow", "action_id": element["action_id"], "selected_option": option}
                    name = f"{element['action_id']}/{str(option['value']).partition('|')[0]}"
                    found |= {str(option["text"]["text"]): pressed, name: pressed}
            elif element.get("type") == "feedback_buttons":
                for name in ("positive_button", "negative_button"):
                    pressed = {"type": "feedback_buttons", "action_id": element["action_id"], "value": element[name]["value"]}
                    found[str(element[name]["text"]["text"])] = pressed
    return found


@dataclass(kw_only=True)
class SlackWorld:
    """What tests do and look at. `http` sends what Slack would send."""

    slack: FakeSlack
    kept: Kept
    whole: Whole
    company: Sandbox
    model: StoryModel
    http: HttpSender
    session: ClientSession
    origin: str
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list["asyncio.Task[None]"])

    @property
    def house(self) -> House:
        return self.kept.house

    @property
    def clock(self) -> FixedClock:
        assert isinstance(self.house.clock, FixedClock)
        return self.house.clock

    async def writes(self, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody writes to the app in private; with `thread_ts` in the assistant pane's thread."""
        event = message(text, user=user, channel=direct(user), **more)
        await self.sends(event_callback(event))
        return event

    async def mentions(self, user: str, channel: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody speaks to the app where others read it: Slack tells of it twice."""
        spoken = app_mention(f"<@U0BOT> {text}", user=user, channel=channel, **more)
        await self.sends(event_callback(spoken))
        await self.sends(event_callback({**spoken, "type": "message", "channel_type": "channel"}))
        return spoken

    async def types(self, user: str, channel: str, thread_ts: str, text: str) -> dict[str, Any]:
        """Somebody types in a thread."""
        event = message(text, user=user, channel=channel, thread_ts=thread_ts)
        await self.sends(event_callback(event))
        return event

    async def sends(self, body: Shown, *, retry: int = 0) -> Answered:
        answered = await self.http.send(body, retry=retry)
        assert answered.status == 200, answered
        return answered

    async def presses(self, user: str, channel: str, shown: Shown, label: str, **more: Any) -> str:
        """Presses a button of a message. Returns the token of the address at which the press can be answered."""
        found = buttons_of(shown)
        assert label in found, f"no button {label!r}, only {sorted(found)}"
        token = f"r{len(self.http.answers)}"
        private = "user" in shown and "bot_id" not in shown
        body = block_actions(
            {**found[label]},
            user=user,
            channel=channel,
            message_ts=str(shown["ts"]),
            thread_ts=str(shown.get("thread_ts") or ""),
            response_url=self.slack.response_url(token),
            **more,
        )
        body["container"]["is_ephemeral"] = private
        if not private:
            body["message"] |= {"blocks": shown.get("blocks", [])}
        await self.sends(body)
        return token

    async def commands(self, user: str, text: str, channel: str = QUEUE) -> Shown:
        """Says /rapport ...; the answer that only they see."""
        token = f"r{len(self.http.answers)}"
        await self.sends(command(text, user=user, channel=channel, response_url=self.slack.response_url(token)))
        return await self.answer(token)

    async def answer(self, token: str) -> Shown:
        """What was answered at an address."""
        return await self.sees(lambda: next((body for where, body in self.slack.responses if where == token), None))

    async def window(self, name: str) -> Shown:
        """The newest window, once it is filled and has that id, or that word in it."""

        def found() -> Shown | None:
            views = list(self.slack.views.values())
            return views[-1] if views and (views[-1].get("callback_id") == name or name in words_of(views[-1])) else None

        return await self.sees(found)

    async def submits(self, user: str, view: Shown, values: Mapping[str, str] | None = None) -> Shown:
        """Submits a window; returns the next one, or the errors."""
        state = {
            block_id: {action_id: element}
            for block_id, action_id, element in (_filled(view, *each) for each in (values or {}).items())
        }
        body = view_submission(
            str(view["callback_id"]), state, user=user, metadata=str(view.get("private_metadata", "")), id=view["id"]
        )
        told = cast("Shown", (await self.sends(body)).body)
        if told.get("response_action") != "update":
            return told
        shown = {**told["view"], "id": view["id"], "hash": view["hash"]}
        self.slack.views[str(view["id"])] = shown
        if "Working on it" in words_of(shown):
            await self.slack.until(lambda: "Working on it" not in words_of(self.slack.views[str(view["id"])]), timeout_s=WAIT_S)
        return self.slack.views[str(view["id"])]

    async def sees(self, found: Found[T]) -> T:
        """Waits until Slack was told something, and returns it."""
        await self.slack.until(lambda: found() is not None, timeout_s=WAIT_S)
        result = found()
        assert result is not None
        return result

    async def reads(self, channel: str, *wanted: str, after: int = 0, thread: str = "") -> Shown:
        """Waits for a message in which all of these words stand; `after` leaves out that many first ones."""

        def found() -> Shown | None:
            for each in self.messages(channel, thread)[after:]:
                if not each.get("streaming") and _holds(each, wanted):
                    return dict(each)
            return None

        try:
            return await self.sees(found)
        except TimeoutError:
            stands = "\n".join(words_of(each) for each in self.messages(channel, thread))
            raise AssertionError(f"{wanted} isn't in {channel}, but:\n{stands}") from None

    async def whispered(self, user: str, *wanted: str, after: int = 0) -> Shown:
        """Waits for a word to this user alone."""

        def found() -> Shown | None:
            mine = [each for each in self.slack.ephemerals if each["user"] == user][after:]
            return next((each for each in mine if _holds(each, wanted)), None)

        try:
            return await self.sees(found)
        except TimeoutError:
            stands = "\n".join(f"{each['user']}: {words_of(each)}" for each in self.slack.ephemerals)
            raise AssertionError(f"{user} wasn't told {wanted}, but:\n{stands}") from None

    def messages(self, channel: str, thread: str = "") -> list[Shown]:
        """What stands in a channel, or in one of its threads."""
        return [each for each in self.slack.posted(channel) if not thread or each.get("thread_ts") == thread]

    async def quiet(self) -> None:
        """Waits until all that was accepted is answered and sent, and all that changed is shown."""
        await self.house.durable.settle(WAIT_S)
        await self.whole.out.deliverer.settle()
        await self.whole.out.links.settle()

    async def eventually(self, look: Callable[[], Awaitable[T | None]]) -> T:
        """Waits until something is found in the house."""
        async with asyncio.timeout(WAIT_S):
            while (found := await look()) is None:  # noqa: ASYNC110 - the house's own work writes it
                await asyncio.sleep(0.01)
        return found

    def ref(self, user: str, thread: str = "") -> ConversationRef:
        where = f"{direct(user)}:{thread}" if thread else direct(user)
        return ConversationRef(tenant=self.house.tenant.id, channel="slack", installation=TEAM, conversation_id=where)

    async def conversation(self, ref: ConversationRef) -> Conversation:
        found = await self.house.database.read(lambda conn: self.house.threads.find(conn, ref))
        assert found is not None
        return found

    async def case(self, ref: ConversationRef) -> Case:
        """The live case in that place."""

        async def look() -> Case | None:
            return await self.house.database.read(read)

        def read(conn: Connection) -> Case | None:
            found = self.house.threads.find(conn, ref)
            return self.house.cases.live_in(conn, self.house.tenant.id, found.id) if found else None

        return await self.eventually(look)

    async def credits(self, account: str = "ACC-003") -> list[int]:
        """The credits of today, in minor units."""
        history = (await self.house.ports.billing.subscription(account)).history.credits
        return [each.amount.minor for each in history if each.given_on == self.clock.now().date()]

    def browser(self, contact_id: str) -> "Browser":
        return Browser(world=self, visitor=Visitor.known(contact_id))

    async def code_mailed(self, to: str) -> str:
        """The code in the newest mail to an address."""
        await self.whole.out.links.settle()
        letters = [each for each in await self.company.outbox.messages() if each.to == to]
        return "".join(each for each in letters[-1].body if each.isdigit())[:6]


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A contact's chat page, signed in."""

    world: SlackWorld
    visitor: Visitor

    @property
    def ref(self) -> ConversationRef:
        tenant = self.world.house.tenant.id
        return ConversationRef(tenant=tenant, channel="web_chat", installation="main", conversation_id=self.visitor.chat)

    async def writes(self, text: str) -> None:
        await self._post("messages", {"text": text})

    async def presses(self, card_id: str, choice: str = "confirm") -> None:
        await self._post("press", {"card_id": card_id, "choice": choice})

    async def reads(self, *wanted: str, after: int = 0) -> Shown:
        """Waits for an entry in which all of these words stand, behind that position."""
        read: list[str] = []
        try:
            async with asyncio.timeout(WAIT_S), self.world.session.get(self._at("events"), headers=self._headers) as response:
                async for line in response.content:
                    read.append(line.decode())
                    entry = cast("Shown", json.loads(read[-1].removeprefix("data: "))) if line.startswith(b"data: ") else NOTHING
                    if entry.get("position", 0) > after and all(each in json.dumps(entry, ensure_ascii=False) for each in wanted):
                        return entry
        except TimeoutError:
            pass
        raise AssertionError(f"{wanted} isn't in the chat, but:\n{''.join(read)}")

    async def _post(self, what: str, body: Shown) -> None:
        given = {"client_msg_id": uuid.uuid4().hex, **body}
        async with self.world.session.post(self._at(what), json=given, headers=self._headers) as response:
            assert response.status == 202, await response.text()

    def _at(self, what: str) -> str:
        return f"{self.world.origin}/api/{what}"

    @property
    def _headers(self) -> Mapping[str, str]:
        visitor, tokens = self.visitor, Sessions(self.world.whole.rooms).tokens
        claims = {"sid": visitor.session_id, "sub": visitor.visitor_id, "chat": visitor.chat, "contact": str(visitor.contact_id)}
        cookie = tokens.issue(Purpose.VISITOR, claims, timedelta(hours=1))
        signed = {"Cookie": f"{VISITOR_COOKIE}={cookie}", CSRF_HEADER: tokens.csrf(visitor.session_id)}
        return {**signed, "Origin": PUBLIC_URL}


@asynccontextmanager
async def slack_world(worlds: FreshWorlds, model: StoryModel, folder: Path) -> AsyncGenerator[SlackWorld]:
    """Opens it. The environment must hold Slack's secrets."""
    async with FakeSlack() as slack, ClientSession() as session:
        for user, (email, name) in PEOPLE.items():
            slack.add_user(user, email=email, name=name, team_id=TEAM)
        slack.add_user(NOBODY, team_id=TEAM)
        config = configured(worlds.config, slack)
        kept, company = kept_in_memory(config, worlds, folder)
        telemetry, live = Telemetry(), Live()
        whole = assembled(config, kept, live, telemetry)
        kept.house.database.create_all()
        await shelve(worlds.knowledge, kept.house.database)
        server = TestServer(build_app(whole.rooms, [each.door for each in whole.channels]))
        await server.start_server()
        origin = str(server.make_url("")).rstrip("/")
        http = HttpSender(session=session, url=f"{origin}/slack/events")
        world = SlackWorld(
            slack=slack, kept=kept, whole=whole, company=company, model=model, http=http, session=session, origin=origin
        )
        await kept.house.database.write(lambda conn: tenants.register(conn, kept.house.tenant))
        await kept.house.durable.launch()
        whole.loading.done.update(STAGES)
        world.tasks += [asyncio.ensure_future(job()) for job in whole.jobs]
        try:
            await slack.until(lambda: bool(slack.of("auth.test")))
            yield world
        finally:
            await server.close()
            await whole.close()
            for task in world.tasks:
                task.cancel()
            await asyncio.gather(*world.tasks, return_exceptions=True)
            await kept.house.durable.close()
            await kept.house.database.close()
            telemetry.close()
            kept.lock.release()


def configured(config: Config, slack: FakeSlack) -> Config:
    """The configuration with Slack enabled, and two customers' mail domains trusted."""
    changed = {"enabled": True, "api_url": slack.base_url, "queue_channel": QUEUE, "desk_team": TEAM}
    section = config.channels.slack.model_copy(update=changed)
    channels = config.channels.model_copy(update={"slack": section, "trusted_domains": TRUSTED})
    server = config.server.model_copy(update={"public_url": PUBLIC_URL})
    return config.model_copy(update={"channels": channels, "server": server})


def kept_in_memory(config: Config, worlds: FreshWorlds, folder: Path) -> tuple[Kept, Sandbox]:
    """The parts of an installation that is kept, over memory: quick to open, and forgotten afterwards."""
    clock, database = FixedClock(config.demo.clock_start or START), Database.open("sqlite://")
    company, secret = Sandbox.fresh(worlds.heavy.company, clock), b"a scenario's secret needs 32 bytes!"
    adapters = Adapters(
        database=database,
        durable=MemoryDurable(Runner(database=database, clock=clock)),
        keys=KeyRing(None),
        clock=clock,
        ports=ports_of(company, worlds.heavy),
        outbox=company.outbox,
        memory_vectors=MemoryVectors(),
        search=worlds.search,
        knowledge=worlds.knowledge,
        embedder=worlds.heavy.embedder,
        model=worlds.heavy.model,
        gate=worlds.heavy.gate,
        secret=secret,
    )
    house = build(config, adapters)
    assert house.tenant == Tenant(id=config.tenant.id, region=config.tenant.region)
    ingest = Ingest(database=database, journal=house.journal, index=MemoryIndex(), embedder=worlds.heavy.filed, clock=clock)
    sealer = Sealer(database, house.journal, Checkpoint(folder / "checkpoint.json"), interval_s=0.05)
    kept = Kept(
        house=house,
        company=company,
        ingest=ingest,
        sealer=sealer,
        secret=secret,
        first=True,
        lock=FolderLock.take(folder),
        language=worlds.language,
        answers=AnswerCache(database=database, clock=clock, secret=secret),
    )
    return kept, company


async def shelve(knowledge: Database, database: Database) -> None:
    """The articles that are searched, where the desk and the pages read them."""

    def copied(conn: Connection) -> list[dict[str, Any]]:
        return [dict(each) for each in conn.execute(select(shelf.article)).mappings()]

    rows = await knowledge.read(copied)
    await database.write(lambda conn: conn.execute(insert(shelf.article), rows))


def environment() -> Mapping[str, str]:
    """What Slack's secrets are called, and their values here."""
    return {"SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": BOT_TOKEN}


def _holds(shown: Shown, wanted: Sequence[str]) -> bool:
    said = words_of(shown).lower()
    return all(word.lower() in said for word in wanted)


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for each in cast("list[object]", value) for text in _texts(each)]
    if not isinstance(value, Mapping):
        return []
    found: list[str] = []
    for name, inner in cast("Shown", value).items():
        if name in ("text", "initial_value", "markdown_text", "title") and isinstance(inner, str):
            found.append(inner)
        elif name != "metadata":
            found += _texts(inner)
    return found


def _filled(view: Shown, name: str, value: str) -> tuple[str, str, Shown]:
    """A field of a window with a value, as Slack tells it."""
    block = next(each for each in cast("Sequence[Shown]", view["blocks"]) if each.get("block_id") == name)
    element = cast("Shown", block["element"])
    kind = str(element["type"])
    if kind == "static_select":
        option = next(each for each in element["options"] if value in (each["value"], each["text"]["text"]))
        return name, str(element["action_id"]), {"type": kind, "selected_option": option}
    picked = {"selected_date": value} if kind == "datepicker" else {"value": value}
    return name, str(element["action_id"]), {"type": kind, **picked}
