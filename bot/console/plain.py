"""Values of the desk as JSON: dataclasses by their fields, times in ISO form, enumerations by their value."""

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, cast

from bot.channels.entry_view import JsonObject


def plain(view: object) -> JsonObject:
    """A dataclass as a JSON object."""
    return cast("JsonObject", _plain(view))


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple | Set):
        return [_plain(each) for each in cast("list[object]", value)]
    return value
