"""Posts: one right to post each subject, kept over restarts, and a list of what nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.database import Database
from handoff.desk.posts import DeskPosts, PostState, digest_of
from tests.fakes.clock import NOON


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    made = Database.open("sqlite://")
    made.create_all()
    yield made
    await made.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def posts(database: Database, clock: FixedClock) -> DeskPosts:
    return DeskPosts(database, "halcyon", clock)


async def test_one_of_many_may_post_it_and_where_is_kept(posts: DeskPosts, database: Database, clock: FixedClock) -> None:
    begun = await asyncio.gather(*(posts.begin("slack", "case", "c1") for _ in range(5)))
    assert sorted(begun) == [False, False, False, False, True]
    await posts.keep("slack", "case", "c1", {"channel": "C1", "ts": "1.2"}, "d1")
    found = await DeskPosts(database, "halcyon", clock).find("slack", "case", "c1")
    assert found is not None
    assert (found.shown, found.where, found.digest) == (True, {"channel": "C1", "ts": "1.2"}, "d1")
    assert not await posts.begin("slack", "case", "c1")


async def test_surfaces_kinds_and_tenants_are_apart(posts: DeskPosts, database: Database, clock: FixedClock) -> None:
    await posts.keep("slack", "case", "c1", {"ts": "1"}, "d")
    assert await posts.find("teams", "case", "c1") is None
    assert await posts.find("slack", "line", "c1") is None
    assert await DeskPosts(database, "other", clock).find("slack", "case", "c1") is None


async def test_what_was_not_sent_may_be_begun_again_and_a_shown_post_stays(posts: DeskPosts) -> None:
    assert await posts.begin("slack", "case", "c1")
    await posts.drop("slack", "case", "c1")
    assert await posts.begin("slack", "case", "c1")
    await posts.keep("slack", "case", "c1", {"ts": "1"}, "d")
    await posts.drop("slack", "case", "c1")
    await posts.unclear("slack", "case", "c1")
    found = await posts.find("slack", "case", "c1")
    assert found is not None
    assert found.shown


async def test_what_nobody_knows_is_listed_and_not_begun_again(posts: DeskPosts, clock: FixedClock) -> None:
    await posts.begin("slack", "case", "unclear")
    await posts.unclear("slack", "case", "unclear")
    await posts.begin("slack", "case", "cut")
    await posts.refused("slack", "case:refused")
    assert [each.subject for each in await posts.unsettled()] == ["case:refused", "unclear"]
    clock.advance(timedelta(minutes=3))
    assert {each.state for each in await posts.unsettled()} == {PostState.UNCLEAR, PostState.SENDING, PostState.REFUSED}
    assert not await posts.begin("slack", "case", "unclear")
    forgotten = await posts.forget("slack", "case", "unclear")
    assert forgotten is not None
    assert await posts.begin("slack", "case", "unclear")


async def test_a_shown_post_cannot_be_forgotten(posts: DeskPosts) -> None:
    await posts.keep("slack", "case", "c1", {"ts": "1"}, "d")
    assert await posts.forget("slack", "case", "c1") is None
    assert await posts.find("slack", "case", "c1") is not None


def test_a_digest_follows_what_is_shown() -> None:
    assert digest_of({"a": 1, "at": NOON}) == digest_of({"at": NOON, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
