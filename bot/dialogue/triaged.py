"""Whether this message goes to a person now: triage's verdict, weighed against what the bot can do for the customer."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.dialogue.fresh import HELP
from bot.dialogue.opening import Opening
from bot.dialogue.quoted import own_words
from bot.dialogue.state import DialogueState
from core.language import Act, Understanding
from handoff.triage import Thresholds, TriageInput, Verdict, decide

SERVED = {"out_of_scope_account_change", "money_over_limit", "negotiation", "repeated_failure"}
YIELDING = SERVED | {"security_incident"}
LIVE = 0.6
PLAINLY = 0.9
"""How sure a judgement must be while the bot can still answer or act instead."""
ASKED = 0.33
LETTING_GO = frozenset({Act.CANCEL, Act.THANKS, Act.GOODBYE})
MUCH = 1_000
FIGURE = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, kw_only=True)
class Served:
    """What the bot can do by itself: skills and procedures, by name."""

    skills: Collection[str]
    cases: Collection[str] = ()


def needs_person(opening: Opening, text: str, understood: Understanding, state: DialogueState, served: Served) -> Verdict | None:
    """The verdict when a person must take over; None when the bot goes on.

    A judgement (not a rule) about matters that a skill and its policy decide better gives way to the skill that the customer
    asked for; law, dangers to people, abuse and a wish for a person never do. What sounds like a break-in does only when what is
    told is plainly a case that a procedure was written for: a failed sign-in is none.
    """
    customer = tuple(own_words(each.text) for each in opening.said if each.role == "customer")
    verdict = decide(
        TriageInput(
            text=text,
            earlier=customer,
            signal=understood.triage,
            mood=understood.mood,
            failures=max(0, state.misses - 1),
            frustration=understood.frustration,
            missed=state.misses > 0,
            repeats=understood.repeats,
        ),
        Thresholds(model=LIVE),
    )
    if not verdict.handoff or (verdict.decided_by == "counters" and _lets_go(understood)):
        return None
    if verdict.decided_by != "rule" and HELP.fullmatch(text.strip()):
        return None
    if verdict.reason in SERVED and _can_serve(opening, understood, state, served):
        return None
    if verdict.reason == "money_over_limit" and verdict.decided_by == "model" and _small_sums(text):
        return None
    if verdict.decided_by == "model" and verdict.reason in YIELDING and _plainly(understood, state, served.cases):
        return None
    return verdict


def _lets_go(understood: Understanding) -> bool:
    """Whether the customer drops the matter, thanks, or takes leave: then nobody has to come for it."""
    return understood.act in LETTING_GO and understood.act_confidence >= LIVE


def ruled(opening: Opening, text: str) -> Verdict | None:
    """The verdict of the rules alone, for when no model can judge."""
    customer = tuple(own_words(each.text) for each in opening.said if each.role == "customer")
    verdict = decide(TriageInput(text=text, earlier=customer, failures=max(0, opening.state.misses - 1)))
    return verdict if verdict.handoff else None


def _can_serve(opening: Opening, understood: Understanding, state: DialogueState, served: Served) -> bool:
    if state.top is not None:
        return True
    known = opening.principal.verified and opening.principal.account_id is not None
    return known and any(
        (each.intent in served.skills or each.intent in served.cases) and each.confidence >= ASKED for each in understood.asked
    )


def _plainly(understood: Understanding, state: DialogueState, cases: Collection[str]) -> bool:
    """Whether a case is surely brought up, or a value is given that one has asked for."""
    top = state.top
    if top is not None and top.skill in cases and any(slot.name == top.asking for slot in understood.slots):
        return True
    return understood.intent in cases and understood.confidence >= PLAINLY


def _small_sums(text: str) -> bool:
    """Whether figures are named and all are far below what the desk calls a large sum."""
    figures = [re.sub(r"[.,](?=\d{3}(?!\d))", "", each).rstrip(".,").replace(",", ".") for each in FIGURE.findall(text)]
    amounts = [float(each) for each in figures if each.count(".") <= 1]
    return bool(amounts) and max(amounts) < MUCH
