"""Takes articles in: what is new or changed is read and indexed, what is unchanged is skipped, what is gone vanishes."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from core.clock import Clock
from core.database import Database
from core.embedding import Embedder
from core.errors import BadInput, NotFound
from core.events import Event
from core.journal import Journal
from knowledge import keywords, shelf
from knowledge.articles import FORMATS, Article, decode, parse, slug
from knowledge.index import ASKED, SECTION, SENTENCE, Point, VectorIndex, Vectors

MOST_FILES = 5000
READING = 2
"""Raised when articles are read or indexed in another way, so that all are taken in anew."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of taking a path in: article ids, and for each file that failed the reason."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be done: articles to put on the shelf, and ids to take off it."""

    entries: tuple[shelf.Entry, ...]
    report: Report


class Ingest:
    """Takes in files and folders of Markdown, HTML and plain text, a tenant at a time."""

    def __init__(self, *, database: Database, journal: Journal, index: VectorIndex, embedder: Embedder, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._index = index
        self._embedder = embedder
        self._clock = clock

    async def take(self, path: Path, *, tenant: str, audience: str | None = None, correlation_id: str = "ingest") -> Report:
        """Brings what is known in line with a file or folder. `audience` is for articles that name none themselves.

        A file that fails leaves its earlier version in place. Raises `NotFound` for a path that isn't there, `BadInput` for a
        folder of more than 5,000 files, `Unavailable` when the index can't be written; then nothing has changed.
        """
        known = await self._database.read(partial(shelf.kept, tenant=tenant))
        work = await asyncio.to_thread(self._plan, path, known, audience)
        await self.restore(tenant)
        await asyncio.to_thread(self._index_entries, tenant, [(entry.version, entry.article) for entry in work.entries])
        await self._database.write(partial(self._store, tenant=tenant, work=work, correlation_id=correlation_id))
        gone = [known[id].version for id in (*work.report.changed, *work.report.removed)]
        await asyncio.to_thread(self._index.drop, tenant, gone)
        return work.report

    async def restore(self, tenant: str) -> int:
        """Puts back vectors that the index has lost and takes out those of no article. Returns how many versions were off."""
        known = await self._database.read(partial(shelf.kept, tenant=tenant))
        there = await asyncio.to_thread(self._index.versions, tenant)
        wanted = {kept.version: kept.points for kept in known.values()}
        stray = [version for version, points in there.items() if wanted.get(version) != points]
        await asyncio.to_thread(self._index.drop, tenant, stray)
        lost = {version for version, points in wanted.items() if there.get(version) != points}
        if lost:
            articles = await self._database.read(partial(shelf.all_articles, tenant=tenant))
            await asyncio.to_thread(self._index_entries, tenant, [pair for pair in articles if pair[0] in lost])
        return len(lost | set(stray))

    def _plan(self, path: Path, known: Mapping[str, shelf.Kept], audience: str | None) -> Work:
        entries: list[shelf.Entry] = []
        report: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
        failed: dict[str, str] = {}
        met: dict[str, str] = {}
        for file in _files(path):
            try:
                entry = self._read(file, known, audience)
                article_id = entry.article.id if isinstance(entry, shelf.Entry) else entry.id
                _claim(met, article_id, file)
            except (BadInput, OSError) as error:
                failed[str(file)] = str(error)
                met.setdefault(slug(file.stem), str(file))
                continue
            kind = "unchanged"
            if isinstance(entry, shelf.Entry):
                entries.append(entry)
                kind = "changed" if article_id in known else "added"
            report[kind].append(article_id)
        removed = [kept.id for kept in known.values() if path.is_dir() and kept.id not in met and _inside(kept.file, path)]
        lists = {name: tuple(ids) for name, ids in report.items()}
        return Work(entries=tuple(entries), report=Report(**lists, removed=tuple(removed), failed=failed))

    def _read(self, file: Path, known: Mapping[str, shelf.Kept], audience: str | None) -> shelf.Entry | shelf.Kept:
        """The file as an entry, or what is kept of it when it has not changed."""
        if file.suffix.lower() not in FORMATS:
            raise BadInput(f"{file}: Rapport reads {', '.join(FORMATS)} files: save it as one of these.")
        raw = file.read_bytes()
        digest = hashlib.sha256(f"{READING} {audience or ''} ".encode() + raw).hexdigest()
        before = known.get(slug(file.stem))
        where = str(file.resolve())
        if before and before.hash == digest and before.file == where:
            return before
        article = parse(decode(raw, str(file)), file=str(file), audience=audience)
        version = f"{article.id}@{hashlib.sha256(f'{digest} {where}'.encode()).hexdigest()[:12]}"
        revision = before.revision + 1 if before else 1
        entry = shelf.Entry(
            article=article, version=version, revision=revision, file=where, hash=digest, points=0, at=self._clock.now()
        )
        return replace(entry, points=len(points_of(version, article)))

    def _index_entries(self, tenant: str, articles: Sequence[tuple[str, Article]]) -> None:
        rows = [row for version, article in articles for row in points_of(version, article)]
        if rows:
            vectors: Vectors = self._embedder.embed([text for _, text in rows])
            self._index.put(tenant, [point for point, _ in rows], vectors)

    def _store(self, conn: Connection, tenant: str, work: Work, correlation_id: str) -> None:
        report = work.report
        keywords.create(conn)
        for entry in work.entries:
            shelf.put(conn, tenant, entry)
        shelf.take_out(conn, tenant, report.removed)
        if work.entries or report.removed:
            counts = {name: len(getattr(report, name)) for name in ("added", "changed", "unchanged", "removed", "failed")}
            self._journal.append(
                conn,
                Event(
                    type="knowledge.ingested",
                    tenant=tenant,
                    at=self._clock.now(),
                    correlation_id=correlation_id,
                    conversation_id=None,
                    account_id=None,
                    data={**counts, "versions": [entry.version for entry in work.entries], "gone": list(report.removed)},
                ),
            )


def points_of(version: str, article: Article) -> list[tuple[Point, str]]:
    """The vectors that an article needs, and the text of each: sections, sentences, and questions as asked and in English."""
    rows: list[tuple[Point, str]] = []

    def add(number: int, kind: str, texts: Sequence[str]) -> None:
        for at, text in enumerate(texts):
            key = f"{shelf.section_id(version, number)}/{at}"
            rows.append((Point(id=key, audience=article.audience, kind=kind, version=version), text))

    for number, part in enumerate(article.sections):
        if article.introduces(number):
            continue
        add(number, SECTION, [f"{part.heading}. {part.text}"])
        add(number, SENTENCE, [passage.text for passage in part.passages])
        english = [text for question in part.asked if (text := shelf.in_english(question)) != question]
        add(number, ASKED, [*part.asked, *english])
    return rows


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise NotFound(f"There is no file or folder {path}: check the path.")
    root = path.resolve()
    found = (file for file in path.rglob("*") if file.is_file() and file.resolve().is_relative_to(root))
    files = sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts))
    if len(files) > MOST_FILES:
        raise BadInput(f"{path} holds {len(files)} files, more than {MOST_FILES}: take its folders in one by one.")
    return files


def _claim(met: dict[str, str], article_id: str, file: Path) -> None:
    other = met.setdefault(article_id, str(file))
    if other != str(file):
        raise BadInput(f"{file}: {other} gives the same article id {article_id!r}: rename one of the two.")


def _inside(file: str, folder: Path) -> bool:
    return Path(file).is_relative_to(folder.resolve())
