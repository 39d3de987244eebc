"""Whether a person must take over, and why. Pure: rules first, then the model's judgement, then the dialogue's counters."""

from dataclasses import dataclass

from core.language import TriageSignal
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


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """How sure the model must be, and how low confidence and mood may fall."""

    model: float = 0.5
    confidence: float = 0.25
    unsure_turns: int = 3
    mood: float = -0.75


@dataclass(frozen=True, kw_only=True)
class TriageInput:
    """What triage looks at. `earlier` are the customer's messages before this one, oldest first.

    `failures` counts answers on the same matter that didn't help, `unsure` turns in a row that weren't understood; `confidence`
    is that of the present understanding and `mood` runs from -1 (upset) to 1.
    """

    text: str
    earlier: tuple[str, ...] = ()
    signal: TriageSignal | None = None
    mood: float = 0.0
    failures: int = 0
    unsure: int = 0
    confidence: float = 1.0


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
    if (
        seen.earlier
        and _same(seen.text)
        and all(_same(seen.text) == _same(each) for each in seen.earlier[-2:])
        and len(seen.earlier) > 1
    ):
        return Verdict(
            handoff=True, reason="repetition", decided_by="counters", confidence=1.0, note="the same message three times"
        )
    if seen.failures and seen.mood <= limits.mood:
        return Verdict(
            handoff=True, reason="frustration", decided_by="counters", confidence=-seen.mood, note="upset, and not helped"
        )
    return None


def _go_on(seen: TriageInput) -> Verdict:
    confidence = seen.signal.confidence if seen.signal and seen.signal.reason == NONE else 1.0
    return Verdict(handoff=False, reason=NONE, decided_by="none", confidence=confidence)


def _same(text: str) -> str:
    return " ".join(text.casefold().split()).strip(".!? ")
