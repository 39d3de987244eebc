"""Drafts a reply to what a customer wrote in a claimed case: from articles, from records, or as the question that is missing."""

from dataclasses import dataclass, replace
from functools import partial

from core.action import Allow, Effect
from core.conversation import Sentence
from core.errors import RapportError, Unavailable
from core.language import Act, Asked, Understanding
from core.people import Principal
from handoff.desk import draft_words as words
from handoff.desk.acting import AgentActions
from handoff.desk.copilot import CopilotRooms
from handoff.desk.draft_lines import Together, answered, around, from_articles, in_order
from handoff.desk.draft_parts import (
    PLAIN,
    QUESTION,
    SURE,
    Drafted,
    Heard,
    Withheld,
    denied,
    drafted_as,
    needed,
    said_of_action,
    skill_of,
    titles_of,
)
from handoff.desk.hints import Hints
from handoff.desk.matter import Matter, barred, by_name, context_of, customer_of, understood
from handoff.desk.preparing import likely
from handoff.desk.views import ActionView, Verdict
from handoff.triage_rules import first_rule
from skills.catalogue import by_id
from skills.contract import Ask, Ready, Refuse, Skill

OUT_OF_SCOPE = 0.6
WANTS_A_PERSON = "asked_for_human"
SMALLTALK = {Act.GREET: "greet", Act.THANKS: "thanks", Act.GOODBYE: "goodbye"}


@dataclass(frozen=True, kw_only=True)
class Drafting:
    """Drafts. Keeps nothing and sends nothing; skills are read under policy, and whatever changes something is only prepared."""

    rooms: CopilotRooms
    actions: AgentActions
    hints: Hints

    async def draft(self, matter: Matter, agent: Principal | None) -> Drafted | Withheld:
        """The best reply that stands, or why there is none."""
        try:
            found = await understood(self.rooms, matter)
        except Unavailable:
            return Withheld(code="model_down")
        best = found[0] if _plain(found[0]) else found[-1]
        customer = await customer_of(self.rooms, matter)
        recalled = await self._recalled(matter, customer)
        text = matter.latest if best is found[0] else matter.text
        heard = Heard(matter=matter, text=text, understood=best, customer=customer, agent=agent, recalled=recalled)
        try:
            drafted = await self._found(heard)
        except Unavailable:
            return Withheld(code="system_down", intent=best.intent)
        if isinstance(drafted, Withheld):
            return drafted
        hint = await self.hints.hint(matter, best, customer) if agent else None
        return replace(drafted, hint=hint)

    async def _found(self, heard: Heard) -> Drafted | Withheld:
        small = SMALLTALK.get(heard.understood.act)
        lead = heard.lead
        skill = skill_of(lead)
        if (
            small is not None
            and heard.understood.act_confidence >= SURE
            and (skill is None or (lead and lead.confidence < PLAIN))
        ):
            said = (words.proposed(small, heard.language),)
            return drafted_as(heard, said, heard.understood.act_confidence, words.NOTHING_TOLD)
        if skill is not None and lead is not None and any(each.skill == skill.id for each in heard.matter.waiting):
            return self._pending(heard, lead.confidence)
        if skill is not None and lead is not None and lead.confidence >= needed(skill):
            drafted = await self._by_skill(heard, skill, lead)
            if drafted is not None:
                return await self._and_answered(heard, lead, drafted)
        if (first_rule(heard.text) or ("", ""))[0] == WANTS_A_PERSON:
            return Withheld(code=WANTS_A_PERSON, intent=heard.understood.intent)
        return await self._answered(heard)

    async def _by_skill(self, heard: Heard, skill: Skill, asked: Asked) -> Drafted | Withheld | None:
        """From the records, or with an action prepared; None where the articles should answer instead."""
        if heard.agent is None or (skill.needs_account and heard.matter.account_id is None):
            return None
        reasons = barred(self.rooms, heard.matter, heard.customer, skill)
        if reasons and not heard.customer.verified:
            return None
        if skill.effect is not Effect.READ:
            return await self._by_action(heard, asked, heard.agent)
        if reasons:
            return denied(heard, asked, reasons)
        return await self._by_record(heard, skill, asked, heard.agent)

    async def _by_record(self, heard: Heard, skill: Skill, asked: Asked, agent: Principal) -> Drafted | Withheld | None:
        """What a read finds, on the agent's authority, once it is clear that this customer may be told it.

        Whose account it is counts for nothing until they have proved it.
        """
        matter, runner = heard.matter, self.rooms.runner
        context = context_of(self.rooms, matter, matter.on_behalf(agent), asked.text)
        if not heard.customer.verified:
            context = replace(context, account_id=None)
        proposal = await runner.prepare(skill, context, by_name(asked.slots), matter.talk())
        match proposal.prepared:
            case Ask(question=question):
                return drafted_as(heard, (Sentence(text=question, approved="ask"),), asked.confidence, words.NOTHING_TOLD)
            case Refuse(question=True):
                return None
            case Refuse(sentences=sentences):
                return drafted_as(heard, sentences, asked.confidence, words.REFUSED)
            case _:
                pass
        if not isinstance(proposal.decision, Allow) or proposal.request is None:
            return Withheld(code="policy", intent=asked.intent)
        outcome = await runner.run(proposal.request, matter.talk(), context)
        if outcome.done is None or not outcome.done.sentences:
            return Withheld(code="record_not_read", intent=asked.intent)
        ready = proposal.prepared
        said = (*(ready.intro if isinstance(ready, Ready) else ()), *outcome.done.sentences)
        told = words.FROM_RECORDS if context.account_id else words.PUBLIC_RECORDS
        return await self._with_sources(drafted_as(heard, said, asked.confidence, told), heard)

    async def _by_action(self, heard: Heard, asked: Asked, agent: Principal) -> Drafted | None:
        """A question before an action that is prepared beside it, or why it can't be."""
        wanted = next(each for each in likely(heard.matter, [asked]) if each.skill == asked.intent)
        try:
            worked = await self.actions.make(heard.matter, agent, replace(wanted, place=0))
        except Unavailable:
            raise
        except RapportError:
            return None
        said = said_of_action(heard, worked)
        if not said:
            return None
        drafted = drafted_as(heard, said, asked.confidence, words.verdict_on(worked.made.view))
        policy = tuple(f"Policy: {each}" for each in worked.made.view.reasons)
        return replace(drafted, action=worked.made.view, why=(*drafted.why, *policy))

    async def _answered(self, heard: Heard) -> Drafted | Withheld:
        """From the public articles, every sentence checked."""
        matter, intent = heard.matter, heard.understood.intent
        answer = await from_articles(self.rooms, heard)
        if answer.sentences:
            drafted = drafted_as(heard, answer.sentences, answer.answerable, words.FROM_ARTICLES)
            left = answer.left if isinstance(answer, Together) else ()
            why = (words.understood_as(words.A_QUESTION, answer.answerable), *words.left_open(left))
            drafted = await self._with_sources(replace(drafted, intent=QUESTION, why=why), heard)
            beside = await self._beside(heard)
            return replace(drafted, action=beside)
        if matter.waiting:
            return self._pending(heard, SURE)
        if answer.staff_only:
            return Withheld(code="staff_only", intent=intent)
        out = heard.understood.out_of_scope >= OUT_OF_SCOPE
        return Withheld(code="out_of_scope" if out else "low_confidence", intent=intent)

    async def _and_answered(self, heard: Heard, lead: Asked, drafted: Drafted | Withheld) -> Drafted | Withheld:
        """The same with the answers to whatever else was asked in so many words, each in its place."""
        asked = around(heard, lead)
        if isinstance(drafted, Withheld) or not any(asked):
            return drafted
        before, behind = [await answered(self.rooms, heard, each) for each in asked]
        left = [each.text for each in (*before, *behind) if each.open]
        both = replace(drafted, sentences=in_order(before, drafted, behind), why=(*drafted.why, *words.left_open(left)))
        return await self._with_sources(both, heard)

    async def _beside(self, heard: Heard) -> ActionView | None:
        """The likeliest thing to do, prepared beside an answer; nothing when nobody asked for any."""
        if heard.agent is None:
            return None
        found = [each for each in likely(heard.matter, heard.understood.asked) if by_id()[each.skill].effect is not Effect.READ]
        for wanted in found[:1]:
            try:
                worked = await self.actions.make(heard.matter, heard.agent, replace(wanted, place=0))
            except RapportError:
                return None
            return worked.made.view if worked.made.view.verdict is not Verdict.DENY else None
        return None

    def _pending(self, heard: Heard, confidence: float) -> Drafted:
        waiting = heard.matter.waiting[0]
        title = by_id()[waiting.skill].title if waiting.skill in by_id() else waiting.skill
        drafted = drafted_as(heard, (words.proposed("pending", heard.language),), confidence, words.PENDING)
        until = f"An approval of {title} by {waiting.role.replace('_', ' ')} is open until {waiting.expires_at:%d %B, %H:%M} UTC."
        return replace(drafted, why=(*drafted.why, until))

    async def _with_sources(self, drafted: Drafted, heard: Heard) -> Drafted:
        """The draft with the names of its sources among its reasons."""
        titles = await self.rooms.knowledge.read(partial(titles_of, tenant=heard.matter.case.tenant, ids=drafted.articles))
        return replace(
            drafted, why=tuple(dict.fromkeys((*drafted.why, *words.reasons_why(titles, drafted.sentences, heard.recalled))))
        )

    async def _recalled(self, matter: Matter, customer: Principal) -> tuple[str, ...]:
        rooms = self.rooms
        try:
            found = await rooms.recall.find(customer, matter.text, budget_tokens=rooms.recall_tokens, now=rooms.now)
        except Unavailable:
            return ()
        return tuple(each.text for each in found)


def _plain(heard: Understanding) -> bool:
    """Whether a line by itself says what is wanted."""
    skill = skill_of(heard.asked[0] if heard.asked else None)
    return skill is not None and heard.confidence >= needed(skill)
