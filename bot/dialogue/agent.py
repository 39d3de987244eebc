"""Carries out what the procedure machine commands, and brings back what came of it. It decides nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.acting import Acting
from bot.dialogue.conversing import Conversing
from bot.dialogue.draft import Draft
from bot.dialogue.leaning import leans
from bot.dialogue.machine import Machine
from bot.dialogue.planning import Planner
from bot.dialogue.rounds import Show
from bot.dialogue.steps import (
    Answer,
    Command,
    Execute,
    HandOver,
    Judge,
    MailCode,
    Prepare,
    Raise,
    Say,
    SeekApproval,
    ShowCard,
    Trigger,
    WasAnswered,
    Withdraw,
    Wording,
)
from bot.dialogue.wording import wording
from bot.telemetry import span
from core.errors import Unavailable
from core.language import Said, Understanding

MOST_STEPS = 40

PLAINLY = 0.8
SPENT = "budget"
"""The reason that a model gives when there is no money left and a person is to go on (`models.budget.when_spent`)."""
LEANING = 0.15
"""How much surer the help centre must be of the bare words of a question that leans on the one before it."""
IN_PUBLIC = {"verify.first": "verify.public"}
"""What is said instead where others read along."""


async def not_yet(draft: Draft) -> None:
    """Leaves what is said to the end of the turn."""


@dataclass
class Agent(Acting):
    """Works through one turn: `state` moves on as triggers come back, `draft` gathers what will be said and written.

    `show` puts before the customer what the draft has by now; `said` is the conversation, with the present message last.
    """

    machine: Machine
    said: Sequence[Said] = ()
    understood: Understanding | None = None
    show: Show = not_yet
    planner: Planner = field(default_factory=Planner)

    async def run(self, trigger: Trigger) -> None:
        """Follows a trigger to its end: every command may bring the next trigger, and the plan the next step."""
        waiting = [trigger]
        for _ in range(MOST_STEPS):
            if self.draft.handoff is not None:
                return
            done = not waiting
            step = await self.planner.advance(self, self.machine, waiting.pop(0) if waiting else None)
            self.state = step.state
            if done and not step.commands:
                return
            for command in step.commands:
                with span(f"turn.{type(command).__name__.lower()}"):
                    following = await self._perform(command)
                if following is not None:
                    waiting.append(following)

    async def _perform(self, command: Command) -> Trigger | None:
        match command:
            case Say(sentences=sentences):
                self.draft.say(sentences)
            case Wording():
                self.draft.say([wording(self._here(command.id), self.draft.language, **dict(command.values))])
            case HandOver(reason=reason, detail=detail):
                self.hand_over(reason, detail)
            case ShowCard(task=task):
                self.show_card(task)
            case Withdraw():
                self.withdraw(command)
            case Raise(offer=offer):
                await self.raise_offer(offer)
            case Answer():
                return await self._answer(command)
            case _:
                return await self._act(command)
        return None

    async def _act(self, command: Prepare | Execute | MailCode | Judge | SeekApproval) -> Trigger | None:
        match command:
            case Prepare(task=task):
                return await self.prepare(task)
            case Execute(task=task):
                return await self.execute(task)
            case MailCode(task=task):
                await self.mail_code(task)
            case Judge(task=task):
                await self.judge_without_code(task)
            case SeekApproval(task=task, approver=approver):
                await self.seek_approval(task, approver)
        return None

    def _here(self, wording_id: str) -> str:
        return wording_id if self.hearing.private else IN_PUBLIC.get(wording_id, wording_id)

    async def _answer(self, command: Answer) -> Trigger:
        """In the model's own words when it has them; by quotation when it has none, or couldn't say anything."""
        fluency = self.tools.fluent if self.said else None
        if fluency is not None:
            else_say = self._here(command.else_say) if command.else_say else ""
            conversing = Conversing(
                acting=self, fluency=fluency, said=self.said, show=self.show, planner=self.planner, understood=self.understood
            )
            conversed = await conversing.answer(replace(command, else_say=else_say))
            if conversed is not None:
                return conversed
        return replace(
            await self._quote(command.question, command.else_say), otherwise=command.otherwise, outside=command.outside
        )

    async def _quote(self, question: str, else_say: str = "") -> WasAnswered:
        facts = {"plan": self.draft.plan} if self.draft.plan else {}
        tenant = self.hearing.principal.tenant.id
        try:
            question = await self._likelier(question)
            answered = await self.tools.help.answer(tenant, question, self.draft.language, recalled=self.recalled, facts=facts)
        except Unavailable as failed:
            if failed.data.get("reason") == SPENT:
                self.hand_over("repeated_failure", "the budget for language models is used up")
            else:
                self.draft.say([wording("answer.unavailable", self.draft.language)])
            return WasAnswered(found=True)
        self.draft.retrieved.extend(answered.passages)
        self.draft.noted.update(answerable=round(answered.answerable, 3), dropped=answered.dropped)
        if else_say and (answered.answerable < PLAINLY or not answered.sentences):
            self.draft.say([wording(self._here(else_say), self.draft.language)])
            return WasAnswered(found=True)
        if answered.staff_only and self.said and (question != self.said[-1].text or leans(question)):
            return WasAnswered(found=False)
        if answered.staff_only:
            self.draft.say([wording("answer.staff", self.draft.language)])
            return WasAnswered(found=True)
        figure = self.tools.count(question, answered.sentences, self.context.clock.now().date(), self.draft.language)
        self.draft.say([*([figure] if figure else []), *answered.sentences])
        return WasAnswered(found=bool(answered.sentences), choices=answered.choices)

    async def _likelier(self, question: str) -> str:
        """A question that was said in full, or the customer's own words where those are answered as surely."""
        own = self.said[-1].text if self.said else question
        if own == question or not leans(own):
            return question
        tenant, language = self.hearing.principal.tenant.id, self.draft.language
        full, plain = [await self.tools.help.likelihood(tenant, each, language) for each in (question, own)]
        return question if full + LEANING >= plain else own
