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
from bot.live import Live
from bot.models.measured import Measured
from bot.rooms import Rooms
from bot.server import build_app
from bot.telemetry import Telemetry, configure_logs
from bot.wiring.heavy import Heavy, load
from bot.wiring.kept import Kept, open_house, take_in
from bot.wiring.past import tell_past
from bot.wiring.whole import Whole, assembled
from core.config import Config


async def run_server(config: Config, *, port: int | None = None) -> None:
    """Serves until SIGINT or SIGTERM. Turns in flight are left to the next start."""
    configure_logs(config.server.log_level)
    telemetry, live = Telemetry(), Live()
    telemetry.start(endpoint=os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
    heavy = load(config)
    kept = await open_house(config, replace(heavy, model=Measured(heavy.model, partial(_observe, telemetry))))
    whole = assembled(config, kept, live, telemetry, port=port)
    runner = web.AppRunner(build_app(whole.rooms, [each.door for each in whole.channels]), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, config.server.host, port or config.server.port).start()
    _announce(config, whole.rooms, port or config.server.port)
    jobs = asyncio.gather(_make_ready(config, heavy, kept, whole), *(job() for job in whole.jobs))
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    await stopped.wait()
    await runner.cleanup()
    await whole.close()
    jobs.cancel()
    await asyncio.gather(jobs, return_exceptions=True)
    await kept.close()
    telemetry.close()


def _observe(telemetry: Telemetry, model: str, operation: str, seconds: float) -> None:
    telemetry.metrics.model.labels(model, operation).observe(seconds)


async def _make_ready(config: Config, heavy: Heavy, kept: Kept, whole: Whole) -> None:
    """Loads what answers need, then takes up what is unfinished."""
    log, loading = structlog.get_logger("start"), whole.loading
    try:
        await asyncio.to_thread(heavy.embedder.embed, ["ready"])
        loading.done.add("embedder")
        await heavy.warm()
        await kept.language.warm()
        loading.done.add("model")
        for report in await take_in(kept, config.knowledge.paths):
            if report.failed:
                log.warning("knowledge.failed", files=dict(report.failed))
        await _note_versions(config, heavy, kept)
        loading.done.add("index")
        if config.demo.enabled:
            told = await tell_past(config, kept.house)
            if told:
                await kept.house.distiller.by(heavy.model).learn_all(now=kept.house.clock.now(), limit=told)
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
    live = {"policy": heavy.gate.version, "model": house.model.name, "embedder": heavy.embedder.name}
    live.update(kept.language.prompts.versions())

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
