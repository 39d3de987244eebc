"""The keyword side of search: SQLite FTS5 or PostgreSQL full text, stemmed, with the tenant and audience inside the query."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, bindparam, text

from knowledge.words import content

LONGEST_QUERY = 40

_CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE IF NOT EXISTS knowledge_words USING fts5("
        "tenant UNINDEXED, audience UNINDEXED, section UNINDEXED, title, heading, body, asked, "
        "tokenize = 'porter unicode61 remove_diacritics 2')",
    ],
    "postgresql": [
        "CREATE TABLE IF NOT EXISTS knowledge_words (tenant text NOT NULL, audience text NOT NULL, section text NOT NULL, "
        "words tsvector NOT NULL, PRIMARY KEY (tenant, section))",
        "CREATE INDEX IF NOT EXISTS ix_knowledge_words_words ON knowledge_words USING gin (words)",
    ],
}
_PUT = {
    "sqlite": text(
        "INSERT INTO knowledge_words (tenant, audience, section, title, heading, body, asked) "
        "VALUES (:tenant, :audience, :section, :title, :heading, :body, :asked)"
    ),
    "postgresql": text(
        "INSERT INTO knowledge_words (tenant, audience, section, words) VALUES (:tenant, :audience, :section, "
        "setweight(to_tsvector('english', :title), 'B') || setweight(to_tsvector('english', :heading), 'A') || "
        "setweight(to_tsvector('english', :body), 'A') || setweight(to_tsvector('english', :asked), 'A'))"
    ),
}
_FIND = text(
    "SELECT section, -bm25(knowledge_words, 0, 0, 0, 1, 2, 1, 1) AS rank FROM knowledge_words "
    "WHERE knowledge_words MATCH :query AND tenant = :tenant AND audience IN :audience ORDER BY rank DESC LIMIT :limit"
)
_RANKED = text(
    "SELECT section, ts_rank('{0, 0, 0.5, 1}', words, to_tsquery('english', :query), 1) AS rank FROM knowledge_words "
    "WHERE words @@ to_tsquery('english', :query) AND tenant = :tenant AND audience IN :audience"
)
_ALL = text("SELECT count(*) FROM knowledge_words WHERE tenant = :tenant AND audience IN :audience")
_HOLDERS = {
    "sqlite": text(
        "SELECT section FROM knowledge_words WHERE knowledge_words MATCH :query AND tenant = :tenant AND audience IN :audience"
    ),
    "postgresql": text(
        "SELECT section FROM knowledge_words WHERE words @@ to_tsquery('english', :query) "
        "AND tenant = :tenant AND audience IN :audience"
    ),
}
_DROP = text("DELETE FROM knowledge_words WHERE tenant = :tenant AND section IN :sections")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The texts of a section that may be searched by keyword."""

    section: str
    audience: str
    title: str
    heading: str
    body: str
    asked: str


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Whose knowledge is searched, and what they may read."""

    tenant: str
    audience: frozenset[str]

    def values(self) -> dict[str, object]:
        return {"tenant": self.tenant, "audience": sorted(self.audience) or [""]}


def create(conn: Connection) -> None:
    """Makes the keyword index where there is none. It isn't an ordinary table, so the first ingest makes it, not a migration."""
    for statement in _CREATE[conn.dialect.name]:
        conn.execute(text(statement))


def put(conn: Connection, tenant: str, entries: Sequence[Words]) -> None:
    """Adds sections. What was there under the same section id must have been dropped."""
    if entries:
        rows = [{"tenant": tenant, **vars(entry)} for entry in entries]
        conn.execute(_PUT[conn.dialect.name], rows)


def drop(conn: Connection, tenant: str, sections: Sequence[str]) -> None:
    """Takes sections out."""
    if sections:
        conn.execute(_DROP.bindparams(bindparam("sections", expanding=True)), {"tenant": tenant, "sections": list(sections)})


def find(conn: Connection, readers: Readers, query: str, *, limit: int) -> list[tuple[str, float]]:
    """Sections that hold any of the query's words, best first, with a rank that is comparable only within one query."""
    terms = content(query)[:LONGEST_QUERY]
    if not terms:
        return []
    if conn.dialect.name == "postgresql":
        return _find_by_term(conn, readers, terms)[:limit]
    values = {**readers.values(), "query": _any_of(conn, terms), "limit": limit}
    return [(row.section, float(row.rank)) for row in conn.execute(_open(_FIND), values)]


def _find_by_term(conn: Connection, readers: Readers, terms: Sequence[str]) -> list[tuple[str, float]]:
    """PostgreSQL ranks without regard to how rare a word is, so each word is ranked by itself and weighed by its rarity."""
    everything = conn.execute(_open(_ALL), readers.values()).scalar_one()
    ranks: dict[str, float] = {}
    for term in terms:
        rows = conn.execute(_open(_RANKED), {**readers.values(), "query": _any_of(conn, [term])}).all()
        rarity = math.log(1 + (everything + 1) / (len(rows) + 0.5))
        for row in rows:
            ranks[row.section] = ranks.get(row.section, 0.0) + rarity * float(row.rank)
    return sorted(ranks.items(), key=lambda pair: -pair[1])


def holders(conn: Connection, readers: Readers, terms: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each term the sections that hold it, or another form of it."""
    statement = _open(_HOLDERS[conn.dialect.name])
    found: dict[str, frozenset[str]] = {}
    for term in list(terms)[:LONGEST_QUERY]:
        rows = conn.execute(statement, {**readers.values(), "query": _any_of(conn, [term])})
        found[term] = frozenset(row.section for row in rows)
    return found


def _open(statement: TextClause) -> TextClause:
    return statement.bindparams(bindparam("audience", expanding=True))


def _any_of(conn: Connection, terms: Sequence[str]) -> str:
    """The terms as a query of the dialect. They hold letters, digits, dots and commas only; each is quoted all the same."""
    if conn.dialect.name == "sqlite":
        return " OR ".join(f'"{term}"' for term in terms)
    return " | ".join(f"'{term}'" for term in terms)
