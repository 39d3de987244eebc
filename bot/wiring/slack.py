"""Connects Slack: customers to reception, agents to the desk."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.channels.slack.listening import Desk as SlackQueue
from bot.channels.slack.side import Doors, SlackIn, SlackOut, SlackRooms, SlackSettings
from bot.channels.slack_desk.agents import SlackAgents
from bot.channels.slack_desk.parts import Addresses
from bot.channels.slack_desk.seats import Seats
from bot.channels.slack_desk.side import Side
from bot.channels.slack_desk.surface import SlackDesk
from bot.wiring.connecting import Connected, Joined, secret
from bot.wiring.demo import STARTERS
from core.clock import WallClock
from core.config import Config
from core.errors import BadInput
from handoff.desk.places import DeskPlaces

PATHS = "/slack/"


@dataclass(frozen=True, kw_only=True)
class SlackDoor:
    """Everything under /slack comes from Slack, or is an administrator's installing."""

    inward: SlackIn

    def routes(self) -> Sequence[web.RouteDef]:
        return self.inward.routes()

    def takes(self, request: web.Request) -> bool:
        return request.path.startswith(PATHS)


def connect_slack(config: Config, to: Joined) -> Connected:
    """Raises `BadInput` when what Slack needs is missing from the environment."""
    settings = slack_settings(config, to.kept.secret, to.address)
    house, out = to.kept.house, to.out
    rooms = SlackRooms(database=house.database, journal=house.journal, clock=house.clock, wall=WallClock())
    outward = SlackOut(settings, rooms)
    out.channels["slack"], out.directories["slack"] = outward.channel, outward.directory
    side = _agents_side(config, to, outward)
    queue = SlackQueue(side=SlackAgents(side), queue=side.surface.queue)
    inward = SlackIn(settings, rooms, outward, Doors(reception=out.reception, links=out.links, desk=queue))

    async def start() -> None:
        await inward.start()
        await outward.workspaces.identify()
        own = outward.workspaces.own
        if own is not None and own.team:
            out.desks.setdefault("slack", own.team)

    async def close() -> None:
        await inward.close()
        await outward.close()

    return Connected(door=SlackDoor(inward=inward), surface=side.surface, start=start, close=close)


def _agents_side(config: Config, to: Joined, outward: SlackOut) -> Side:
    """The desk in its own workspace: the one that the configuration names, or the one whose token was given."""
    house, out, parts = to.kept.house, to.out, to.parts
    places = DeskPlaces(database=house.database, tenant=house.tenant.id, clock=house.clock)
    addresses = Addresses(company=config.tenant.name, public_url=to.address)

    def own() -> str:
        return out.desks.get("slack", "")

    seats = Seats(posts=parts.posts, who=out.reception.who, roster=parts.desk.roster, tenant=house.tenant.id, team=own)
    surface = SlackDesk(
        client=lambda: outward.workspaces.client(own()),
        posts=parts.posts,
        places=places,
        seats=seats,
        addresses=addresses,
        queue_channel=config.channels.slack.queue_channel,
    )
    return Side(
        tenant=house.tenant.id,
        desk=parts.desk,
        surface=surface,
        seats=seats,
        places=places,
        reception=out.reception,
        links=out.links,
        addresses=addresses,
    )


def slack_settings(config: Config, key: bytes, address: str) -> SlackSettings:
    """How Slack is reached, with what the environment holds. Raises `BadInput` that names what is missing."""
    section = config.channels.slack
    token, client_id = secret(section.bot_token_env), secret(section.client_id_env)
    socket = section.mode == "socket"
    missing = [
        *([] if token or client_id else [f"{section.bot_token_env} (or {section.client_id_env}, for several workspaces)"]),
        *([] if socket or secret(section.signing_secret_env) else [section.signing_secret_env]),
        *([section.app_token_env] if socket and not secret(section.app_token_env) else []),
    ]
    if missing:
        raise BadInput(
            f"channels.slack is enabled, but {', '.join(missing)} is not set in the environment: see docs/howto/connect_slack.md."
        )
    return SlackSettings(
        tenant=config.tenant.id,
        company=config.tenant.name,
        secret=key,
        bot_name=config.bot.name,
        public_url=address,
        api_url=section.api_url,
        signing_secret=secret(section.signing_secret_env),
        bot_token=token,
        app_token=secret(section.app_token_env) if socket else "",
        client_id=client_id,
        client_secret=secret(section.client_secret_env),
        starters=STARTERS,
        trusted_workspaces=(*section.trusted_workspaces, *([section.desk_team] if section.desk_team else [])),
        most_characters=config.server.max_message_chars,
    )
