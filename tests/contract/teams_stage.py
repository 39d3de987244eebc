"""Teams' desk for the contract of surfaces, over a list of what was posted."""

from collections.abc import Sequence

from core.errors import NotSent, RapportError, Unclear
from handoff.desk.port import Surface
from handoff.desk.posts import Posts
from tests.contract.surfaces import Seen
from tests.fakes.scripted_desk import ScriptedDesk
from tests.unit.bot.channels.teams_desk.card_rules import texts
from tests.unit.bot.channels.teams_desk.table import Table, Teams


class TeamsStage:
    """Implements `Stage`."""

    def __init__(self, posts: Posts, teams: Teams | None = None) -> None:
        self.posts = posts
        self.teams = teams or Teams()
        self.surface: Surface = Table(script=ScriptedDesk(), teams=self.teams, posts=posts).shown

    async def again(self) -> "TeamsStage":
        return TeamsStage(self.posts, self.teams)

    def seen(self) -> Sequence[Seen]:
        return [Seen(text=texts(card), buttons=tuple(_buttons(card))) for card in self.teams.cards.values()]

    def sendings(self) -> int:
        return len(self.teams.cards) + len(self.teams.updates)

    def fail(self, how: str) -> None:
        errors: dict[str, RapportError] = {"not_sent": NotSent("Teams is away."), "unclear": Unclear("Teams didn't say.")}
        self.teams.fails.append(errors[how])

    async def close(self) -> None:
        return


def _buttons(card: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["title"] for each in card.get("actions", []) if each["type"] != "Action.OpenUrl"]
