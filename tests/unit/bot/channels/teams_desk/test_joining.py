"""The desk behind the real adapter, driven by signed activities from a Bot Connector service on loopback."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from bot.channels.teams.deliver import Look
from bot.channels.teams.joining import TeamsSettings, receiving, sending
from bot.channels.teams_desk.desk import TeamsDesk
from bot.channels.teams_desk.joining import serving, showing
from bot.channels.teams_desk.port import House
from bot.channels.teams_desk.side import TeamsAgents
from core.clock import WallClock
from core.database import Database
from handoff.desk.places import DeskPlaces
from handoff.desk.posts import DeskPosts
from tests.fakes.scripted_desk import ScriptedDesk, a_suggestion
from tests.fakes.teams_activities import ORGANISATION, Place, again
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, TeamsService
from tests.unit.bot.channels.teams_desk.card_rules import button, inside, texts, titles
from tests.unit.bot.channels.teams_desk.table import PEOPLE, TENANT, Codes, Doors

CHANNEL = Place(id="19:queue@thread.tacv2", kind="channel", team="19:team@thread.tacv2", thread="1795000000001")


@dataclass
class Installed:
    service: TeamsService
    script: ScriptedDesk
    shown: TeamsDesk
    agents: TeamsAgents

    async def root(self) -> tuple[Place, dict[str, Any]]:
        """The case's thread and its card, once it is posted."""
        await self.agents.timely.settled()
        threads = [each for each in self.service.messages if each.startswith(f"{CHANNEL.id};messageid=m")]
        thread = threads[0].partition(";messageid=")[2]
        place = Place(id=CHANNEL.id, kind="channel", team=CHANNEL.team, thread=thread)
        return place, card_of(self.service.posted(threads[0])[0])

    async def press(self, name: str, place: Place, action: dict[str, Any], **filled: str) -> Any:
        activity = self.service.by(PEOPLE[name], place).execute(
            action["verb"], {**action["data"], **filled}, card_message=place.thread
        )
        answer = await self.service.send(activity)
        assert answer.status == 200
        return answer.body["value"]


def card_of(activity: dict[str, Any]) -> dict[str, Any]:
    return activity["attachments"][0]["content"]


@pytest.fixture
async def installed() -> AsyncIterator[Installed]:
    database, wall, script = Database.open("sqlite://"), WallClock(), ScriptedDesk()
    database.create_all()
    async with TeamsService() as service:
        settings = TeamsSettings(
            tenant=TENANT.id,
            look=Look(company="Halcyon", bot_name="Rapport"),
            secret=b"s" * 32,
            app_id=APP_ID,
            password=APP_PASSWORD,
            service_urls=(service.url,),
            login_url=service.login_url,
            keys_url=service.keys_url,
        )
        sends = sending(settings, database, wall)
        posts, places = DeskPosts(database, TENANT.id, wall), DeskPlaces(database=database, tenant=TENANT.id, clock=wall)
        house = House(company="Halcyon", organisation=ORGANISATION)
        shown = showing(sends.wire, sends.references, posts, places, script.desk.roster, house)
        agents = serving(script.desk, shown, Doors(), Codes())
        receives = receiving(sends, Doors(), Codes(), database, wall, agents)
        app = web.Application()
        app.add_routes(receives.door.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        yield Installed(service=service, script=script, shown=shown, agents=agents)
        await agents.stop()
        await receives.close()
        await runner.cleanup()
    await database.close()


async def test_an_agents_way_from_the_queue_to_a_sent_reply(installed: Installed) -> None:
    service, script = installed.service, installed.script
    here = service.by(PEOPLE["sam"], CHANNEL).message("queue here", mention=True)
    assert (await service.send(here)).status == 200
    place, waiting = await installed.root()
    owners = await installed.press("sam", place, button(waiting, "Claim"))
    assert "Claim" not in titles(owners)

    sam = service.by(PEOPLE["sam"], place)
    note = sam.message("Second charge looks like our fault")
    for each in (note, note, again(note)):
        assert (await service.send(each)).status == 200
    assert list(script.notes.values()) == ["Second charge looks like our fault"]

    preview = await installed.press("sam", place, button(inside(owners, "Reply"), "Preview"), text="It comes back today.")
    assert "It comes back today." in texts(preview)
    send = button(preview, "Send to the customer")
    pressed = sam.execute(send["verb"], send["data"])
    for each in (pressed, again(pressed)):
        assert (await service.send(each)).status == 200
    assert script.sent == ["It comes back today."]


async def test_the_owners_draft_never_passes_through_the_channel(installed: Installed) -> None:
    service, script = installed.service, installed.script
    await service.send(service.by(PEOPLE["sam"], CHANNEL).message("queue here", mention=True))
    place, waiting = await installed.root()
    await installed.press("sam", place, button(waiting, "Claim"))
    draft = script.suggestions["sug-1"] = a_suggestion()
    await installed.shown.show_suggestion(script.cases["case-1"], draft)
    shared = card_of(service.posted(place.conversation_id)[-1])
    assert shared["refresh"]["userIds"] == [PEOPLE["sam"].id]
    assert draft.text in texts(await installed.press("sam", place, shared["refresh"]["action"]))
    assert "owner of the case alone" in await installed.press("bea", place, shared["refresh"]["action"])
    assert draft.text not in json.dumps([call.body for call in service.calls])


async def test_a_strangers_press_is_refused_with_a_good_status(installed: Installed) -> None:
    await installed.service.send(installed.service.by(PEOPLE["sam"], CHANNEL).message("queue here", mention=True))
    place, waiting = await installed.root()
    assert "Halcyon's support desk" in await installed.press("zoe", place, button(waiting, "Claim"))
    assert not installed.script.called("cases.claim")
