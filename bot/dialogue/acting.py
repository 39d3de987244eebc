"""How a turn acts: skills are prepared, judged, carded, run; codes mailed and checked; approvals sought; offers raised."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.dialogue.cases import noted
from bot.dialogue.draft import Draft, Hearing, reasons_of
from bot.dialogue.plan_told import beside
from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import Trigger, WasAnswered, WasPrepared, WasRun, Withdraw
from bot.dialogue.tools import Tools
from bot.dialogue.wording import wording
from core.action import ActionRequest, Allow, Argument, Deny, Effect, Origin, Provenance
from core.conversation import ActionRecord, Card, HandoffNotice, Offer, Sentence
from core.errors import BadInput, Conflict, NotAllowed, NotFound, RapportError, Unavailable
from core.events import JSON
from core.language import SlotValue
from governance.audit import judged
from governance.request_text import request_from_text, request_to_text
from handoff.triage import public_reason
from skills.contract import Ask, Context, Ready, Refuse, Skill
from skills.facts import Talk
from skills.outcomes import Outcome, Proposal

MOST_CODE_TRIES = 3
MOST_CODES = 4
CODE_FOR = timedelta(minutes=10)
MAIL_S = 5.0
CODE = "code"


@dataclass(kw_only=True)
class Acting:
    """One turn's hands. `proposals` keeps what each task would do, from its preparation to its card."""

    tools: Tools
    hearing: Hearing
    context: Context
    state: DialogueState
    draft: Draft
    recalled: Sequence[str] = ()
    proposals: dict[str, Proposal] = field(default_factory=dict[str, Proposal])

    async def prepare(self, task: Task) -> Trigger | None:
        """Works a task out and has policy judge it. A code in its slots is checked first."""
        skill = self.tools.skills.get(task.skill)
        if skill is None:
            return WasAnswered(found=False)
        if CODE in task.slots and not self.state.stepped_up:
            if self.state.code_digest is None:
                task = task.model_copy(update={"slots": _without_code(task.slots)})
                self.state = self.state.replace(task)
            elif not await self._code_holds(task, task.slots[CODE]):
                return None
        elif self._lacks_code(task, skill):
            return WasPrepared(task_id=task.id, prepared=Ask(slot=CODE, question=wording("code.ask", self.draft.language).text))
        try:
            proposal = await self.tools.actions.prepare(skill, self._context_for(task), task.slots, self._talk(task))
        except Unavailable:
            return WasRun(task_id=task.id, done=None, problem=wording("failed.unavailable", self.draft.language))
        except RapportError as error:
            return WasRun(task_id=task.id, done=None, problem=self._problem(error.message))
        self._note(task, proposal)
        prepared = proposal.prepared
        if isinstance(prepared, Ask | Refuse):
            return WasPrepared(task_id=task.id, prepared=prepared)
        self.proposals[task.id] = proposal
        request = request_to_text(proposal.request) if proposal.request else None
        ready = prepared or Ready(arguments={})
        reads = skill.effect is Effect.READ
        return WasPrepared(task_id=task.id, prepared=ready, decision=proposal.decision, reads=reads, request=request)

    def _lacks_code(self, task: Task, skill: Skill) -> bool:
        """Whether the skill changes what only a proven person may: the proof comes before everything else."""
        asks = any(slot.name == CODE for slot in skill.slots)
        return asks and CODE not in task.slots and not self.state.stepped_up and self.context.principal.verified

    async def execute(self, task: Task) -> Trigger:
        """Runs the very request that the task holds, and nothing else."""
        assert task.request is not None
        request = request_from_text(task.request)
        self._add(request, "allow", (), "proposed")
        try:
            outcome = await self.tools.actions.run(request, self._talk(task), self._context_for(task))
        except (BadInput, Conflict, NotAllowed, NotFound) as error:
            self.draft.set_outcome(task.skill, "failed")
            return WasRun(task_id=task.id, done=None, problem=self._problem(error.message))
        if outcome.done is not None:
            self.draft.set_outcome(task.skill, "done")
            self.draft.offer = self.draft.offer or outcome.done.offer or task.offer
            self.draft.keep_receipt(outcome.done.receipt, reads=request.effect is Effect.READ)
            if outcome.done.promise:
                self.draft.promises.append(outcome.done.promise)
            return WasRun(task_id=task.id, done=outcome.done)
        if outcome.decision is not None:
            became = "awaiting_approval" if outcome.approval_id else "refused"
            self._add(request, outcome.decision.name, reasons_of(outcome.decision), became)
        else:
            self.draft.set_outcome(task.skill, "failed")
        handoff = public_reason(outcome.handoff) if outcome.handoff else None
        return WasRun(task_id=task.id, done=None, problem=self._problem_of(outcome), handoff=handoff)

    def show_card(self, task: Task) -> None:
        """Shows the exact arguments, bound to their hash."""
        proposal = self.proposals[task.id]
        ready, request = proposal.prepared, proposal.request
        assert isinstance(ready, Ready)
        assert request is not None
        card = Card(
            id=self.draft.new_id("card"),
            title=ready.title or self.tools.skills[task.skill].title,
            rows=ready.rows,
            rule=ready.rule,
            action_id=request.id,
            arguments_hash=request.arguments_hash,
            confirm=wording("card.confirm", self.draft.language).text,
            cancel=wording("card.cancel", self.draft.language).text,
        )
        self.draft.card = card
        self.draft.offer = self.draft.offer or ready.offer or task.offer
        self.state = self.state.replace(task.model_copy(update={"card": card}))

    def withdraw(self, withdrawn: Withdraw) -> None:
        """Notes what the customer decided against."""
        if withdrawn.skill.startswith("offer:"):
            self.draft.declined.append(withdrawn.skill.removeprefix("offer:"))
            return
        if withdrawn.task is not None and withdrawn.task.request is not None:
            request = request_from_text(withdrawn.task.request)
            self._add(request, "allow", (), withdrawn.outcome)
        if withdrawn.task is not None and withdrawn.task.card is not None:
            self.draft.cancelled.append(withdrawn.task.card.id)

    async def mail_code(self, task: Task) -> None:
        """Mails a code to the address on file, never to another, and only so many in one conversation."""
        if self.state.codes_mailed >= MOST_CODES:
            self.state = self.state.without(task.id)
            await self.judge_without_code(task)
            return
        try:
            async with asyncio.timeout(MAIL_S):
                digest = await self.tools.mail.send(self._context_for(task), self.draft.new_id("code"))
        except (RapportError, TimeoutError):
            self.state = self.state.without(task.id)
            self.draft.say([wording("failed.unavailable", self.draft.language)])
            return
        sent = {"code_digest": digest, "code_at": self.context.clock.now(), "code_tries": 0}
        self.state = self.state.model_copy(update={**sent, "codes_mailed": self.state.codes_mailed + 1})
        self.draft.say([wording("code.mailed", self.draft.language)])

    async def judge_without_code(self, task: Task) -> None:
        """Records the denial of what lacks its proof."""
        await self.judge(task)
        self.draft.say([wording("code.no_access", self.draft.language)])

    async def judge(self, task: Task) -> Proposal:
        """Has policy judge a task with the values that it has, without working it out, and records what it says."""
        skill = self.tools.skills[task.skill]
        proposal = await self.tools.actions.propose(skill, self._context_for(task), _as_given(task), self._talk(task))
        self._note(task, proposal)
        return proposal

    async def seek_approval(self, task: Task, approver: str) -> None:
        """Asks those who may decide, and gives the conversation to people: the customer is told both."""
        proposal = self.proposals[task.id]
        self.draft.approval = proposal
        self.draft.set_outcome(task.skill, "awaiting_approval")
        self.hand_over(_approval_reason(proposal), f"approval by {approver}")

    async def raise_offer(self, offer: Offer) -> None:
        """Brings up an offer when policy lets the bot; else nothing is said, and the record says why."""
        skill = self.tools.skills.get("raise_offer")
        if skill is None or self.draft.card is not None or self.context.account_id is None:
            return
        origin = Provenance(origin=Origin.MODEL, source_id=self.hearing.message_id)
        values = {"kind": offer.kind, "item": offer.item, "channel": "in_app"}
        ready = Ready(
            arguments={name: Argument(value=value, provenance=origin) for name, value in values.items()},
            facts={"channel": "in_app", "live": True, "offers_in_conversation": self.state.offers_raised},
        )
        proposal = await self.tools.actions.propose(skill, self.context, ready, self._talk(raised_by="bot"))
        allowed = isinstance(proposal.decision, Allow)
        self.draft.decided.append(_kept(proposal, "raised" if allowed else "not raised"))
        if not allowed or proposal.request is None:
            return
        self._add(proposal.request, "allow", (), "done")
        self.draft.raised = offer
        self.draft.offer = self.draft.offer or offer
        self.draft.say([wording(f"offer.{offer.kind}", self.draft.language, item=self.tools.items.get(offer.item, ""))])
        self.state = self.state.model_copy(update={"offer": offer, "offers_raised": self.state.offers_raised + 1})

    def hand_over(self, reason: str, detail: str = "") -> None:
        """Marks the conversation for people; the words come when the case is opened."""
        self.draft.handoff = HandoffNotice(reason=reason, message="")
        self.draft.handoff_detail = noted(detail, self.state, self.tools.procedures)

    def _note(self, task: Task, proposal: Proposal) -> None:
        """Lists what was proposed or refused; not a guess that was wrong, nor an offer to stay that policy withholds."""
        decision = proposal.decision
        if decision is None or proposal.request is None:
            return
        allowed = isinstance(decision, Allow)
        self.draft.decided.append(_kept(proposal, "proposed" if allowed else "refused"))
        guess = task.unsure and isinstance(decision, Deny)
        if allowed or (task.parent is None and not guess):
            self._add(proposal.request, decision.name, reasons_of(decision), "proposed" if allowed else "refused")

    async def _code_holds(self, task: Task, code: SlotValue) -> bool:
        """A right code proves the person once more; a wrong one is asked for again, three times at most.

        After that, and after ten minutes, a code is worth nothing.
        """
        task = task.model_copy(update={"slots": _without_code(task.slots), "asking": CODE})
        digest, sent_at = self.state.code_digest or "", self.state.code_at
        if sent_at is None or self.context.clock.now() - sent_at > CODE_FOR:
            self.state = self.state.replace(task).model_copy(update={"code_digest": None})
            self.draft.say([wording("code.expired", self.draft.language)])
            await self.mail_code(task)
            return False
        if self.tools.mail.matches(digest, str(code.value)):
            self.state = self.state.model_copy(update={"stepped_up": True, "code_digest": None})
            self.context = replace(self.context, principal=self.context.principal.stepped_up())
            return True
        tries = self.state.code_tries + 1
        self.state = self.state.replace(task).model_copy(update={"code_tries": tries})
        if tries < MOST_CODE_TRIES:
            self.draft.say([wording("code.wrong", self.draft.language)])
        else:
            self.state = self.state.without(task.id).model_copy(update={"code_digest": None})
            await self.judge_without_code(task)
        return False

    def _add(self, request: ActionRequest, decision: str, reasons: tuple[str, ...], outcome: str) -> None:
        arguments = request.values()
        for place, known in enumerate(self.draft.actions):
            if known.skill == request.skill and known.arguments == arguments:
                self.draft.actions[place] = replace(known, decision=decision, reasons=reasons, outcome=outcome)
                return
        record = ActionRecord(
            skill=request.skill,
            effect=request.effect.value,
            arguments=arguments,
            decision=decision,
            reasons=reasons,
            outcome=outcome,
        )
        self.draft.actions.append(record)

    def _problem(self, message: str) -> Sentence:
        return wording("failed.refused", self.draft.language, problem=message)

    def _context_for(self, task: Task) -> Context:
        return replace(self.context, said=task.text or self.context.said)

    def _problem_of(self, outcome: Outcome) -> Sentence:
        """What the customer is told of a run that didn't end well."""
        told = [sentence.text for sentence in outcome.told]
        if not told and outcome.decision is not None:
            told = [reason.customer for reason in outcome.decision.reasons if reason.customer]
        return Sentence(text=" ".join(told), approved="policy") if told else wording("denied", self.draft.language)

    def _talk(self, task: Task | None = None, raised_by: str = "customer") -> Talk:
        """What policy should know of this conversation. An offer under decision doesn't count among those made before it."""
        shown = self.state.save_offers - (1 if task is not None and task.parent is not None else 0)
        return Talk(
            correlation_id=self.hearing.correlation_id,
            raised_by=raised_by if task is None else task.raised_by,
            offers=self.state.offers_raised,
            save_offers=max(0, shown),
            beside=beside(self.state, task),
        )


def _without_code(slots: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
    return {name: slot for name, slot in slots.items() if name != CODE}


def _as_given(task: Task) -> Ready:
    """A task's slots as arguments, for a judgement without preparation."""
    given = {
        name: Argument(value=slot.value, provenance=Provenance(origin=slot.origin, source_id=slot.message_id))
        for name, slot in _without_code(task.slots).items()
    }
    return Ready(arguments=given)


def _kept(proposal: Proposal, outcome: str) -> Mapping[str, JSON]:
    if proposal.request is None or proposal.decision is None or proposal.facts is None:
        return {"skill": proposal.skill, "outcome": outcome}
    return judged(proposal.request, proposal.decision, proposal.facts, outcome)


def _approval_reason(proposal: Proposal) -> str:
    """The triage reason under which a request that needs approval goes to people."""
    if proposal.skill == "grant_discount":
        return "negotiation"
    money = proposal.request is not None and proposal.request.effect is Effect.MONEY
    return "money_over_limit" if money else "out_of_scope_account_change"
