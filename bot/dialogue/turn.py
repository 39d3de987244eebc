"""The main path of a message, top to bottom: read, understand, decide, act, check, and write it all in one step."""

from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

from bot.dialogue.agent import Agent, not_yet
from bot.dialogue.bringing_up import cards_of, intents_of
from bot.dialogue.cases import Cases
from bot.dialogue.concluding import conclude, observe
from bot.dialogue.customer import know_account, know_name
from bot.dialogue.draft import Draft, Hearing
from bot.dialogue.guard import Screened, screen
from bot.dialogue.leaning import question_of
from bot.dialogue.machine import Machine
from bot.dialogue.offers import bring_up
from bot.dialogue.opening import Opening, begin_anew, read_opening
from bot.dialogue.plan_told import tell_plan, waits, without_old
from bot.dialogue.planning import Planner
from bot.dialogue.quoted import in_own_words, own_words
from bot.dialogue.replied import reply_of
from bot.dialogue.spending import charge_for, know_values, spent
from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import Heard, Pressed
from bot.dialogue.streaming import Finishing, Shown, Streaming
from bot.dialogue.tools import Tools, skill_cards
from bot.dialogue.triaged import Served, needs_person, ruled
from bot.dialogue.wishes import wanted_by
from bot.dialogue.wording import wording
from bot.dialogue.writing import Writing
from bot.telemetry import span
from core.charging import charged
from core.clock import Clock
from core.conversation import Reply
from core.database import Database
from core.durable import Steps
from core.errors import Conflict, Unavailable
from core.language import Act, Said, SlotSpec, Understanding, UnderstandRequest
from handoff.triage import Verdict, public_reason
from memory.recall import Recall
from skills.catalogue import intents
from skills.contract import Context, Ports

PLAINLY = 0.8
NEVER_ANSWERED = frozenset({"vulnerable_person", "abusive_or_threatening", "asked_for_human"})


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Takes turns. Made once; holds nothing between them.

    `shown` tells who watches that a sentence is there before its turn ends.
    """

    tools: Tools
    ports: Ports
    database: Database
    writing: Writing
    recall: Recall
    clock: Clock
    budget_tokens: int = 400
    deadline_s: float = 45.0
    shown: Shown = field(default_factory=Shown)

    async def take(self, steps: Steps, row_id: str) -> Reply:
        """Answers an accepted message. Run again after a crash it does the same, and repeats no effect.

        Run again although its reply is written it does nothing: the state has moved on, and the same words would mean something
        else there.
        """
        opening = await self._read(row_id)
        if opening.finished:
            return Reply(silent=True)
        if not opening.conversation.open:
            await steps.step("anew", partial(begin_anew, self.writing.rooms, opening, self.clock.now()))
            opening = await self._read(row_id)
        present = charge_for(opening, self.deadline_s)
        if self.tools.fluent is not None:
            await know_values(self.ports, opening.principal, present)
        with charged(present):
            return await self._taken(steps, opening)

    async def _taken(self, steps: Steps, opening: Opening) -> Reply:
        """A turn whose reply was begun by an earlier try isn't begun again; one that people overtake goes to them."""
        if not opening.conversation.with_bot:
            return await self._leave_to_people(steps, opening)
        if opening.cut:
            return await self._close_cut(steps, opening)
        try:
            return await self._answer(steps, opening)
        except Conflict:
            now = await self._read(opening.row_id)
            if now.conversation.with_bot or not now.conversation.open:
                raise
            return await self._leave_to_people(steps, now)

    async def _answer(self, steps: Steps, opening: Opening) -> Reply:
        with span("turn.work", conversation_id=opening.conversation.id):
            draft, state, understood = await self._work(opening)
        with span("turn.write", conversation_id=opening.conversation.id):
            said = await steps.step("reply", partial(self.writing.write, opening, draft, state, understood))
        if draft.handoff is not None:
            draft.handoff = replace(draft.handoff, message=said or "")
        return reply_of(draft, understood)

    async def _close_cut(self, steps: Steps, opening: Opening) -> Reply:
        """Ends a reply of which the customer has seen the beginning: they hear that it was cut."""
        language = opening.cut_in or opening.conversation.language
        draft = Draft(turn_id=opening.row_id, language=language, sentences=[*opening.cut], shown=len(opening.cut))
        draft.say([wording("reply.cut", language)])
        draft.noted["cut_short"] = True
        state = self._next_state(opening.state, draft)
        await steps.step("reply", partial(self.writing.write, opening, draft, state, None))
        return reply_of(draft, None)

    async def _read(self, row_id: str) -> Opening:
        return await self.database.read(partial(read_opening, self.writing.rooms, row_id))

    async def _leave_to_people(self, steps: Steps, opening: Opening) -> Reply:
        """Says nothing while people hold the conversation; they see the message and what was understood of it."""
        understood = await self._understand(opening, screen(opening.inbound.text))
        handoff = await self.database.read(partial(self.writing.told_of_handoff, opening))
        await steps.step("heard", partial(self.writing.heard_by_people, opening, understood))
        return replace(reply_of(Draft(turn_id=opening.row_id, handoff=handoff), understood), silent=True)

    async def _work(self, opening: Opening) -> tuple[Draft, DialogueState, Understanding | None]:
        """Everything that leaves no trace but effects whose key was stored before."""
        began = perf_counter()
        draft = Draft(turn_id=opening.row_id, language=opening.conversation.language)
        state = without_old(opening.state)
        agent = self._agent(opening, draft, state)
        understood: Understanding | None = None
        if opening.inbound.press is not None:
            press = opening.inbound.press
            await agent.run(Pressed(card_id=press.card_id, confirmed=press.choice == "confirm"))
        else:
            screened = screen(opening.inbound.text)
            if screened.problem:
                draft.say([wording(screened.problem, draft.language)])
                return draft, state, None
            understood = await self._understand(opening, screened)
            if understood is None:
                self._without_model(agent, opening, screened)
            else:
                await self._hear(agent, opening, screened, understood)
        await self._finishing.finish(draft)
        draft.timings_ms["work"] = round((perf_counter() - began) * 1000, 1)
        if draft.handoff is not None:
            draft.summary = await self._summary(opening)
            await know_account(self.ports, opening.principal, draft)
            await know_name(self.ports, opening.principal, draft)
        draft.noted.update(spent())
        tell_plan(draft, agent.state)
        return draft, self._next_state(agent.state, draft), understood

    async def _hear(self, agent: Agent, opening: Opening, screened: Screened, understood: Understanding) -> None:
        draft = agent.draft
        draft.language = understood.language
        agent.state = agent.state.model_copy(update={"outages": 0})
        draft.noted["suspicious"] = screened.suspicious
        latest = Said(role="customer", text=screened.text, message_id=opening.inbound.message_id)
        agent.understood, agent.said = understood, (*opening.said, latest)
        agent.state = agent.state.model_copy(update={"wanted": wanted_by(understood, agent.state, self.tools.skills)})
        verdict = needs_person(opening, screened.own, understood, agent.state, self._served)
        if verdict is not None and not await self._answers_instead(verdict, opening, screened.own, understood):
            agent.hand_over(public_reason(verdict.reason), verdict.note)
            return
        with span("turn.recall"):
            await self._prepare_recall(agent, opening, screened.text)
        question = question_of(screened.own, understood, agent.state, self.tools.names)
        whole = screened.text if question == screened.own else question
        await agent.run(Heard(text=screened.own, message_id=latest.message_id, understood=understood, question=whole))
        conclude(agent, understood, screened.own)
        await bring_up(agent, understood)

    async def _answers_instead(self, verdict: Verdict, opening: Opening, text: str, understood: Understanding) -> bool:
        """Whether a judgement (never a rule) that a person is needed gives way to an answer that plainly stands."""
        if verdict.decided_by != "model" or verdict.reason in NEVER_ANSWERED or understood.intent != "question":
            return False
        tenant = opening.conversation.tenant
        try:
            return await self.tools.help.likelihood(tenant, text, understood.language) >= PLAINLY
        except Unavailable:
            return False

    def _without_model(self, agent: Agent, opening: Opening, screened: Screened) -> None:
        """The model is down: rules still call a person; else the customer hears it, and the second time a person comes."""
        verdict = ruled(opening, screened.own)
        if verdict is not None:
            agent.hand_over(public_reason(verdict.reason), verdict.note)
            return
        outages = agent.state.outages + 1
        agent.state = agent.state.model_copy(update={"outages": outages})
        agent.draft.noted["model_down"] = outages
        if outages > 1:
            agent.hand_over("repeated_failure", "the language model isn't answering")
        else:
            agent.draft.say([wording("failed.understanding", agent.draft.language)])

    async def _prepare_recall(self, agent: Agent, opening: Opening, text: str) -> None:
        """What is remembered of this person, and the plan that answers should fit."""
        principal = opening.principal
        if not principal.verified or principal.contact_id is None:
            return
        await know_account(self.ports, principal, agent.draft)
        try:
            recalled = await self.recall.find(principal, text, budget_tokens=self.budget_tokens, now=self.clock.now())
        except Unavailable:
            agent.draft.noted["recall"] = "unavailable"
            return
        agent.recalled = [each.text for each in recalled]
        agent.draft.recalled = [each.memory_id for each in recalled]

    async def _understand(self, opening: Opening, screened: Screened) -> Understanding | None:
        """What the model makes of it; None for a press, for what can't be read, and when the model is down."""
        if screened.problem or opening.inbound.press is not None:
            return None
        latest = Said(role="customer", text=screened.text, message_id=opening.inbound.message_id)
        top = opening.state.top
        expecting = self._expecting(top) if top else None
        request = UnderstandRequest(
            said=in_own_words([*opening.said, latest]),
            intents=(*intents(), *intents_of(self.tools.procedures)),
            expecting=expecting,
            active_intent=top.skill if top else None,
        )
        try:
            understood = observe(await self.tools.model.understand(request), opening, screened.own)
        except Unavailable:
            return None
        if not waits(opening.state) and understood.act in (Act.AFFIRM, Act.CORRECT):
            understood = replace(understood, act=Act.OTHER)
        return understood

    @property
    def _finishing(self) -> Finishing:
        fluency = self.tools.fluent
        return Finishing(translating=fluency.translating if fluency else None)

    @property
    def _served(self) -> Served:
        return Served(skills=self.tools.skills, cases=self.tools.procedures)

    def _expecting(self, task: Task) -> SlotSpec | None:
        """The slot that a task asks for."""
        skill, procedure = self.tools.skills.get(task.skill), self.tools.procedures.get(task.skill)
        slots = skill.slots if skill else procedure.questions if procedure else ()
        return next((slot for slot in slots if slot.name == task.asking), None)

    def _agent(self, opening: Opening, draft: Draft, state: DialogueState) -> Agent:
        principal = opening.principal
        hearing = Hearing(
            turn_id=opening.row_id,
            correlation_id=opening.correlation_id,
            conversation_id=opening.conversation.id,
            account_id=principal.account_id,
            principal=principal,
            text=own_words(opening.inbound.text),
            message_id=opening.inbound.message_id,
            private=opening.inbound.private,
        )
        context = Context(
            principal=principal,
            account_id=principal.account_id,
            conversation_id=opening.conversation.id,
            ports=self.ports,
            clock=self.clock,
            language=draft.language,
            said=own_words(opening.inbound.text),
            message_id=opening.inbound.message_id,
        )
        cases = Cases(procedures=self.tools.procedures, today=self.clock.now().date().isoformat())
        cards = {**skill_cards(self.tools.skills), **cards_of(self.tools.procedures)}
        machine = Machine(skills=cards, cases=cases, fluent=self.tools.fluent is not None)
        streaming = Streaming(
            database=self.database, writing=self.writing, finishing=self._finishing, opening=opening, shown=self.shown
        )
        return Agent(
            machine=machine,
            tools=self.tools,
            hearing=hearing,
            context=context,
            state=state,
            draft=draft,
            show=streaming.show if self.tools.fluent else not_yet,
            planner=Planner(note=streaming.note, titles=self.tools.titles),
        )

    async def _summary(self, opening: Opening) -> str:
        latest = Said(role="customer", text=opening.inbound.text, message_id=opening.inbound.message_id)
        try:
            return await self.tools.model.summarise([*opening.said, latest])
        except Unavailable:
            return ""

    def _next_state(self, state: DialogueState, draft: Draft) -> DialogueState:
        said = tuple(draft.sentences)
        done = {each.skill for each in draft.actions if each.outcome == "done"}
        wanted = tuple(each for each in state.wanted if each not in done)
        return state.model_copy(update={"said": said or state.said, "handoff": draft.handoff, "greeted": True, "wanted": wanted})
