"""Whether a person must take over, and why. Pure: rules first, then the model's judgement, then the dialogue's counters."""

from dataclasses import dataclass

from core.language import TriageSignal
from handoff.frustration import HIGH, VERY_HIGH
from handoff.triage_rules import first_rule

REASONS = (
    "asked_for_human",
    "legal_or_regulator",
    "security_incident",
    "money_over_limit",
    "abusive_or_threatening",
    "vulnerable_person",
    "repeated_failure",
    "out_of_scope_account_change",
    "negotiation",
)
NONE = "none"
OWN_REASONS = {
    "low_confidence": "repeated_failure",
    "repetition": "repeated_failure",
    "frustration": "repeated_failure",
    "skill_failed": "repeated_failure",
    "needs_approval": "money_over_limit",
    "policy": "out_of_scope_account_change",
    "customer_choice": "asked_for_human",
}
MOST_FAILURES = 2
MOST_REPEATS = 2
QUOTED = 120


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """How sure the model must be, and how low confidence and mood may fall and frustration rise (after a failure, or at all)."""

    model: float = 0.5
    confidence: float = 0.25
    unsure_turns: int = 3
    mood: float = -0.75
    frustration: float = HIGH
    very_frustrated: float = VERY_HIGH


@dataclass(frozen=True, kw_only=True)
class TriageInput:
    """What triage looks at. `earlier` are the customer's messages before this one, oldest first.

    `failures` counts answers on the same matter that didn't help, `unsure` turns in a row that weren't understood; `confidence`
    is that of the present understanding and `mood` runs from -1 (upset) to 1. `frustration` runs from 0 to 1, `missed` says that
    the last answer didn't help, and `repeats` counts how often the same was asked before without getting further.
    """

    text: str
    earlier: tuple[str, ...] = ()
    signal: TriageSignal | None = None
    mood: float = 0.0
    failures: int = 0
    unsure: int = 0
    confidence: float = 1.0
    frustration: float = 0.0
    missed: bool = False
    repeats: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The decision. `decided_by` is rule, model or counters; `note` says what it was seen by, for staff."""

    handoff: bool
    reason: str
    decided_by: str
    confidence: float
    note: str = ""


def decide(seen: TriageInput, thresholds: Thresholds | None = None) -> Verdict:
    """Whether a person must take over now."""
    limits = thresholds or Thresholds()
    ruled = first_rule(seen.text)
    if ruled is not None:
        reason, words = ruled
        return Verdict(handoff=True, reason=reason, decided_by="rule", confidence=1.0, note=words.strip())
    if seen.failures >= MOST_FAILURES:
        note = f"{seen.failures} answers on this matter didn't help"
        return Verdict(handoff=True, reason="repeated_failure", decided_by="counters", confidence=1.0, note=note)
    signal = seen.signal
    if signal is not None and signal.reason != NONE and signal.confidence >= limits.model:
        return Verdict(handoff=True, reason=signal.reason, decided_by="model", confidence=signal.confidence)
    return _by_counters(seen, limits) or _go_on(seen)


def public_reason(reason: str) -> str:
    """The reason as scripts and evaluations know it: the product's own ones fall under one of `REASONS`."""
    return reason if reason in REASONS else OWN_REASONS.get(reason, "asked_for_human")


def _by_counters(seen: TriageInput, limits: Thresholds) -> Verdict | None:
    if seen.unsure >= limits.unsure_turns and seen.confidence < limits.confidence:
        note = f"{seen.unsure} messages in a row weren't understood"
        return Verdict(handoff=True, reason="low_confidence", decided_by="counters", confidence=1.0 - seen.confidence, note=note)
    if seen.repeats >= MOST_REPEATS or _said_thrice(seen):
        note = f"asked the same {max(seen.repeats, MOST_REPEATS) + 1} times: “{_quoted(seen.text)}”"
        return Verdict(handoff=True, reason="repetition", decided_by="counters", confidence=1.0, note=note)
    return _by_temper(seen, limits)


def _by_temper(seen: TriageInput, limits: Thresholds) -> Verdict | None:
    """Upset customers are handed over when something didn't help them, and beside themselves in any case."""
    if seen.failures and seen.mood <= limits.mood:
        note = "upset, and not helped"
        return Verdict(handoff=True, reason="frustration", decided_by="counters", confidence=-seen.mood, note=note)
    helped = not (seen.failures or seen.missed or seen.repeats)
    if seen.frustration >= (limits.very_frustrated if helped else limits.frustration):
        note = "very frustrated" if helped else "frustrated, and not helped"
        return Verdict(handoff=True, reason="frustration", decided_by="counters", confidence=seen.frustration, note=note)
    return None


def _said_thrice(seen: TriageInput) -> bool:
    said = _same(seen.text)
    return bool(said) and len(seen.earlier) > 1 and all(_same(each) == said for each in seen.earlier[-2:])


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1].rstrip() + "…"


def _go_on(seen: TriageInput) -> Verdict:
    confidence = seen.signal.confidence if seen.signal and seen.signal.reason == NONE else 1.0
    return Verdict(handoff=False, reason=NONE, decided_by="none", confidence=confidence)


def _same(text: str) -> str:
    return " ".join(text.casefold().split()).strip(".!? ")
