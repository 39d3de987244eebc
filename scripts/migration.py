"""Writes a schema migration from the tables as they are declared: `python -m scripts.migration 0002 "add a table"`.

`python -m scripts.migration 0001 first` removes all others and writes the first one anew, with every table.
"""

import importlib
import subprocess
import sys
from pathlib import Path

from core.database import Database
from core.migrate import revise, upgrade

ROOT = Path(__file__).parent.parent
VERSIONS = ROOT / "core/migrations/versions"
FIRST = "0001"
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
    if revision == FIRST:
        for path in VERSIONS.glob("0*.py"):
            path.unlink()
    database = Database.open("sqlite://")
    if revision != FIRST:
        database.write_blocking(upgrade)
    written = database.write_blocking(lambda conn: revise(conn, revision=revision, message=message))
    database.close_blocking()
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(written)], check=True)
    print(written)  # noqa: T201 - a script's answer


if __name__ == "__main__":
    main()
