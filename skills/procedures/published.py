"""Which procedures are live: every version that was published, as it was, and what ships with the product."""

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, insert, select, update

from core.database import Instant, metadata
from core.errors import BadInput, Conflict, NotFound
from core.events import Event
from core.journal import Journal
from governance.registry import Registry
from skills.procedures.procedure import Procedure
from skills.procedures.reading import read, sha256_of

LIBRARY = Path(__file__).parent / "library"
LIST = "published.toml"
DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
SHIPPED = "library"

procedures = Table(
    "procedures",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Index(None, "tenant", "state"),
)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One version of a procedure as it was put down, and what became of it."""

    name: str
    version: int
    sha256: str
    body: str
    state: str
    at: datetime
    by: str


def parsed(body: str, name: str = "") -> Procedure:
    """The procedure that a text holds. Raises `BadInput` with everything that is wrong with it."""
    reading = read(body)
    if reading.procedure is None:
        raise BadInput(f"{name or 'The procedure'} can't be read: {'; '.join(reading.problems)}.")
    return reading.procedure


def bodies(folder: Path = LIBRARY) -> dict[str, str]:
    """The texts of a folder's procedures, by file name without its ending."""
    files = sorted(file for file in folder.glob("*.toml") if file.name != LIST)
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def passed(folder: Path = LIBRARY) -> dict[str, str]:
    """The fingerprints of those whose example dialogues passed when they were published, by name."""
    path = folder / LIST
    table = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: str(entry["sha256"]) for name, entry in table.items()}


def list_passed(found: Mapping[str, Procedure], folder: Path = LIBRARY) -> None:
    """Writes down which texts passed, beside them."""
    lines = ["# Written by `rapport procedure publish`: the texts whose example dialogues passed. Only these go live at a start."]
    for name in sorted(found):
        lines += ["", f"[{name}]", f"version = {found[name].version}", f'sha256 = "{found[name].sha256}"']
    (folder / LIST).write_text("\n".join(lines) + "\n", encoding="utf-8")


@cache
def library() -> Mapping[str, Procedure]:
    """The shipped procedures that were published as they stand: an edited file that wasn't isn't among them."""
    known = passed()
    return {name: parsed(body, name) for name, body in bodies().items() if known.get(name) == sha256_of(body)}


class Shelf:
    """Keeps every published version, and tells which one is live."""

    def __init__(self, journal: Journal, registry: Registry) -> None:
        self._journal = journal
        self._registry = registry

    def stock(self, conn: Connection, tenant: str, shipped: Mapping[str, str], now: datetime) -> list[str]:
        """Publishes shipped texts, by name, that are newer than what is kept of them. Returns their names."""
        found: list[str] = []
        for name, body in sorted(shipped.items()):
            procedure = parsed(body, name)
            newest = max((each.version for each in self.editions(conn, tenant, name)), default=0)
            if procedure.version > newest:
                self.publish(conn, tenant, body, by=SHIPPED, now=now)
                found.append(name)
        return found

    def publish(self, conn: Connection, tenant: str, body: str, *, by: str, now: datetime) -> Procedure:
        """Makes a version live and retires the one before. Raises `Conflict` when the version exists with another text."""
        procedure = parsed(body)
        known = self.editions(conn, tenant, procedure.name)
        same = next((each for each in known if each.version == procedure.version), None)
        if same is not None and same.sha256 != procedure.sha256 and same.state != DRAFT:
            raise Conflict(
                f"{procedure.name} {procedure.version} was published with another text: give the changed one a new version.",
                name=procedure.name,
            )
        if same is not None and same.state == PUBLISHED:
            return procedure
        live = procedures.c.tenant == tenant, procedures.c.name == procedure.name, procedures.c.state == PUBLISHED
        conn.execute(update(procedures).where(*live).values(state=RETIRED))
        self._put(conn, tenant, _edition(procedure, body, PUBLISHED, by, now))
        self._journalled(conn, tenant, procedure, by, now)
        return procedure

    def keep_draft(self, conn: Connection, tenant: str, body: str, *, by: str, now: datetime) -> Procedure:
        """Keeps a version that isn't live yet. Raises `Conflict` when it was published already."""
        procedure = parsed(body)
        known = self.editions(conn, tenant, procedure.name)
        if any(each.version == procedure.version and each.state != DRAFT for each in known):
            raise Conflict(
                f"{procedure.name} {procedure.version} was published already: give the draft a new version.", name=procedure.name
            )
        self._put(conn, tenant, _edition(procedure, body, DRAFT, by, now))
        return procedure

    def live(self, conn: Connection, tenant: str) -> dict[str, Procedure]:
        """What is live, by name."""
        rows = select(procedures.c.name, procedures.c.body).where(procedures.c.tenant == tenant, procedures.c.state == PUBLISHED)
        return {row.name: parsed(row.body, row.name) for row in conn.execute(rows.order_by(procedures.c.name))}

    def editions(self, conn: Connection, tenant: str, name: str | None = None) -> list[Edition]:
        """Every version that was put down, of one procedure or of all, oldest first."""
        found = select(procedures).where(procedures.c.tenant == tenant)
        if name is not None:
            found = found.where(procedures.c.name == name)
        rows = conn.execute(found.order_by(procedures.c.name, procedures.c.version)).mappings()
        return [Edition(**{key: row[key] for key in Edition.__dataclass_fields__}) for row in rows]

    def retire(self, conn: Connection, tenant: str, name: str, *, by: str, now: datetime) -> None:
        """Takes a procedure out of use. Raises `NotFound` when none of that name is live."""
        live = self.live(conn, tenant)
        if name not in live:
            raise NotFound(f"No procedure {name!r} is live: `rapport procedure list` names those that are.", name=name)
        where = procedures.c.tenant == tenant, procedures.c.name == name, procedures.c.state == PUBLISHED
        conn.execute(update(procedures).where(*where).values(state=RETIRED, at=now, by=by))
        self._registered(conn, tenant, now)

    def _put(self, conn: Connection, tenant: str, edition: Edition) -> None:
        values = {name: getattr(edition, name) for name in Edition.__dataclass_fields__}
        where = procedures.c.tenant == tenant, procedures.c.name == edition.name, procedures.c.version == edition.version
        if conn.execute(update(procedures).where(*where).values(**values)).rowcount == 0:
            conn.execute(insert(procedures).values(tenant=tenant, **values))

    def _journalled(self, conn: Connection, tenant: str, procedure: Procedure, by: str, now: datetime) -> None:
        event = Event(
            type="procedure.published",
            tenant=tenant,
            at=now,
            correlation_id=uuid.uuid4().hex,
            conversation_id=None,
            account_id=None,
            data={"name": procedure.name, "version": procedure.version, "sha256": procedure.sha256, "by": by},
        )
        self._journal.append(conn, event)
        self._registered(conn, tenant, now)

    def _registered(self, conn: Connection, tenant: str, now: datetime) -> None:
        live = [f"{each.name}@{each.version}:{each.sha256}" for _, each in sorted(self.live(conn, tenant).items())]
        self._registry.record(conn, tenant, "procedures", sha256_of("\n".join(live))[:16], now)


def _edition(procedure: Procedure, body: str, state: str, by: str, now: datetime) -> Edition:
    return Edition(name=procedure.name, version=procedure.version, sha256=procedure.sha256, body=body, state=state, at=now, by=by)
