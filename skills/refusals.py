"""Why something couldn't be done, in approved words: the sentence for an error's code, filled in with what the error knows."""

from collections.abc import Mapping
from datetime import date

from core.conversation import Sentence
from core.errors import RapportError
from core.money import Money
from skills.wording import Value, known, listed, say

NEEDS = {
    "verified_email_domain": "a verified email domain",
    "owner_two_factor_on": "an Owner with two-factor sign-in switched on",
    "timesheet_approval_on": "timesheet approval switched on",
    "time_tracking_days": "{} days of time-tracking data",
    "published_schedule_weeks": "{} weeks of published schedules",
    "skills_coverage_percent": "skills recorded for {}% of active people",
}


def refusal(domain: str, error: RapportError, values: Mapping[str, Value]) -> Sentence:
    """The approved sentence for the error's code, filled in with what the error knows."""
    wording_id = f"{domain}.refusal_{code_of(error)}"
    if not known(wording_id):
        return say(f"{domain}.refusal")
    told: dict[str, Value] = {**{name: _told(value) for name, value in error.data.items()}, **values}
    needs = error.data.get("prerequisites")
    if isinstance(needs, list | tuple):
        told["needs"] = listed(_need(str(each)) for each in needs)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - errors carry plain objects
    try:
        return say(wording_id, **told)
    except KeyError:
        return say(f"{domain}.refusal")


def code_of(error: RapportError) -> str:
    """The machine code of an error, or its kind's."""
    code = error.data.get("code")
    return code if isinstance(code, str) else type(error).code


def _told(value: object) -> Value:
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value if isinstance(value, str | int | Money) else str(value)


def _need(prerequisite: str) -> str:
    name, _, least = prerequisite.partition(">=")
    return NEEDS.get(name, name.replace("_", " ")).format(least)
