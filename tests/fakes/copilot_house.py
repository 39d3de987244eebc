"""A whole house in memory with the copilot on top, around a scripted model and a small help centre."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from core.conversation import Author, Entry
from core.database import Database
from core.errors import Unavailable
from core.people import Principal
from handoff.desk.acting import AgentActions
from handoff.desk.asking import AgentAnswers
from handoff.desk.copilot import CopilotRooms
from handoff.desk.drafting import Drafting
from handoff.desk.hints import Hints
from handoff.desk.promise_views import Promised, Translated
from handoff.desk.suggestions import CopilotSuggestions
from handoff.desk.views import DeliveryView, LineKind, LineView, Preview, SuggestionView
from handoff.roster import Agent, Roster
from tests.fakes.model import Meant
from tests.scenario.story import Slots, Story

SAM = Agent(id="sam", name="Sam", roles=frozenset({"support_agent"}))
BEA = Agent(id="bea", name="Bea", roles=frozenset({"support_agent", "billing_lead"}))
ARI = Agent(id="ari", name="Ari", roles=frozenset({"auditor"}))
ROSTER = Roster(agents=(SAM, BEA, ARI))
REFUND = "How long do I have to ask for a refund of my first monthly payment?"
PERSON = "I want to talk to a real person, please."


@dataclass
class StoryReplies:
    """What customers are sent in a story: through the cases' room, and noted. `down` fails before anything is sent."""

    story: Story
    sent: list[str] = field(default_factory=list[str])
    down: bool = False

    async def preview(self, case_id: str, agent: Principal, text: str, *, original: str = "") -> Preview:
        return Preview(token=f"{case_id}/{len(self.sent)}", case_id=case_id, to="the customer", channel="script", text=text)

    async def send(
        self, token: str, agent: Principal, text: str, *, original: str = "", promises: Sequence[Promised] | None = None
    ) -> LineView:
        if self.down:
            raise Unavailable("The channel is down: try again later.")
        house, case_id, now = self.story.house, token.partition("/")[0], self.story.clock.now()

        def write(conn: Connection) -> int:
            return house.cases.reply_to_customer(conn, case_id, agent, text, at=now)

        position = await house.database.write(write)
        self.sent.append(text)
        return LineView(position=position, kind=LineKind.AGENT, author=agent.name, text=text, at=now)

    async def translated(self, case_id: str, agent: Principal, text: str) -> Translated:
        raise Unavailable("Nothing here translates.")

    async def undelivered(self, agent: Principal) -> tuple[DeliveryView, ...]:
        return ()

    async def send_again(self, delivery_id: str, agent: Principal) -> DeliveryView:
        raise AssertionError(f"nothing sends {delivery_id} again here")


@dataclass(kw_only=True)
class Copilot:
    """A story in which a person has the case, and the copilot beside them."""

    story: Story
    rooms: CopilotRooms
    actions: AgentActions
    suggestions: CopilotSuggestions
    answers: AgentAnswers
    replies: StoryReplies
    case_id: str = ""

    @property
    def sam(self) -> Principal:
        return SAM.principal(self.rooms.tenant)

    @property
    def bea(self) -> Principal:
        return BEA.principal(self.rooms.tenant)

    @property
    def auditor(self) -> Principal:
        return ARI.principal(self.rooms.tenant)

    @property
    def tenant(self) -> str:
        return self.rooms.tenant.id

    async def hand_over(self, text: str = PERSON) -> None:
        """The customer asks for a person, and Sam claims the case."""
        await self.story.says(text)
        self.case_id = (await self.story.open_case()).id
        await self.story.claims(self.sam)

    async def hears(self, text: str, intent: str = "question", slots: Slots | None = None, meant: Meant | None = None) -> None:
        """The customer writes to whoever holds the case."""
        reply = await self.story.says(text, meant or Meant(intent=intent, slots=slots or {}))
        assert reply.silent

    async def offered(self) -> SuggestionView | None:
        return await self.suggestions.offer(self.case_id, self.tenant)

    async def drafted(self, text: str, intent: str = "question", slots: Slots | None = None) -> SuggestionView:
        """What is proposed for that line."""
        await self.hears(text, intent, slots)
        found = await self.offered()
        assert found is not None
        return found

    async def events(self, kind: str) -> list[dict[str, object]]:
        return [dict(each.data) for each in await self.story.events() if each.type == kind]

    async def seen(self) -> list[Entry]:
        """What the customer sees of people."""
        return [each for each in await self.story.entries() if each.author is Author.AGENT]


Begin = Callable[..., Awaitable[Copilot]]


def copilot_over(story: Story, knowledge: Database, threshold: float = 0.3) -> Copilot:
    """The copilot's rooms, out of those of a house."""
    house = story.house
    rooms = CopilotRooms(
        tenant=house.tenant,
        roster=ROSTER,
        database=house.database,
        knowledge=knowledge,
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
        threshold=threshold,
    )
    actions, replies = AgentActions(rooms), StoryReplies(story)
    drafting = Drafting(rooms=rooms, actions=actions, hints=Hints(rooms=rooms))
    suggestions = CopilotSuggestions(rooms, drafting, actions, replies)
    return Copilot(
        story=story, rooms=rooms, actions=actions, suggestions=suggestions, answers=AgentAnswers(rooms), replies=replies
    )
