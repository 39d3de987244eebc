"""Plans while a model answers in its own words: one that it writes itself, or one of what was heard, before it calls anything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.dialogue.acting import Acting
from bot.dialogue.plan import MOST_STEPS, Plan, Where
from bot.dialogue.plan_following import phrase_of
from bot.dialogue.plan_making import doubt_in
from bot.dialogue.plan_told import announced
from bot.dialogue.plan_weighing import left_out
from bot.dialogue.planning import FEWEST, Planner
from bot.dialogue.steps import Say, Wording
from bot.dialogue.wording import wording
from core.language import Asked, SlotValue

HEARD = 0.33
NOTHING_TO_PLAN = "The customer has asked for one thing at most in their own words: no plan is needed."
THERE_IS_ONE = "There is a plan already: carry out its steps."
EXCLUDE = "Two of these don't go together ({steps}). Ask the customer which one they want, and do neither before they say so."


@dataclass(kw_only=True)
class Planned:
    """The plan of one answer. `asked` is what the customer's own words were understood to ask for."""

    acting: Acting
    planner: Planner
    asked: Sequence[Asked]
    made: bool = False
    _kept: set[str] = field(default_factory=set[str])

    async def by_model(self, steps: Sequence[str], wanted: Collection[str]) -> str:
        """Makes the model's own plan, of what the customer asked for alone. Returns words for the model."""
        if self._plan is not None and not self._plan.unsure:
            return THERE_IS_ONE
        named = [each for each in dict.fromkeys(steps) if each in wanted and each in self.acting.tools.skills]
        if len(named) < FEWEST:
            return NOTHING_TO_PLAN
        plan = await self.planner.make(self.acting, [self._wish(each) for each in named[:MOST_STEPS]])
        self.made = True
        doubt = doubt_in(plan, self.planner.changes(self.acting))
        if doubt is not None:
            both = "; ".join(phrase_of(plan.step(number), self.planner.titles) for number in doubt[1])
            self._keep(plan.dropping(doubt[1]))
            return EXCLUDE.format(steps=both)
        plan, said = left_out(self.acting, plan)
        for each in (*said, *announced(plan, self.planner.titles, self.planner.changes(self.acting))):
            self._say(each)
        self._keep(plan)
        left = [each for each in dict.fromkeys(steps) if each not in named]
        told = f"Planned, in this order: {', '.join(each.skill for each in plan.waiting)}. Call the first one now."
        return f"{told} Left out, for the customer has not asked for it: {', '.join(left)}." if left else told

    async def by_understanding(self) -> None:
        """Keeps a plan of what was heard in this message, before the first call, when that is more than one thing."""
        if self.made or self._plan is not None:
            return
        self.made = True
        heard = [each for each in self.asked if each.confidence >= HEARD and each.intent in self.acting.tools.skills]
        wishes = list({each.intent: each for each in reversed(heard)}.values())[::-1]
        if len(wishes) >= FEWEST:
            self._keep(await self.planner.make(self.acting, wishes, unsure=True))

    def allows(self, skill: str) -> bool:
        """Whether a call for the skill can be the customer's: with a plan only what that holds, or what is in hand."""
        plan = self._plan
        return plan is None or plan.holds(skill) or any(each.skill == skill for each in self.acting.state.tasks)

    def keeps(self, skill: str, slots: Mapping[str, SlotValue]) -> bool:
        """Whether the skill waits in the plan, which then knows its values."""
        plan = self._plan
        step = plan.next_of(skill) if plan is not None else None
        if plan is None or step is None:
            return False
        known = {**slots, **{slot.name: slot for slot in step.wish.slots}}
        wish = Asked(intent=skill, confidence=1.0, text=step.wish.text, slots=tuple(known.values()))
        self._kept.add(skill)
        self._keep(plan.replace(step.model_copy(update={"wish": wish})))
        return True

    def done(self, skill: str) -> None:
        """A read of the plan has been given to the model."""
        plan = self._plan
        step = plan.next_of(skill) if plan is not None else None
        if plan is not None and step is not None:
            self._keep(plan.put(step, Where.DONE))

    def end(self) -> None:
        """What was heard but not surely, and not called either, isn't taken up."""
        plan = self._plan
        if plan is None or not plan.unsure:
            return
        in_hand = {each.skill for each in self.acting.state.tasks}
        idle = [each.number for each in plan.waiting if each.skill not in self._kept and each.skill not in in_hand]
        self._keep(plan.dropping(idle).model_copy(update={"unsure": False}))

    @property
    def goes_on(self) -> bool:
        """Whether a step waits that is taken up by itself."""
        plan = self._plan
        return plan is not None and not plan.unsure and bool(plan.waiting)

    @property
    def _plan(self) -> Plan | None:
        plan = self.acting.state.plan
        return plan if plan is not None and not plan.over else None

    def _keep(self, plan: Plan) -> None:
        self.acting.state = self.acting.state.model_copy(update={"plan": plan})

    def _say(self, command: object) -> None:
        match command:
            case Say(sentences=sentences):
                self.acting.draft.say(sentences)
            case Wording(id=wording_id, values=values):
                self.acting.draft.say([wording(wording_id, self.acting.draft.language, **dict(values))])
            case _:
                return

    def _wish(self, skill: str) -> Asked:
        understood = next((each for each in self.asked if each.intent == skill), None)
        text = understood.text if understood is not None and understood.text else self.acting.hearing.text
        return Asked(intent=skill, confidence=1.0, text=text, slots=understood.slots if understood is not None else ())
