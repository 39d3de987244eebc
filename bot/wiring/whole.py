"""Everything that serves, put together over the house: pages, desk, channels, and what runs beside them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from bot.intake import TURN
from bot.live import Live
from bot.rooms import Rooms
from bot.telemetry import Telemetry, correlated, span
from bot.wiring.connecting import Connected, Joined
from bot.wiring.desk import DeskParts, desk_parts
from bot.wiring.front import Around, crm_people, front_rooms, person_memories
from bot.wiring.kept import Kept
from bot.wiring.loading import Loading
from bot.wiring.outward import Outward, outward, turn_of
from bot.worker import Part, Worker
from core import inbox
from core.config import Config
from core.conversation import Reply
from core.durable import Steps
from handoff.desk.watch import Watch

Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What is served, and the jobs that run meanwhile."""

    rooms: Rooms
    loading: Loading
    desk: DeskParts
    out: Outward
    watch: Watch
    worker: Worker
    channels: Sequence[Connected]

    @property
    def jobs(self) -> Sequence[Job]:
        return (self.worker.run, self.watch.run, self.out.deliverer.run, *(each.start for each in self.channels))

    async def close(self) -> None:
        """Ends the jobs in order: nothing new is begun, what is being sent comes to its end."""
        self.worker.stop()
        self.watch.stop()
        await self.out.deliverer.stop()
        for each in self.channels:
            await each.close()
        await self.out.links.settle()


def assembled(config: Config, kept: Kept, live: Live, telemetry: Telemetry, *, port: int | None = None) -> Whole:
    """Built; nothing runs yet. Raises `BadInput` when a channel is enabled and lacks what it needs."""
    address = config.server.public_url or f"http://{config.server.host}:{port or config.server.port}"
    people, loading = crm_people(kept), Loading(database=kept.house.database)
    out = outward(config, kept, people, telemetry.metrics)
    desk = desk_parts(config, kept, out, people, person_memories(kept), live.publish_all)
    channels = connected(config, Joined(kept=kept, out=out, parts=desk, address=address.rstrip("/")))
    around = Around(
        people=people,
        desk=desk.desk,
        inviting=out.inviting if channels else None,
        loading=loading,
        live=live,
        telemetry=telemetry,
    )
    rooms = front_rooms(config, kept, around)
    watch = desk.watch([each.surface for each in channels])
    live.listen(watch.nudge)
    live.listen(out.deliverer.nudge)
    watch_turns(kept, out, live, telemetry)
    if kept.language.spending is not None:
        kept.language.spending.seen = telemetry.metrics.called
    worker = Worker(house=kept.house, sealer=kept.sealer, upkeep=_upkeep(kept, out, channels))
    return Whole(rooms=rooms, loading=loading, desk=desk, out=out, watch=watch, worker=worker, channels=channels)


def _upkeep(kept: Kept, out: Outward, channels: Sequence[Connected]) -> dict[str, Part]:
    tenant = kept.house.tenant.id
    parts: dict[str, Part] = {
        "offered": kept.house.intake.offer_again,
        "reconciled": lambda: out.reconciler.check_ended(tenant),
        "events_forgotten": out.reception.sweep,
    }
    return parts | {f"{each.surface.name}_forgotten": each.sweep for each in channels}


def connected(config: Config, to: Joined) -> list[Connected]:
    """The channels that the configuration enables. Their SDKs are imported only then."""
    channels: list[Connected] = []
    if config.channels.slack.enabled:
        from bot.wiring.slack import connect_slack

        channels.append(connect_slack(config, to))
    if config.channels.teams.enabled:
        from bot.wiring.teams import connect_teams

        channels.append(connect_teams(config, to))
    return channels


def watch_turns(kept: Kept, out: Outward, live: Live, telemetry: Telemetry) -> None:
    """Has every turn traced and counted, and those who watch told when its entries are there."""
    house, metrics, take = kept.house, telemetry.metrics, turn_of(kept, out)

    async def turn(steps: Steps, row_id: str) -> None:
        inbound, correlation_id = await house.database.read(lambda conn: inbox.load(conn, house.vault, row_id))
        with correlated(correlation_id, turn_id=row_id), span("turn", turn_id=row_id), metrics.timed(metrics.stages, "turn"):
            try:
                reply = await take(steps, row_id)
            finally:
                live.quiet(inbound.ref.lane)
                live.publish_all(await house.database.read(partial(lanes, row_id)))
        count(telemetry, reply)

    def lanes(row_id: str, conn: Connection) -> list[str]:
        return house.threads.lanes(conn, house.threads.get(conn, house.tenant.id, inbox.placed(conn, row_id)))

    house.turns.shown.listen(live.publish_all)
    house.durable.register(TURN, turn)


def count(telemetry: Telemetry, reply: Reply) -> None:
    """Counts what came of a turn."""
    metrics = telemetry.metrics
    metrics.turns.labels("silent" if reply.silent else "handoff" if reply.handoff else "answered").inc()
    for action in reply.actions:
        metrics.actions.labels(action.skill, action.decision, action.outcome).inc()
    if reply.handoff is not None and not reply.silent:
        metrics.handoffs.labels(reply.handoff.reason).inc()
