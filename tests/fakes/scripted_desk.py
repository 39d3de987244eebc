"""A desk for the tests of surfaces: it shows what it was given, records every call, and fails when told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.conversation import Citation
from core.errors import Conflict, NotFound, RapportError
from core.people import Principal
from handoff.desk.port import Desk, DoneView
from handoff.desk.promise_views import Promised, PromiseView, Translated
from handoff.desk.promising import MovedPromise, PromiseLists
from handoff.desk.views import (
    ActionView,
    AnswerView,
    ApprovalView,
    Arrived,
    CaseView,
    CustomerView,
    DeliveryView,
    FieldView,
    HintView,
    LineKind,
    LineView,
    Preview,
    SuggestionView,
    Tally,
    Verdict,
)
from handoff.roster import Agent, Roster

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SAM = Agent(id="sam", name="Sam Okoro", email="sam.okoro@halcyon.example", roles=frozenset({"support_agent"}))
BEA = Agent(id="bea", name="Bea Lindgren", email="bea@halcyon.example", roles=frozenset({"support_agent", "billing_lead"}))
INES = Agent(id="ines", name="Ines Duarte", email="ines.duarte@halcyon.example", roles=frozenset({"auditor"}))
CITED = Citation(
    article="refunds", heading="When refunds arrive", start=10, end=52, quote="Refunds arrive within five working days."
)


def a_case(**changes: Any) -> CaseView:
    values: dict[str, Any] = {
        "id": "case-1",
        "conversation_id": "conv-1",
        "correlation_id": "corr-1",
        "state": "waiting",
        "customer": "Dana Reyes",
        "account": "Northwind",
        "account_id": "ACC-001",
        "plan": "Business",
        "channel": "web chat",
        "language": "en",
        "assurance": "verified",
        "reason": "Asked for a person",
        "priority": 2,
        "mood": -0.5,
        "summary": ("Charged twice for November.", "Wants the second charge back."),
        "tried": ("Looked up the invoices",),
        "first_words": "I was charged twice",
        "opened_at": NOON,
        "due_at": NOON + timedelta(hours=2),
        "overdue": False,
    }
    return CaseView(**(values | changes))


def a_line(**changes: Any) -> LineView:
    values: dict[str, Any] = {
        "position": 5,
        "kind": LineKind.CUSTOMER,
        "author": "Dana Reyes",
        "text": "I was charged twice",
        "at": NOON,
    }
    return LineView(**(values | changes))


def an_action(**changes: Any) -> ActionView:
    values: dict[str, Any] = {
        "id": "action-1",
        "case_id": "case-1",
        "skill": "refund",
        "title": "Refund an invoice",
        "rows": (("Invoice", "INV-1042"), ("Amount", "€120.00")),
        "fields": (
            FieldView(name="invoice", label="Invoice", kind="invoice", value="INV-1042"),
            FieldView(name="amount", label="Amount", kind="money", value="120.00"),
            FieldView(name="reason", label="Reason", kind="choice", value="duplicate", choices=("duplicate", "goodwill")),
        ),
        "verdict": Verdict.ALLOW,
        "reasons": ("Within the cap of €200.00",),
        "rule": "refund-within-cap",
        "why": "The invoice was paid twice.",
    }
    return ActionView(**(values | changes))


def a_hint(**changes: Any) -> HintView:
    values: dict[str, Any] = {
        "kind": "upsell",
        "item": "Enterprise",
        "reason": "48 of 50 seats are used",
        "points": ("Single sign-on is included", "€49 a seat and month"),
    }
    return HintView(**(values | changes))


def a_suggestion(**changes: Any) -> SuggestionView:
    values: dict[str, Any] = {
        "id": "sug-1",
        "case_id": "case-1",
        "owner_id": "sam",
        "position": 5,
        "text": "The second charge is refunded. It arrives within five working days.",
        "citations": (CITED,),
        "confidence": 0.86,
        "verdict": "May be sent",
        "why": ("Rests on: When refunds arrive", "Intent: refund (0.91)"),
        "intent": "refund",
    }
    return SuggestionView(**(values | changes))


def an_approval(**changes: Any) -> ApprovalView:
    values: dict[str, Any] = {
        "id": "appr-1",
        "title": "Refund an invoice",
        "customer": "Dana Reyes",
        "account": "Northwind",
        "account_id": "ACC-001",
        "conversation_id": "conv-1",
        "case_id": "case-1",
        "rows": (("Invoice", "INV-1042"), ("Amount", "€400.00")),
        "evidence": (("Paid", "twice, 3 November"),),
        "rules": ("refund-over-cap",),
        "reasons": ("€400.00 is over the cap of €200.00",),
        "role": "billing_lead",
        "requested_by": "Sam Okoro",
        "requested_at": NOON,
        "expires_at": NOON + timedelta(hours=24),
        "state": "open",
    }
    return ApprovalView(**(values | changes))


def a_customer(**changes: Any) -> CustomerView:
    values: dict[str, Any] = {
        "account_id": "ACC-001",
        "name": "Northwind",
        "contact": "Dana Reyes",
        "rows": (("Plan", "Business"), ("Seats", "48 of 50")),
        "flags": ("Invoice in dispute",),
        "tickets": (("T-7", "Export fails · open"),),
        "promises": (PromiseView(id="p1", text="Call back", made_by="Sam Okoro", state="open", due_at=NOON + timedelta(days=1)),),
        "memories": ("Prefers e-mail",),
        "recent": ("20 November: charged twice",),
        "health": "Fair",
        "consent": (("Offers", "yes"),),
    }
    return CustomerView(**(values | changes))


def a_delivery(**changes: Any) -> DeliveryView:
    values: dict[str, Any] = {
        "id": "del-1",
        "conversation_id": "conv-1",
        "case_id": "case-1",
        "channel": "web chat",
        "text": "Hello",
        "arrived": Arrived.FAILED,
        "error": "The channel refuses it.",
        "at": NOON,
        "again": True,
        "position": 6,
    }
    return DeliveryView(**(values | changes))


@dataclass
class ScriptedDesk:
    """Every port of the desk in one object; `desk` puts it behind the port.

    `calls` are (name, arguments); `fails` raises an error from the named call, as `cases.claim`; `sent` are the texts that went
    to a customer, `notes` those of internal notes by message id.
    """

    cases: dict[str, CaseView] = field(default_factory=lambda: {"case-1": a_case()})
    lines: list[LineView] = field(default_factory=list[LineView])
    suggestions: dict[str, SuggestionView] = field(default_factory=dict[str, SuggestionView])
    actions: dict[str, ActionView] = field(default_factory=dict[str, ActionView])
    approvals: dict[str, ApprovalView] = field(default_factory=dict[str, ApprovalView])
    deliveries: dict[str, DeliveryView] = field(default_factory=dict[str, DeliveryView])
    previews: dict[str, Preview] = field(default_factory=dict[str, Preview])
    answer: AnswerView = field(
        default_factory=lambda: AnswerView(text="Five days.", citations=(CITED,), confidence=0.9, sure=True)
    )
    warnings: tuple[str, ...] = ()
    agents: tuple[Agent, ...] = (SAM, BEA, INES)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list[tuple[str, tuple[Any, ...]]])
    fails: dict[str, RapportError] = field(default_factory=dict[str, RapportError])
    sent: list[str] = field(default_factory=list[str])
    notes: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def desk(self) -> Desk:
        return Desk(
            roster=Roster(agents=self.agents),
            cases=_CaseWork(self),
            reading=_Reading(self),
            replies=_Replies(self),
            suggestions=_Suggestions(self),
            acting=_Acting(self),
            deciding=_Deciding(self),
            asking=_Asking(self),
            promises=_Promises(self),
        )

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for each, arguments in self.calls if each == name]

    def take(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
        if name in self.fails:
            raise self.fails[name]

    def case(self, case_id: str) -> CaseView:
        if case_id not in self.cases:
            raise NotFound("There is no such case: look at the queue.")
        return self.cases[case_id]

    def held(self, case_id: str, agent: Principal) -> CaseView:
        case = self.case(case_id)
        if case.owner_id != agent.id:
            raise Conflict(f"{case.owner or 'Nobody'} holds this case.")
        return case

    def change(self, case_id: str, **changes: Any) -> CaseView:
        self.cases[case_id] = replace(self.case(case_id), **changes)
        return self.cases[case_id]

    def add_line(self, kind: LineKind, agent: Principal, text: str, arrived: Arrived = Arrived.NOT_SENT) -> LineView:
        position = 1 + max((line.position for line in self.lines), default=5)
        line = a_line(position=position, kind=kind, author=agent.name, text=text, arrived=arrived)
        self.lines.append(line)
        return line


@dataclass
class _Part:
    script: ScriptedDesk


class _CaseWork(_Part):
    async def claim(self, case_id: str, agent: Principal) -> CaseView:
        self.script.take("cases.claim", case_id, agent.id)
        case = self.script.case(case_id)
        if case.owner_id not in (None, agent.id):
            raise Conflict(f"{case.owner} holds this case: ask them to transfer it.")
        return self.script.change(case_id, state="claimed", owner_id=agent.id, owner=agent.name, claimed_at=NOON)

    async def hand_to(self, case_id: str, agent: Principal, to_agent_id: str | None) -> CaseView:
        self.script.take("cases.hand_to", case_id, agent.id, to_agent_id)
        self.script.held(case_id, agent)
        if to_agent_id is None:
            return self.script.change(case_id, state="waiting", owner_id=None, owner="", claimed_at=None)
        to = self.script.desk.roster.by_id(to_agent_id)
        return self.script.change(case_id, owner_id=to_agent_id, owner=to.name if to else "")

    async def note(self, case_id: str, agent: Principal, text: str, *, message_id: str = "") -> int:
        self.script.take("cases.note", case_id, agent.id, text, message_id)
        if message_id in self.script.notes:
            return next(line.position for line in self.script.lines if line.text == self.script.notes[message_id])
        self.script.notes[message_id or str(len(self.script.notes))] = text
        return self.script.add_line(LineKind.INTERNAL_NOTE, agent, text).position

    async def resolve(
        self, case_id: str, agent: Principal, summary: str, *, promises: Mapping[str, str] | None = None
    ) -> CaseView:
        self.script.take("cases.resolve", case_id, agent.id, summary)
        self.script.held(case_id, agent)
        return self.script.change(case_id, state="resolved", closed_at=NOON, outcome=summary)

    async def give_back(self, case_id: str, agent: Principal, note: str) -> CaseView:
        self.script.take("cases.give_back", case_id, agent.id, note)
        self.script.held(case_id, agent)
        return self.script.change(case_id, state="returned", closed_at=NOON, outcome=note)

    async def closing(self, case_id: str, agent: Principal) -> str:
        self.script.take("cases.closing", case_id, agent.id)
        self.script.held(case_id, agent)
        return "Refunded the second charge."


class _Reading(_Part):
    async def case(self, case_id: str, agent: Principal) -> CaseView:
        self.script.take("reading.case", case_id, agent.id)
        return self.script.case(case_id)

    async def lines(self, case_id: str, agent: Principal, after: int = 0) -> Sequence[LineView]:
        self.script.take("reading.lines", case_id, agent.id, after)
        return [line for line in self.script.lines if line.position > after]

    async def queue(self, agent: Principal) -> Sequence[CaseView]:
        self.script.take("reading.queue", agent.id)
        return [case for case in self.script.cases.values() if case.live]

    async def mine(self, agent: Principal) -> Sequence[CaseView]:
        self.script.take("reading.mine", agent.id)
        return [case for case in self.script.cases.values() if case.live and case.owner_id == agent.id]

    async def customer(self, agent: Principal, wanted: str) -> CustomerView:
        self.script.take("reading.customer", agent.id, wanted)
        return a_customer()


class _Replies(_Part):
    async def preview(self, case_id: str, agent: Principal, text: str, *, original: str = "") -> Preview:
        self.script.take("replies.preview", case_id, agent.id, text)
        case = self.script.held(case_id, agent)
        token = f"token-{len(self.script.previews) + 1}"
        shown = Preview(
            token=token, case_id=case_id, to=case.customer, channel=case.channel, text=text.strip(), warnings=self.script.warnings
        )
        self.script.previews[token] = shown
        return shown

    async def send(
        self, token: str, agent: Principal, text: str, *, original: str = "", promises: Sequence[Promised] | None = None
    ) -> LineView:
        self.script.take("replies.send", token, agent.id, text)
        shown = self.script.previews.pop(token, None)
        if shown is None or shown.text != text:
            raise Conflict("This isn't what was shown: look at it again before you send it.")
        self.script.held(shown.case_id, agent)
        self.script.sent.append(text)
        return self.script.add_line(LineKind.AGENT, agent, text, Arrived.WAITING)

    async def translated(self, case_id: str, agent: Principal, text: str) -> Translated:
        self.script.take("replies.translated", case_id, agent.id, text)
        return Translated(text=f"[de] {text}", original=text, language="de")

    async def undelivered(self, agent: Principal) -> Sequence[DeliveryView]:
        self.script.take("replies.undelivered", agent.id)
        return list(self.script.deliveries.values())

    async def send_again(self, delivery_id: str, agent: Principal) -> DeliveryView:
        self.script.take("replies.send_again", delivery_id, agent.id)
        again = replace(self.script.deliveries[delivery_id], arrived=Arrived.WAITING)
        self.script.deliveries[delivery_id] = again
        return again


class _Promises(_Part):
    async def lists(self, agent: Principal) -> PromiseLists:
        self.script.take("promises.lists", agent.id)
        return PromiseLists(open=(), soon=(), broken=(), kept=())

    async def pressing(self, agent: Principal) -> int:
        self.script.take("promises.pressing", agent.id)
        return 0

    async def keep(self, promise_id: str, agent: Principal) -> PromiseView:
        self.script.take("promises.keep", promise_id, agent.id)
        return self._one(promise_id, state="kept")

    async def drop(self, promise_id: str, agent: Principal) -> PromiseView:
        self.script.take("promises.drop", promise_id, agent.id)
        return self._one(promise_id, state="dropped")

    async def move(self, promise_id: str, agent: Principal, due_at: datetime, reason: str) -> MovedPromise:
        self.script.take("promises.move", promise_id, agent.id, due_at, reason)
        return MovedPromise(promise=self._one(promise_id, due_at=due_at), suggestion="It will take a little longer.")

    async def hand_to(self, promise_id: str, agent: Principal, to_agent_id: str | None) -> PromiseView:
        self.script.take("promises.hand_to", promise_id, agent.id, to_agent_id)
        return self._one(promise_id, owner_id=to_agent_id)

    def _one(self, promise_id: str, **changes: Any) -> PromiseView:
        every = (each for case in self.script.cases.values() for each in case.promises)
        found = next((each for each in every if each.id == promise_id), None)
        if found is None:
            raise NotFound(f"There is no promise {promise_id}: check the id.")
        return replace(found, **changes)


class _Suggestions(_Part):
    async def current(self, case_id: str, agent: Principal) -> SuggestionView | None:
        self.script.take("suggestions.current", case_id, agent.id)
        mine = [each for each in self.script.suggestions.values() if each.case_id == case_id and each.owner_id == agent.id]
        return next((each for each in mine if each.state == "offered"), None)

    async def send(self, suggestion_id: str, agent: Principal, text: str | None = None) -> LineView:
        self.script.take("suggestions.send", suggestion_id, agent.id, text)
        suggestion = self._offered(suggestion_id)
        state = "accepted" if text in (None, suggestion.text) else "edited"
        self.script.suggestions[suggestion_id] = replace(suggestion, state=state)
        self.script.sent.append(text or suggestion.text)
        return self.script.add_line(LineKind.AGENT, agent, text or suggestion.text, Arrived.WAITING)

    async def shorten(self, suggestion_id: str, agent: Principal) -> SuggestionView:
        self.script.take("suggestions.shorten", suggestion_id, agent.id)
        suggestion = self._offered(suggestion_id)
        shorter = replace(suggestion, text=suggestion.text.split(". ", maxsplit=1)[0].rstrip(".") + ".", shorter=True)
        self.script.suggestions[suggestion_id] = shorter
        return shorter

    async def dismiss(self, suggestion_id: str, agent: Principal, reason: str) -> None:
        self.script.take("suggestions.dismiss", suggestion_id, agent.id, reason)
        self.script.suggestions[suggestion_id] = replace(self._offered(suggestion_id), state="dismissed")

    async def learned(self, agent: Principal) -> Mapping[str, Sequence[Tally]]:
        self.script.take("suggestions.learned", agent.id)
        every = Tally(name="all", offered=10, accepted=6, edited=2, dismissed=2, distance=0.12, saved_s=540.0)
        return {"all": (every,), "intent": (replace(every, name="refund"),), "article": (replace(every, name="refunds"),)}

    def _offered(self, suggestion_id: str) -> SuggestionView:
        suggestion = self.script.suggestions.get(suggestion_id)
        if suggestion is None or suggestion.state != "offered":
            raise Conflict("This draft is no longer offered: the conversation went on.")
        return suggestion


class _Acting(_Part):
    async def offered(self, case_id: str, agent: Principal) -> Sequence[ActionView]:
        self.script.take("acting.offered", case_id, agent.id)
        return [each for each in self.script.actions.values() if each.case_id == case_id]

    async def prepare(self, case_id: str, agent: Principal, skill: str, values: Mapping[str, str]) -> ActionView:
        self.script.take("acting.prepare", case_id, agent.id, skill, dict(values))
        known = next((each for each in self.script.actions.values() if each.skill == skill), an_action())
        fields = tuple(replace(each, value=values.get(each.name, each.value)) for each in known.fields)
        number = len(self.script.actions) + 1
        prepared = replace(known, id=f"action-{number}", case_id=case_id, fields=fields)
        self.script.actions[prepared.id] = prepared
        return prepared

    async def run(self, action_id: str, agent: Principal) -> ActionView:
        self.script.take("acting.run", action_id, agent.id)
        done = replace(self.script.actions[action_id], state="done", result="Refunded.", receipt=(("Refund", "RF-1"),))
        self.script.actions[action_id] = done
        return done

    async def ask_approval(self, action_id: str, agent: Principal) -> ActionView:
        self.script.take("acting.ask_approval", action_id, agent.id)
        asked = replace(self.script.actions[action_id], state="asked", result="A billing lead was asked.", approval_id="appr-1")
        self.script.actions[action_id] = asked
        return asked

    async def done(self, case_id: str, agent: Principal) -> Sequence[DoneView]:
        self.script.take("acting.done", case_id, agent.id)
        over = [each for each in self.script.actions.values() if each.case_id == case_id and each.state != "proposed"]
        return [DoneView(at=NOON, by=agent.name, action=each) for each in over]


class _Deciding(_Part):
    async def waiting(self, agent: Principal) -> Sequence[ApprovalView]:
        self.script.take("deciding.waiting", agent.id)
        return [each for each in self.script.approvals.values() if each.open and each.role in agent.roles]

    async def approval(self, approval_id: str, agent: Principal) -> ApprovalView:
        self.script.take("deciding.approval", approval_id, agent.id)
        return self.script.approvals[approval_id]

    async def decide(self, approval_id: str, agent: Principal, *, approve: bool) -> ApprovalView:
        self.script.take("deciding.decide", approval_id, agent.id, approve)
        approval = self.script.approvals[approval_id]
        if not approval.open:
            raise Conflict(f"{approval.decided_by} decided this already.")
        state = "granted" if approve else "refused"
        decided = replace(approval, state=state, decided_by=agent.name, decided_at=NOON, result="Refunded." if approve else "")
        self.script.approvals[approval_id] = decided
        return decided


class _Asking(_Part):
    async def ask(self, question: str, agent: Principal) -> AnswerView:
        self.script.take("asking.ask", question, agent.id)
        return self.script.answer

    async def draft(self, message: str, agent: Principal, case_id: str | None = None) -> AnswerView:
        self.script.take("asking.draft", message, agent.id, case_id)
        return self.script.answer
