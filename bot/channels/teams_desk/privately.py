"""What is for one agent alone, in the chat that only they and we read: for clients that show everybody the same card."""

from collections.abc import Mapping

from bot.channels.teams_desk import approval_cards, case_cards, draft_cards, line_cards
from bot.channels.teams_desk.blocks import Element
from bot.channels.teams_desk.ledger import Ledger
from bot.channels.teams_desk.port import House
from bot.channels.teams_desk.seats import Seats
from core.people import Principal
from governance.roles import enough
from handoff.desk.views import ApprovalView, CaseView, LineKind, LineView, SuggestionView
from handoff.roster import Roster

CASE, LINE, DRAFT, APPROVAL = "own_case", "own_line", "own_draft", "own_approval"
TOLD = (LineKind.CUSTOMER, LineKind.AGENT)


class Privately:
    """Shows agents in private what they hold. Whom Teams hasn't shown us is passed over."""

    def __init__(self, ledger: Ledger, seats: Seats, roster: Roster, house: House) -> None:
        self._ledger = ledger
        self._seats = seats
        self._roster = roster
        self._house = house

    async def case(self, case: CaseView) -> None:
        """The owner gets the case with all its buttons; whoever held it before sees that it is gone."""
        for agent in self._roster.agents:
            subject = f"{agent.id}:{case.id}"
            if case.owner_id == agent.id and case.state == "claimed":
                await self._show(agent.id, CASE, subject, case_cards.owners(case, self._house.pages), case_cards.summary_of(case))
            elif await self._ledger.found(CASE, subject):
                card = case_cards.everyones(case, (), self._house.pages)
                await self._ledger.renew(CASE, subject, card, case_cards.summary_of(case))

    async def adopt(self, case: CaseView, agent: Principal, where: Mapping[str, str]) -> None:
        """Takes a card that stands there already for the case's."""
        await self._ledger.note(CASE, f"{agent.id}:{case.id}", where)

    async def line(self, case: CaseView, line: LineView) -> None:
        """What the customer writes from the claim on, and what became of replies."""
        if case.owner_id is None or case.state != "claimed" or line.kind not in TOLD:
            return
        if case.claimed_at and line.at < case.claimed_at:
            return
        card = line_cards.of_line(case.id, line, self._house.pages)
        subject = f"{case.owner_id}:{case.conversation_id}:{line.position}"
        await self._show(case.owner_id, LINE, subject, card, line_cards.summary_of(line))

    async def draft(self, suggestion: SuggestionView, owner: str) -> None:
        if suggestion.state == "offered":
            card = draft_cards.owners(suggestion, self._house.pages, dialogs=False)
            await self._show(suggestion.owner_id, DRAFT, suggestion.id, card, "A draft waits")
        elif await self._ledger.found(DRAFT, suggestion.id):
            await self._ledger.show(DRAFT, suggestion.id, "", draft_cards.everyones(suggestion, owner, ()), "A draft waits")

    async def approval(self, approval: ApprovalView) -> None:
        """Everybody whose role is enough is asked; who asked for it themselves is refused when they press."""
        card = approval_cards.of_approval(approval)
        for agent in self._roster.agents:
            subject = f"{agent.id}:{approval.id}"
            asked = approval.open and enough(agent.roles, approval.role) and agent.name != approval.requested_by
            if asked or await self._ledger.found(APPROVAL, subject):
                await self._show(agent.id, APPROVAL, subject, card, f"Approval: {approval.title}")

    async def _show(self, agent_id: str, kind: str, subject: str, card: Element, summary: str) -> None:
        place = await self._seats.chat(agent_id)
        if place:
            await self._ledger.show(kind, subject, place, card, summary)
