"""The tables of what was taken in: articles, their sections and passages, each row with its tenant and audience."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from core.database import Instant, Json, metadata
from core.errors import NotFound
from knowledge import keywords
from knowledge.articles import Article, Passage, Section
from knowledge.glossary import gloss, guess

article = Table(
    "knowledge_article",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("version", String(240), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("owner", Text, nullable=False),
    Column("updated", String(10)),
    Column("format", String(16), nullable=False),
    Column("source", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("ingested_at", Instant, nullable=False),
)

section = Table(
    "knowledge_section",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(250), primary_key=True),
    Column("article", String(200), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("asked", Json, nullable=False),
    Index(None, "tenant", "article"),
)

passage = Table(
    "knowledge_passage",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("section", String(250), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("article", String(200), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Index(None, "tenant", "article"),
)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is known of an article that was taken in before. `points` is how many vectors it has."""

    id: str
    version: str
    revision: int
    file: str
    hash: str
    points: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An article on its way to the shelf."""

    article: Article
    version: str
    revision: int
    file: str
    hash: str
    points: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Shelved:
    """A section as search shows it."""

    id: str
    article: str
    title: str
    audience: str
    updated: date | None
    section: Section


def section_id(version: str, number: int) -> str:
    """The id of a section, new with every version of its article."""
    return f"{version}/{number}"


@lru_cache(maxsize=8192)
def in_english(question: str) -> str:
    """A question as the keyword index and the glossed vector see it."""
    return gloss(question, guess(question))


def kept(conn: Connection, tenant: str) -> dict[str, Kept]:
    """All that the tenant has, by article id."""
    columns = (article.c.id, article.c.version, article.c.revision, article.c.file, article.c.hash, article.c.points)
    rows = conn.execute(select(*columns).where(article.c.tenant == tenant)).mappings()
    return {row["id"]: Kept(**row) for row in rows}


def put(conn: Connection, tenant: str, entry: Entry) -> None:
    """Puts an article in the place of the one with its id."""
    take_out(conn, tenant, [entry.article.id])
    item = entry.article
    conn.execute(
        insert(article).values(
            tenant=tenant,
            id=item.id,
            version=entry.version,
            revision=entry.revision,
            file=entry.file,
            hash=entry.hash,
            title=item.title,
            audience=item.audience,
            owner=item.owner,
            updated=item.updated.isoformat() if item.updated else None,
            format=item.format,
            source=item.source,
            points=entry.points,
            ingested_at=entry.at,
        )
    )
    conn.execute(insert(section), [_section_row(tenant, entry, number) for number in range(len(item.sections))])
    conn.execute(insert(passage), [row for number in range(len(item.sections)) for row in _passage_rows(tenant, entry, number)])
    searched = [number for number in range(len(item.sections)) if not item.introduces(number)]
    keywords.put(conn, tenant, [_words(entry, number) for number in searched])


def take_out(conn: Connection, tenant: str, ids: Iterable[str]) -> None:
    """Takes articles and all that belongs to them from the tables and the keyword index."""
    for gone in ids:
        of_it = select(section.c.id).where(section.c.tenant == tenant, section.c.article == gone)
        keywords.drop(conn, tenant, list(conn.execute(of_it).scalars()))
        for table in (passage, section):
            conn.execute(delete(table).where(table.c.tenant == tenant, table.c.article == gone))
        conn.execute(delete(article).where(article.c.tenant == tenant, article.c.id == gone))


def sections(conn: Connection, readers: keywords.Readers, ids: Sequence[str]) -> dict[str, Shelved]:
    """The sections of these ids that the readers may see."""
    seen = (section.c.tenant == readers.tenant, section.c.audience.in_(readers.audience), section.c.id.in_(ids))
    joined = section.join(article, (article.c.tenant == section.c.tenant) & (article.c.id == section.c.article))
    rows = conn.execute(select(section, article.c.title, article.c.updated).select_from(joined).where(*seen)).mappings().all()
    inside = (passage.c.tenant == readers.tenant, passage.c.audience.in_(readers.audience), passage.c.section.in_(ids))
    parts: dict[str, list[Passage]] = {}
    headings = {row["id"]: row["heading"] for row in rows}
    for row in conn.execute(select(passage).where(*inside).order_by(passage.c.section, passage.c.number)).mappings():
        parts.setdefault(row["section"], []).append(_passage(row, headings.get(row["section"], "")))
    return {row["id"]: _shelved(row, parts.get(row["id"], [])) for row in rows}


def count(conn: Connection, readers: keywords.Readers) -> int:
    """How many sections the readers may see."""
    seen = (section.c.tenant == readers.tenant, section.c.audience.in_(readers.audience))
    return conn.execute(select(func.count()).select_from(section).where(*seen)).scalar_one()


def all_articles(conn: Connection, tenant: str) -> list[tuple[str, Article]]:
    """Every article with its version, as it was taken in."""
    readers = keywords.Readers(tenant=tenant, audience=frozenset({"public", "internal"}))
    found: list[tuple[str, Article]] = []
    for row in conn.execute(select(article).where(article.c.tenant == tenant).order_by(article.c.id)).mappings().all():
        ids = select(section.c.id).where(section.c.tenant == tenant, section.c.article == row["id"]).order_by(section.c.number)
        order = list(conn.execute(ids).scalars())
        shelved = sections(conn, readers, order)
        found.append((row["version"], _article(row, tuple(shelved[key].section for key in order))))
    return found


def get(conn: Connection, readers: keywords.Readers, article_id: str) -> Article:
    """One article without its sections, for showing it. Raises `NotFound` also when the readers may not see it."""
    seen = (article.c.tenant == readers.tenant, article.c.audience.in_(readers.audience), article.c.id == article_id)
    row = conn.execute(select(article).where(*seen)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such article: it may have been removed since.", article=article_id)
    return _article(row, ())


def _article(values: RowMapping, parts: tuple[Section, ...]) -> Article:
    return Article(
        id=values["id"],
        title=values["title"],
        audience=values["audience"],
        owner=values["owner"],
        updated=date.fromisoformat(values["updated"]) if values["updated"] else None,
        format=values["format"],
        source=values["source"],
        sections=parts,
    )


def _shelved(values: RowMapping, parts: list[Passage]) -> Shelved:
    part = Section(
        heading=values["heading"], start=values["start"], end=values["end"], asked=tuple(values["asked"]), passages=tuple(parts)
    )
    return Shelved(
        id=values["id"],
        article=values["article"],
        title=values["title"],
        audience=values["audience"],
        updated=date.fromisoformat(values["updated"]) if values["updated"] else None,
        section=part,
    )


def _passage(values: RowMapping, heading: str) -> Passage:
    names = ("article", "start", "end", "text", "quote", "kind")
    return Passage(heading=heading, **{name: values[name] for name in names})


def _section_row(tenant: str, entry: Entry, number: int) -> dict[str, object]:
    part = entry.article.sections[number]
    return {
        "tenant": tenant,
        "id": section_id(entry.version, number),
        "article": entry.article.id,
        "audience": entry.article.audience,
        "number": number,
        "heading": part.heading,
        "start": part.start,
        "end": part.end,
        "asked": list(part.asked),
    }


def _passage_rows(tenant: str, entry: Entry, number: int) -> list[dict[str, object]]:
    shared = {"tenant": tenant, "section": section_id(entry.version, number), "article": entry.article.id}
    shared["audience"] = entry.article.audience
    return [
        {**shared, "number": at, "kind": p.kind, "start": p.start, "end": p.end, "text": p.text, "quote": p.quote}
        for at, p in enumerate(entry.article.sections[number].passages)
    ]


def _words(entry: Entry, number: int) -> keywords.Words:
    part = entry.article.sections[number]
    return keywords.Words(
        section=section_id(entry.version, number),
        audience=entry.article.audience,
        title=entry.article.title,
        heading=part.heading,
        body=part.text,
        asked="\n".join(in_english(question) for question in part.asked),
    )
