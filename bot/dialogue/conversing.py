"""Answers in a model's own words: search first, then rounds with tools, and only what stands on evidence is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.acting import Acting
from bot.dialogue.called import Calls
from bot.dialogue.checking import Record
from bot.dialogue.fallen import codes_of
from bot.dialogue.plan_called import Planned
from bot.dialogue.planning import Planner
from bot.dialogue.provenance import Traced
from bot.dialogue.rounds import Rounds, Show
from bot.dialogue.steps import Answer, Trigger, WasAnswered
from bot.dialogue.tool_list import tool_list
from bot.dialogue.tools import WORTH_READING, Fluency, Passages
from bot.dialogue.wording import wording
from core.errors import Unavailable
from core.events import JSON
from core.language import ConverseRequest, Said, ToolSpec, Understanding

PLAINLY = 0.8
ASKED = 0.33
SMALL_WORDS = 3


@dataclass(frozen=True, kw_only=True)
class Conversing:
    """One answer. `said` is the conversation, the present message last; `show` shows the customer what the draft has."""

    acting: Acting
    fluency: Fluency
    said: Sequence[Said]
    show: Show
    planner: Planner = field(default_factory=Planner)
    understood: Understanding | None = None

    async def answer(self, command: Answer) -> Trigger | None:
        """What the machine goes on with; None when the model could say nothing and a quotation should be tried."""
        draft = self.acting.draft
        tenant = self.acting.hearing.principal.tenant.id
        try:
            found = await self.fluency.finding.find(tenant, command.question, draft.language)
        except Unavailable:
            draft.say([wording("answer.unavailable", draft.language)])
            return WasAnswered(found=True)
        draft.retrieved.extend(found.ids)
        draft.noted["answerable"] = round(found.answerable, 3)
        if found.staff_only and not self.acting.state.wanted:
            draft.say([wording("answer.staff", draft.language)])
            return WasAnswered(found=True)
        if command.else_say and found.answerable < PLAINLY:
            draft.say([wording(command.else_say, draft.language)])
            return WasAnswered(found=True)
        return await self._conversed(command, found)

    async def _conversed(self, command: Answer, found: Passages) -> Trigger | None:
        rounds = self._rounds(found)
        likely = found.answerable >= self.fluency.finding.threshold and not found.staff_only
        if found.answerable >= WORTH_READING and not found.staff_only:
            rounds.calls.take_in(found)
        if likely and await self._told_from_memory(command.question, rounds):
            return WasAnswered(found=True)
        await rounds.run(replace(self._request(rounds.calls, command.question), doubtful=not likely))
        rounds.calls.planned.end()
        trigger = await self._ended(command.question, rounds, likely)
        self._note(rounds)
        if not rounds.calls.person or self.acting.draft.handoff is not None:
            return trigger
        self.acting.draft.say([wording("procedure.offer_person", self.acting.draft.language)])
        return WasAnswered(found=True) if trigger is None or trigger == WasAnswered(found=False) else trigger

    def _rounds(self, found: Passages) -> Rounds:
        acting = self.acting
        traced = Traced(values=self.fluency.values, today=acting.context.clock.now().date(), said=self.said)
        calls = Calls(
            acting=acting,
            fluency=self.fluency,
            traced=traced,
            specs={each.name: each for each in self._tools()},
            wanted=frozenset(acting.state.wanted),
            planned=Planned(acting=acting, planner=self.planner, asked=self.understood.asked if self.understood else ()),
        )
        if acting.draft.plan and acting.context.account_id:
            calls.records.append(Record(text=f"Your plan is {acting.draft.plan}.", record_id=acting.context.account_id))
        return Rounds(model=acting.tools.model, fluency=self.fluency, calls=calls, draft=acting.draft, show=self.show)

    def _tools(self) -> tuple[ToolSpec, ...]:
        context = self.acting.context
        return tool_list(self.acting.tools.skills.values(), lambda skill: self.fluency.may_ask(skill, context))

    def _request(self, calls: Calls, question: str) -> ConverseRequest:
        """A part of the message stands for it; one that was put in other words for the search doesn't."""
        facts = {"today": self.acting.context.clock.now().date().isoformat()}
        if self.acting.draft.plan:
            facts["plan"] = self.acting.draft.plan
        asked = self.understood.asked if self.understood else ()
        plan = [f"{each.intent}: {each.text}" for each in asked if each.confidence >= ASKED]
        said = self.said
        if question != said[-1].text and question in said[-1].text:
            said = (*said, replace(said[-1], text=question))
        return ConverseRequest(
            said=said,
            tools=tuple(calls.specs.values()),
            sources=tuple(calls.passages),
            recalled=tuple(self.acting.recalled),
            facts=facts,
            plan=plan if len(plan) > 1 else (),
        )

    async def _ended(self, question: str, rounds: Rounds, likely: bool) -> Trigger | None:
        """What came of the rounds, from the best that there is: a task, an answer, a skill's own words, a question back."""
        draft, calls = self.acting.draft, rounds.calls
        if calls.follow is not None:
            self.acting.state = self.acting.state.model_copy(update={"misses": 0})
            return calls.follow
        if draft.handoff is not None:
            return WasAnswered(found=True)
        if rounds.stood:
            if rounds.cut:
                draft.say([wording("reply.cut", draft.language)])
            else:
                await self._remember(question, rounds)
            return WasAnswered(found=True)
        if calls.told:
            draft.say(calls.told)
            return WasAnswered(found=True)
        if calls.planned.goes_on:
            return WasAnswered(found=True)
        if rounds.cut or (likely and (rounds.refused or rounds.fallen)):
            return None
        if (likely or calls.used) and any(each.text.endswith("?") for each in rounds.held):
            await rounds.release()
            return WasAnswered(found=True)
        return WasAnswered(found=False)

    async def _told_from_memory(self, question: str, rounds: Rounds) -> bool:
        if not self._general():
            return False
        kept = await self.fluency.kept.get(question, self.acting.draft.language)
        if not kept:
            return False
        self.acting.draft.noted["from_memory"] = True
        for sentence in kept:
            await rounds.tell(sentence)
        return True

    async def _remember(self, question: str, rounds: Rounds) -> None:
        cited = all(each.citations and not each.record_ids for each in rounds.stood)
        if cited and not rounds.calls.used and not rounds.fallen and self._general():
            await self.fluency.kept.put(question, self.acting.draft.language, tuple(rounds.stood))

    def _general(self) -> bool:
        """Whether the answer would be the same for anybody: nothing is known of the customer, and nothing was said before."""
        before = [each for each in self.said[:-1] if each.role == "customer" and len(each.text.split()) > SMALL_WORDS]
        return not before and not self.acting.recalled and not self.acting.draft.plan and not self.acting.state.tasks

    def _note(self, rounds: Rounds) -> None:
        """What the record keeps of it: numbers, and which tools were called."""
        noted: dict[str, JSON] = {
            "rounds": rounds.rounds,
            "calls": list(rounds.calls.used),
            "fallen": len(rounds.fallen),
            "mended": rounds.mended,
            "dropped": max(0, len(rounds.fallen) - rounds.mended),
            "fell": codes_of(reason for _, reason in rounds.fallen),
            "cut": rounds.cut,
            "refused": rounds.refused,
            "first_sentence_ms": rounds.first_ms,
        }
        self.acting.draft.noted["conversed"] = noted
