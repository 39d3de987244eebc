"""What a server's error means, and what a person can correct. No word of the server's is repeated: it may hold what was sent."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.models.openai_compatible.objects import as_object
from bot.models.provider import Fault, ProviderFailed

LONGEST_WAIT_S = 3600.0
_FULL = (
    "context_length_exceeded",
    "maximum context length",
    "maximum model length",
    "max_model_len",
    "maximum number of tokens",
    "context length",
    "context size",
    "context window",
    "exceed_context",
    "context the overflows",
    "prompt is too long",
    "input is too long",
)
_FILTER = ("content_filter", "content_policy", "content management policy", "responsibleaipolicy")
_SLOW = ("rate_limit", "rate limit", "too many requests", "tokens_per", "requests_per")
_BUSY = ("overload", "server_error", "internal", "unavailable", "capacity", "timeout", "timed out", "busy", "loading model")
_QUOTA = ("insufficient_quota", "billing", "exceeded your current quota", "credit")
_KEY = ("invalid_api_key", "authentication", "unauthorized", "incorrect api key")
_RIGHT = ("permission", "forbidden")
_ABSENT = ("model_not_found", "not_found", "does not exist")
_TOOLS = ("tool", "function")
_SCHEMA = ("response_format", "json_schema", "guided", "structured output")

KEY = "The model server refuses the key: correct what the variable named by api_key_env holds."
RIGHT = "The key may not use this model: choose another model, or give the key the right to it."
ABSENT = "The model server knows no such model or address: correct model or base_url."
QUOTA = "The account at the model server has no credit left: add to it, or take the provider out of the chain."
MOVED = "The model server answers from another address: set base_url to that address, usually ending in /v1."
TOOLS = "The model server takes no tools: set native_tools = false for this provider."
SCHEMA = "The model server takes no JSON schema: set json_schema = false for this provider."
REFUSED = "The model server refuses the request: check model, native_tools and json_schema of this provider."


def words_of(error: object) -> str:
    """The error's type, code and message in one line of small letters."""
    outer = as_object(error) or {}
    told = outer.get("error") or error
    parts = as_object(told)
    if parts is None:
        return _said(told).lower()
    return " ".join(_said(parts.get(key)) for key in ("type", "code", "message", "detail")).lower()


def _said(value: object) -> str:
    try:
        return "" if value is None else str(value)[:4000]
    except RecursionError:
        return ""


def failed(error: object, *, status: int | None = None, retry_after_s: float | None = None) -> ProviderFailed:
    """The failure that an error object, and the status it came with, tell of. Within a stream there is no status."""
    words = words_of(error)
    number = status if status is not None else _number(error)
    fault, message = _known(words, number) or _by_status(number) or _by_words(words)
    return ProviderFailed(message, fault=fault, retry_after_s=retry_after_s)


def _number(error: object) -> int | None:
    code = (as_object(error) or {}).get("code")
    number = int(code) if isinstance(code, str) and len(code) == 3 and code.isdecimal() else code
    return number if isinstance(number, int) and 400 <= number < 600 else None


def _has(words: str, marks: tuple[str, ...]) -> bool:
    return any(mark in words for mark in marks)


def _known(words: str, status: int | None) -> tuple[Fault, str] | None:
    """What type, code or message tell for sure, whatever the status."""
    told = status in (None, 400, 413, 422, 500)
    if status == 413 or (told and _has(words, _FULL)):
        return Fault.CONTEXT_FULL, "The conversation is longer than this model can read."
    if told and _has(words, _FILTER):
        return Fault.REFUSED, "The model server's content filter refuses the request."
    if status == 402 or (status in (None, 429) and _has(words, _QUOTA)):
        return Fault.REJECTED, QUOTA
    return None


def _by_status(status: int | None) -> tuple[Fault, str] | None:
    if status is None or status == 400:
        return None
    fixed = {401: KEY, 403: RIGHT, 404: ABSENT}
    if status in fixed:
        return Fault.REJECTED, fixed[status]
    if status == 429:
        return Fault.RATE_LIMITED, "The model server takes no more requests at the moment."
    if status == 408:
        return Fault.TIMEOUT, "The model server took too long."
    if status >= 500:
        return Fault.OVERLOADED, f"The model server failed with status {status}."
    if 300 <= status < 400:
        return Fault.REJECTED, MOVED
    return None


def _by_words(words: str) -> tuple[Fault, str]:
    if _has(words, _SLOW):
        return Fault.RATE_LIMITED, "The model server takes no more requests at the moment."
    for marks, message in ((_KEY, KEY), (_RIGHT, RIGHT), (_ABSENT, ABSENT), (_SCHEMA, SCHEMA), (_TOOLS, TOOLS)):
        if _has(words, marks):
            return Fault.REJECTED, message
    if "invalid" in words or "bad request" in words or "badrequest" in words:
        return Fault.REJECTED, REFUSED
    if _has(words, _BUSY):
        return Fault.OVERLOADED, "The model server can't answer at the moment."
    return Fault.REJECTED, REFUSED


def within(error: object) -> ProviderFailed:
    """An error in the midst of a stream. One that says nothing is the server's own trouble."""
    told = failed(error)
    vague = told.fault is Fault.REJECTED and told.message == REFUSED and "invalid" not in words_of(error)
    return ProviderFailed("The model server broke off.", fault=Fault.OVERLOADED) if vague else told


def wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The wait that a server asks for, in seconds: `retry-after-ms`, or `retry-after` as seconds or a date."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        given = headers.get(name, "")
        try:
            return _sane(float(given) / scale)
        except ValueError:
            pass
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        return _sane((until.astimezone(UTC) - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _sane(seconds: float) -> float | None:
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_S)
