"""The schema's migrations: bring a database up to date, see what differs, write the next step."""

import io
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import Connection

from core.database import Database, metadata
from core.errors import BadInput

FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Brings the schema to the newest revision. The rooms whose tables are declared must be imported already."""
    database.write_blocking(upgrade)


def upgrade(conn: Connection, to: str = "head") -> None:
    """Runs the migrations that this database has not seen, up to that revision, in the caller's transaction."""
    command.upgrade(_config(conn), to)


def differences(conn: Connection) -> list[Any]:
    """What would have to change for this database to have the tables of `metadata`; empty when nothing does."""
    return list(compare_metadata(MigrationContext.configure(conn), metadata))


def revise(conn: Connection, *, revision: str, message: str) -> Path:
    """Writes the migration that leads from this database to the tables of `metadata`, and returns its file."""
    made = command.revision(_config(conn), message, autogenerate=True, rev_id=revision)
    if not isinstance(made, Script):
        raise BadInput("Alembic wrote no migration, or several: give one revision at a time.")
    path = Path(made.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    return path


def _config(conn: Connection) -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = conn
    return config
