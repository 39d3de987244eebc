import asyncio

from bot.live import ACTIVITY_S, Activity, Live

TYPING = Activity(who="Rapport", text="Rapport is reading")


async def test_a_follower_is_woken_by_its_lane_alone() -> None:
    live = Live()
    with live.follow("a") as follower:
        live.publish("b")
        assert not await follower.changed(0.01)
        live.publish("a")
        assert await follower.changed(1.0)
        assert not await follower.changed(0.01)


async def test_a_call_between_two_waits_is_not_lost() -> None:
    live = Live()
    with live.follow("a") as follower:
        live.publish("a")
        await asyncio.sleep(0)
        assert await follower.changed(1.0)


async def test_calls_may_come_from_other_threads() -> None:
    live = Live()
    with live.follow("a") as follower:
        await asyncio.to_thread(live.publish, "a")
        assert await follower.changed(1.0)


async def test_an_activity_shows_until_it_is_quiet() -> None:
    live = Live()
    with live.follow("a") as follower:
        live.show("a", TYPING)
        assert await follower.changed(1.0)
        assert live.activity("a") == TYPING
        live.quiet("a")
        assert await follower.changed(1.0)
        assert live.activity("a") is None


def test_an_old_activity_is_not_believed() -> None:
    now = [0.0]
    live = Live(lambda: now[0])
    live.show("a", TYPING)
    now[0] = ACTIVITY_S + 1
    assert live.activity("a") is None


async def test_who_leaves_is_forgotten_and_closing_wakes_the_rest() -> None:
    live = Live()
    with live.follow("a"):
        assert live.followers == 1
    assert live.followers == 0
    with live.follow("a") as follower:
        live.close()
        assert live.closed
        assert await follower.changed(1.0)
