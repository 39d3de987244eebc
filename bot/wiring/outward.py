"""The way out to Slack and Teams: who people are there, what is to be sent, and the counter at which their messages arrive."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.delivery.arrivals import DeliveryArrivals
from bot.delivery.deliverer import Deliverer
from bot.delivery.ledger import Ledger
from bot.delivery.planning import Planning
from bot.delivery.port import Channel, Channels
from bot.http.limits import Limit
from bot.intake import TURN
from bot.links.identify import Identifying
from bot.links.inviting import Inviting
from bot.links.judging import Trust
from bot.links.kept import KeptLinks
from bot.links.people import key_of
from bot.links.port import ChannelUser, Directory
from bot.metrics import Metrics
from bot.reception import Reception
from bot.reconcile import Reconciler
from bot.wiring.inviting import link_rooms, trust_of
from bot.wiring.kept import Kept
from bot.wiring.parts import SENT_TO
from bot.wiring.people import CrmPeople
from core.clock import Clock, WallClock
from core.config import Config
from core.conversation import Reply
from core.durable import Steps
from governance.ledger import ContactLedger


@dataclass(frozen=True, kw_only=True)
class Outward:
    """What every channel that is sent to shares. `channels` and `directories` are filled by those that are connected.

    `desks` says by channel which workspace or organisation is the desk's own; one that is found out at the start is added.
    """

    trust: Trust
    links: KeptLinks
    identifying: Identifying
    inviting: Inviting
    planning: Planning
    reception: Reception
    deliverer: Deliverer
    arrivals: DeliveryArrivals
    reconciler: Reconciler
    desks: dict[str, str]
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    directories: dict[str, Directory] = field(default_factory=dict[str, Directory])


def outward(config: Config, kept: Kept, people: CrmPeople, metrics: Metrics) -> Outward:
    """Built over the house; nothing runs yet."""
    house, wall = kept.house, WallClock()
    channels, directories = dict[str, Channel](), dict[str, Directory]()
    desks = dict(trust_of(config).desks)
    trust = Trust(roster=trust_of(config).roster, desks=desks, domains=config.channels.trusted_domains)
    rooms = link_rooms(config, house.database, house.clock, people, kept.secret)
    links = KeptLinks(rooms, trust, house.outbox, directories)
    ledger = Ledger(house.vault, house.journal, house.clock)
    planning = Planning(threads=house.threads, journal=house.journal, ledger=ledger, channels=SENT_TO)
    reception = Reception(
        links=links,
        intake=house.intake,
        database=house.database,
        planning=planning,
        channels=channels,
        wall=wall,
        kept_for=timedelta(days=config.channels.seen_days),
        allows=pace_of(config, wall),
        timed=lambda channel: metrics.timed(metrics.accepting, channel),
    )
    return Outward(
        trust=trust,
        links=links,
        identifying=_identifying(kept, links),
        inviting=Inviting(rooms, trust.roster),
        planning=planning,
        reception=reception,
        deliverer=_deliverer(kept, planning, channels, metrics),
        arrivals=DeliveryArrivals(ledger=ledger, threads=house.threads, cases=house.cases, wall=wall),
        reconciler=_reconciler(kept),
        desks=desks,
        channels=channels,
        directories=directories,
    )


def pace_of(config: Config, wall: Clock) -> Callable[[ChannelUser], bool]:
    """Counts what each user of Slack and Teams writes, and says whether it may be answered now."""
    sections = config.channels
    most = {"slack": sections.slack.messages_a_minute, "teams": sections.teams.messages_a_minute}
    limits = {channel: Limit.a_minute(wall, count) for channel, count in most.items()}
    return lambda user: limits[user.channel].allows(key_of(user))


def turn_of(kept: Kept, out: Outward) -> Callable[[Steps, str], Awaitable[Reply]]:
    """A turn, begun by finding out who writes. One that belongs in another lane is handed on to that."""
    house = kept.house

    async def take(steps: Steps, row_id: str) -> Reply:
        lane = await out.identifying.identify(row_id)
        if lane is None:
            return await house.turns.take(steps, row_id)
        await house.durable.start(TURN, key=f"{row_id}/joined", lane=lane, argument=row_id)
        return Reply(silent=True)

    return take


def _deliverer(kept: Kept, planning: Planning, channels: Channels, metrics: Metrics) -> Deliverer:
    return Deliverer(
        database=kept.house.database,
        ledger=planning.ledger,
        planning=planning,
        channels=channels,
        wall=WallClock(),
        told=lambda channel, outcome: metrics.deliveries.labels(channel, outcome).inc(),
    )


def _identifying(kept: Kept, links: KeptLinks) -> Identifying:
    house = kept.house
    return Identifying(database=house.database, vault=house.vault, threads=house.threads, links=links, clock=house.clock)


def _reconciler(kept: Kept) -> Reconciler:
    house = kept.house
    return Reconciler(
        database=house.database,
        journal=house.journal,
        threads=house.threads,
        cases=house.cases,
        ledger=ContactLedger(),
        ports=house.ports,
        clock=house.clock,
    )
