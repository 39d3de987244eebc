"""Whether this message goes to a person now: triage's verdict, weighed against what the bot can do for the customer."""

from collections.abc import Mapping

from bot.dialogue.opening import Opening
from bot.dialogue.state import DialogueState
from core.language import Act, Understanding
from handoff.triage import TriageInput, Verdict, decide
from skills.contract import Skill

SERVED = {"out_of_scope_account_change", "money_over_limit", "negotiation", "repeated_failure"}
ASKED = 0.55


def needs_person(
    opening: Opening, text: str, understood: Understanding, state: DialogueState, skills: Mapping[str, Skill]
) -> Verdict | None:
    """The verdict when a person must take over; None when the bot goes on.

    A judgement (not a rule) about matters that a skill and its policy decide better gives way to the skill that the customer
    asked for; dangers, law, security, abuse and a wish for a person never do.
    """
    customer = tuple(each.text for each in opening.said if each.role == "customer")
    verdict = decide(
        TriageInput(
            text=text,
            earlier=customer,
            signal=understood.triage,
            mood=understood.mood,
            failures=state.misses,
        )
    )
    if not verdict.handoff:
        return None
    if verdict.reason in SERVED and _can_serve(opening, understood, state, skills):
        return None
    return verdict


def _can_serve(opening: Opening, understood: Understanding, state: DialogueState, skills: Mapping[str, Skill]) -> bool:
    if state.top is not None and understood.act is not Act.OTHER:
        return True
    known = opening.principal.verified and opening.principal.account_id is not None
    return known and any(each.intent in skills and each.confidence >= ASKED for each in understood.asked)
