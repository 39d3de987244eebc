"""The two sides of the desk: what agents may do (`Desk`), and where it is shown (`Surface`).

A surface calls the desk with the agent as principal; who may do what is decided behind it. Every call that changes something
is whole or not at all, and raises `NotAllowed`, `Conflict`, `NotFound`, `BadInput` or `Unavailable` with words for the agent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.people import Principal
from handoff.desk.promise_views import Promised, PromiseView, Translated
from handoff.desk.promising import MovedPromise, PromiseLists
from handoff.desk.views import (
    ActionView,
    AnswerView,
    ApprovalView,
    CaseView,
    CustomerView,
    DeliveryView,
    LineView,
    Preview,
    SuggestionView,
    Tally,
)
from handoff.roster import Roster


@dataclass(frozen=True, kw_only=True)
class DoneView:
    """Something that an agent ran or asked approval for in a case: when, who, and what came of it."""

    at: datetime
    by: str
    action: ActionView


class CaseWork(Protocol):
    """Moves a case. Each returns the case as it stands afterwards."""

    async def claim(self, case_id: str, agent: Principal) -> CaseView: ...

    async def hand_to(self, case_id: str, agent: Principal, to_agent_id: str | None) -> CaseView:
        """Passes the case to a colleague, or back into the queue for None."""
        ...

    async def note(self, case_id: str, agent: Principal, text: str, *, message_id: str = "") -> int:
        """Leaves an internal note; the same message id again is no second note. Returns the line's position."""
        ...

    async def resolve(
        self, case_id: str, agent: Principal, summary: str, *, promises: Mapping[str, str] | None = None
    ) -> CaseView:
        """Closes the case. `promises` says by id what becomes of each: `kept`, `open`, or the id of who sees to it."""
        ...

    async def give_back(self, case_id: str, agent: Principal, note: str) -> CaseView: ...

    async def closing(self, case_id: str, agent: Principal) -> str:
        """A draft of the summary with which to resolve the case; open promises are in the case's view."""
        ...


class CaseReading(Protocol):
    """Shows cases."""

    async def case(self, case_id: str, agent: Principal) -> CaseView: ...

    async def lines(self, case_id: str, agent: Principal, after: int = 0) -> Sequence[LineView]: ...

    async def queue(self, agent: Principal) -> Sequence[CaseView]:
        """All live cases, the most urgent first."""
        ...

    async def mine(self, agent: Principal) -> Sequence[CaseView]: ...

    async def customer(self, agent: Principal, wanted: str) -> CustomerView:
        """All round a customer: `wanted` is a case's id, an account's id or name, or a contact's e-mail."""
        ...


class Replies(Protocol):
    """What customers are sent. There is no way to a customer but a preview that was shown and then sent."""

    async def preview(self, case_id: str, agent: Principal, text: str, *, original: str = "") -> Preview: ...

    async def send(
        self, token: str, agent: Principal, text: str, *, original: str = "", promises: Sequence[Promised] | None = None
    ) -> LineView:
        """Sends what was previewed, once. Raises `Conflict` when text, case or holder isn't what was shown."""
        ...

    async def translated(self, case_id: str, agent: Principal, text: str) -> Translated:
        """An agent's English words in the customer's language, to be looked at. Raises `Unavailable` where nothing translates."""
        ...

    async def undelivered(self, agent: Principal) -> Sequence[DeliveryView]: ...

    async def send_again(self, delivery_id: str, agent: Principal) -> DeliveryView:
        """Tries a failed delivery again, or a person's decision to repeat one of which nobody knows."""
        ...


class Suggestions(Protocol):
    """The copilot's drafts. Only the owner of the case sees and uses them."""

    async def current(self, case_id: str, agent: Principal) -> SuggestionView | None: ...

    async def send(self, suggestion_id: str, agent: Principal, text: str | None = None) -> LineView:
        """Sends the draft, or `text` in its place: then the edit distance is kept."""
        ...

    async def shorten(self, suggestion_id: str, agent: Principal) -> SuggestionView: ...

    async def dismiss(self, suggestion_id: str, agent: Principal, reason: str) -> None: ...

    async def learned(self, agent: Principal) -> Mapping[str, Sequence[Tally]]:
        """What became of suggestions: `all` (one tally), `intent` and `article`."""
        ...


class Acting(Protocol):
    """Skills run by agents, on their own authority, under the same policy."""

    async def offered(self, case_id: str, agent: Principal) -> Sequence[ActionView]:
        """What fits the case, with parameters filled in, the best first; at most four."""
        ...

    async def prepare(self, case_id: str, agent: Principal, skill: str, values: Mapping[str, str]) -> ActionView:
        """An action with these values, judged now."""
        ...

    async def run(self, action_id: str, agent: Principal) -> ActionView:
        """Runs a prepared action, once; policy decides again. The same id again gives the same outcome."""
        ...

    async def ask_approval(self, action_id: str, agent: Principal) -> ActionView: ...

    async def done(self, case_id: str, agent: Principal) -> Sequence[DoneView]:
        """What agents ran or asked approval for in the case, the oldest first; everybody at the desk may read it."""
        ...


class Deciding(Protocol):
    """Approvals."""

    async def waiting(self, agent: Principal) -> Sequence[ApprovalView]:
        """What this agent may decide now, the oldest first."""
        ...

    async def approval(self, approval_id: str, agent: Principal) -> ApprovalView: ...

    async def decide(self, approval_id: str, agent: Principal, *, approve: bool) -> ApprovalView:
        """Decides once and does what follows."""
        ...


class Asking(Protocol):
    """Private answers for agents."""

    async def ask(self, question: str, agent: Principal) -> AnswerView: ...

    async def draft(self, message: str, agent: Principal, case_id: str | None = None) -> AnswerView:
        """A reply to a customer's message, from what customers may be told alone."""
        ...


class PromiseDesk(Protocol):
    """What customers were promised."""

    async def lists(self, agent: Principal) -> PromiseLists: ...

    async def pressing(self, agent: Principal) -> int:
        """How many are broken or due soon that concern this agent."""
        ...

    async def keep(self, promise_id: str, agent: Principal) -> PromiseView: ...

    async def drop(self, promise_id: str, agent: Principal) -> PromiseView:
        """Takes off the list what was no promise."""
        ...

    async def move(self, promise_id: str, agent: Principal, due_at: datetime, reason: str) -> MovedPromise: ...

    async def hand_to(self, promise_id: str, agent: Principal, to_agent_id: str | None) -> PromiseView: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All of it together. `translates`: agents may write in English to whoever doesn't."""

    roster: Roster
    cases: CaseWork
    reading: CaseReading
    replies: Replies
    suggestions: Suggestions
    acting: Acting
    deciding: Deciding
    asking: Asking
    promises: PromiseDesk
    translates: bool = False


class Surface(Protocol):
    """Where agents are: it is told what changed and shows it. Showing the same again changes nothing.

    Each call may raise `NotSent` (it is tried again), `Refused` (it can't be shown there), or `Unclear` (nobody knows: it is
    listed for a person and never repeated by itself).
    """

    name: str

    async def show_case(self, case: CaseView) -> None:
        """Posts the case's card, or brings it up to date."""
        ...

    async def show_line(self, case: CaseView, line: LineView) -> None:
        """Adds a line to the case's thread, or its delivery tick."""
        ...

    async def show_suggestion(self, case: CaseView, suggestion: SuggestionView) -> None:
        """Shows a draft to its owner alone, or takes it away when it is no longer offered."""
        ...

    async def show_action(self, case: CaseView, action: ActionView) -> None:
        """Shows what came of an action in the case's thread."""
        ...

    async def show_approval(self, approval: ApprovalView) -> None:
        """Asks those who may decide, or shows that it was decided; its buttons are then gone."""
        ...

    async def tell(self, agent_id: str, text: str) -> None:
        """A private word to one agent."""
        ...
