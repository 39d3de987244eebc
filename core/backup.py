"""Backups of a running installation, and their return.

A backup is a folder: a consistent copy of the database and of the journal's checkpoint, and a manifest with their SHA-256. Left
out on purpose are the vectors and the record of started work: both are rebuilt from the database at the next start. The keys go
into a folder of their own, and only when asked for, so that erasing a person reaches the backups too.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import BadInput, Conflict

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The files of an installation that can't be rebuilt. `databases` are SQLite files, `files` small plain ones."""

    databases: Sequence[Path]
    files: Sequence[Path] = ()
    keys: Path | None = None


def backup(installation: Installation, *, to: Path, at: datetime, keys_to: Path | None = None) -> Path:
    """Copies a running installation into the new folder `to`, and its keys into the new folder `keys_to` when given.

    PostgreSQL is backed up with its own tools. Raises `Conflict` when a folder exists, `BadInput` when a database is missing.
    """
    for folder in filter(None, (to, keys_to)):
        if folder.exists():
            raise Conflict(f"{folder} exists already: name a new folder for the backup.")
    for path in installation.databases:
        _needs(path)
    # The checkpoint is copied before the database, so that it never knows a position that the copy lacks.
    to.mkdir(parents=True)
    copied = [_copy_file(path, to) for path in installation.files if path.exists()]
    copied += [_copy_database(path, to) for path in installation.databases]
    _write_manifest(to, copied, at)
    if keys_to and installation.keys:
        _needs(installation.keys)
        keys_to.mkdir(parents=True, mode=0o700)
        _write_manifest(keys_to, [_copy_database(installation.keys, keys_to)], at)
    return to


def restore(folder: Path, *, to: Path, keys: Path | None = None) -> list[Path]:
    """Puts a backup, and the folder of its `keys`, into the empty data directory `to` after verifying every hash.

    Raises `BadInput` for a damaged backup and `Conflict` when the directory holds anything: what is left there of another
    installation would not fit the backup.
    """
    chosen = [(source, name) for source in (folder, keys) if source for name in verify(source)]
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Conflict(f"{to} is not empty: restore into a new folder, or move what is there away.")
    to.mkdir(parents=True, exist_ok=True)
    restored: list[Path] = []
    for source, name in chosen:
        shutil.copyfile(source / name, to / name)
        (to / name).chmod(0o600)
        restored.append(to / name)
    return restored


def verify(folder: Path) -> Mapping[str, str]:
    """Checks a backup against its manifest and returns the hashes by file name. Raises `BadInput` for what doesn't fit."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        hashes: dict[str, str] = {str(name): str(digest) for name, digest in manifest["files"].items()}
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{folder} is no backup: its {MANIFEST} is missing or damaged. Name the folder that backup made."
        ) from error
    if not known:
        raise BadInput(f"{folder} was made by another release: restore it with that one.")
    for name, digest in hashes.items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or _sha256(path) != digest:
            raise BadInput(f"{path} is missing or differs from the manifest: use another backup.")
    return hashes


def _copy_database(source: Path, folder: Path) -> Path:
    """Copies a SQLite file as of one instant, while others write to it, and makes the copy a single file."""
    target = folder / source.name
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=30.0)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    target.chmod(0o600)
    return target


def _copy_file(source: Path, folder: Path) -> Path:
    target = folder / source.name
    shutil.copyfile(source, target)
    return target


def _write_manifest(folder: Path, copied: Sequence[Path], at: datetime) -> None:
    body = {"format": FORMAT, "at": at.isoformat(), "files": {path.name: _sha256(path) for path in copied}}
    (folder / MANIFEST).write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _needs(path: Path) -> None:
    if not path.is_file():
        raise BadInput(f"{path} is missing: check data_dir in config.toml, or start Rapport once.")
