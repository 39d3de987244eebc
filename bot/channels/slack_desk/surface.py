"""The desk's surface in Slack: a card for each case in the queue channel, with a thread that holds all that belongs to it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from bot.channels.slack.places import CHANNEL
from bot.channels.slack_desk.action_card import action_message, outcome_message
from bot.channels.slack_desk.answering import respond
from bot.channels.slack_desk.approval_card import approval_message
from bot.channels.slack_desk.case_card import case_message
from bot.channels.slack_desk.draft_card import draft_message
from bot.channels.slack_desk.line_card import line_message
from bot.channels.slack_desk.parts import Addresses, words
from bot.channels.slack_desk.port import Clients, Places
from bot.channels.slack_desk.posting import TYPED, Posting, Spot
from bot.channels.slack_desk.seats import Seats
from core.errors import NotSent
from handoff.desk.posts import Posts, digest_of
from handoff.desk.views import ActionView, ApprovalView, CaseView, LineView, SuggestionView

CASE, LINE, THREAD, DRAFT, PROPOSED, ACTION, APPROVAL = "case", "line", "thread", "draft", "proposed", "action", "approval"
LATER_S = 60.0
MOST_URLS = 1_000
SETTLED = "settled"


class Replaceable:
    """Where private cards can be replaced: the addresses that came with the latest presses on them, for half an hour."""

    def __init__(self) -> None:
        self._urls: OrderedDict[str, str] = OrderedDict()

    def put(self, subject: str, url: str) -> None:
        if url:
            self._urls[subject] = url
            self._urls.move_to_end(subject)
        while len(self._urls) > MOST_URLS:
            self._urls.popitem(last=False)

    def take(self, subject: str) -> str:
        """The address, once; empty where there is none."""
        return self._urls.pop(subject, "")


class SlackDesk:
    """Shows the desk in Slack. `queue_channel` holds until an agent chooses another by `/rapport queue here`."""

    name = CHANNEL

    def __init__(
        self, *, client: Clients, posts: Posts, places: Places, seats: Seats, addresses: Addresses, queue_channel: str = ""
    ) -> None:
        self.replaceable = Replaceable()
        self._posting = Posting(client, posts)
        self._posts = posts
        self._places = places
        self._seats = seats
        self._addresses = addresses
        self._queue_channel = queue_channel

    async def show_case(self, case: CaseView) -> None:
        await self._card(case)

    async def show_line(self, case: CaseView, line: LineView) -> None:
        thread = await self.thread_of(case)
        async with self.noting(case.id):
            await self._posting.put(LINE, _line_id(case.id, line.position), line_message(case, line, self._addresses), thread)

    async def show_suggestion(self, case: CaseView, suggestion: SuggestionView) -> None:
        if suggestion.state != "offered":
            await self._take_away(suggestion)
            return
        user = await self._seats.user_of(suggestion.owner_id)
        if user is None:
            return
        thread = await self.thread_of(case)
        message = draft_message(suggestion, self._addresses)
        await self._posting.whisper(DRAFT, suggestion.id, message, thread, user)
        if suggestion.action is not None:
            await self.propose(case, suggestion.action, user)

    async def show_action(self, case: CaseView, action: ActionView) -> None:
        if action.state != "proposed":
            await self._posting.put(ACTION, action.id, outcome_message(action, case.owner), await self.thread_of(case))

    async def show_approval(self, approval: ApprovalView) -> None:
        post = await self._posts.find(CHANNEL, APPROVAL, approval.id)
        if post is None and not approval.open:
            return
        channel = post.where["channel"] if post and post.shown else await self.queue_channel()
        await self._posting.put(APPROVAL, approval.id, approval_message(approval, self._addresses), Spot(channel=channel))

    async def tell(self, agent_id: str, text: str) -> None:
        user = await self._seats.user_of(agent_id)
        if user is not None:
            await self._posting.tell(user, words(text))

    async def propose(self, case: CaseView, action: ActionView, user: str) -> None:
        """Shows an action with its buttons to one agent alone."""
        await self._posting.whisper(PROPOSED, action.id, action_message(action), await self.thread_of(case), user)

    async def thread_of(self, case: CaseView) -> Spot:
        """The case's thread; its card is posted first where it wasn't yet."""
        post = await self._posts.find(CHANNEL, CASE, case.id)
        return _spot(post.where if post and post.shown else await self._card(case))

    async def found_thread(self, case_id: str) -> Spot | None:
        """The case's thread, where its card was posted."""
        post = await self._posts.find(CHANNEL, CASE, case_id)
        return _spot(post.where) if post and post.shown else None

    async def case_in(self, channel: str, thread: str) -> str | None:
        """The case whose thread that is."""
        post = await self._posts.find(CHANNEL, THREAD, f"{channel}:{thread}")
        return post.where.get("case") if post else None

    def noting(self, case_id: str) -> asyncio.Lock:
        """Held while a typed note is taken, so that it isn't posted a second time before it is known to stand there."""
        return self._posting.lock(f"lines/{case_id}")

    async def stands(self, case_id: str, position: int, channel: str, ts: str) -> None:
        """An agent typed this line into the thread: it needn't be posted."""
        where = {"channel": channel, "ts": ts, TYPED: "yes"}
        await self._posts.keep(CHANNEL, LINE, _line_id(case_id, position), where, digest_of(where))

    def redrawing(self, suggestion_id: str) -> asyncio.Lock:
        """Held while the private card of a draft is replaced by its changed one."""
        return self._posting.lock(f"{DRAFT}/{suggestion_id}")

    async def redrawn(self, suggestion: SuggestionView) -> None:
        """The private card shows this now."""
        post = await self._posts.find(CHANNEL, DRAFT, suggestion.id)
        where = post.where if post else dict[str, str]()
        await self._posts.keep(CHANNEL, DRAFT, suggestion.id, where, draft_message(suggestion, self._addresses).digest)

    async def settle(self, suggestion_id: str) -> None:
        """The private card of a draft was replaced: nothing is left to take away."""
        self.replaceable.take(suggestion_id)
        await self._settled(suggestion_id)

    async def queue_channel(self) -> str:
        """Raises `NotSent` while there is none: it is shown as soon as somebody chooses one."""
        channel = await self.queue()
        if channel is None:
            raise NotSent("There is no queue channel yet: say /rapport queue here in one.", retry_after_s=LATER_S)
        return channel

    async def queue(self) -> str | None:
        """The queue channel, if there is one yet: what is written there is the desk's."""
        return await self._places.get(CHANNEL) or self._queue_channel or None

    async def _card(self, case: CaseView) -> Mapping[str, str]:
        post = await self._posts.find(CHANNEL, CASE, case.id)
        channel = post.where["channel"] if post and post.shown else await self.queue_channel()
        where = await self._posting.put(CASE, case.id, case_message(case, self._addresses), Spot(channel=channel))
        subject = f"{where['channel']}:{where['ts']}"
        if await self._posts.find(CHANNEL, THREAD, subject) is None:
            await self._posts.keep(CHANNEL, THREAD, subject, {"case": case.id}, "")
        return where

    async def _take_away(self, suggestion: SuggestionView) -> None:
        url = self.replaceable.take(suggestion.id)
        if url:
            await respond(url, None)
        await self._settled(suggestion.id)

    async def _settled(self, suggestion_id: str) -> None:
        post = await self._posts.find(CHANNEL, DRAFT, suggestion_id)
        if post is not None and post.shown and post.digest != SETTLED:
            await self._posts.keep(CHANNEL, DRAFT, suggestion_id, post.where, SETTLED)


def _line_id(case_id: str, position: int) -> str:
    return f"{case_id}:{position}"


def _spot(where: Mapping[str, str]) -> Spot:
    return Spot(channel=where["channel"], thread=where["ts"])
