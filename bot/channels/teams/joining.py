"""Puts the adapter together, in two steps: what sends, before the reception is there, and what receives, after it."""

import hashlib
import hmac
from dataclasses import dataclass

from bot.channels.teams.addresses import ServiceAddresses, checked
from bot.channels.teams.customers import CustomerSide
from bot.channels.teams.deliver import Look, TeamsChannel
from bot.channels.teams.directory import TeamsDirectory
from bot.channels.teams.dispatch import Dispatch
from bot.channels.teams.door import TeamsDoor
from bot.channels.teams.errands import Errands
from bot.channels.teams.keys import PublishedKeys
from bot.channels.teams.local import LocalMode, check_local_mode
from bot.channels.teams.port import AgentSide
from bot.channels.teams.references import References
from bot.channels.teams.repeats import Repeats
from bot.channels.teams.tokens import TokenCheck
from bot.channels.teams.transport import AppIdentity, Transport
from bot.channels.teams.verifying import Verifying
from bot.channels.teams.wire import Wire
from bot.links.port import Links
from bot.reception import Reception
from core.clock import Clock
from core.database import Database
from core.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class TeamsSettings:
    """What the configuration says. `listens_on` is the server's host; `secret` the server's own."""

    tenant: str
    look: Look
    secret: bytes
    app_id: str = ""
    password: str = ""
    organisation: str = ""
    service_urls: tuple[str, ...] = ()
    login_url: str = "https://login.microsoftonline.com"
    keys_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    local: bool = False
    listens_on: str = ""
    max_characters: int = 8_000
    pace_s: float = 1.0


@dataclass(frozen=True, kw_only=True)
class TeamsSending:
    """What sends: the channel for deliveries, the directory for links, wire and references for the desk."""

    settings: TeamsSettings
    transport: Transport
    wire: Wire
    references: References
    channel: TeamsChannel
    directory: TeamsDirectory
    addresses: ServiceAddresses


@dataclass(frozen=True, kw_only=True)
class TeamsReceiving:
    """What receives. `repeats.sweep` is for the daily upkeep."""

    door: TeamsDoor
    repeats: Repeats
    errands: Errands
    sending: TeamsSending

    async def close(self) -> None:
        await self.errands.close()
        await self.sending.transport.close()


def sending(settings: TeamsSettings, database: Database, wall: Clock) -> TeamsSending:
    """Raises `BadInput` for settings with which Teams can't be served safely."""
    from bot.channels.teams.sdk import TeamsSdk

    identity = _identity(settings)
    addresses = ServiceAddresses(local=True) if settings.local else ServiceAddresses(listed=checked(settings.service_urls))
    transport = Transport(identity, wall)
    wire = TeamsSdk(transport, addresses, settings.app_id)
    references = References(database, settings.tenant, addresses, wall)
    return TeamsSending(
        settings=settings,
        transport=transport,
        wire=wire,
        references=references,
        channel=TeamsChannel(wire=wire, references=references, look=settings.look, pace_s=settings.pace_s),
        directory=TeamsDirectory(wire=wire, references=references),
        addresses=addresses,
    )


def receiving(
    sends: TeamsSending, reception: Reception, links: Links, database: Database, wall: Clock, agents: AgentSide | None = None
) -> TeamsReceiving:
    """Opens the door behind which customers and, with `agents`, the desk are served."""
    settings = sends.settings
    errands = Errands(sends.wire, sends.references)
    repeats = Repeats(database, wall, hmac.digest(settings.secret, b"rapport/teams/repeats", hashlib.sha256))
    customers = CustomerSide(
        reception=reception,
        references=sends.references,
        verifying=Verifying(links, errands, wall),
        errands=errands,
        look=settings.look,
        max_characters=settings.max_characters,
    )
    dispatch = Dispatch(customers=customers, references=sends.references, repeats=repeats, agents=agents)
    keys = PublishedKeys(settings.keys_url, wall)
    check = LocalMode() if settings.local else TokenCheck(app_id=settings.app_id, keys=keys, addresses=sends.addresses, wall=wall)
    door = TeamsDoor(settings.tenant, check, dispatch)
    return TeamsReceiving(door=door, repeats=repeats, errands=errands, sending=sends)


def _identity(settings: TeamsSettings) -> AppIdentity | None:
    if settings.local:
        check_local_mode(listens_on=settings.listens_on, app_id=settings.app_id)
        return None
    if not settings.app_id or not settings.password:
        raise BadInput(
            "Teams needs the app's id and password: set TEAMS_APP_ID and TEAMS_APP_PASSWORD, or the variables that"
            " channels.teams names; to try it out on this machine alone set channels.teams.local = true."
        )
    return AppIdentity(
        app_id=settings.app_id,
        password=settings.password,
        login_url=settings.login_url,
        organisation=settings.organisation,
    )
