"""Runs the server: pages at once, the models behind them as soon as they are loaded, and an orderly end."""

import asyncio
import os
import signal
from dataclasses import replace
from functools import partial

import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.http.sessions import Sessions
from bot.intake import TURN
from bot.live import Live
from bot.models.measured import Measured
from bot.rooms import Rooms
from bot.server import build_app
from bot.telemetry import Telemetry, configure_logs, correlated, span
from bot.wiring.front import front_rooms
from bot.wiring.heavy import Heavy, load
from bot.wiring.kept import Kept, open_house, take_in
from bot.wiring.loading import Loading
from bot.wiring.past import tell_past
from bot.worker import Worker
from core import inbox
from core.config import Config
from core.conversation import Reply
from core.durable import Steps


async def run_server(config: Config, *, port: int | None = None) -> None:
    """Serves until SIGINT or SIGTERM. Turns in flight are left to the next start."""
    configure_logs(config.server.log_level)
    telemetry, live = Telemetry(), Live()
    telemetry.start(endpoint=os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
    heavy = load(config)
    kept = await open_house(config, replace(heavy, model=Measured(heavy.model, partial(_observe, telemetry))))
    watch_turns(kept, live, telemetry)
    loading = Loading(database=kept.house.database)
    rooms = front_rooms(config, kept, loading, live, telemetry)
    runner = web.AppRunner(build_app(rooms), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, config.server.host, port or config.server.port).start()
    _announce(config, rooms, port or config.server.port)
    worker = Worker(house=kept.house, sealer=kept.sealer)
    jobs = asyncio.gather(_make_ready(config, heavy, kept, loading), worker.run())
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    await stopped.wait()
    worker.stop()
    await runner.cleanup()
    jobs.cancel()
    await asyncio.gather(jobs, return_exceptions=True)
    await kept.close()
    telemetry.close()


def watch_turns(kept: Kept, live: Live, telemetry: Telemetry) -> None:
    """Has every turn traced and counted, and the pages told when its entries are there."""
    house, metrics = kept.house, telemetry.metrics

    async def turn(steps: Steps, row_id: str) -> None:
        inbound, correlation_id = await house.database.read(lambda conn: inbox.load(conn, house.vault, row_id))
        with correlated(correlation_id, turn_id=row_id), span("turn", turn_id=row_id), metrics.timed(metrics.stages, "turn"):
            try:
                reply = await house.turns.take(steps, row_id)
            finally:
                live.quiet(inbound.ref.lane)
                live.publish_all(await house.database.read(partial(lanes, row_id)))
        count(telemetry, reply)

    def lanes(row_id: str, conn: Connection) -> list[str]:
        return house.threads.lanes(conn, house.threads.get(conn, house.tenant.id, inbox.placed(conn, row_id)))

    house.durable.register(TURN, turn)


def _observe(telemetry: Telemetry, model: str, operation: str, seconds: float) -> None:
    telemetry.metrics.model.labels(model, operation).observe(seconds)


def count(telemetry: Telemetry, reply: Reply) -> None:
    """Counts what came of a turn."""
    metrics = telemetry.metrics
    metrics.turns.labels("silent" if reply.silent else "handoff" if reply.handoff else "answered").inc()
    for action in reply.actions:
        metrics.actions.labels(action.skill, action.decision, action.outcome).inc()
    if reply.handoff is not None and not reply.silent:
        metrics.handoffs.labels(reply.handoff.reason).inc()


async def _make_ready(config: Config, heavy: Heavy, kept: Kept, loading: Loading) -> None:
    """Loads what answers need, then takes up what is unfinished."""
    log = structlog.get_logger("start")
    try:
        await asyncio.to_thread(heavy.embedder.embed, ["ready"])
        loading.done.add("embedder")
        await heavy.warm()
        loading.done.add("model")
        for report in await take_in(kept, config.knowledge.paths):
            if report.failed:
                log.warning("knowledge.failed", files=dict(report.failed))
        await _note_versions(config, heavy, kept)
        loading.done.add("index")
        if config.demo.enabled:
            await tell_past(config, kept.house)
        await kept.house.durable.launch()
        waiting = await kept.house.intake.offer_unfinished()
        loading.done.add("engine")
        log.info("ready", taken_up=waiting)
    except Exception as error:
        loading.failed = type(error).__name__
        log.error("start.failed", exc_info=error)
        raise


async def _note_versions(config: Config, heavy: Heavy, kept: Kept) -> None:
    """Says in the registry what is live, so that every decision record names it."""
    house = kept.house
    live = {"policy": heavy.gate.version, "model": heavy.model.name, "embedder": heavy.embedder.name}

    def note(conn: Connection) -> None:
        for kind, version in live.items():
            house.registry.record(conn, house.tenant.id, kind, version, house.clock.now())

    await house.database.write(note)


def _announce(config: Config, rooms: Rooms, port: int) -> None:
    """Where to go, on standard output, with sign-in links that work for a while."""
    address = config.server.public_url or f"http://{config.server.host}:{port}"
    sessions = Sessions(rooms)
    lines = [f"Rapport is at {address}", f"  web chat as a stranger   {address}/chat"]
    if config.demo.enabled:
        lines[1:1] = [f"  start page, all links    {address}/demo"]
        guests, agents = rooms.settings.guests[:1], rooms.settings.agents[:2]
        lines += [f"  web chat as a customer   {address}{sessions.guest_link(each.contact_id)}" for each in guests]
        lines += [f"  console as {each.name:<13} {address}{sessions.agent_link(each.id)}" for each in agents]
        lines += [f"  mails that were sent     {address}/demo/outbox"]
    lines.append("  Ctrl-C stops it; unfinished work is taken up at the next start.")
    print("\n".join(lines), flush=True)  # noqa: T201 - the addresses are this command's output
