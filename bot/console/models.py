"""The language models at the console: who answers, what they did and cost, what was spared, and which words they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from aiohttp import web
from sqlalchemy import Connection, RowMapping, func, select

from bot.channels.entry_view import JsonObject
from bot.http.bodies import number_in_query
from bot.http.sessions import Sessions
from bot.metrics import Metrics
from bot.models.chain import figures
from bot.models.chain.figures import DayFigures, DayTotal
from bot.rooms import Allowance, ModelLine, Rooms
from core.clock import Clock
from core.errors import BadInput
from governance.registry import versions
from knowledge.answer_cache import HitRate, asked_for
from skills.procedures.published import PUBLISHED, procedures

DAYS = 7
MOST_DAYS = 90
MOST_CALLS = 200
LONGEST_NAME = 128
NARROWED = ("day", "provider", "model", "outcome")
PROMPT = "prompt."
MICROS = 1_000_000


class ModelPages:
    """Everybody at the desk may read them, as they may read the decision records."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.get("/console/api/models", self.overview), web.get("/console/api/models/calls", self.calls))

    async def overview(self, request: web.Request) -> web.Response:
        """The chain and the budget now, and the days since."""
        self._sessions.seat(request)
        days = min(max(number_in_query(request, "days", DAYS), 1), MOST_DAYS)
        chain = await _chain(self._rooms)
        allowance = await self._rooms.models.allowance() if self._rooms.models else None
        embedded = _embedded(self._rooms)
        since, asked_since = _day(self._rooms.wall, days), _day(self._rooms.clock, days)
        tenant = self._rooms.tenant.id
        counted = await self._rooms.database.read(
            lambda conn: {**self._counted(conn, since, embedded), "answers": _answers(conn, tenant, asked_since)}
        )
        return web.json_response(
            {
                "days": days,
                "since": since,
                "chain": [_line(line) for line in chain],
                "budget": asdict(allowance) if allowance else None,
                **counted,
            }
        )

    async def calls(self, request: web.Request) -> web.Response:
        """The calls behind a number, newest first."""
        self._sessions.seat(request)
        of = {name: value for name in NARROWED if (value := request.query.get(name))}
        if any(len(value) > LONGEST_NAME for value in of.values()):
            raise BadInput("This is too long: choose a number on the page Models.")
        tenant = self._rooms.tenant.id
        rows = await self._rooms.database.read(lambda conn: figures.latest(conn, tenant, most=MOST_CALLS, **of))
        return web.json_response({"most": MOST_CALLS, "calls": [_call(row) for row in rows]})

    def _counted(self, conn: Connection, since: str, embedded: Sequence[str]) -> JsonObject:
        tenant = self._rooms.tenant.id
        failed, large = figures.failures(conn, tenant, since), figures.asked_large(conn, tenant, since, embedded)
        return {
            "totals": [_total(each, large.get(each.day, 0)) for each in figures.by_day(conn, tenant, since)],
            "models": [
                _figures(each, failed.get((each.day, each.provider, each.model), {}))
                for each in figures.by_model(conn, tenant, since)
            ],
            "prompts": _prompts(conn, tenant),
            "procedures": _procedures(conn, tenant),
        }


async def show_models(rooms: Rooms, metrics: Metrics) -> None:
    """Brings the gauges of the models up to date."""
    today, tenant = _day(rooms.wall), rooms.tenant.id
    chain = await _chain(rooms)
    embedded = _embedded(rooms)

    def read(conn: Connection) -> tuple[int, int, HitRate]:
        total = sum(each.turns for each in figures.by_day(conn, tenant, today))
        return total, sum(figures.asked_large(conn, tenant, today, embedded).values()), hit_rate(conn, tenant, _day(rooms.clock))

    turns, large, hits = await rooms.database.read(read)
    for line in chain:
        metrics.ready.labels(line.name).set(line.ready)
        metrics.affordable.labels(line.name).set(line.affordable)
    metrics.served.labels("large").set(large)
    metrics.served.labels("embedded").set(turns - large)
    metrics.answers.labels("kept").set(hits.hits)
    metrics.answers.labels("nothing").set(hits.asked - hits.hits)
    if rooms.models is not None:
        _show_money(metrics, await rooms.models.allowance())


def hit_rate(conn: Connection, tenant: str, since: str) -> HitRate:
    """How often an answer was kept already, from a day of the business clock on."""
    asked, hits = (func.coalesce(func.sum(column), 0) for column in (asked_for.c.asked, asked_for.c.hits))
    found = conn.execute(select(asked, hits).where(asked_for.c.tenant == tenant, asked_for.c.day >= since)).one()
    return HitRate(asked=int(found[0]), hits=int(found[1]))


def _answers(conn: Connection, tenant: str, since: str) -> JsonObject:
    found = hit_rate(conn, tenant, since)
    return {"asked": found.asked, "hits": found.hits}


def _day(clock: Clock, days: int = 1) -> str:
    """The first of so many days, today being the last."""
    return (clock.now() - timedelta(days=days - 1)).date().isoformat()


def _show_money(metrics: Metrics, allowance: Allowance) -> None:
    metrics.spent.set(allowance.spent_today / MICROS)
    if allowance.day is not None:
        metrics.limit.set(allowance.day / MICROS)


async def _chain(rooms: Rooms) -> Sequence[ModelLine]:
    return await rooms.models.chain() if rooms.models else ()


def _embedded(rooms: Rooms) -> Sequence[str]:
    return (rooms.models.embedded,) if rooms.models else ()


def _line(line: ModelLine) -> JsonObject:
    return {**asdict(line), "models": dict(line.models), "rests_s": round(line.rests_s)}


def _total(total: DayTotal, large: int) -> JsonObject:
    return {**asdict(total), "without_large": total.turns - large, "cost_per_turn": round(total.cost_per_turn)}


def _figures(each: DayFigures, failed: Mapping[str, int]) -> JsonObject:
    return {
        **asdict(each),
        "failed": dict(failed),
        "cached_share": round(each.cached_share, 4),
        "cost_per_turn": round(each.cost_per_turn),
    }


def _call(row: RowMapping) -> JsonObject:
    names = ("conversation_id", "turn_id", "day", "provider", "model", "role", "operation", "outcome")
    numbers = ("input_tokens", "output_tokens", "cached", "cost_micros", "took_ms", "first_ms")
    return {"at": row["at"].isoformat(), **{name: row[name] for name in (*names, *numbers)}}


def _prompts(conn: Connection, tenant: str) -> list[JsonObject]:
    """The prompts that are live: `label` is a version and the first letters of the file's hash."""
    newest = select(func.max(versions.c.number)).where(versions.c.tenant == tenant).group_by(versions.c.kind)
    live = select(versions).where(versions.c.number.in_(newest), versions.c.kind.startswith(PROMPT, autoescape=True))
    found: list[JsonObject] = []
    for row in conn.execute(live.order_by(versions.c.kind)):
        version, _, fingerprint = row.version.partition(":")
        found.append(
            {
                "name": row.kind.removeprefix(PROMPT),
                "version": version,
                "hash": fingerprint,
                "since": row.since.isoformat(),
            }
        )
    return found


def _procedures(conn: Connection, tenant: str) -> list[JsonObject]:
    live = select(procedures).where(procedures.c.tenant == tenant, procedures.c.state == PUBLISHED)
    return [
        {"name": row.name, "version": row.version, "hash": row.sha256[:12], "since": row.at.isoformat(), "by": row.by}
        for row in conn.execute(live.order_by(procedures.c.name))
    ]
