"""How codes read to agents: why a case came, what was tried, where the customer writes, what an argument says."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.action import Scalar
from core.money import Money
from handoff.desk.views import Row
from handoff.frustration import HIGH, VERY_HIGH
from skills.catalogue import by_id

SUMMARY_LINES = 3

_REASONS = {
    "asked_for_human": "Asked for a person",
    "legal_or_regulator": "A legal matter or a regulator",
    "security_incident": "May concern the security of the account",
    "money_over_limit": "An amount that a person decides on",
    "abusive_or_threatening": "Abuse or threats",
    "vulnerable_person": "Somebody may be in danger or distress",
    "repeated_failure": "Not solved after several tries",
    "out_of_scope_account_change": "A change that needs a person's checks",
    "negotiation": "Wants to talk about terms or prices",
    "low_confidence": "The assistant didn't understand",
    "repetition": "Wrote the same three times",
    "frustration": "Upset, and not helped so far",
    "skill_failed": "Something failed while it was being done",
    "needs_approval": "Waits for an approval",
    "policy": "Policy leaves this to a person",
    "customer_choice": "Chose to go on with a person",
}
_OUTCOMES = {
    "": "no outcome",
    "done": "done",
    "proposed": "proposed, not confirmed",
    "awaiting_approval": "waits for approval",
    "refused": "refused by policy",
    "denied": "refused by policy",
    "cancelled": "cancelled by the customer",
    "declined": "declined by the customer",
    "dropped": "let go by the customer",
    "waiting": "still to do",
    "now": "in hand",
    "left_out": "left out, may not be asked for",
    "failed": "failed",
    "unsettled": "not known whether it was done",
    "action.proposed": "proposed",
    "action.decided": "judged by policy",
    "action.started": "begun, not known whether it was done",
    "action.finished": "done",
    "action.failed": "failed",
    "action.cancelled": "cancelled",
    "action.compensated": "taken back",
    "action.parked": "stopped, waits for a person",
}
_CHANNELS = {"web_chat": "Web chat", "slack": "Slack", "teams": "Microsoft Teams", "in_app": "In the app", "sms": "Text message"}
_CONSENTS = {"opted_in": "agreed", "opted_out": "said no", "none_recorded": "never asked"}
_LABELS = {
    "cause": "What it is for",
    "open_p1": "Urgent ticket (P1) open",
    "open_p2": "Urgent ticket (P2) open",
    "dispute": "Dispute or chargeback open",
    "overdue": "Invoices overdue",
    "existing_discount": "Has a discount already",
    "granted_usd_minor_90d": "Given for the same cause in 90 days",
    "credits_usd_minor_90d": "Credit given in 90 days",
    "save_offers_12m": "Offers to stay in 12 months",
}
_LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "da": "Danish",
    "sv": "Swedish",
    "no": "Norwegian",
    "fi": "Finnish",
    "pl": "Polish",
    "ro": "Romanian",
    "vi": "Vietnamese",
}
UPSET, PLEASED = -0.5, 0.5
_AMOUNT = re.compile(r"(?:_usd)?_minor(?=$|_\d)")
_SPANS = re.compile(r"_(\d+)([dm])$")
_UNITS = {"_percent": "{} %", "_days": "{} days", "_months": "{} months"}


def reason_in_words(reason: str) -> str:
    """Why a person was asked for."""
    return _REASONS.get(reason, plain(reason))


def skill_title(skill: str) -> str:
    """What a skill is called among people."""
    known = by_id().get(skill)
    return known.title if known else plain(skill)


def step_in_words(step: str) -> str:
    """A step of a packet, as `refund_payment: done`, with the skill's title."""
    skill, _, outcome = step.partition(":")
    code = outcome.strip()
    return f"{skill_title(skill.strip())}: {_OUTCOMES.get(code, plain(code).lower())}"


def three_lines(summary: str) -> tuple[str, ...]:
    """A summary as at most three lines; whatever comes after stands on the third."""
    lines = [line.strip() for line in summary.splitlines() if line.strip()]
    kept, rest = lines[: SUMMARY_LINES - 1], lines[SUMMARY_LINES - 1 :]
    return (*kept, " ".join(rest)) if rest else tuple(kept)


def channel_in_words(channel: str) -> str:
    return _CHANNELS.get(channel, plain(channel))


def language_in_words(code: str) -> str:
    """What a language is called; a code that nobody listed stays as it is."""
    return _LANGUAGES.get(code, code)


def signs_in_words(understood: Mapping[str, object]) -> tuple[str, ...]:
    """What was noticed in a message besides what it asks for: frustration before mood, then that it was said before."""
    frustration, mood, repeats = (_number(understood.get(name)) for name in ("frustration", "mood", "repeats"))
    if frustration >= HIGH:
        felt = ["Very frustrated" if frustration >= VERY_HIGH else "Frustrated"]
    else:
        felt = ["Upset"] if mood <= UPSET else ["Pleased"] if mood >= PLEASED else []
    again = {0: [], 1: ["Asked before"]}.get(int(repeats), [f"Asked {int(repeats)} times before"])
    return (*felt, *again)


def consent_in_words(consent: Mapping[str, str]) -> tuple[Row, ...]:
    """By which channels somebody may be sent offers."""
    return tuple((channel_in_words(channel), _CONSENTS.get(said, plain(said).lower())) for channel, said in consent.items())


def health_in_words(tickets: Sequence[tuple[str, str, str]], flags: Sequence[str], moods: Sequence[float]) -> str:
    """How a customer is doing with us, and why. `tickets` are id, priority and state; `moods` those of the last cases."""
    urgent = [f"{priority} {name} is open" for name, priority, state in tickets if priority in ("P1", "P2") and state != "solved"]
    trouble = [flag[:1].lower() + flag[1:] for flag in flags if flag in ("Payment failed", "Business closing")]
    upset = ["upset in a recent case"] if any(mood <= -0.5 for mood in moods) else []
    found = [*urgent, *trouble, *upset]
    if not found:
        return "Healthy: nothing urgent is open."
    return f"{'At risk' if urgent or trouble else 'Strained'}: {', '.join(found)}."


def rows_of(values: Mapping[str, Scalar]) -> tuple[Row, ...]:
    """Exact values under plain names: amounts in their currency, dates as they are."""
    currency = str(values.get("currency") or "USD")
    hidden = {"currency"} if any(name.endswith("_minor") for name in values) else set[str]()
    return tuple(_row(name, value, currency) for name, value in values.items() if name not in hidden)


def moment(at: datetime) -> str:
    """A moment in words, in UTC, for where only text can stand."""
    return f"{at.day} {at:%b, %H:%M} UTC"


def plain(code: str) -> str:
    """A code as words: `out_of_scope` reads "Out of scope"."""
    words = code.replace("_", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _row(name: str, value: Scalar, currency: str) -> Row:
    ending = next((each for each in _UNITS if name.endswith(each) and isinstance(value, int)), "_id")
    label = _LABELS.get(name) or plain(_SPANS.sub(_span, _AMOUNT.sub("", name)).removesuffix(ending))
    if _AMOUNT.search(name) and isinstance(value, int):
        return label, str(Money(value, "USD" if "_usd_minor" in name else currency))
    return label, _value(name, value)


def _span(found: re.Match[str]) -> str:
    return f"_in_{found[1]}_{'days' if found[2] == 'd' else 'months'}"


def _value(name: str, value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    text = str(value)
    if name == "cause":
        return text.replace("_", " ").replace(":", ", ")
    if isinstance(value, int):
        unit = next((words for ending, words in _UNITS.items() if name.endswith(ending)), "{}")
        return unit.format(text)
    return plain(text).lower() if "_" in text and text.replace("_", "").isalpha() else text
