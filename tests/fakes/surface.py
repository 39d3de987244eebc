"""A place for agents that keeps what it is shown, as a real one would: one post for each subject, brought up to date."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from core.errors import RapportError, Unclear
from handoff.desk.posts import Posts, digest_of
from handoff.desk.views import ActionView, ApprovalView, CaseView, LineView, SuggestionView


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One post as people see it: what it says now, and which buttons it has."""

    kind: str
    subject: str
    text: str
    buttons: tuple[str, ...] = ()


class Board:
    """What the vendor keeps: it outlives the process that posts. `failing` are the errors of the next calls, `log` all calls."""

    def __init__(self) -> None:
        self.posts: dict[str, Shown] = {}
        self.log: list[tuple[str, str, str]] = []
        self.told: list[tuple[str, str]] = []
        self.failing: list[RapportError] = []
        self.hanging = False
        self.broken = False

    async def take(self, verb: str, shown: Shown) -> str:
        """Posts or updates. An `Unclear` failure leaves the post there all the same."""
        if self.hanging:
            await asyncio.Event().wait()
        if self.broken:
            raise KeyError(shown.subject)
        error = self.failing.pop(0) if self.failing else None
        if error is None or isinstance(error, Unclear):
            self.posts[f"{shown.kind}/{shown.subject}"] = shown
            self.log.append((verb, shown.kind, shown.subject))
        if error is not None:
            raise error
        return f"{shown.kind}/{shown.subject}"


@dataclass
class BoardSurface:
    """A surface on a board. `posts` is where it keeps what it posted."""

    board: Board
    posts: Posts
    name: str = "board"
    drafts: dict[str, SuggestionView] = field(default_factory=dict[str, SuggestionView])

    async def show_case(self, case: CaseView) -> None:
        buttons = {"waiting": ("claim",), "claimed": ("reply", "resolve")}.get(case.state, ())
        await self._put(Shown(kind="case", subject=case.id, text=f"{case.state} {case.owner}", buttons=buttons), asdict(case))

    async def show_line(self, case: CaseView, line: LineView) -> None:
        text = f"{line.kind.value}: {line.text} [{line.arrived.value}]"
        await self._put(Shown(kind="line", subject=f"{case.id}:{line.position}", text=text), asdict(line))

    async def show_suggestion(self, case: CaseView, suggestion: SuggestionView) -> None:
        self.drafts[case.id] = suggestion

    async def show_action(self, case: CaseView, action: ActionView) -> None:
        await self._put(Shown(kind="action", subject=action.id, text=action.result), asdict(action))

    async def show_approval(self, approval: ApprovalView) -> None:
        buttons = ("approve", "refuse") if approval.open else ()
        await self._put(Shown(kind="approval", subject=approval.id, text=approval.state, buttons=buttons), asdict(approval))

    async def tell(self, agent_id: str, text: str) -> None:
        await self.board.take("tell", Shown(kind="word", subject=agent_id, text=text))
        self.board.told.append((agent_id, text))

    async def _put(self, shown: Shown, said: Mapping[str, object]) -> None:
        digest, which = digest_of(said), (self.name, shown.kind, shown.subject)
        post = await self.posts.find(*which)
        if post is not None and post.shown:
            if post.digest != digest:
                await self.board.take("update", shown)
                await self.posts.keep(*which, post.where, digest)
            return
        if not await self.posts.begin(*which):
            raise Unclear("Nobody knows whether this was posted.")
        await self._post(which, shown, digest)

    async def _post(self, which: tuple[str, str, str], shown: Shown, digest: str) -> None:
        try:
            place = await self.board.take("post", shown)
        except Unclear:
            await self.posts.unclear(*which)
            raise
        except RapportError:
            await self.posts.drop(*which)
            raise
        await self.posts.keep(*which, {"place": place}, digest)
