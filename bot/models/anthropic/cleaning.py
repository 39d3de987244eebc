"""Text that every later reader can store and send: whole Unicode, without NUL."""

import math
from collections.abc import Mapping
from typing import cast

HIGH_SURROGATES = range(0xD800, 0xDC00)
DEEPEST = 40


def clean(text: str) -> str:
    """The text with halves of characters joined, lone halves replaced and NUL left out."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def split_behind(text: str) -> tuple[str, str]:
    """The text, and half a character at its end whose other half is still to come."""
    return (text[:-1], text[-1]) if text and ord(text[-1]) in HIGH_SURROGATES else (text, "")


def cleaned(value: object, depth: int = 0) -> object:
    """A JSON value with every text cleaned; raises `ValueError` at a number that is none, or when it is nested beyond sense."""
    if depth > DEEPEST:
        raise ValueError("the value is nested too deeply")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is out of range")
    if isinstance(value, Mapping):
        inner = cast("Mapping[object, object]", value)
        return {clean(str(name)): cleaned(each, depth + 1) for name, each in inner.items()}
    if isinstance(value, list | tuple):
        return [cleaned(each, depth + 1) for each in cast("list[object]", value)]
    return value
