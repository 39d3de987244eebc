"""Writes a schema migration from the tables as they are declared: `python -m scripts.migration 0002 "add a table"`.

`python -m scripts.migration 0001 first` with core/migrations/versions emptied writes the first one anew, with every table.
"""

import importlib
import sys
from pathlib import Path

from core.database import Database
from core.migrate import revise, upgrade

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "governance", "knowledge", "memory", "skills", "handoff", "bot")


def import_tables() -> None:
    """Imports every module that declares tables on the shared metadata."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "Table(" in text and "metadata" in text and "migrations" not in path.parts:
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def main() -> None:
    revision, message = sys.argv[1:3]
    import_tables()
    database = Database.open("sqlite://")
    if any((ROOT / "core/migrations/versions").glob("0*.py")):
        database.write_blocking(upgrade)
    database.write_blocking(lambda conn: revise(conn, revision=revision, message=message))
    database.close_blocking()


if __name__ == "__main__":
    main()
