"""Reads fields of a model's JSON answer. What isn't of the kind that was asked for is `Malformed`; numbers are clamped."""

import math
from collections.abc import Mapping, Sequence
from typing import cast


class Malformed(ValueError):
    """A field isn't what was asked for. It is turned into `ProviderFailed` before it leaves the model."""


def tables(answer: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """A list of objects."""
    value = answer.get(name)
    if not isinstance(value, list):
        raise Malformed(name)
    found = cast("list[object]", value)
    if not all(isinstance(each, dict) for each in found):
        raise Malformed(name)
    return cast("list[Mapping[str, object]]", found)


def text_of(answer: Mapping[str, object], name: str) -> str:
    """A text; a missing one is empty."""
    value = answer.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(name)
    return value


def listed(answer: Mapping[str, object], name: str, known: Sequence[str]) -> str | None:
    """One of the known words, or None."""
    value = text_of(answer, name)
    return value if value in known else None


def number(answer: Mapping[str, object], name: str, least: float, most: float) -> float:
    """A finite number, clamped."""
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(name)
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed(name)
    return float(min(max(value, least), most))


def texts(answer: Mapping[str, object], name: str) -> list[str]:
    """A list of texts."""
    value = answer.get(name)
    if not isinstance(value, list):
        raise Malformed(name)
    found = cast("list[object]", value)
    if not all(isinstance(each, str) for each in found):
        raise Malformed(name)
    return cast("list[str]", found)
