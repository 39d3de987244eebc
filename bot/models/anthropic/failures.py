"""What goes wrong at Anthropic's interface, as the faults of the port, in words that say what to correct.

The words of the server stay out: they may repeat what a customer wrote, or a key.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from bot.models.provider import Fault, ProviderFailed

TOO_LONG = re.compile(
    r"prompt is too long|context (window|limit|length)|maximum context|too many (input )?tokens|request_too_large", re.IGNORECASE
)
NO_CREDIT = re.compile(r"credit balance|billing", re.IGNORECASE)
KIND = re.compile(r"[a-z_]{1,40}")
LONGEST_WAIT_S = 3600.0

STATUSES: Mapping[int, Fault] = {
    408: Fault.TIMEOUT,
    413: Fault.CONTEXT_FULL,
    429: Fault.RATE_LIMITED,
    504: Fault.TIMEOUT,
}
KINDS: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status that goes with each kind of error, for those that arrive in the midst of a stream."""

WORDS: Mapping[Fault, str] = {
    Fault.RATE_LIMITED: "takes no more requests for now",
    Fault.OVERLOADED: "is overloaded or out of order; it may work again shortly",
    Fault.TIMEOUT: "didn't answer in time",
    Fault.UNREACHABLE: "can't be reached: check its base_url and the network",
    Fault.CUT: "broke off in the midst of an answer",
    Fault.GARBAGE: "answered with what can't be read: check that its base_url leads to Anthropic's interface",
    Fault.CONTEXT_FULL: "can't take that much text at once",
}


def failed(fault: Fault, name: str, *, retry_after_s: float | None = None) -> ProviderFailed:
    return ProviderFailed(f"The provider {name} {WORDS[fault]}.", fault=fault, retry_after_s=retry_after_s)


def refused(status: int, body: object, headers: Mapping[str, str], *, name: str, model: str) -> ProviderFailed:
    """The failure that a status and its body mean."""
    kind, words = _error(body)
    if status == 400 and TOO_LONG.search(words):
        return failed(Fault.CONTEXT_FULL, name)
    fault = STATUSES.get(status, Fault.OVERLOADED if status >= 500 else Fault.REJECTED)
    if fault is not Fault.REJECTED:
        return failed(fault, name, retry_after_s=_wait(headers))
    mend = _mend(status, words, model)
    return ProviderFailed(f"The provider {name} refuses the request ({status} {kind}): {mend}.", fault=fault)


def broken(event: Mapping[str, object], *, name: str, model: str) -> ProviderFailed:
    """The failure that an error event in the midst of a stream means."""
    kind, _ = _error(event)
    return refused(KINDS.get(kind, 500), event, {}, name=name, model=model)


def _mend(status: int, words: str, model: str) -> str:
    if status == 402 or NO_CREDIT.search(words):
        return "the account has no credit left; add some in Anthropic's console"
    if status == 401:
        return "the key isn't valid; correct the variable that api_key_env names"
    if status == 403:
        return f"the key may not use the model {model}; use another key or model"
    if status == 404:
        return f"there is no model {model}; correct its name in the table of the provider"
    if 300 <= status < 400:
        return "it points to another address; correct base_url"
    return f"check that the model {model} takes tools, citations and structured output"


def _error(body: object) -> tuple[str, str]:
    """The kind and the words of an error, as far as there are any."""
    if not isinstance(body, Mapping):
        return "", body if isinstance(body, str) else ""
    error = cast("Mapping[str, object]", body).get("error")
    if not isinstance(error, Mapping):
        return "", ""
    told = cast("Mapping[str, object]", error)
    kind, words = told.get("type"), told.get("message")
    known = isinstance(kind, str) and KIND.fullmatch(kind)
    return str(kind) if known else "", words if isinstance(words, str) else ""


def _wait(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to wait: seconds, milliseconds or a date; None when it says nothing that makes sense."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(milliseconds / 1000, LONGEST_WAIT_S)
    told = headers.get("retry-after", "")
    seconds = _number(told)
    if seconds is None and told:
        try:
            at = parsedate_to_datetime(told)
        except ValueError:
            return None
        seconds = max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
    return None if seconds is None else min(seconds, LONGEST_WAIT_S)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
