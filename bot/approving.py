"""What follows a decision on an approval: it is carried out or dropped, and the customer is told by the person who decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bot.dialogue.framing import framed
from bot.dialogue.wording import wording
from core.clock import Clock
from core.conversation import Author, EntryKind, Sentence
from core.database import Database
from core.people import Assurance, Principal, PrincipalKind
from governance.approvals import Approval, Approvals, ApprovalState
from governance.roles import SUPPORT_AGENT
from handoff.case_book import WAITING
from handoff.cases import Cases
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from skills.catalogue import find
from skills.outcomes import Outcome
from skills.run import Runner

LEFT_LYING = timedelta(minutes=2)


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
        unsettled = outcome is not None and outcome.uncertain
        await self.database.write(lambda conn: self._tell(conn, approval, approver, text, unsettled=unsettled))
        return text

    async def expire(self, tenant: str) -> int:
        """Closes what nobody decided in time, and tells the customers. Returns how many there were."""
        return await self.database.write(lambda conn: self._expire(conn, tenant))

    async def take_up(self, tenant: str) -> int:
        """Carries out what was granted and then cut off by a crash before it was begun. Returns how many there were."""
        granted = await self.database.read(lambda conn: self.approvals.granted(conn, tenant, self.clock.now() - LEFT_LYING))
        for approval in granted:
            await self(approval, await self.database.read(partial(self._who_decided, approval)))
        return len(granted)

    async def _told(self, approval: Approval, outcome: Outcome | None) -> str:
        """What the customer hears: the receipt, why it failed after all, or that it wasn't approved."""
        tenant, conversation_id = approval.tenant, approval.conversation_id
        conversation = await self.database.read(lambda conn: self.threads.get(conn, tenant, conversation_id))
        if outcome is None:
            return wording("approval.refused", conversation.language, title=find(approval.skill).title).text
        if outcome.done is not None:
            return _text(outcome.done.sentences, conversation.language)
        told = outcome.told
        if not told and outcome.decision is not None:
            reasons = [reason.customer for reason in outcome.decision.reasons if reason.customer]
            told = tuple(Sentence(text=text, approved="policy") for text in reasons)
        return _text(told or (wording("denied", conversation.language),), conversation.language)

    def _tell(self, conn: Connection, approval: Approval, approver: Principal, text: str, *, unsettled: bool) -> None:
        """The one who decided joins, says what was decided and gives the conversation back, unless somebody holds it already.

        What isn't settled stays with people: the customer hears it, and the case waits on.
        """
        now = self.clock.now()
        conversation = self.threads.get(conn, approval.tenant, approval.conversation_id)
        case = self.cases.live_in(conn, approval.tenant, conversation.id)
        if case is not None and case.state == WAITING and not unsettled:
            speaker = replace(approver, roles=approver.roles | {SUPPORT_AGENT})
            self.cases.claim(conn, case.id, speaker, at=now)
            self.cases.reply_to_customer(conn, case.id, speaker, text, at=now)
            self.cases.give_back(conn, case.id, speaker, "", at=now)
        elif conversation.open:
            self._notice(conn, conversation, text)

    def _expire(self, conn: Connection, tenant: str) -> int:
        expired = self.approvals.expire(conn, tenant, self.clock.now())
        for approval_id in expired:
            approval = self.approvals.get(conn, tenant, approval_id)
            conversation = self.threads.get(conn, tenant, approval.conversation_id)
            if conversation.open:
                title = find(approval.skill).title
                self._notice(conn, conversation, wording("approval.expired", conversation.language, title=title).text)
        return len(expired)

    def _who_decided(self, approval: Approval, conn: Connection) -> Principal:
        return Principal(
            kind=PrincipalKind.AGENT,
            id=approval.decided_by or "",
            tenant=self.approvals.action(conn, approval).principal.tenant,
            roles=frozenset({approval.decided_role or approval.role}),
            assurance=Assurance.VERIFIED,
        )

    def _notice(self, conn: Connection, conversation: Conversation, text: str) -> None:
        entry = NewEntry(
            kind=EntryKind.NOTICE,
            author=Author.SYSTEM,
            author_id="system",
            body={"text": text, "change": "approval"},
            at=self.clock.now(),
        )
        self.threads.append(conn, conversation.tenant, conversation.id, entry, epoch=conversation.epoch)


def _text(sentences: Sequence[Sentence], language: str) -> str:
    """What skills and policy say, framed for a customer who writes another language."""
    return " ".join(sentence.text for sentence in framed(sentences, language))
