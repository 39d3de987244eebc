"""Carries out what a model calls: searches and reads come back as data, a write becomes a task of the procedure machine.

Whatever a model asks for goes through the skills' runner and so through the gate. What the customer's own words don't ask for
has the model as the one who raised it, and policy denies its effects.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.dialogue.acting import Acting
from bot.dialogue.checking import Evidence, Record
from bot.dialogue.fresh import open_task
from bot.dialogue.plan_called import Planned
from bot.dialogue.provenance import Traced, origin_of, typed_values
from bot.dialogue.state import Task
from bot.dialogue.steps import Prepare, Trigger, WasAnswered, WasPrepared, WasRun
from bot.dialogue.tool_list import HAND_OVER, PLAN, SEARCH, faults
from bot.dialogue.tools import WORTH_READING, Fluency, Passages
from bot.dialogue.wording import wording
from core.action import Allow, Deny, Effect, Origin
from core.conversation import Sentence
from core.language import Asked, SlotSpec, SlotValue, Source, ToolCall, ToolResult, ToolSpec
from handoff.triage import public_reason
from skills.contract import Ask, Done, Ready, Refuse, Skill

MOST_CALLS = 8
MOST_PASSAGES = 18
DESCRIBING = 4
NOT_ASKED = "Nothing was done: the customer has not asked for this in their own words. Ask them whether they want it."
NOT_THEIR_VALUE = "Nothing was done: {names} came from a text, not from the customer. Ask the customer to say it themselves."
ENDED = "Not carried out: what came before ends this turn."
WAITS = "The customer is now asked to complete or confirm this; say no more."


@dataclass(kw_only=True)
class Calls:
    """The calls of one answer. `follow` is what the machine goes on with, `told` what skills would say in their own words."""

    acting: Acting
    fluency: Fluency
    traced: Traced
    specs: Mapping[str, ToolSpec]
    wanted: frozenset[str]
    planned: Planned
    follow: Trigger | None = None
    told: list[Sentence] = field(default_factory=list[Sentence])
    person: bool = False
    records: list[Record] = field(default_factory=list[Record])
    passages: list[Source] = field(default_factory=list[Source])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    used: list[str] = field(default_factory=list[str])
    over: bool = False
    count: int = 0
    _memory: dict[str, ToolResult] = field(default_factory=dict[str, ToolResult])

    @property
    def evidence(self) -> Evidence:
        """What sentences may stand on by now."""
        asked = [each.text for each in self.traced.said if each.role == "customer"]
        draft = self.acting.draft
        acted = [each.skill for each in draft.actions if each.outcome == "done" and each.effect != "read"]
        receipt = [f"{label}: {value}" for label, value in (draft.receipt or {}).items()]
        return Evidence(
            sources=self.texts,
            passages=self.passages,
            records=self.records,
            asked=asked,
            backed=draft.promises,
            acted=[*(f"{skill.replace('_', ' ')} done" for skill in acted), *receipt],
        )

    def take_in(self, found: Passages) -> None:
        """Makes the passages of a search evidence, and their values known as a document's."""
        known = {(each.citation.article, each.citation.start) for each in self.passages}
        new = [each for each in found.sources if (each.citation.article, each.citation.start) not in known]
        self.passages.extend(new[: MOST_PASSAGES - len(self.passages)])
        self.texts.update(found.texts)
        self.acting.draft.retrieved.extend(each for each in found.ids if each not in self.acting.draft.retrieved)
        for article, text in found.texts.items():
            self.traced.add(Origin.DOCUMENT, article, [text])
        for source in new:
            self.traced.add(Origin.DOCUMENT, source.citation.article, [source.text])

    async def carry_out(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """One result a call, in order. What comes after the end of the turn isn't carried out."""
        return [await self._one(call) for call in calls]

    async def _one(self, call: ToolCall) -> ToolResult:
        spec = self.specs.get(call.tool)
        if spec is None:
            return _failed(call, "There is no such tool. Use only the tools that are offered.")
        wrong = faults(spec, call.arguments)
        if wrong:
            return _failed(call, wrong)
        key = json.dumps([call.tool, dict(call.arguments)], sort_keys=True, default=str)
        if key in self._memory:
            return _again(call, self._memory[key])
        self.count += 1
        if self.count > MOST_CALLS:
            return _failed(call, "No more calls in this turn: answer with what you have, or say what is missing.")
        self.used.append(call.tool)
        result = await self._carried_out(call)
        self._memory[key] = result
        return result

    async def _carried_out(self, call: ToolCall) -> ToolResult:
        skill = self.acting.tools.skills.get(call.tool)
        if self.over:
            if skill is not None and skill.effect is not Effect.READ:
                self._keep_for_later(skill, call)
            return _failed(call, ENDED)
        if call.tool == SEARCH:
            return await self._search(call)
        if call.tool == PLAN:
            text = await self.planned.by_model(cast(Sequence[str], call.arguments["steps"]), self.wanted)
            return ToolResult(call_id=call.id, text=text)
        if call.tool == HAND_OVER:
            return self._offer_person(call)
        assert skill is not None
        await self.planned.by_understanding()
        slots = self.traced.slots(skill, call.arguments)
        if skill.effect is Effect.READ:
            return await self._read(call, skill, slots)
        return await self._write(call, skill, _named(skill.slots, slots))

    def _offer_person(self, call: ToolCall) -> ToolResult:
        """A model may think that a person is needed, from whatever it read; the customer says whether they want one.

        Where their own words call for a person, triage has handed over before any model was asked.
        """
        self.acting.draft.noted["person_suggested"] = public_reason(str(call.arguments["reason"]))
        self.person = self.over = True
        return ToolResult(call_id=call.id, text="The customer is asked whether they want a person; say no more.")

    async def _search(self, call: ToolCall) -> ToolResult:
        query = str(call.arguments["query"])
        tenant = self.acting.hearing.principal.tenant.id
        found = await self.fluency.finding.find(tenant, query, "en")
        if found.staff_only:
            return _failed(call, "Only staff know about this: don't answer it.")
        if found.answerable < WORTH_READING or not found.sources:
            return _failed(call, "The help centre has nothing that answers this.")
        self.take_in(found)
        return ToolResult(call_id=call.id, text=f"{len(found.sources)} passages found.", sources=found.sources)

    async def _read(self, call: ToolCall, skill: Skill, slots: Mapping[str, SlotValue]) -> ToolResult:
        asked_for = skill.id in self.wanted
        task = Task(
            id=f"call{self.count}",
            skill=skill.id,
            text=self.acting.hearing.text,
            slots=dict(slots),
            unsure=not asked_for,
            raised_by=self._raised_by(skill),
        )
        prepared = await self.acting.prepare(task)
        if isinstance(prepared, WasRun):
            return _failed(call, prepared.problem.text if prepared.problem else "This can't be looked up now.")
        if not isinstance(prepared, WasPrepared):
            return _failed(call, "This can't be looked up now.")
        if not isinstance(prepared.prepared, Ready) or not isinstance(prepared.decision, Allow):
            return self._not_ready(call, prepared)
        ran = await self.acting.execute(task.model_copy(update={"request": prepared.request}))
        done = ran.done if isinstance(ran, WasRun) else None
        if done is None:
            told = ran.problem.text if isinstance(ran, WasRun) and ran.problem else "This can't be looked up now."
            return _failed(call, told)
        self.planned.done(skill.id)
        return self._read_out(call, skill, task, done)

    def _read_out(self, call: ToolCall, skill: Skill, task: Task, done: Done) -> ToolResult:
        """What was read, as data; a proposal that comes with what the customer asked for goes to the machine."""
        result = done.result.model_dump(mode="json")
        said = [each.text for each in done.sentences]
        source = next((each for sentence in done.sentences for each in sentence.record_ids), skill.id)
        self.traced.add(Origin.RECORD, source, typed_values(result))
        self.traced.add(origin_of(skill), source, said)
        foreign = origin_of(skill) is Origin.TOOL
        for sentence in done.sentences:
            record_id = (sentence.record_ids or (skill.id,))[0]
            self.records.append(Record(text=sentence.text, record_id=record_id, as_it_is=foreign))
        self.told.extend(done.sentences)
        if done.handoff:
            self.acting.hand_over(public_reason(done.handoff), skill.id)
            self.over = True
        elif done.then is not None and task.raised_by == "customer":
            self.acting.state = self.acting.state.replace(task)
            self.follow, self.over = WasRun(task_id=task.id, done=done), True
        text = json.dumps({"from": skill.id, "says": said, "result": result}, ensure_ascii=False, separators=(",", ":"))
        return ToolResult(call_id=call.id, text=text)

    def _not_ready(self, call: ToolCall, prepared: WasPrepared) -> ToolResult:
        """A question, a refusal or a denial, in words."""
        match prepared.prepared:
            case Ask(question=question):
                return _failed(call, f"Not enough is known. Ask the customer: {question}")
            case Refuse(sentences=sentences):
                self.told.extend(sentences)
                self.records.extend(Record(text=each.text, record_id=call.tool) for each in sentences)
                return _failed(call, " ".join(each.text for each in sentences) or "This can't be done.")
            case Ready():
                reasons = prepared.decision.reasons if isinstance(prepared.decision, Deny) else ()
        if any(reason.code == "verified" for reason in reasons):
            self.told.append(wording("verify.first", self.acting.draft.language))
        told = [Sentence(text=reason.customer, approved="policy") for reason in reasons if reason.customer][:2]
        self.records.extend(Record(text=each.text, record_id="policy") for each in told)
        self.told.extend(told if not self.told else ())
        return _failed(call, " ".join(each.text for each in told) or "This isn't allowed.")

    async def _write(self, call: ToolCall, skill: Skill, slots: Mapping[str, SlotValue]) -> ToolResult:
        """Opens a task as if it were understood; the machine then asks, shows its card or tells why not."""
        before = self.acting.state
        raised_by = self._raised_by(skill)
        asked = Asked(intent=skill.id, confidence=1.0, text=self.acting.hearing.text, slots=tuple(slots.values()))
        self.acting.state, command = open_task(before, asked)
        assert isinstance(command, Prepare)
        task = command.task.model_copy(update={"raised_by": raised_by})
        self.acting.state = self.acting.state.replace(task)
        refusal = await self._barred(task)
        if refusal:
            self.acting.state = before
            return _failed(call, refusal)
        prepared = await self.acting.prepare(task)
        if isinstance(prepared, WasRun):
            self.acting.state = before
            return _failed(call, prepared.problem.text if prepared.problem else "This can't be done now.")
        self.follow, self.over = prepared or WasAnswered(found=True), True
        return ToolResult(call_id=call.id, text=WAITS)

    async def _barred(self, task: Task) -> str:
        """Why policy won't have this from a model or from a text; empty when neither is the matter."""
        strange = [name for name, slot in task.slots.items() if slot.origin in (Origin.DOCUMENT, Origin.TOOL)]
        if task.raised_by == "customer" and not strange:
            return ""
        decision = (await self.acting.judge(task)).decision
        if not isinstance(decision, Deny):
            return "" if isinstance(decision, Allow) else NOT_ASKED
        if task.raised_by == "customer" and strange:
            return NOT_THEIR_VALUE.format(names=", ".join(strange))
        return NOT_ASKED

    def _keep_for_later(self, skill: Skill, call: ToolCall) -> None:
        """A further wish of the customer's own waits for its turn; what only the model wishes is forgotten."""
        state = self.acting.state
        waiting = {each.intent for each in state.later} | {each.skill for each in state.tasks}
        slots = _named(skill.slots, self.traced.slots(skill, call.arguments))
        if self._raised_by(skill) != "customer" or skill.id in waiting or self.planned.keeps(skill.id, slots):
            return
        asked = Asked(intent=skill.id, confidence=1.0, text=self.acting.hearing.text, slots=tuple(slots.values()))
        self.acting.state = state.model_copy(update={"later": (*state.later, asked)})

    def _raised_by(self, skill: Skill) -> str:
        return "customer" if skill.id in self.wanted and self.planned.allows(skill.id) else "model"


def _named(specs: Sequence[SlotSpec], slots: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
    """The slots without what the model made up: the machine asks for it. A description in its own words stays."""
    kinds = {spec.name: spec.kind for spec in specs}
    return {
        name: slot
        for name, slot in slots.items()
        if slot.origin is not Origin.MODEL or (kinds.get(name) == "text" and len(str(slot.value).split()) >= DESCRIBING)
    }


def _failed(call: ToolCall, why: str) -> ToolResult:
    return ToolResult(call_id=call.id, text=why, failed=True)


def _again(call: ToolCall, result: ToolResult) -> ToolResult:
    """The same call gets the same answer, without its passages: those were given."""
    return ToolResult(call_id=call.id, text=result.text, failed=result.failed)
