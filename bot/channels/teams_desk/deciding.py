"""What the buttons of drafts and approvals do."""

from collections.abc import Mapping
from dataclasses import replace

from bot.channels.teams.port import Answer
from bot.channels.teams_desk import approval_cards, draft_cards
from bot.channels.teams_desk.answers import saying, showing
from bot.channels.teams_desk.pressing import Bench, By, Press
from core.errors import Conflict
from handoff.desk.views import ApprovalView, SuggestionView

GONE = "This draft is no longer on offer: the conversation went on."
NOT_YOURS = "This draft is for the owner of the case alone."


class DraftPresses:
    """The copilot's drafts: only the owner of the case gets at them, and nobody else is shown a word."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._drafts = bench.desk.suggestions
        self._house = bench.shown.house

    def verbs(self) -> Mapping[str, Press]:
        return {
            draft_cards.SEE: self.see,
            "desk:draft.send": self.send,
            "desk:draft.shorter": self.shorter,
            "desk:draft.why": self.why,
            "desk:draft.dismiss": self.ask_reason,
            "desk:draft.dismissed": self.dismiss,
        }

    async def see(self, by: By) -> Answer:
        return self._shown(await self.of(by))

    async def why(self, by: By) -> Answer:
        return self._shown(await self.of(by), why=True)

    async def send(self, by: By) -> Answer:
        """Sends exactly the draft that was shown."""
        draft = await self.of(by)
        await self._drafts.send(draft.id, by.agent)
        return await self._ended(by, draft, "accepted")

    async def shorter(self, by: By) -> Answer:
        draft = await self.of(by)
        return self._shown(await self._drafts.shorten(draft.id, by.agent))

    async def ask_reason(self, by: By) -> Answer:
        return showing(draft_cards.dismissing(await self.of(by)))

    async def dismiss(self, by: By) -> Answer:
        draft = await self.of(by)
        reasons = dict(draft_cards.REASONS)
        reason = by.text("reason") if by.text("reason") in reasons else draft_cards.REASONS[0][0]
        await self._drafts.dismiss(draft.id, by.agent, reason)
        return await self._ended(by, draft, "dismissed")

    async def of(self, by: By) -> SuggestionView:
        """The draft that the button belongs to. Raises `Conflict` when it is another's, or no longer offered."""
        case = await self._bench.desk.reading.case(by.case, by.agent)
        if case.owner_id != by.agent.id:
            raise Conflict(NOT_YOURS)
        draft = await self._drafts.current(by.case, by.agent)
        if draft is None or draft.id != by.text("draft") or draft.owner_id != by.agent.id:
            raise Conflict(GONE)
        return draft

    async def ended(self, by: By, draft: SuggestionView, state: str) -> SuggestionView:
        """Brings everybody's card up to date."""
        ended = replace(draft, state=state)
        case = await self._bench.desk.reading.case(by.case, by.agent)
        self._bench.behind(self._bench.shown.show_suggestion(case, ended), by.agent)
        return ended

    def _shown(self, draft: SuggestionView, *, why: bool = False) -> Answer:
        return showing(draft_cards.owners(draft, self._house.pages, why=why, dialogs=self._house.dialogs))

    async def _ended(self, by: By, draft: SuggestionView, state: str) -> Answer:
        ended = await self.ended(by, draft, state)
        return showing(draft_cards.everyones(ended, by.agent.name, ()))


class ApprovalPresses:
    """Approvals: decided once, on what the card said; a stale card is brought up to date instead."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._deciding = bench.desk.deciding

    def verbs(self) -> Mapping[str, Press]:
        return {"desk:approval": self.see, "desk:approve": self.approve, "desk:refuse": self.refuse}

    async def see(self, by: By) -> Answer:
        return showing(approval_cards.of_approval(await self._deciding.approval(by.text("approval"), by.agent)))

    async def approve(self, by: By) -> Answer:
        return await self._decide(by, approve=True)

    async def refuse(self, by: By) -> Answer:
        return await self._decide(by, approve=False)

    async def _decide(self, by: By, *, approve: bool) -> Answer:
        approval = await self._deciding.approval(by.text("approval"), by.agent)
        if by.text("stand") != approval_cards.stand_of(approval):
            return self._stale(by, approval)
        try:
            decided = await self._deciding.decide(approval.id, by.agent, approve=approve)
        except Conflict as error:
            approval = await self._deciding.approval(approval.id, by.agent)
            return saying(error.message) if approval.open else self._stale(by, approval)
        self._bench.behind(self._bench.shown.show_approval(decided), by.agent)
        return showing(approval_cards.of_approval(decided))

    def _stale(self, by: By, approval: ApprovalView) -> Answer:
        self._bench.behind(self._bench.shown.show_approval(approval), by.agent)
        return showing(approval_cards.of_approval(approval, approval_cards.OUT_OF_DATE))
