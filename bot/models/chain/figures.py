"""What models did and cost, by day and model, as a page shows it."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, case, delete, distinct, func, select

from bot.models.chain.metering import CLOSED, OK
from bot.models.chain.spending import model_calls

TIMES_READ = 20_000


@dataclass(frozen=True, kw_only=True)
class DayFigures:
    """One model on one day. `cost_per_turn` is in millionths of a dollar; `first_ms` are times to the first piece."""

    day: str
    provider: str
    model: str
    calls: int
    failures: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_micros: int
    turns: int
    first_ms_p50: float | None
    first_ms_p95: float | None

    @property
    def cached_share(self) -> float:
        """Which part of what went in was read from the provider's cache, 0 to 1."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else 0.0

    @property
    def cost_per_turn(self) -> float:
        return self.cost_micros / self.turns if self.turns else 0.0


@dataclass(frozen=True, kw_only=True)
class DayTotal:
    """All models of one day. `turns` had at least one call, `spared` of them none that cost anything."""

    day: str
    calls: int
    cost_micros: int
    turns: int
    spared: int

    @property
    def cost_per_turn(self) -> float:
        return self.cost_micros / self.turns if self.turns else 0.0


def by_model(conn: Connection, tenant: str, since: str) -> list[DayFigures]:
    """Each day from `since` (as 2026-11-20) on, latest first, dearest model first."""
    called = model_calls.c
    failed = func.sum(case((called.outcome.in_((OK, CLOSED)), 0), else_=1)).label("failures")
    turns = func.count(distinct(case((called.turn_id == "", None), else_=called.turn_id))).label("turns")
    sums = [func.sum(called[name]).label(name) for name in ("input_tokens", "output_tokens", "cached", "cost_micros")]
    groups = (called.day, called.provider, called.model)
    wanted = select(*groups, func.count().label("calls"), failed, turns, *sums).where(
        called.tenant == tenant, called.day >= since
    )
    rows = conn.execute(wanted.group_by(*groups).order_by(called.day.desc(), func.sum(called.cost_micros).desc(), *groups[1:]))
    return [_figures(row, _times(conn, tenant, row)) for row in rows.all()]


def by_day(conn: Connection, tenant: str, since: str) -> list[DayTotal]:
    """Each day from `since` on, latest first."""
    called = model_calls.c
    wanted = (called.tenant == tenant, called.day >= since)
    whole = select(called.day, func.count().label("calls"), func.sum(called.cost_micros).label("cost"))
    totals = conn.execute(whole.where(*wanted).group_by(called.day).order_by(called.day.desc())).all()
    each = (
        select(called.day, called.turn_id, func.sum(called.cost_micros).label("cost"))
        .where(*wanted, called.turn_id != "")
        .group_by(called.day, called.turn_id)
        .subquery()
    )
    free = func.sum(case((each.c.cost == 0, 1), else_=0)).label("spared")
    turns = {row.day: row for row in conn.execute(select(each.c.day, func.count().label("turns"), free).group_by(each.c.day))}
    return [
        DayTotal(
            day=row.day,
            calls=row.calls,
            cost_micros=int(row.cost),
            turns=turns[row.day].turns if row.day in turns else 0,
            spared=int(turns[row.day].spared) if row.day in turns else 0,
        )
        for row in totals
    ]


def failures(conn: Connection, tenant: str, since: str) -> dict[tuple[str, str, str], dict[str, int]]:
    """How many calls failed in which way, by day, provider and model."""
    called = model_calls.c
    groups = (called.day, called.provider, called.model, called.outcome)
    wanted = select(*groups, func.count().label("calls")).where(
        called.tenant == tenant, called.day >= since, called.outcome.not_in((OK, CLOSED))
    )
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in conn.execute(wanted.group_by(*groups).order_by(func.count().desc(), called.outcome)):
        found.setdefault((row.day, row.provider, row.model), {})[row.outcome] = row.calls
    return found


def asked_large(conn: Connection, tenant: str, since: str, embedded: Collection[str]) -> dict[str, int]:
    """By day, the turns in which a model other than those was asked, whether that cost something or not."""
    called = model_calls.c
    wanted = select(called.day, func.count(distinct(called.turn_id)).label("turns")).where(
        called.tenant == tenant, called.day >= since, called.turn_id != "", called.provider.not_in(embedded)
    )
    return {row.day: row.turns for row in conn.execute(wanted.group_by(called.day))}


def latest(conn: Connection, tenant: str, *, most: int, **of: str) -> list[RowMapping]:
    """The latest calls, newest first; `of` narrows them by columns, as day, provider, model and outcome."""
    called = model_calls.c
    wanted = select(model_calls).where(called.tenant == tenant, *(called[name] == value for name, value in of.items()))
    return list(conn.execute(wanted.order_by(called.number.desc()).limit(most)).mappings())


def forget(conn: Connection, tenant: str, before: str) -> int:
    """Deletes the calls of the days before `before`. Returns how many."""
    return conn.execute(delete(model_calls).where(model_calls.c.tenant == tenant, model_calls.c.day < before)).rowcount


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of all don't exceed; None of none."""
    if not sorted_values:
        return None
    return sorted_values[max(0, math.ceil(share * len(sorted_values)) - 1)]


def _times(conn: Connection, tenant: str, row: Row[Any]) -> list[float]:
    called = model_calls.c
    of_it = (called.tenant == tenant, called.day == row.day, called.provider == row.provider, called.model == row.model)
    latest = select(called.first_ms).where(*of_it, called.first_ms.is_not(None)).order_by(called.number.desc()).limit(TIMES_READ)
    return sorted(conn.execute(latest).scalars())


def _figures(row: Row[Any], times: Sequence[float]) -> DayFigures:
    return DayFigures(
        day=row.day,
        provider=row.provider,
        model=row.model,
        calls=row.calls,
        failures=int(row.failures),
        input_tokens=int(row.input_tokens),
        output_tokens=int(row.output_tokens),
        cached_tokens=int(row.cached),
        cost_micros=int(row.cost_micros),
        turns=row.turns,
        first_ms_p50=percentile(times, 0.5),
        first_ms_p95=percentile(times, 0.95),
    )
