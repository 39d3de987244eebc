"""The bodies with which invokes are answered."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from bot.channels.teams.port import Activity, Answer
from bot.channels.teams_desk.blocks import Element, attached, card, cut, paragraphs

MESSAGE = "application/vnd.microsoft.activity.message"
CARD = "application/vnd.microsoft.card.adaptive"
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"


def showing(shown: Element) -> Answer:
    """The card takes the place of the one that was pressed, for who pressed it."""
    return {"statusCode": 200, "type": CARD, "value": _fresh(shown)}


def saying(text: str) -> Answer:
    """A short text above the card."""
    return {"statusCode": 200, "type": MESSAGE, "value": cut(text, 1_000)}


def dialog(title: str, shown: Element) -> Answer:
    value = {"title": title, "height": "medium", "width": "medium", "card": attached(_fresh(shown))}
    return {"task": {"type": "continue", "value": value}}


def opening(text: str) -> Answer:
    """A dialog that only says something: one can't be opened with words alone everywhere."""
    return dialog("From the desk", card(paragraphs(cut(text, 1_000))))


def closing(text: str) -> Answer:
    """The dialog ends with a text."""
    return {"task": {"type": "message", "value": cut(text, 1_000)}}


def found(shown: Element, title: str, text: str) -> Answer:
    """One result of a search; chosen, the card goes into the message box."""
    preview = {"contentType": THUMBNAIL, "content": {"title": cut(title, 100), "text": cut(text, 200)}}
    result = {"type": "result", "attachmentLayout": "list", "attachments": [attached(shown) | {"preview": preview}]}
    return {"composeExtension": result}


def finding(text: str) -> Answer:
    """A search that found nothing to show, and why."""
    return {"composeExtension": {"type": "message", "text": cut(text, 500)}}


def part(activity: Activity, *names: str) -> dict[str, Any]:
    """A nested object of an activity; empty when it isn't there, whatever came in its place."""
    value: object = activity
    for name in names:
        value = cast("Mapping[str, object]", value).get(name) if isinstance(value, Mapping) else None
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


def _fresh(shown: Element) -> Element:
    """The card with buttons of its own: pressed again on a new card, a button isn't a repeat of the old one."""
    once = uuid.uuid4().hex[:12]
    actions = [_stamped(each, once) for each in shown.get("actions", [])]
    return shown | ({"actions": actions} if actions else {})


def _stamped(action: Element, once: str) -> Element:
    if "data" in action:
        return action | {"data": {**action["data"], "once": once}}
    inside = action.get("card")
    return action | {"card": inside | {"actions": [_stamped(each, once) for each in inside["actions"]]}} if inside else action


def text_in(data: Mapping[str, Any], name: str) -> str:
    """A text of what was sent back; empty for anything else."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def values_in(data: Mapping[str, Any]) -> dict[str, str]:
    """An action's values, as a button carries them."""
    values = data.get("values")
    given = cast("Mapping[object, object]", values if isinstance(values, Mapping) else {})
    return {str(name): str(value) for name, value in given.items()}
