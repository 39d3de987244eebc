"""Takes personal and secret values out of texts before they reach a log."""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from typing import cast

EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
PHONE = re.compile(
    r"(?<![\w.])(?:"
    r"(?:\+|00)\d[\d ()./-]{6,}\d"
    r"|\(?0\d{1,4}\)?[ /-]\d[\d /-]{4,}\d"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}"
    r"|\d{3}[.-]\d{3}[.-]\d{4}"
    r")(?!\w)"
)
CODE = re.compile(r"(?<![\w.:/+-])\d{3}[ -]?\d{3}(?![\w:/-]|\.\d)")
MASKS = ((EMAIL, "[email]"), (IBAN, "[iban]"), (CARD, "[card]"), (PHONE, "[phone]"), (CODE, "[code]"))
SECRET = re.compile(r"password|secret|token|authorization|cookie|api_key|one_time", re.IGNORECASE)
HIDDEN = "[hidden]"


def redact(text: str) -> str:
    """The text with e-mail addresses, bank and card numbers, telephone numbers and six-digit codes masked."""
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


def redact_event(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """The same for everything in a log event, as a structlog processor: whatever is called a secret is left out whole."""
    for key, value in list(event.items()):
        event[key] = _clean(key, value)
    return event


def _clean(key: str, value: object) -> object:
    if SECRET.search(key):
        return HIDDEN
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        inner = cast(Mapping[object, object], value)
        return {str(name): _clean(str(name), kept) for name, kept in inner.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_clean("", kept) for kept in cast(Sequence[object], value)]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))
