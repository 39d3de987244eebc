"""What the customer's own words ask for, understood without any document or tool result: all else a model raised."""

from collections.abc import Collection

from bot.dialogue.state import DialogueState
from core.language import Act, Understanding

ASKED = 0.33
PLAINLY = 0.6


def wanted_by(understood: Understanding, state: DialogueState, skills: Collection[str]) -> tuple[str, ...]:
    """The skills that this message asks for, those in hand, and what was asked for just before if this may belong to it."""
    now = [each.intent for each in understood.asked if each.intent in skills and each.confidence >= ASKED]
    before = () if now or _ends(understood) else state.wanted
    in_hand = [each.skill for each in state.tasks if each.raised_by == "customer"]
    planned = [each.skill for each in state.plan.steps if each.open] if state.plan else []
    return tuple(dict.fromkeys([*now, *before, *in_hand, *(each.intent for each in state.later), *planned]))


def _ends(understood: Understanding) -> bool:
    """Whether a message shows that what was wished for before isn't wished any more: a no, or plainly another question."""
    first = understood.asked[0] if understood.asked else None
    other = first is not None and first.intent == "question" and first.confidence >= PLAINLY
    return other or understood.act in (Act.DENY, Act.CANCEL)
