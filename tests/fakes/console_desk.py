"""The desk of the small house: real cases, replies, approvals and drafts, around a scripted drafter and two scripted actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection

from bot.links.inviting import Inviting
from bot.links.kept import LinkRooms
from core.conversation import Citation, Sentence
from core.errors import Conflict, NotAllowed, NotFound
from core.people import Principal
from governance.approvals import Approval
from governance.roles import SUPPORT_AGENT, enough
from handoff.desk.acting import AgentActions
from handoff.desk.case_views import CaseViews
from handoff.desk.case_work import DeskCaseWork
from handoff.desk.copilot import CopilotRooms
from handoff.desk.deciding import DeskDeciding
from handoff.desk.draft_parts import Drafted, Withheld
from handoff.desk.drafting import Drafting
from handoff.desk.matter import Matter
from handoff.desk.port import Desk, DoneView
from handoff.desk.posts import DeskPosts
from handoff.desk.promising import DeskPromises
from handoff.desk.reading import DeskReading
from handoff.desk.replies import DeskReplies
from handoff.desk.rooms import DeskRooms
from handoff.desk.suggestions import CopilotSuggestions
from handoff.desk.translating import Translating
from handoff.desk.views import (
    ActionView,
    AnswerView,
    Arrived,
    DeliveryView,
    FieldView,
    HintView,
    SuggestionView,
    Verdict,
)
from handoff.roster import Roster
from handoff.sla import Desk as Hours
from tests.fakes.model import ScriptedModel

if TYPE_CHECKING:
    from tests.fakes.web_house import House

OFFERED = (
    ActionView(
        id="act-credit",
        case_id="",
        skill="give_credit",
        title="Give an account credit",
        rows=(("Amount", "$20.00"), ("For", "The outage of 12 November")),
        fields=(
            FieldView(name="amount", label="Amount", kind="money", value="20.00"),
            FieldView(name="basis", label="Because of", kind="choice", value="outage", choices=("outage", "goodwill")),
        ),
        verdict=Verdict.ALLOW,
        rule="Credits are used on the next invoice and expire after 12 months.",
        why="The customer asked for it (91% sure).",
    ),
    ActionView(
        id="act-refund",
        case_id="",
        skill="refund_payment",
        title="Refund a payment",
        rows=(("Payment", "INV-77"), ("Amount", "$400.00")),
        fields=(FieldView(name="payment", label="Payment", kind="id", value="INV-77"),),
        verdict=Verdict.NEEDS_APPROVAL,
        reasons=("Above the cap of $100.",),
        rule="Refunds go back the way the money came.",
        approver="billing_lead",
        why="The assistant was asked for it and policy kept it back.",
    ),
)


def stuck(position: int = 0, **changes: Any) -> DeliveryView:
    """A message that failed for good."""
    values: dict[str, Any] = {
        "id": "d-1",
        "conversation_id": "none",
        "case_id": None,
        "channel": "slack",
        "text": "On its way.",
        "arrived": Arrived.FAILED,
        "error": "channel_not_found",
        "at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        "again": True,
        "position": position,
    }
    return DeliveryView(**(values | changes))


@dataclass
class HouseArrivals:
    """What became of messages, as the tests set it: `states` by position, `stuck` as they are listed."""

    states: dict[int, Arrived] = field(default_factory=dict[int, Arrived])
    stuck: list[DeliveryView] = field(default_factory=list[DeliveryView])
    repeated: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def of_conversation(self, conn: Connection, tenant: str, conversation_id: str) -> Mapping[int, Arrived]:
        return self.states

    def undelivered(self, conn: Connection, tenant: str) -> Sequence[DeliveryView]:
        return tuple(self.stuck)

    def again(self, conn: Connection, tenant: str, delivery_id: str, by: str, at: datetime) -> DeliveryView:
        found = next((each for each in self.stuck if each.id == delivery_id), None)
        if found is None:
            raise Conflict("This message is sent: only a failed one, or one that nobody knows of, is sent again.")
        self.stuck.remove(found)
        self.repeated.append((delivery_id, by))
        self.states[found.position] = Arrived.DELIVERED
        return replace(found, arrived=Arrived.WAITING)


@dataclass
class HouseDrafting:
    """Drafts an answer to whatever asks how long; anything else isn't sure enough."""

    hint: HintView | None = None

    async def draft(self, matter: Matter, agent: Principal | None) -> Drafted | Withheld:
        from tests.fakes.web_house import QUOTE, REFUNDS

        if "how long" not in matter.latest.lower():
            return Withheld(code="low_confidence")
        start = REFUNDS.index(QUOTE)
        cited = Citation(
            article="how-refunds-work", heading="How long a refund takes", start=start, end=start + len(QUOTE), quote=QUOTE
        )
        return Drafted(
            sentences=(Sentence(text="Refunds go back the way the money came."), Sentence(text=QUOTE, citations=(cited,))),
            confidence=0.86,
            verdict="May be sent: every sentence stands on a published article.",
            why=("Understood as: a question for the help centre (86% sure).", "Stands on: How refunds work."),
            intent="question",
            question=matter.latest,
            language="en",
            hint=self.hint,
        )


class HouseSuggestions(CopilotSuggestions):
    """Drafts as soon as somebody looks."""

    async def current(self, case_id: str, agent: Principal) -> SuggestionView | None:
        await self.offer(case_id, agent.tenant.id)
        return await super().current(case_id, agent)


@dataclass
class HouseActions:
    """Two actions that always fit. Whoever holds the case may run them."""

    house: "House"
    kept: dict[str, ActionView] = field(default_factory=dict[str, ActionView])
    over: dict[str, DoneView] = field(default_factory=dict[str, DoneView])

    async def offered(self, case_id: str, agent: Principal) -> Sequence[ActionView]:
        await self._held(case_id, agent)
        for each in OFFERED:
            self.kept.setdefault(f"{each.id}-{case_id}", replace(each, id=f"{each.id}-{case_id}", case_id=case_id))
        return [each for name, each in self.kept.items() if each.case_id == case_id and name.endswith(case_id)]

    async def prepare(self, case_id: str, agent: Principal, skill: str, values: Mapping[str, str]) -> ActionView:
        await self._held(case_id, agent)
        known = next((each for each in OFFERED if each.skill == skill), None)
        if known is None:
            raise NotFound(f"There is no action {skill!r}: choose one that the case offers.")
        fields = tuple(replace(each, value=values.get(each.name, each.value)) for each in known.fields)
        rows = tuple((each.label, each.value) for each in fields)
        made = replace(known, id=f"made-{len(self.kept)}", case_id=case_id, fields=fields, rows=rows)
        self.kept[made.id] = made
        return made

    async def run(self, action_id: str, agent: Principal) -> ActionView:
        made = self.kept[action_id]
        await self._held(made.case_id, agent)
        if made.verdict is not Verdict.ALLOW:
            raise Conflict("This can't be run: Above the cap of $100.")
        return self._settle(
            replace(made, state="done", result="The credit is on the account.", receipt=(("Receipt", "CR-1001"),)), agent
        )

    async def ask_approval(self, action_id: str, agent: Principal) -> ActionView:
        made = self.kept[action_id]
        await self._held(made.case_id, agent)
        return self._settle(replace(made, state="asked", result="It waits for a decision by billing lead."), agent)

    async def done(self, case_id: str, agent: Principal) -> Sequence[DoneView]:
        return [each for each in self.over.values() if each.action.case_id == case_id]

    async def shown(self, action_id: str, tenant: str) -> ActionView | None:
        return self.kept.get(action_id)

    def _settle(self, made: ActionView, agent: Principal) -> ActionView:
        self.kept[made.id] = made
        self.over[made.id] = DoneView(at=self.house.clock.now(), by=agent.name, action=made)
        return made

    async def _held(self, case_id: str, agent: Principal) -> None:
        if enough(agent.roles, SUPPORT_AGENT) is None:
            raise NotAllowed("Only support agents work on cases: ask an administrator for the role support_agent.")
        house = self.house
        case = await house.database.read(lambda conn: house.cases.get(conn, agent.tenant.id, case_id))
        if case.agent_id != agent.id or not case.live:
            raise Conflict("Nobody holds this case: claim it first.")


@dataclass
class HouseAnswers:
    """Knows about refunds."""

    async def ask(self, question: str, agent: Principal) -> AnswerView:
        from tests.fakes.web_house import QUOTE, REFUNDS

        if "refund" not in question.lower():
            return AnswerView(text="No article answers this surely enough.", citations=(), confidence=0.1, sure=False)
        start = REFUNDS.index(QUOTE)
        cited = Citation(
            article="how-refunds-work", heading="How long a refund takes", start=start, end=start + len(QUOTE), quote=QUOTE
        )
        return AnswerView(text=QUOTE, citations=(cited,), confidence=0.83, sure=True)

    async def draft(self, message: str, agent: Principal, case_id: str | None = None) -> AnswerView:
        return await self.ask(message, agent)


@dataclass
class HouseDecider:
    """Decides as the house's approvals do, and carries it out as the house does."""

    house: "House"

    async def decide(self, approval_id: str, approver: Principal, *, approve: bool) -> str:
        house = self.house

        def write(conn: Connection) -> Approval:
            return house.approvals.decide(conn, approval_id, approver, approve, house.clock.now())

        return await house.decided(await house.database.write(write), approver)


@dataclass
class HouseDesk:
    """The desk's rooms. What tests change is in `arrivals`, `drafting` and `actions`."""

    house: "House"
    roster: Roster
    hours: Hours
    arrivals: HouseArrivals = field(default_factory=HouseArrivals)
    drafting: HouseDrafting = field(default_factory=HouseDrafting)

    def __post_init__(self) -> None:
        self.actions = HouseActions(self.house)
        self.rooms = self._rooms()

    def desk(self) -> Desk:
        house, rooms = self.house, self.rooms
        translating = Translating(rooms, house.vault, house.model)
        views, posts = CaseViews(rooms, translating), DeskPosts(house.database, rooms.tenant.id, house.clock)
        replies = DeskReplies(rooms, views, posts, lambda _post: None, translating)
        copilot = HouseSuggestions(
            self._copilot_rooms(), cast("Drafting", self.drafting), cast("AgentActions", self.actions), replies
        )
        return Desk(
            roster=self.roster,
            cases=DeskCaseWork(rooms, views, ScriptedModel()),
            reading=DeskReading(rooms, views, translating),
            replies=replies,
            suggestions=copilot,
            acting=self.actions,
            deciding=DeskDeciding(rooms, HouseDecider(house)),
            asking=HouseAnswers(),
            promises=DeskPromises(rooms, views),
            translates=translating.able,
        )

    def inviting(self) -> Inviting:
        house = self.house
        rooms = LinkRooms(
            tenant=self.rooms.tenant,
            database=house.database,
            journal=house.journal,
            clock=house.clock,
            contacts=house.people,
            key=b"k" * 32,
        )
        return Inviting(rooms, self.roster)

    def _rooms(self) -> DeskRooms:
        from tests.fakes.web_house import TENANT

        house = self.house
        return DeskRooms(
            tenant=TENANT,
            database=house.database,
            journal=house.journal,
            threads=house.threads,
            cases=house.cases,
            promises=house.promises,
            approvals=house.approvals,
            roster=self.roster,
            accounts=house.people,
            memories=house.memories,
            hours=self.hours,
            clock=house.clock,
            arrivals=self.arrivals,
            wake=house.live.publish_all,
        )

    def _copilot_rooms(self) -> CopilotRooms:
        house, nothing = self.house, cast("Any", None)
        ports = SimpleNamespace(crm=SimpleNamespace(contacts=_nobody_known))
        runner = cast("Any", SimpleNamespace(proposer=SimpleNamespace(sources=SimpleNamespace(ports=ports))))
        return CopilotRooms(
            tenant=self.rooms.tenant,
            roster=self.roster,
            database=house.database,
            knowledge=house.database,
            vault=house.vault,
            journal=house.journal,
            threads=house.threads,
            cases=house.cases,
            approvals=house.approvals,
            runner=runner,
            recall=nothing,
            search=nothing,
            answers=nothing,
            model=ScriptedModel(),
            clock=house.clock,
        )


async def _nobody_known(_account_id: str) -> tuple[()]:
    return ()
