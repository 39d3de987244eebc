"""What follows a decision on an approval: it is carried out or dropped, and the customer is told by the person who decided."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bot.dialogue.wording import wording
from core.clock import Clock
from core.conversation import Author, EntryKind
from core.database import Database
from core.people import Principal
from governance.approvals import Approval, Approvals, ApprovalState
from handoff.case_book import WAITING
from handoff.cases import Cases
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from skills.catalogue import find
from skills.outcomes import Outcome
from skills.run import Runner


@dataclass(frozen=True, kw_only=True)
class Approving:
    """Decides approvals for people, and does what they decided."""

    database: Database
    approvals: Approvals
    runner: Runner
    cases: Cases
    threads: Threads
    clock: Clock

    async def decide(self, approval_id: str, approver: Principal, *, approve: bool) -> str:
        """Grants or refuses, once, and does what follows. Returns what the customer was told.

        Raises `NotAllowed` for the requester or a role that doesn't suffice, `Conflict` when it was decided or has expired.
        """
        now = self.clock.now()
        decided = await self.database.write(lambda conn: self.approvals.decide(conn, approval_id, approver, approve, now))
        return await self(decided, approver)

    async def __call__(self, approval: Approval, approver: Principal) -> str:
        """What follows from a decided approval: a grant is carried out with fresh facts; the customer hears it either way."""
        outcome: Outcome | None = None
        if approval.state is ApprovalState.GRANTED:
            outcome = await self.runner.run_approved(approval.id, approver)
        text = await self._told(approval, outcome)
        await self.database.write(lambda conn: self._tell(conn, approval, approver, text))
        return text

    async def _told(self, approval: Approval, outcome: Outcome | None) -> str:
        """What the customer hears: the receipt, why it failed after all, or that it wasn't approved."""
        tenant, conversation_id = approval.tenant, approval.conversation_id
        conversation = await self.database.read(lambda conn: self.threads.get(conn, tenant, conversation_id))
        if outcome is None:
            return wording("approval.refused", conversation.language, title=find(approval.skill).title).text
        if outcome.done is not None:
            return " ".join(sentence.text for sentence in outcome.done.sentences)
        told = [sentence.text for sentence in outcome.told]
        if not told and outcome.decision is not None:
            told = [reason.customer for reason in outcome.decision.reasons if reason.customer]
        return " ".join(told) or wording("denied", conversation.language).text

    def _tell(self, conn: Connection, approval: Approval, approver: Principal, text: str) -> None:
        """The one who decided joins, says what was decided and gives the conversation back, unless somebody holds it already."""
        now = self.clock.now()
        conversation = self.threads.get(conn, approval.tenant, approval.conversation_id)
        case = self.cases.live_in(conn, approval.tenant, conversation.id)
        if case is not None and case.state == WAITING:
            self.cases.claim(conn, case.id, approver, at=now)
            self.cases.reply_to_customer(conn, case.id, approver, text, at=now)
            self.cases.give_back(conn, case.id, approver, "", at=now)
        elif conversation.open:
            self._notice(conn, conversation, text)

    def _notice(self, conn: Connection, conversation: Conversation, text: str) -> None:
        entry = NewEntry(
            kind=EntryKind.NOTICE,
            author=Author.SYSTEM,
            author_id="system",
            body={"text": text, "change": "approval"},
            at=self.clock.now(),
        )
        self.threads.append(conn, conversation.tenant, conversation.id, entry, epoch=conversation.epoch)
