"""Writes a turn, whole or not at all: thread, state, journal, record, ledgers, approval, promise, case, the row's end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from bot.dialogue.draft import Draft
from bot.dialogue.opening import Opening, ReadingRooms
from bot.dialogue.plan_told import as_standing
from bot.dialogue.state import DialogueState
from core import inbox
from core.action import NeedsApproval
from core.clock import Clock
from core.conversation import Author, EntryKind, HandoffNotice, Sentence
from core.errors import Conflict
from core.events import JSON, Event
from core.language import Understanding
from governance.approvals import Approvals
from governance.audit import DecisionRecord, record
from governance.ledger import ContactLedger, Recipient
from governance.registry import Registry
from handoff.cases import Cases
from handoff.packet import Opening as CaseOpening
from handoff.packet import Packet
from handoff.promises import Promises
from handoff.triage import public_reason
from memory.threads import NewEntry

BOT_ID = "bot"
IN_APP = "in_app"


@dataclass(frozen=True, kw_only=True)
class Writing:
    """The last step of a turn."""

    rooms: ReadingRooms
    cases: Cases
    approvals: Approvals
    contacts: ContactLedger
    promises: Promises
    registry: Registry
    clock: Clock
    name: str = "AI assistant"
    approval_hours: int = 24

    def write(
        self, opening: Opening, draft: Draft, state: DialogueState, understood: Understanding | None, conn: Connection
    ) -> str | None:
        """Writes it all in the caller's transaction. Returns what the customer was told about a handoff.

        Raises `Conflict` when the customer changed the message meanwhile: the turn is then taken again, on the new words.
        """
        self._same_words(conn, opening)
        tenant, conversation = opening.conversation.tenant, opening.conversation
        if understood is not None:
            self.rooms.threads.spoken_in(conn, tenant, conversation.id, understood.language)
        self._append_reply(conn, opening, draft, state)
        self._note(conn, opening, "turn.understood", _understood(understood))
        self._note_plan(conn, opening, state)
        self._keep_ledgers(conn, opening, draft)
        approval_id = self._seek_approval(conn, opening, draft)
        self.rooms.threads.save_state(conn, tenant, conversation.id, state.model_dump_json(), epoch=conversation.epoch)
        self._record(conn, opening, draft, understood)
        message = self._hand_over(conn, opening, draft, understood, approval_id) if draft.handoff else None
        self._note(conn, opening, "turn.finished", {"turn_id": opening.row_id, "handoff": bool(draft.handoff)})
        inbox.finish(conn, opening.row_id)
        return message

    def heard_by_people(self, opening: Opening, understood: Understanding | None, conn: Connection) -> None:
        """A message in a conversation that people hold: the bot says nothing, and whoever holds it is told."""
        now = self.clock.now()
        position = opening.conversation.last_position
        self.cases.customer_wrote(conn, opening.conversation, position, _understood(understood), at=now)
        draft = Draft(turn_id=opening.row_id)
        self._record(conn, opening, draft, understood)
        inbox.finish(conn, opening.row_id)

    def told_of_handoff(self, opening: Opening, conn: Connection) -> HandoffNotice | None:
        """Why people hold the conversation, and what the customer was told of it."""
        conversation = opening.conversation
        case = self.cases.live_in(conn, conversation.tenant, conversation.id)
        if case is None:
            return opening.state.handoff
        entries = self.rooms.threads.read(conn, conversation.tenant, conversation.id)
        notices = (each.body for each in reversed(entries) if each.kind is EntryKind.NOTICE)
        told = next((str(body["text"]) for body in notices if body.get("case_id") == case.id and "reason" in body), "")
        return HandoffNotice(reason=public_reason(case.reason), message=told)

    def _append_reply(self, conn: Connection, opening: Opening, draft: Draft, state: DialogueState) -> None:
        """One entry a sentence, then the card or the receipt, then the end mark: each can be shown as soon as it stands.

        What was shown while the turn went on isn't written again. The end mark also tells which cards still wait for an answer,
        and which ones the customer decided against in words.
        """
        for place in range(draft.shown, len(draft.sentences)):
            self._append_sentence(conn, opening, draft.sentences[place], place)
        if draft.receipt:
            self._append(conn, opening, EntryKind.RECEIPT, {"rows": [list(row) for row in draft.receipt.items()]})
        if draft.card is not None:
            self._append(conn, opening, EntryKind.CARD, asdict(draft.card))
        if draft.sentences or draft.card:
            cards = {"waiting": [task.card.id for task in state.tasks if task.card], "cancelled": list(draft.cancelled)}
            self._append(conn, opening, EntryKind.REPLY_END, {"reply_id": opening.row_id, "offer": _offer(draft), "cards": cards})

    def show(self, opening: Opening, draft: Draft, conn: Connection) -> list[str]:
        """Writes the sentences that aren't in the thread yet, before the turn's end. Returns the lanes of those who watch.

        Raises `Conflict` when the bot no longer holds the conversation, or the customer changed the message meanwhile.
        """
        self._same_words(conn, opening)
        for place in range(draft.shown, len(draft.sentences)):
            self._append_sentence(conn, opening, draft.sentences[place], place, {"language": draft.language})
        return self.rooms.threads.lanes(conn, opening.conversation)

    def _append_sentence(
        self, conn: Connection, opening: Opening, sentence: Sentence, place: int, early: Mapping[str, object] | None = None
    ) -> None:
        """`early` is what a turn that is cut here must know again of a sentence that was shown before its end."""
        body = {**asdict(sentence), "reply_id": opening.row_id, "place": place}
        if early is not None:
            body |= {"content_id": opening.content_id, **early}
        self._append(conn, opening, EntryKind.SENTENCE, body)

    def _same_words(self, conn: Connection, opening: Opening) -> None:
        if inbox.content_of(conn, opening.row_id) != opening.content_id:
            raise Conflict("The customer changed this message meanwhile: it is answered as changed.", row_id=opening.row_id)

    def _append(self, conn: Connection, opening: Opening, kind: EntryKind, body: Mapping[str, object]) -> None:
        entry = NewEntry(
            kind=kind,
            author=Author.BOT,
            author_id=BOT_ID,
            author_name=self.name,
            body=body,
            at=self.clock.now(),
            turn_id=opening.row_id,
        )
        conversation = opening.conversation
        self.rooms.threads.append(conn, conversation.tenant, conversation.id, entry, epoch=conversation.epoch)

    def _keep_ledgers(self, conn: Connection, opening: Opening, draft: Draft) -> None:
        principal, now = opening.principal, self.clock.now()
        if principal.account_id is None or principal.contact_id is None:
            return
        who = Recipient(tenant=principal.tenant.id, account_id=principal.account_id, contact_id=principal.contact_id)
        if draft.raised is not None:
            self.contacts.record(conn, who, channel=IN_APP, kind=draft.raised.kind, at=now)
            self._note(conn, opening, "offer.raised", {"kind": draft.raised.kind, "item": draft.raised.item})
        for kind in draft.declined:
            self.contacts.refuse(conn, who, channel="all", kind=kind, at=now)
            self._note(conn, opening, "offer.declined", {"kind": kind})
        for promise in draft.promises:
            self.promises.record(conn, opening.conversation, promise, made_by=BOT_ID, at=now, due_at=None)

    def note_once(self, opening: Opening, event_id: str, kind: str, data: Mapping[str, JSON], conn: Connection) -> None:
        """Journals what must stand before it is acted on. Told of the same id again it does nothing."""
        if self.rooms.journal.get(conn, opening.conversation.tenant, event_id) is None:
            self.rooms.journal.append(conn, replace(self._event(opening, kind, data), id=event_id))

    def _note_plan(self, conn: Connection, opening: Opening, state: DialogueState) -> None:
        """How the plan moved in this turn, and that it came to its end."""
        plan = state.plan
        if plan is None or plan == opening.state.plan:
            return
        self._note(conn, opening, "plan.ended" if plan.over else "plan.moved", as_standing(plan))

    def _seek_approval(self, conn: Connection, opening: Opening, draft: Draft) -> str | None:
        if draft.approval is None:
            return None
        proposal = draft.approval
        assert isinstance(proposal.decision, NeedsApproval)
        assert proposal.request is not None
        expires_at = self.clock.now() + timedelta(hours=self.approval_hours)
        evidence: dict[str, JSON] = {"turn_id": opening.row_id}
        if proposal.facts is not None:
            evidence["facts"] = dict(proposal.facts.known())
        return self.approvals.request(conn, proposal.request, proposal.decision, evidence=evidence, expires_at=expires_at)

    def _hand_over(
        self, conn: Connection, opening: Opening, draft: Draft, understood: Understanding | None, approval_id: str | None
    ) -> str:
        assert draft.handoff is not None
        packet = Packet(
            summary=draft.summary,
            reason=draft.handoff.reason,
            note=draft.handoff_detail,
            confidence=understood.triage.confidence if understood else 1.0,
            intents=tuple(each.intent for each in understood.asked) if understood else (),
            slots={slot.name: str(slot.value) for slot in understood.slots} if understood else {},
            steps=tuple(f"{action.skill}: {action.outcome}" for action in draft.actions),
            planned=draft.planned,
            citations=tuple(citation for sentence in draft.sentences for citation in sentence.citations),
            mood=understood.mood if understood else 0.0,
            open_promises=tuple(draft.promises),
            policy_reasons=tuple(code for action in draft.actions for code in action.reasons),
            pending_approval=approval_id,
            first_words=_first_words(opening),
            account_id=opening.principal.account_id,
            contact_name=draft.contact_name or opening.principal.name,
        )
        opened = self.cases.open(
            conn,
            CaseOpening(
                conversation=self.rooms.threads.get(conn, opening.conversation.tenant, opening.conversation.id),
                packet=packet,
                at=self.clock.now(),
                correlation_id=opening.correlation_id,
                plan=draft.plan or None,
                zone=draft.zone or None,
                vip=draft.vip,
                turn_id=opening.row_id,
            ),
        )
        return opened.message

    def _record(self, conn: Connection, opening: Opening, draft: Draft, understood: Understanding | None) -> None:
        written = DecisionRecord(
            id=opening.row_id,
            tenant=opening.conversation.tenant,
            kind="turn",
            at=self.clock.now(),
            correlation_id=opening.correlation_id,
            conversation_id=opening.conversation.id,
            account_id=opening.principal.account_id,
            understood={**_understood(understood), **draft.noted},
            recalled=draft.recalled,
            retrieved=draft.retrieved,
            decided=draft.decided,
            versions={
                **self.registry.current(conn, opening.conversation.tenant),
                "model": understood.model if understood else "",
            },
            timings_ms=draft.timings_ms,
        )
        record(conn, written)

    def _note(self, conn: Connection, opening: Opening, kind: str, data: Mapping[str, JSON]) -> None:
        self.rooms.journal.append(conn, self._event(opening, kind, data))

    def _event(self, opening: Opening, kind: str, data: Mapping[str, JSON]) -> Event:
        return Event(
            type=kind,
            tenant=opening.conversation.tenant,
            at=self.clock.now(),
            correlation_id=opening.correlation_id,
            conversation_id=opening.conversation.id,
            account_id=opening.principal.account_id,
            data=data,
        )


def _understood(understood: Understanding | None) -> dict[str, JSON]:
    """Labels and numbers of what was understood; no words of the customer's."""
    if understood is None:
        return {}
    return {
        "intents": [[each.intent, round(each.confidence, 3)] for each in understood.asked],
        "act": [understood.act.value, round(understood.act_confidence, 3)],
        "slots": sorted({slot.name for slot in understood.slots}),
        "out_of_scope": round(understood.out_of_scope, 3),
        "language": understood.language,
        "revenue": [understood.revenue.label, round(understood.revenue.confidence, 3), understood.revenue.item],
        "triage_signal": [understood.triage.reason, round(understood.triage.confidence, 3)],
        "mood": round(understood.mood, 2),
        "frustration": round(understood.frustration, 3),
        "repeats": understood.repeats,
        "model": understood.model,
    }


def _first_words(opening: Opening) -> str:
    first = next((each.text for each in opening.said if each.role == "customer"), opening.inbound.text)
    return " ".join(first.split())[:160]


def _offer(draft: Draft) -> dict[str, str] | None:
    return {"kind": draft.offer.kind, "item": draft.offer.item, "origin": draft.offer.origin} if draft.offer else None
