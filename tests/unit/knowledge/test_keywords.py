from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from knowledge import keywords
from knowledge.keywords import Readers, Words

PUBLIC = Readers(tenant="acme", audience=frozenset({"public"}))
STAFF = Readers(tenant="acme", audience=frozenset({"public", "internal"}))


def words(section: str, body: str, audience: str = "public") -> Words:
    return Words(section=section, audience=audience, title="", heading="", body=body, asked="")


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        keywords.create(connection)
        keywords.create(connection)
        keywords.put(connection, "acme", [words("a/0", "Refunds arrive in 5 days"), words("b/0", "Kiosks run on tablets")])
        keywords.put(connection, "acme", [words("c/0", "The refund cap of an agent", "internal")])
        keywords.put(connection, "other", [words("d/0", "Refunds of another company")])
        yield connection
    engine.dispose()


def found(conn: Connection, readers: Readers, query: str) -> set[str]:
    return {section for section, _ in keywords.find(conn, readers, query, limit=10)}


def test_other_forms_of_a_word_are_found_within_tenant_and_audience(conn: Connection) -> None:
    assert found(conn, PUBLIC, "how are you refunding me") == {"a/0"}
    assert found(conn, STAFF, "refund") == {"a/0", "c/0"}
    assert found(conn, Readers(tenant="acme", audience=frozenset()), "refund") == set()


@pytest.mark.parametrize(
    "query", ['" OR 1', "NEAR(a b", "a* AND -b:c ^", "'; DROP TABLE knowledge_words; --", "()", "", "\0", "ÄÖ ✓"]
)
def test_no_query_is_a_syntax_error(conn: Connection, query: str) -> None:
    assert found(conn, PUBLIC, query) <= {"a/0", "b/0"}


def test_the_section_that_holds_more_of_the_query_is_first(conn: Connection) -> None:
    keywords.put(conn, "acme", [words("e/0", "Tablets for kiosks and refunds")])
    keywords.put(conn, "acme", [words(f"filler/{n}", f"Shifts are swapped by {n}") for n in range(9)])
    ranked = keywords.find(conn, PUBLIC, "kiosk refunds", limit=10)
    assert ranked[0][0] == "e/0"
    assert ranked[0][1] > ranked[1][1]


def test_holders_tell_who_holds_each_word(conn: Connection) -> None:
    held = keywords.holders(conn, STAFF, ["refunds", "kiosk", "paypal"])
    assert held == {"refunds": {"a/0", "c/0"}, "kiosk": {"b/0"}, "paypal": frozenset()}


def test_dropped_sections_are_gone(conn: Connection) -> None:
    keywords.drop(conn, "other", ["a/0"])
    assert found(conn, PUBLIC, "refund") == {"a/0"}
    keywords.drop(conn, "acme", ["a/0"])
    assert found(conn, PUBLIC, "refund") == set()
