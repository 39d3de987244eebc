"""The watch: every surface is kept up to date over calls, other processes, restarts, failures and silence."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from core.errors import NotSent, Refused, Unavailable, Unclear
from handoff.desk.pictures import Actions, Drafts, WatchRooms
from handoff.desk.port import Surface
from handoff.desk.showing import Pace
from handoff.desk.views import ActionView, Arrived, SuggestionView, Verdict
from handoff.desk.watch import Watch
from memory.tables import Conversation
from tests.fakes.desk_house import BEAS, HELENS, SAMS, DeskHouse
from tests.fakes.surface import Board, BoardSurface

QUICK = Pace(poll_s=0.01, remind_s=0.01, timeout_s=0.1, draft_timeout_s=0.5, first_pause_s=0.01, longest_pause_s=0.05)
NEVER = replace(QUICK, poll_s=60.0)


@dataclass
class DraftsDouble:
    """Drafts for the cases that it is told of. `asked` are the cases in which one was asked for."""

    asked: list[str] = field(default_factory=list[str])
    now: dict[str, SuggestionView] = field(default_factory=dict[str, SuggestionView])
    down: int = 0

    async def offer(self, case_id: str, tenant: str) -> SuggestionView | None:
        self.asked.append(case_id)
        if self.down:
            self.down -= 1
            raise Unavailable("The model is down.")
        drafted = SuggestionView(
            id=f"s{len(self.asked)}",
            case_id=case_id,
            owner_id="sam",
            position=len(self.asked),
            text="A draft",
            citations=(),
            confidence=0.9,
            verdict="May be sent",
            why=(),
            intent="question",
        )
        self.now[case_id] = drafted
        return drafted

    async def latest(self, case_id: str, tenant: str) -> SuggestionView | None:
        return self.now.get(case_id)


@dataclass
class ActionsDouble:
    """One prepared action for every case's actions."""

    found: dict[str, ActionView] = field(default_factory=dict[str, ActionView])

    async def shown(self, action_id: str, tenant: str) -> ActionView | None:
        return self.found.get(action_id)


class Shift:
    """A desk with a board, and a watch that can be started, stopped, and started anew."""

    def __init__(self, desk: DeskHouse) -> None:
        self.desk = desk
        self.board = Board()
        self.surface = BoardSurface(board=self.board, posts=desk.posts)
        self.drafts: Drafts | None = None
        self.actions: Actions | None = None
        self.pace = QUICK
        self.watch: Watch | None = None
        self.task: asyncio.Task[None] | None = None

    async def start(self, *others: Surface) -> Watch:
        rooms = WatchRooms(
            desk=self.desk.rooms,
            views=self.desk.views,
            deciding=self.desk.deciding,
            drafts=self.drafts,
            actions=self.actions,
        )
        self.surface = BoardSurface(board=self.board, posts=self.desk.posts)
        self.watch = Watch(rooms, self.desk.posts, [*others, self.surface], self.pace)
        self.task = asyncio.create_task(self.watch.run())
        return self.watch

    async def stop(self) -> None:
        if self.watch and self.task:
            self.watch.stop()
            await asyncio.wait_for(self.task, 2)

    async def until(self, check: Callable[[], bool]) -> None:
        """Seals and waits until it is so; a test fails when it never is."""
        for _ in range(400):
            await self.desk.seal()
            if check():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never came: {self.board.log} {self.board.posts}")

    async def quiet(self) -> None:
        """A while in which whatever would be shown would have been."""
        for _ in range(15):
            await self.desk.seal()
            await asyncio.sleep(0.01)

    def text(self, key: str) -> str:
        found = self.board.posts.get(key)
        return found.text if found else ""

    def lines(self, case_id: str) -> Sequence[str]:
        return [post.text for key, post in self.board.posts.items() if key.startswith(f"line/{case_id}")]


@pytest.fixture
async def shift() -> AsyncIterator[Shift]:
    made = Shift(DeskHouse())
    yield made
    await made.stop()
    await made.desk.close()


async def enabled(shift: Shift) -> None:
    """The surface was there before whatever comes."""
    await shift.start()
    await shift.until(lambda: shift.watch is not None)
    await shift.quiet()


async def test_a_case_its_lines_and_its_end_are_shown_as_they_come(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    talk, case_id = await desk.claimed()
    await shift.until(lambda: shift.text(f"case/{case_id}") == "claimed Sam Okafor")
    await desk.work.note(case_id, BEAS, "Careful")
    await desk.write(talk, "Still there?")
    await shift.until(lambda: any("Still there?" in line for line in shift.lines(case_id)))
    assert "internal_note: Careful []" in shift.lines(case_id)
    await desk.work.resolve(case_id, SAMS, "Done")
    await shift.until(lambda: not shift.board.posts[f"case/{case_id}"].buttons)
    assert [verb for verb, kind, _ in shift.board.log if kind == "case"].count("post") == 1


async def test_nothing_is_shown_twice_and_ticks_change(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    talk, case_id = await desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    log = list(shift.board.log)
    desk.arrivals.states[talk.id] = {3: Arrived.DELIVERED}
    assert shift.watch is not None
    shift.watch.nudge(talk.lane)
    await shift.until(lambda: any("[delivered]" in line for line in shift.lines(case_id)))
    assert [entry for entry in shift.board.log[len(log) :] if entry[0] == "post"] == []
    assert len(shift.board.log) == len(log) + 1


async def test_a_call_is_enough_before_the_journal_is_sealed(shift: Shift) -> None:
    shift.pace = NEVER
    watch = await shift.start()
    desk = shift.desk
    await asyncio.sleep(0.05)
    talk, case_id = await desk.claimed()
    await asyncio.to_thread(watch.nudge, talk.lane)
    watch.nudge("no/such/lane/at-all")
    watch.nudge("nonsense")
    for _ in range(200):
        if shift.text(f"case/{case_id}"):
            break
        await asyncio.sleep(0.01)
    assert shift.text(f"case/{case_id}") == "claimed Sam Okafor"


async def test_a_restart_misses_nothing_and_repeats_nothing(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    _, case_id = await desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    await shift.stop()
    await desk.work.note(case_id, SAMS, "While it was down")
    await desk.work.hand_to(case_id, SAMS, "bea")
    await desk.seal()
    await shift.start()
    await shift.until(lambda: shift.text(f"case/{case_id}") == "claimed Bea Lindqvist")
    await shift.until(lambda: any("While it was down" in line for line in shift.lines(case_id)))
    posted = [subject for verb, _, subject in shift.board.log if verb == "post"]
    assert len(posted) == len(set(posted))


async def test_a_new_surface_gets_what_is_live_and_no_history(shift: Shift) -> None:
    desk = shift.desk
    _, over = await desk.claimed(name="old")
    await desk.work.resolve(over, SAMS, "Long ago")
    talk, live = await desk.claimed(name="new")
    waiting = await desk.approval(talk)
    await desk.seal()
    desk.house.clock.advance(timedelta(minutes=5))
    await shift.start()
    await shift.until(lambda: bool(shift.text(f"case/{live}")) and bool(shift.text(f"approval/{waiting}")))
    await shift.quiet()
    assert f"case/{over}" not in shift.board.posts


async def test_approvals_are_asked_and_lose_their_buttons(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    talk, _ = await desk.claimed()
    approval_id = await desk.approval(talk)
    await shift.until(lambda: shift.text(f"approval/{approval_id}") == "open")
    await desk.deciding.decide(approval_id, BEAS, approve=False)
    await shift.until(lambda: shift.text(f"approval/{approval_id}") == "refused")
    assert shift.board.posts[f"approval/{approval_id}"].buttons == ()


async def test_what_was_not_sent_is_tried_again_in_order(shift: Shift) -> None:
    await enabled(shift)
    shift.board.failing += [NotSent("Away."), NotSent("Slow down.", retry_after_s=0.02), NotSent("Away.")]
    _, case_id = await shift.desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    subjects = [subject for verb, _, subject in shift.board.log if verb == "post"]
    assert subjects == [case_id, *(f"{case_id}:{position}" for position in (1, 2, 3))]


async def test_a_failure_is_still_owed_after_a_restart(shift: Shift) -> None:
    await enabled(shift)
    shift.board.failing += [NotSent("Away.")] * 1_000
    _, case_id = await shift.desk.claimed()
    await shift.until(lambda: len(shift.board.failing) < 998)
    await shift.stop()
    assert not shift.board.posts
    shift.board.failing.clear()
    await shift.start()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)


async def test_an_unclear_post_is_not_repeated_and_listed(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    shift.board.failing.append(Unclear("Nobody knows."))
    _, case_id = await desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    await shift.stop()
    await shift.start()
    await desk.work.note(case_id, SAMS, "Another")
    await shift.until(lambda: any("Another" in line for line in shift.lines(case_id)))
    assert [entry for entry in shift.board.log if entry[1] == "case"] == [("post", "case", case_id)]
    assert [(each.case_id, each.arrived) for each in await desk.replies.undelivered(SAMS)] == [(case_id, Arrived.UNKNOWN)]


async def test_a_person_has_an_unclear_post_shown_again(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    shift.board.failing.append(Unclear("Nobody knows."))
    _, case_id = await desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    (listed,) = await desk.replies.undelivered(SAMS)
    await desk.replies.send_again(listed.id, SAMS)
    assert shift.watch is not None
    shift.watch.reshow(desk.reshown[0])
    await shift.until(lambda: [kind for _, kind, _ in shift.board.log].count("case") == 2)
    await shift.quiet()
    assert await desk.replies.undelivered(SAMS) == []


async def test_what_is_refused_is_listed_until_it_is_shown(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    shift.board.failing.append(Refused("There is no such channel."))
    _, case_id = await desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    await shift.quiet()
    (listed,) = await desk.replies.undelivered(SAMS)
    assert (listed.arrived, listed.again) == (Arrived.FAILED, True)
    assert not shift.text(f"case/{case_id}")
    await desk.work.hand_to(case_id, SAMS, "bea")
    await shift.until(lambda: shift.text(f"case/{case_id}") == "claimed Bea Lindqvist")
    await shift.quiet()
    assert await desk.replies.undelivered(SAMS) == []


@pytest.mark.parametrize("fault", ["hangs", "is broken"])
async def test_one_surface_holds_up_neither_another_nor_the_drafts(shift: Shift, fault: str) -> None:
    other = Board()
    other.hanging, other.broken = fault == "hangs", fault == "is broken"
    shift.drafts = drafts = DraftsDouble()
    await shift.start(BoardSurface(board=other, posts=shift.desk.posts, name="other"))
    _, case_id = await shift.desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    await shift.until(lambda: drafts.asked == [case_id])
    assert not other.posts


async def test_a_surface_that_hung_shows_everything_once_it_answers(shift: Shift) -> None:
    await enabled(shift)
    shift.board.hanging = True
    talk, case_id = await shift.desk.claimed()
    await asyncio.sleep(0.3)
    shift.board.hanging = False
    await shift.desk.write(talk, "Hello?")
    await shift.until(lambda: len(shift.lines(case_id)) == 4)
    posted = [subject for verb, _, subject in shift.board.log if verb == "post"]
    assert len(posted) == len(set(posted))


async def test_the_owner_is_told_in_private_once(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    _, case_id = await desk.claimed()
    await desk.work.hand_to(case_id, SAMS, "bea")
    await shift.until(lambda: ("bea", "Helen Ashdown (Brightwater Care Homes) is yours now.") in shift.board.told)
    preview = await desk.replies.preview(case_id, BEAS, "We'll call you back by 17:00.")
    await desk.replies.send(preview.token, BEAS, preview.text)
    desk.house.clock.advance(timedelta(days=1))
    await desk.house.database.write(lambda conn: desk.house.promises.break_overdue(conn, desk.house.clock.now()))
    await shift.until(lambda: any("overdue: We'll call you back" in text for _, text in shift.board.told))
    await shift.stop()
    await shift.start()
    await shift.quiet()
    assert len(shift.board.told) == 2


async def test_a_due_first_reply_is_called_to_mind_before_and_after(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    _, case_id = await desk.claimed()
    case = await desk.reading.case(case_id, SAMS)
    await shift.quiet()
    assert not shift.board.told
    desk.house.clock.advance(case.due_at - desk.house.clock.now() - timedelta(minutes=5))
    await shift.until(lambda: any("it is due" in text for _, text in shift.board.told))
    desk.house.clock.advance(timedelta(minutes=10))
    await shift.until(lambda: any("it was due" in text for _, text in shift.board.told))
    await shift.quiet()
    assert [agent for agent, _ in shift.board.told] == ["sam", "sam"]


async def test_a_private_word_that_may_have_arrived_is_not_repeated(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    _, case_id = await desk.claimed()
    await shift.until(lambda: len(shift.lines(case_id)) == 3)
    told: list[str] = []

    async def tell(agent_id: str, text: str) -> None:
        told.append(agent_id)
        raise Unclear("Nobody knows.")

    shift.surface.tell = tell
    await desk.work.hand_to(case_id, SAMS, "bea")
    await shift.until(lambda: told == ["bea"])
    await shift.stop()
    await shift.start()
    await shift.quiet()
    assert told == ["bea"]
    assert not shift.board.told
    assert [each.arrived for each in await desk.replies.undelivered(SAMS)] == [Arrived.UNKNOWN]


async def test_a_draft_is_made_for_each_line_and_owner_and_shown(shift: Shift) -> None:
    shift.drafts = drafts = DraftsDouble()
    await enabled(shift)
    desk = shift.desk
    talk, case_id = await desk.claimed()
    await shift.until(lambda: case_id in shift.surface.drafts)
    await desk.work.note(case_id, SAMS, "No new draft for a note")
    await shift.quiet()
    assert drafts.asked == [case_id]
    await desk.write(talk, "And another thing")
    await shift.until(lambda: shift.surface.drafts[case_id].id == "s2")
    drafts.now[case_id] = replace(drafts.now[case_id], state="stale")
    await desk.work.give_back(case_id, SAMS, "")
    await shift.until(lambda: shift.surface.drafts[case_id].state == "stale")


async def test_a_draft_that_failed_is_tried_again(shift: Shift) -> None:
    shift.drafts = drafts = DraftsDouble(down=2)
    await enabled(shift)
    _, case_id = await shift.desk.claimed()
    await shift.until(lambda: case_id in shift.surface.drafts)
    assert len(drafts.asked) == 3


async def test_drafts_are_made_without_any_surface(shift: Shift) -> None:
    desk, drafts = shift.desk, DraftsDouble()
    rooms = WatchRooms(desk=desk.rooms, views=desk.views, deciding=desk.deciding, drafts=drafts)
    watch = Watch(rooms, desk.posts, [], QUICK)
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0.05)
    _, case_id = await desk.claimed()
    await shift.until(lambda: drafts.asked == [case_id])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_without_surfaces_and_drafts_nothing_happens_at_all(shift: Shift) -> None:
    desk = shift.desk
    watch = Watch(WatchRooms(desk=desk.rooms, views=desk.views, deciding=desk.deciding), desk.posts, [], QUICK)
    await asyncio.wait_for(watch.run(), 1)
    watch.nudge("halcyon/web_chat/main/c1")


async def test_what_came_of_an_action_is_shown(shift: Shift) -> None:
    shift.actions = actions = ActionsDouble()
    await enabled(shift)
    desk = shift.desk
    talk, case_id = await desk.claimed()
    asked = f"action-k{talk.id[:6]}"
    actions.found[asked] = ActionView(
        id=asked,
        case_id=case_id,
        skill="refund_payment",
        title="Refund",
        rows=(),
        fields=(),
        verdict=Verdict.NEEDS_APPROVAL,
        state="asked",
        result="It waits for a decision.",
    )
    await desk.approval(talk)
    await shift.until(lambda: shift.text(f"action/{asked}") == "It waits for a decision.")


async def test_a_conversation_with_the_bot_is_shown_nowhere(shift: Shift) -> None:
    await enabled(shift)
    desk = shift.desk
    stranger: Conversation = await desk.talk("c7", replace(HELENS, id="v7", contact_id=None))
    await desk.write(stranger, "Only with the bot")
    await shift.quiet()
    assert not shift.board.posts
