"""Reads JSON objects that a model wrote: strictly, and without falling over deep, endless or broken ones."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

_START = re.compile(r"\{\s*[\"}]")
MOST_STARTS = 50


class NoObject(ValueError):
    """There is no JSON object in it."""


def _refused(name: str) -> object:
    raise NoObject(f"{name} is no JSON")


_STRICT = json.JSONDecoder(parse_constant=_refused)


def as_object(value: object) -> dict[str, Any] | None:
    """The value, if it is a JSON object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def whole(text: str) -> Mapping[str, object]:
    """The one object that the text is."""
    found, end = _at(text.strip(), 0)
    if text.strip()[end:]:
        raise NoObject("more than one object")
    return found


def leading(text: str) -> Mapping[str, object]:
    """The object with which the text begins; what follows doesn't matter."""
    return _at(text, 0)[0]


def first(text: str) -> str:
    """The first object in the text, word for word: without the fence or the prose around it."""
    for tried, start in enumerate(_START.finditer(text)):
        if tried >= MOST_STARTS:
            break
        try:
            _, end = _at(text, start.start())
        except NoObject:
            continue
        return text[start.start() : end]
    raise NoObject("no object")


def _at(text: str, start: int) -> tuple[Mapping[str, object], int]:
    try:
        found, end = _STRICT.raw_decode(text, start)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise NoObject(type(error).__name__) from None
    read = as_object(found)
    if read is None:
        raise NoObject("no object")
    return read, end
