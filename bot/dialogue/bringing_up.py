"""When a procedure is begun: on a case that was surely meant. What only sounds like one goes to the skill that is near it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.state import DialogueState
from bot.dialogue.steps import Heard, SkillCard
from core.language import Asked, IntentSpec
from skills.procedures.procedure import QUESTION, Procedure

SURE_CASE = 0.6
BESIDES = 0.8


def settled(state: DialogueState, heard: Heard, procedures: Mapping[str, Procedure]) -> Heard:
    """The message with procedures that aren't sure given to what is near them, and without those that are under way."""
    asked = heard.understood.asked
    if not any(each.intent in procedures for each in asked):
        return heard
    under_way = {task.skill for task in state.tasks}
    found: list[Asked] = []
    for each in asked:
        procedure = procedures.get(each.intent)
        if procedure is None or (each.confidence >= SURE_CASE and each.intent not in under_way):
            _add(found, each)
        elif each.intent not in under_way:
            _add(found, Asked(intent=procedure.near, confidence=each.confidence, text=each.text))
    found = _besides(found, procedures)
    if len({each.text for each in found}) == 1:
        found.sort(key=lambda each: -each.confidence)
    return replace(heard, understood=replace(heard.understood, asked=tuple(found)))


def _besides(found: list[Asked], procedures: Mapping[str, Procedure]) -> list[Asked]:
    """What is wished for beside a case: told in so many words, and nothing that the case does itself."""
    cases = [procedures[each.intent] for each in found if each.intent in procedures]
    if not cases:
        return found
    served = {name for case in cases for name in (*case.calls, case.near)} - {QUESTION}
    plain = (each.intent in procedures or (each.confidence >= BESIDES and each.intent not in served) for each in found)
    return [each for each, kept in zip(found, plain, strict=True) if kept]


def _add(found: list[Asked], asked: Asked) -> None:
    """Adds it, or its share of the same words to one that is there."""
    for place, each in enumerate(found):
        if each.intent == asked.intent and each.text == asked.text:
            slots = each.slots or asked.slots
            confidence = min(1.0, each.confidence + asked.confidence)
            found[place] = Asked(intent=each.intent, confidence=confidence, text=each.text, slots=slots)
            return
    found.append(asked)


def cards_of(procedures: Mapping[str, Procedure]) -> dict[str, SkillCard]:
    """What the machine needs to know of each procedure, as of a skill."""
    return {
        name: SkillCard(
            id=name,
            reads=True,
            slots=each.questions,
            why={slot.spec.name: slot.why for slot in each.slots if slot.why},
            own=each.calls | {each.near, name},
        )
        for name, each in procedures.items()
    }


def intents_of(procedures: Mapping[str, Procedure]) -> tuple[IntentSpec, ...]:
    """How customers bring up each procedure's case."""
    return tuple(procedures[name].intent for name in sorted(procedures))
