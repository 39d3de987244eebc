from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core.charging import Charge, charged
from core.clock import FixedClock
from core.conversation import Citation, Sentence
from knowledge import answer_cache
from knowledge.answer_cache import AnswerCache, AnswersFor, Question, answers, plain
from tests.fakes.clock import NOON

if TYPE_CHECKING:
    from tests.unit.knowledge.conftest import Room

QUESTION = Question(tenant="t", text="How long does a refund take?", audience=frozenset({"public"}), language="en", prompts="p1")
QUOTE = "Refunds arrive within 5 to 10 business days."
CITED = Citation(article="refunds", heading="h", start=0, end=44, quote=QUOTE)
ANSWER = (Sentence(text="Es dauert 5 bis 10 Tage.", citations=(CITED,), original="It takes 5 to 10 days."),)


@pytest.fixture
async def clock(room: "Room") -> FixedClock:
    await room.ingest.take(room.folder, tenant="t")
    return FixedClock(NOON)


@pytest.fixture
def cache(room: "Room", clock: FixedClock) -> AnswerCache:
    return AnswerCache(database=room.database, clock=clock, secret=b"s" * 32)


async def keep(cache: AnswerCache, question: Question = QUESTION) -> None:
    assert await cache.get(question) is None
    assert await cache.put(question, ANSWER)


async def test_the_same_question_gets_the_same_answer_whole(cache: AnswerCache) -> None:
    await keep(cache)
    assert await cache.get(QUESTION) == ANSWER
    assert await cache.get(replace(QUESTION, text="  how long does a REFUND take ")) == ANSWER


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "u"},
        {"text": "How long do refunds take?"},
        {"audience": frozenset({"public", "internal"})},
        {"language": "de"},
        {"prompts": "p2"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_anything_else_does_not(cache: AnswerCache, other: Mapping[str, Any]) -> None:
    await keep(cache)
    assert await cache.get(replace(QUESTION, **other)) is None


async def test_another_secret_finds_nothing(cache: AnswerCache, room: "Room", clock: FixedClock) -> None:
    await keep(cache)
    assert await AnswerCache(database=room.database, clock=clock, secret=b"x" * 32).get(QUESTION) is None


async def test_changed_articles_end_what_was_kept_of_them(cache: AnswerCache, room: "Room") -> None:
    await keep(cache)
    (room.folder / "refunds.md").write_text(
        "---\ntitle: Refunds\naudience: public\n---\n## How long\nIt takes 3 days.\n", "utf-8"
    )
    await room.ingest.take(room.folder, tenant="t")
    assert await cache.get(QUESTION) is None
    assert await cache.sweep("t") == 1


async def test_a_removed_article_does_too(cache: AnswerCache, room: "Room") -> None:
    await keep(cache)
    (room.folder / "caps.md").unlink()
    await room.ingest.take(room.folder, tenant="t")
    await keep(cache)
    assert len(await room.database.read(lambda conn: conn.execute(select(answers.c.key)).all())) == 1


async def test_an_answer_from_articles_that_changed_meanwhile_is_not_kept(cache: AnswerCache, room: "Room") -> None:
    assert await cache.get(QUESTION) is None
    (room.folder / "caps.md").unlink()
    await room.ingest.take(room.folder, tenant="t")
    assert not await cache.put(QUESTION, ANSWER)


async def test_what_was_not_asked_for_is_not_kept(cache: AnswerCache) -> None:
    assert not await cache.put(QUESTION, ANSWER)


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence(text="It takes a while."),
        Sentence(text="It takes a while.", citations=(CITED,), record_ids=("RF-1",)),
        Sentence(text="It takes a while.", citations=(CITED,), approved="answer.wait"),
        Sentence(text="Dear Maria, it takes a while.", citations=(CITED,)),
        Sentence(text="Es dauert.", original="It takes a while, MARIA.", citations=(CITED,)),
        Sentence(text="We write to someone@example.com.", citations=(CITED,)),
    ],
    ids=["no source", "a record", "approved wording", "a name", "a name in the original", "an address"],
)
async def test_only_impersonal_sentences_that_stand_on_articles_are_kept(cache: AnswerCache, sentence: Sentence) -> None:
    await cache.get(QUESTION)
    assert not await cache.put(QUESTION, [*ANSWER, sentence], personal=["Maria", " "])
    assert not await cache.put(QUESTION, [])


async def test_an_address_that_the_article_gives_may_be_told(cache: AnswerCache) -> None:
    quote = "Write to help@example.com."
    await cache.get(QUESTION)
    assert await cache.put(QUESTION, [Sentence(text=quote, citations=(replace(CITED, quote=quote),))])


async def test_no_word_of_the_customer_is_stored(cache: AnswerCache, room: "Room") -> None:
    await keep(cache, replace(QUESTION, text="I am Maria Zander, how long does it take?"))
    tables = (answers, answer_cache.asked_for)
    stored = await room.database.read(lambda conn: str([conn.execute(select(table)).all() for table in tables]))
    assert "zander" not in stored.lower()


async def test_answers_grow_old(cache: AnswerCache, clock: FixedClock) -> None:
    await keep(cache)
    clock.advance(timedelta(days=31))
    assert await cache.get(QUESTION) is None
    assert await cache.sweep("t") == 1


async def test_hits_are_counted_by_day(cache: AnswerCache, clock: FixedClock, room: "Room") -> None:
    await keep(cache)
    clock.advance(timedelta(days=1))
    for _ in range(3):
        await cache.get(QUESTION)
    whole, today = await cache.hit_rate("t", "2026-11-20"), await cache.hit_rate("t", "2026-11-21")
    assert (whole.asked, whole.hits, whole.share) == (4, 3, 0.75)
    assert today.share == 1.0
    assert (await cache.hit_rate("u", "2026-11-20")).share == 0.0
    assert await room.database.read(lambda conn: conn.execute(select(answers.c.hits)).scalars().all()) == [3]


async def test_the_dialogue_asks_in_its_own_words(cache: AnswerCache) -> None:
    kept = AnswersFor(cache, tenant="t", audience=frozenset({"public"}), prompts="p1")
    with charged(Charge(tenant="t", known=[("name", "Tage")])):
        assert await kept.get("How long?", "de") is None
        await kept.put("How long?", "de", ANSWER)
    assert await kept.get("How long?", "de") is None
    await kept.put("How long?", "de", ANSWER)
    assert await kept.get("How long?", "de") == ANSWER


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("How long?", "how   LONG", True),
        ("“How long?”", "How long", True),
        ("Is 5.0 enough?", "Is 50 enough?", False),
        ("Is -5 enough?", "Is 5 enough?", False),
        ("Can I pay in $?", "Can I pay in €?", False),
        ("Can I?", "Can't I?", False),
    ],
)
def test_questions_are_the_same_but_for_what_changes_nothing(one: str, other: str, same: bool) -> None:
    assert (plain(one) == plain(other)) is same
