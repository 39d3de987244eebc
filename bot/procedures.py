"""`rapport procedure list|show|test|publish NAME`: what support people do with procedures, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.ask.play import Worlds
from bot.rehearsing import rehearse
from core.clock import Clock
from core.database import Database
from core.errors import BadInput, NotFound
from skills.catalogue import by_id
from skills.procedures.linting import Known, lint
from skills.procedures.procedure import Procedure
from skills.procedures.published import LIBRARY, Shelf, bodies, list_passed, parsed, passed
from skills.procedures.reading import read, sha256_of


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where procedures are worked on: the folder with their files, and the shelf of what is published."""

    shelf: Shelf
    database: Database
    clock: Clock
    tenant: str
    folder: Path = LIBRARY

    async def listed(self) -> list[str]:
        """One line a procedure: what is live, and whether its file says something else."""
        files = {name: read(body).procedure for name, body in bodies(self.folder).items()}
        editions = await self.database.read(lambda conn: self.shelf.editions(conn, self.tenant))
        live = {each.name: each for each in editions if each.state == "published"}
        lines: list[str] = []
        for name in sorted({*files, *live}):
            file, edition = files.get(name), live.get(name)
            state = (
                f"version {edition.version}, live since {edition.at:%Y-%m-%d}, by {edition.by}" if edition else "not published"
            )
            if file is None:
                note = "; its file can't be read" if name in files else "; it has no file here"
            else:
                note = "" if edition is not None and edition.sha256 == file.sha256 else "; its file has changed and isn't live"
            lines.append(f"{name}: {state}{note}")
        return lines

    async def shown(self, name: str) -> str:
        """The text that is live, or the file's when none is. Raises `NotFound`."""
        editions = await self.database.read(lambda conn: self.shelf.editions(conn, self.tenant, name))
        live = next((each for each in editions if each.state == "published"), None)
        return live.body if live is not None else self._body(name)

    async def test(self, worlds: Worlds, names: Sequence[str] = ()) -> list[str]:
        """Everything that is wrong with these procedures' files, or with all of them."""
        found = bodies(self.folder)
        problems: list[str] = []
        for name in names or sorted(found):
            problems += await self._problems(worlds, name, self._body(name), found)
        return problems

    async def publish(self, worlds: Worlds, name: str, *, by: str) -> Procedure:
        """Makes a file's procedure live when its dialogues pass. Raises `BadInput` with what is wrong, or `Conflict`."""
        body = self._body(name)
        problems = await self._problems(worlds, name, body, bodies(self.folder))
        if problems:
            raise BadInput(f"{name} isn't published: {'; '.join(problems)}.", name=name)
        now = self.clock.now()
        procedure = await self.database.write(lambda conn: self.shelf.publish(conn, self.tenant, body, by=by, now=now))
        self._list(name)
        return procedure

    def _list(self, name: str) -> None:
        """Adds a procedure to the list of texts that passed; those whose text has changed since leave it."""
        known, found = passed(self.folder), bodies(self.folder)
        kept = {each: parsed(body, each) for each, body in found.items() if each == name or known.get(each) == sha256_of(body)}
        list_passed(kept, self.folder)

    async def _problems(self, worlds: Worlds, name: str, body: str, found: Mapping[str, str]) -> list[str]:
        reading = read(body)
        if reading.procedure is None:
            return [f"{name}, {each}" for each in reading.problems]
        procedure = reading.procedure
        if procedure.name != name:
            return [f"{name}: the file is called {name}.toml and the procedure {procedure.name}; they must be the same"]
        others = {each: other for each, text in found.items() if each != name and (other := read(text).procedure) is not None}
        problems = [f"{name}, {each}" for each in lint(procedure, Known(skills=by_id(), procedures=others))]
        return problems or await rehearse(worlds, procedure, others)

    def _body(self, name: str) -> str:
        found = bodies(self.folder).get(name)
        if found is None:
            raise NotFound(f"There is no {name}.toml in {self.folder}: write it, or correct the name.", name=name)
        return found
