"""The desk: what agents do and see at the console, in Slack and in Teams, over the house's rooms."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.wiring.kept import Kept
from bot.wiring.outward import Outward
from bot.wiring.people import CrmPeople
from core.config import Config
from handoff.desk.acting import AgentActions
from handoff.desk.asking import AgentAnswers
from handoff.desk.case_views import CaseViews
from handoff.desk.case_work import DeskCaseWork
from handoff.desk.copilot import CopilotRooms
from handoff.desk.customers import Memories
from handoff.desk.deciding import DeskDeciding
from handoff.desk.drafting import Drafting
from handoff.desk.hints import Hints
from handoff.desk.pictures import WatchRooms
from handoff.desk.port import Desk, Surface
from handoff.desk.posts import DeskPosts, Post
from handoff.desk.promising import DeskPromises
from handoff.desk.reading import DeskReading
from handoff.desk.replies import DeskReplies
from handoff.desk.rooms import DeskRooms
from handoff.desk.suggestions import CopilotSuggestions
from handoff.desk.translating import Translating
from handoff.desk.watch import Watch
from handoff.sla import parse_desk

Wake = Callable[[Iterable[str]], None]


@dataclass(frozen=True, kw_only=True)
class DeskParts:
    """The desk with what surfaces need of it."""

    desk: Desk
    posts: DeskPosts
    watching: WatchRooms
    reshow: "Reshow"

    def watch(self, surfaces: Sequence[Surface]) -> Watch:
        """Keeps these surfaces up to date, once it runs."""
        watch = Watch(self.watching, self.posts, surfaces)
        self.reshow.by = watch
        return watch


@dataclass
class Reshow:
    """Hands a post that somebody wants shown again to the watch, as soon as there is one."""

    by: Watch | None = None

    def __call__(self, post: Post) -> None:
        if self.by is not None:
            self.by.reshow(post)


def desk_parts(config: Config, kept: Kept, out: Outward, people: CrmPeople, memories: Memories, wake: Wake) -> DeskParts:
    """Built over the house; nothing runs yet."""
    house, rooms = kept.house, _rooms(config, kept, out, people, memories, wake)
    copilot = _copilot(config, kept, out)
    translating = Translating(rooms, house.vault, house.model)
    views, reshow = CaseViews(rooms, translating), Reshow()
    posts = DeskPosts(house.database, house.tenant.id, house.clock)
    replies, deciding = DeskReplies(rooms, views, posts, reshow, translating), DeskDeciding(rooms, house.approving)
    acting = AgentActions(copilot)
    drafting = Drafting(rooms=copilot, actions=acting, hints=Hints(rooms=copilot))
    suggestions = CopilotSuggestions(copilot, drafting, acting, replies)
    desk = Desk(
        roster=out.trust.roster,
        cases=DeskCaseWork(rooms, views, house.model),
        reading=DeskReading(rooms, views, translating),
        replies=replies,
        suggestions=suggestions,
        acting=acting,
        deciding=deciding,
        asking=AgentAnswers(copilot),
        promises=DeskPromises(rooms, views),
        translates=translating.able,
    )
    watching = WatchRooms(desk=rooms, views=views, deciding=deciding, drafts=suggestions, actions=acting)
    return DeskParts(desk=desk, posts=posts, watching=watching, reshow=reshow)


def _rooms(config: Config, kept: Kept, out: Outward, people: CrmPeople, memories: Memories, wake: Wake) -> DeskRooms:
    house = kept.house
    return DeskRooms(
        tenant=house.tenant,
        database=house.database,
        journal=house.journal,
        threads=house.threads,
        cases=house.cases,
        promises=house.promises,
        approvals=house.approvals,
        roster=out.trust.roster,
        accounts=people,
        memories=memories,
        hours=parse_desk(tomllib.loads(Path(config.handoff.desk).read_text(encoding="utf-8"))),
        clock=house.clock,
        arrivals=out.arrivals,
        wake=wake,
    )


def _copilot(config: Config, kept: Kept, out: Outward) -> CopilotRooms:
    house = kept.house
    return CopilotRooms(
        tenant=house.tenant,
        roster=out.trust.roster,
        database=house.database,
        knowledge=house.database,
        vault=house.vault,
        journal=house.journal,
        threads=house.threads,
        cases=house.cases,
        approvals=house.approvals,
        runner=house.approving.runner,
        recall=house.recall,
        search=house.search,
        answers=house.turns.tools.help,
        model=house.model,
        clock=house.clock,
        threshold=config.knowledge.answerable,
        recall_tokens=config.memory.budget_tokens,
    )
