"""Connects Teams: customers to reception, agents to the desk."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.channels.teams.deliver import Look
from bot.channels.teams.door import PATH, TeamsDoor
from bot.channels.teams.joining import TeamsSettings, receiving, sending
from bot.channels.teams_desk.joining import serving, showing
from bot.channels.teams_desk.port import House, Pages
from bot.http.sessions import VISITOR_COOKIE
from bot.wiring.connecting import Connected, Joined, secret
from core.clock import WallClock
from core.config import Config
from handoff.desk.places import DeskPlaces


@dataclass(frozen=True, kw_only=True)
class SharedDoor:
    """Teams sends to the address at which the chat page also posts: what carries a visitor's cookie is the page's."""

    teams: TeamsDoor

    def routes(self) -> Sequence[web.RouteDef]:
        return self.teams.routes()

    def takes(self, request: web.Request) -> bool:
        return request.path == PATH and VISITOR_COOKIE not in request.cookies


def connect_teams(config: Config, to: Joined) -> Connected:
    """Raises `BadInput` when what Teams needs is missing, or local mode isn't safe here."""
    house, out, parts, wall = to.kept.house, to.out, to.parts, WallClock()
    sends = sending(teams_settings(config, to.kept.secret, to.address), house.database, wall)
    out.channels["teams"], out.directories["teams"] = sends.channel, sends.directory
    section = config.channels.teams
    shown = showing(
        sends.wire,
        sends.references,
        parts.posts,
        DeskPlaces(database=house.database, tenant=house.tenant.id, clock=house.clock),
        parts.desk.roster,
        House(
            company=config.tenant.name,
            organisation=section.desk_organisation,
            queue=section.queue,
            pages=Pages(public_url=to.address),
            dialogs=not section.local,
        ),
    )
    agents = serving(parts.desk, shown, out.reception, out.links)
    receives = receiving(sends, out.reception, out.links, house.database, wall, agents)

    async def close() -> None:
        await agents.stop()
        await receives.close()

    return Connected(door=SharedDoor(teams=receives.door), surface=shown, close=close, sweep=receives.repeats.sweep)


def teams_settings(config: Config, key: bytes, address: str) -> TeamsSettings:
    """How Teams is reached, with what the environment holds."""
    section = config.channels.teams
    return TeamsSettings(
        tenant=config.tenant.id,
        look=Look(company=config.tenant.name, bot_name=config.bot.name, public_url=address),
        secret=key,
        app_id=secret(section.app_id_env),
        password=secret(section.app_password_env),
        organisation=section.organisation,
        service_urls=section.service_urls,
        login_url=section.login_url,
        keys_url=section.keys_url,
        local=section.local,
        listens_on=config.server.host,
        max_characters=config.server.max_message_chars,
    )
