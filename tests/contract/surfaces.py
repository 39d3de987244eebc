"""The surfaces where agents work, each with what a test needs to look at it: a new one joins the contract by being added here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import NotSent, RapportError, Unclear
from handoff.desk.port import Surface
from handoff.desk.posts import Posts
from tests.fakes.surface import Board, BoardSurface


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A message as everybody at the surface sees it. `buttons` are those that can be pressed, links aside."""

    text: str
    buttons: tuple[str, ...]


class Stage(Protocol):
    """A surface over a vendor's double. `again` gives another one, as after a restart, over the same posts and vendor."""

    surface: Surface

    async def again(self) -> "Stage": ...

    def seen(self) -> Sequence[Seen]:
        """The messages that stand there now, in any place that others read."""
        ...

    def sendings(self) -> int:
        """How many messages were posted or brought up to date so far."""
        ...

    def fail(self, how: str) -> None:
        """The next sending ends so: `not_sent` (nothing arrives) or `unclear` (it arrives, and nobody is told)."""
        ...

    async def close(self) -> None: ...


class BoardStage:
    """The double's."""

    def __init__(self, posts: Posts, board: Board | None = None) -> None:
        self.posts = posts
        self.board = board or Board()
        self.surface: Surface = BoardSurface(board=self.board, posts=posts)

    async def again(self) -> Stage:
        return BoardStage(self.posts, self.board)

    def seen(self) -> Sequence[Seen]:
        return [Seen(text=each.text, buttons=each.buttons) for each in self.board.posts.values()]

    def sendings(self) -> int:
        return len(self.board.log)

    def fail(self, how: str) -> None:
        errors: dict[str, RapportError] = {"not_sent": NotSent("The board is away."), "unclear": Unclear("The board didn't say.")}
        self.board.failing.append(errors[how])

    async def close(self) -> None:
        return


def in_slack(posts: Posts) -> Stage:
    from tests.contract.slack_stage import SlackStage

    return SlackStage(posts)


def in_teams(posts: Posts) -> Stage:
    from tests.contract.teams_stage import TeamsStage

    return TeamsStage(posts)


SURFACES: dict[str, Callable[[Posts], Stage]] = {"board": BoardStage, "slack": in_slack, "teams": in_teams}
