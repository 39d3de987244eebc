"""A whole Rapport in memory, put together as it is served, with the tests' Bot Connector: what people do and see in Teams."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from aiohttp.test_utils import TestServer
from sqlalchemy import Connection

from bot.house import House
from bot.live import Live
from bot.server import build_app
from bot.telemetry import Telemetry
from bot.wiring.kept import Kept
from bot.wiring.loading import STAGES
from bot.wiring.whole import Whole, assembled
from bot.wiring.worlds import FreshWorlds
from core import tenants
from core.config import Config
from core.conversation import ConversationRef
from core.people import Principal
from handoff.case_book import Case
from skills.sandbox.company import Sandbox
from tests.fakes.teams_activities import ORGANISATION, Activity, Place, Sender, TeamsUser
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, Answer, TeamsService
from tests.scenario.slack_world import PUBLIC_URL, TRUSTED, WAIT_S, kept_in_memory, shelve
from tests.scenario.story_model import StoryModel
from tests.scenario.teams_seen import Seen, holds, place_of

ELSEWHERE = "8d5e1c52-0000-4000-8000-00000000c002"
ROSA = TeamsUser(id="29:rosa", aad="aad-rosa", name="Rosa Delgado", email="rosa@lumenstreet.example", organisation=ELSEWHERE)
NOBODY = TeamsUser(id="29:nobody", aad="aad-nobody", name="No Body", email="nobody@elsewhere.example", organisation=ELSEWHERE)
SAM = TeamsUser(id="29:sam", aad="aad-sam", name="Sam Okoro", email="sam.okoro@halcyon.example")
BEA = TeamsUser(id="29:bea", aad="aad-bea", name="Bea Lindgren", email="bea.lindgren@halcyon.example")
QUEUE = Place(id="19:queue@thread.tacv2", kind="channel", team="19:team@thread.tacv2")

T = TypeVar("T")


def chat(user: TeamsUser) -> Place:
    """A user's personal chat with the app."""
    return Place(id=f"a:{user.id.removeprefix('29:')}", organisation=user.organisation)


@dataclass(kw_only=True)
class TeamsWorld:
    """What tests do and look at."""

    service: TeamsService
    kept: Kept
    whole: Whole
    company: Sandbox
    model: StoryModel
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list["asyncio.Task[None]"])

    @property
    def house(self) -> House:
        return self.kept.house

    def by(self, user: TeamsUser, place: Place | None = None) -> Sender:
        return self.service.by(user, place or chat(user))

    async def sends(self, activity: Activity) -> Answer:
        answer = await self.service.send(activity)
        assert answer.status == 200, answer
        return answer

    async def writes(self, user: TeamsUser, text: str, place: Place | None = None, **more: Any) -> Activity:
        """Somebody writes, in private unless a place is given; the activity."""
        activity = self.by(user, place).message(text, **more)
        await self.sends(activity)
        return activity

    def press_of(self, user: TeamsUser, seen: Seen, title: str, filled: Mapping[str, str]) -> Activity:
        """What a client sends when that button is pressed."""
        found = seen.buttons.get(title)
        assert found is not None, f"no button {title!r}, only {sorted(seen.buttons)}"
        data = {**found["data"], **filled}
        return self.by(user, seen.place).execute(found["verb"], data, card_message=str(seen.message["id"]))

    async def presses(self, user: TeamsUser, seen: Seen, title: str, **filled: str) -> Seen:
        """Presses a button that is answered with a card: the view that this user gets."""
        value = await self._answered(self.press_of(user, seen, title, filled))
        assert isinstance(value, dict), value
        view = seen.viewed(cast("Activity", value))
        while "Working on it" in view.words and "Look again" in view.buttons:
            await self.quiet()
            view = await self.presses(user, view, "Look again")
        return view

    async def told(self, user: TeamsUser, seen: Seen, title: str, **filled: str) -> str:
        """Presses a button that is answered with words."""
        value = await self._answered(self.press_of(user, seen, title, filled))
        assert isinstance(value, str), value
        return value

    async def looks(self, user: TeamsUser, seen: Seen) -> Seen:
        """The user's client asks for their own view; what everybody sees when it has no such view."""
        action = seen.card["refresh"]["action"]
        sender = self.by(user, seen.place)
        value = await self._answered(
            sender.execute(action["verb"], action["data"], card_message=str(seen.message["id"]), trigger="automatic")
        )
        return seen.viewed(value) if isinstance(value, dict) else seen.viewed({})  # pyright: ignore[reportUnknownArgumentType]

    async def opens(self, user: TeamsUser, seen: Seen, title: str) -> Seen:
        """Presses a button that opens a dialog."""
        return await self._dialog(seen, self.by(user, seen.place).task_fetch(seen.buttons[title]["data"]))

    async def submits(self, user: TeamsUser, dialog: Seen, title: str, **filled: str) -> Seen | str:
        """Submits a dialog: the next one, or the words with which it ends."""
        data = {**dialog.buttons[title]["data"], **filled}
        answer = await self.sends(self.by(user, dialog.place).task_submit(data))
        value = answer.body["task"]["value"]
        return value if isinstance(value, str) else dialog.viewed(value["card"]["content"])

    async def _dialog(self, seen: Seen, activity: Activity) -> Seen:
        value = (await self.sends(activity)).body["task"]["value"]
        assert isinstance(value, dict), value
        return seen.viewed(cast("Activity", value)["card"]["content"])

    async def _answered(self, activity: Activity) -> Any:
        return (await self.sends(activity)).body["value"]

    def stands(self, place: Place | str) -> list[Seen]:
        """The bot's messages in a place, threads of a channel too."""
        wanted = place if isinstance(place, str) else place.conversation_id
        found: list[Seen] = []
        for conversation_id in list(self.service.messages):
            if conversation_id == wanted or conversation_id.startswith(f"{wanted};messageid="):
                where = place_of(conversation_id, place if isinstance(place, Place) else None)
                found += [Seen(place=where, message=each) for each in self.service.posted(conversation_id)]
        return found

    async def reads(self, place: Place, *wanted: str, after: int = 0) -> Seen:
        """Waits for a message in which all of these words stand; `after` leaves out that many first ones."""

        def found() -> Seen | None:
            return next((each for each in self.stands(place)[after:] if holds(each, wanted)), None)

        try:
            return await self.sees(found)
        except TimeoutError:
            stands = "\n".join(each.words for each in self.stands(place))
            raise AssertionError(f"{wanted} isn't in {place.conversation_id}, but:\n{stands}") from None

    async def sees(self, found: Callable[[], T | None]) -> T:
        """Waits until Teams was told something."""

        async def look() -> T | None:
            return found()

        return await self.eventually(look)

    async def eventually(self, look: Callable[[], Awaitable[T | None]]) -> T:
        """Waits until something is found."""
        async with asyncio.timeout(WAIT_S):
            while (found := await look()) is None:  # noqa: ASYNC110 - the house's own work writes it
                await asyncio.sleep(0.01)
        return found

    async def quiet(self) -> None:
        """Waits until all that was accepted is answered and sent."""
        await self.house.durable.settle(WAIT_S)
        await self.whole.out.deliverer.settle()
        await self.whole.out.links.settle()

    def said_to(self, user: TeamsUser) -> str:
        """All that stands in a user's personal chat."""
        return " ".join(each.words for each in self.stands(chat(user)))

    async def case(self, place: Place) -> Case:
        """The live case of the conversation in that place."""
        ref = self.ref(place)

        def read(conn: Connection) -> Case | None:
            found = self.house.threads.find(conn, ref)
            return self.house.cases.live_in(conn, self.house.tenant.id, found.id) if found else None

        return await self.eventually(lambda: self.house.database.read(read))

    def ref(self, place: Place) -> ConversationRef:
        return ConversationRef(
            tenant=self.house.tenant.id,
            channel="teams",
            installation=place.organisation,
            conversation_id=place.conversation_id,
        )

    def agent(self, agent_id: str) -> Principal:
        found = self.whole.desk.desk.roster.by_id(agent_id)
        assert found is not None
        return found.principal(self.house.tenant)

    async def credits(self, account: str = "ACC-003") -> list[int]:
        """The credits of today, in minor units."""
        history = (await self.house.ports.billing.subscription(account)).history.credits
        today = self.house.clock.now().date()
        return [each.amount.minor for each in history if each.given_on == today]

    async def code_mailed(self, to: str) -> str:
        """The code in the newest mail to an address."""
        await self.whole.out.links.settle()
        letters = [each for each in await self.company.outbox.messages() if each.to == to]
        return "".join(each for each in letters[-1].body if each.isdigit())[:6]


@asynccontextmanager
async def teams_world(worlds: FreshWorlds, model: StoryModel, folder: Path, *, local: bool = False) -> AsyncGenerator[TeamsWorld]:
    """Opens it. Unless it is `local`, as with the Agents Playground, the environment must hold the app's id and password."""
    async with TeamsService(app_id="" if local else APP_ID, open_door=local, users=[ROSA, NOBODY, SAM, BEA]) as service:
        config = configured(worlds.config, service, local=local)
        kept, company = kept_in_memory(config, worlds, folder)
        telemetry, live = Telemetry(), Live()
        whole = assembled(config, kept, live, telemetry)
        kept.house.database.create_all()
        await shelve(worlds.knowledge, kept.house.database)
        server = TestServer(build_app(whole.rooms, [each.door for each in whole.channels]))
        await server.start_server()
        service.bot_url = str(server.make_url("/api/messages"))
        world = TeamsWorld(service=service, kept=kept, whole=whole, company=company, model=model)
        await kept.house.database.write(lambda conn: tenants.register(conn, kept.house.tenant))
        await kept.house.durable.launch()
        whole.loading.done.update(STAGES)
        world.tasks += [asyncio.ensure_future(job()) for job in whole.jobs]
        try:
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


def configured(config: Config, service: TeamsService, *, local: bool) -> Config:
    """The configuration with Teams enabled, and two customers' mail domains trusted."""
    away = {
        "service_urls": (service.url,),
        "login_url": service.login_url,
        "keys_url": service.keys_url,
        "desk_organisation": ORGANISATION,
    }
    section = config.channels.teams.model_copy(update={"enabled": True, "local": local, **({} if local else away)})
    channels = config.channels.model_copy(update={"teams": section, "trusted_domains": TRUSTED})
    server = config.server.model_copy(update={"public_url": PUBLIC_URL})
    return config.model_copy(update={"channels": channels, "server": server})


def environment() -> Mapping[str, str]:
    """What Teams' secrets are called, and their values here."""
    return {"TEAMS_APP_ID": APP_ID, "TEAMS_APP_PASSWORD": APP_PASSWORD}
