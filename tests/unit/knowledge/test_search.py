import pytest

from .conftest import Room

PUBLIC = frozenset({"public"})
STAFF = frozenset({"public", "internal"})


@pytest.fixture
async def full(room: Room) -> Room:
    await room.ingest.take(room.folder, tenant="acme")
    return room


async def test_a_question_like_one_asked_finds_its_section(full: Room) -> None:
    found = await full.search.find("how long must my password be", tenant="acme", audience=PUBLIC)
    best = found.hits[0]
    assert (best.article, best.heading) == ("passwords", "Password length")
    assert best.passages[0][0].text == "A password needs at least 12 characters."
    assert best.passages[0][1] > best.passages[1][1]


async def test_sources_carry_exact_citations(full: Room) -> None:
    found = await full.search.find("when do refunds arrive", tenant="acme", audience=PUBLIC)
    source = found.sources()[0]
    article = (full.folder / f"{source.citation.article}.md").read_text("utf-8")
    assert article[source.citation.start : source.citation.end] == source.citation.quote == source.text
    assert source.text == "Refunds arrive within 5 to 10 business days."


async def test_internal_articles_never_reach_the_public(full: Room) -> None:
    question = "how large a refund may i approve"
    public = await full.search.find(question, tenant="acme", audience=PUBLIC, limit=50)
    staff = await full.search.find(question, tenant="acme", audience=STAFF)
    assert public.hits
    assert {hit.audience for hit in public.hits} == {"public"}
    assert "100 USD" not in " ".join(source.text for source in public.sources())
    assert staff.hits[0].article == "caps"


async def test_a_question_in_german_finds_english_text(full: Room) -> None:
    found = await full.search.find("Mindestlänge vom Kennwort?", tenant="acme", audience=PUBLIC)
    assert found.language == "de"
    assert "password" in found.glossed
    assert found.hits[0].article == "passwords"


async def test_two_questions_get_a_section_each(full: Room) -> None:
    found = await full.search.find(
        "How long must a password be? When do I get my money back?", tenant="acme", audience=PUBLIC, limit=2
    )
    assert {hit.article for hit in found.hits} == {"passwords", "refunds"}
    assert {hit.clause for hit in found.hits} == {"How long must a password be?", "When do I get my money back?"}


async def test_what_is_asked_is_more_answerable_than_what_is_not(full: Room) -> None:
    known = await full.search.find("how long must a password be", tenant="acme", audience=PUBLIC)
    unknown = await full.search.find("zebra violin thunderstorm", tenant="acme", audience=PUBLIC)
    assert known.answerable > 0.5 > unknown.answerable
    assert known.features


@pytest.mark.parametrize("query", ["", "   ", "\n\0", "?" * 100_000, "word " * 30_000, '<script>" OR 1=1 --', "🙂🙂"])
async def test_no_query_breaks_it(full: Room, query: str) -> None:
    found = await full.search.find(query, tenant="acme", audience=PUBLIC)
    assert 0.0 <= found.answerable <= 1.0


async def test_an_empty_shelf_and_no_audience_find_nothing(room: Room) -> None:
    assert not (await room.search.find("password", tenant="acme", audience=PUBLIC)).hits
    await room.ingest.take(room.folder, tenant="acme")
    assert not (await room.search.find("password", tenant="acme", audience=frozenset())).hits


async def test_sections_that_left_while_searching_are_not_shown(full: Room) -> None:
    found = await full.search.find("password", tenant="acme", audience=PUBLIC)
    assert found.hits
    (full.folder / "passwords.md").unlink()
    kept = dict(full.index.versions("acme"))
    await full.ingest.take(full.folder, tenant="acme")
    assert kept != full.index.versions("acme")
    later = await full.search.find("password", tenant="acme", audience=PUBLIC)
    assert all(hit.article != "passwords" for hit in later.hits)
