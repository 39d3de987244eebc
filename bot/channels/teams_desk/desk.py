"""Shows the desk in Teams: case cards in the queue's channel, everything of a case in the thread below its card."""

from collections.abc import Sequence

from bot.channels.teams_desk import approval_cards, case_cards, draft_cards, line_cards
from bot.channels.teams_desk.ledger import ACTIVITY, CONVERSATION, Ledger, digest_of
from bot.channels.teams_desk.port import SURFACE, House, Places
from bot.channels.teams_desk.private_cards import told
from bot.channels.teams_desk.privately import Privately
from bot.channels.teams_desk.seats import Seats
from core.errors import Unclear
from core.people import Principal
from handoff.desk.views import ActionView, ApprovalView, CaseView, LineView, SuggestionView
from handoff.roster import Roster

CASE, THREAD, LINE, OWN, DRAFT, ACTION, APPROVAL = "case", "thread", "line", "own", "draft", "action", "approval"


def base_of(conversation_id: str) -> str:
    """The channel of a thread."""
    return conversation_id.partition(";messageid=")[0]


class TeamsDesk:
    """The surface. Without a queue's channel nothing is shown."""

    def __init__(self, *, ledger: Ledger, places: Places, seats: Seats, roster: Roster, house: House) -> None:
        self.name = SURFACE
        self.ledger = ledger
        self.places = places
        self.seats = seats
        self.roster = roster
        self.house = house
        self._privately = None if house.dialogs else Privately(ledger, seats, roster, house)

    async def show_case(self, case: CaseView) -> None:
        await self._case(case)
        if self._privately:
            await self._privately.case(case)

    async def show_line(self, case: CaseView, line: LineView) -> None:
        subject = f"{case.conversation_id}:{line.position}"
        async with self.ledger.lock(CASE, f"{case.id}:notes"):
            if line.kind.internal and await self.ledger.found(OWN, subject):
                return
        card = line_cards.of_line(case.id, line, self.house.pages)
        await self._in_thread(case, LINE, subject, card, line_cards.summary_of(line))
        if self._privately:
            await self._privately.line(case, line)

    async def show_suggestion(self, case: CaseView, suggestion: SuggestionView) -> None:
        if suggestion.state == "offered" or await self.ledger.found(DRAFT, suggestion.id):
            await self._in_thread(case, DRAFT, suggestion.id, await self._draft(suggestion), "A draft waits")
        if self._privately:
            await self._privately.draft(suggestion, self._name(suggestion.owner_id))

    async def show_action(self, case: CaseView, action: ActionView) -> None:
        if action.state == "proposed":
            return
        await self._in_thread(case, ACTION, action.id, line_cards.of_result(action), action.title)

    async def show_approval(self, approval: ApprovalView) -> None:
        queue = await self.queue()
        if queue and (approval.open or await self.ledger.found(APPROVAL, approval.id)):
            card = approval_cards.of_approval(approval)
            await self.ledger.show(APPROVAL, approval.id, queue, card, f"Approval: {approval.title}")
        if self._privately:
            await self._privately.approval(approval)

    async def tell(self, agent_id: str, text: str) -> None:
        await self.ledger.say(await self.seats.private(agent_id), told(text), "A word from the desk")

    async def renew_case(self, case: CaseView) -> None:
        """Has every client ask for its own view of a case's card anew."""
        await self.ledger.renew(CASE, case.id, await self._card(case), case_cards.summary_of(case))

    async def renew_suggestion(self, suggestion: SuggestionView) -> None:
        await self.ledger.renew(DRAFT, suggestion.id, await self._draft(suggestion), "A draft waits")

    async def renew_approval(self, approval: ApprovalView) -> None:
        card = approval_cards.of_approval(approval)
        await self.ledger.renew(APPROVAL, approval.id, card, f"Approval: {approval.title}")

    async def queue(self) -> str:
        """The channel in which cases are shown; empty for none."""
        return await self.places.get(SURFACE) or self.house.queue

    async def case_in(self, conversation_id: str) -> str:
        """The case whose thread that is; empty for any other place."""
        return (await self.ledger.found(THREAD, _place_key(conversation_id))).get(CASE, "")

    async def is_queue(self, conversation_id: str) -> bool:
        queue = await self.queue()
        return bool(queue) and queue == base_of(conversation_id)

    async def typed_here(self, case: CaseView, position: int, message_id: str) -> None:
        """Keeps that a note was typed in the thread: it stands there already."""
        await self.ledger.note(OWN, f"{case.conversation_id}:{position}", {ACTIVITY: message_id})

    async def claimed_here(self, case: CaseView, agent: Principal, chat: str, message_id: str) -> None:
        """The card in the agent's private chat on which they claimed is the one that is kept up to date there."""
        if self._privately:
            await self._privately.adopt(case, agent, {CONVERSATION: chat, ACTIVITY: message_id})

    async def _case(self, case: CaseView) -> str:
        """Shows the card; returns the conversation id of its thread, empty when there is none."""
        known = await self.ledger.found(CASE, case.id)
        queue = base_of(known.get(CONVERSATION, "")) or await self.queue()
        if not queue:
            return ""
        where = await self.ledger.show(CASE, case.id, queue, await self._card(case), case_cards.summary_of(case))
        if not where:
            raise Unclear("This case's card may stand in the channel, and nobody knows: look there, then have it shown anew.")
        await self.ledger.note(THREAD, _place_key(where[CONVERSATION]), {CASE: case.id})
        return where[CONVERSATION]

    async def _in_thread(self, case: CaseView, kind: str, subject: str, card: draft_cards.Element, summary: str) -> None:
        known = await self.ledger.found(CASE, case.id)
        thread = known[CONVERSATION] if known else await self._case(case)
        if thread:
            await self.ledger.show(kind, subject, thread, card, summary)

    async def _card(self, case: CaseView) -> case_cards.Element:
        return case_cards.everyones(case, await self._seen_by(case.owner_id), self.house.pages)

    async def _draft(self, suggestion: SuggestionView) -> draft_cards.Element:
        return draft_cards.everyones(suggestion, self._name(suggestion.owner_id), await self._seen_by(suggestion.owner_id))

    async def _seen_by(self, owner_id: str | None) -> Sequence[str]:
        """Whose clients ask for a view of their own."""
        return await self.seats.users(owner_id) if self.house.dialogs else ()

    def _name(self, agent_id: str) -> str:
        agent = self.roster.by_id(agent_id)
        return agent.name if agent else "the owner of this case"


def _place_key(conversation_id: str) -> str:
    """A thread's id, short enough to be kept whatever its length."""
    return conversation_id if len(conversation_id) <= 190 else digest_of(conversation_id)
