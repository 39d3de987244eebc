"""What an Adaptive Card 1.5 may hold, as the published schema has it, for the parts that the desk uses; and Teams' own limits."""

import json
from typing import Any, cast

Element = dict[str, Any]
SPACINGS = {"None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"}
COLOURS = {"Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"}
GROUNDS = {"default", "emphasis", "good", "attention", "warning", "accent"}
EVERY = {"type", "id", "spacing", "separator", "isVisible"}
TEXT = {"text", "weight", "color", "isSubtle", "size"}
INPUT = {"label", "isRequired", "errorMessage", "value"}
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "TextBlock": ({"text"}, EVERY | TEXT | {"wrap", "maxLines", "horizontalAlignment"}),
    "RichTextBlock": ({"inlines"}, EVERY | {"inlines", "horizontalAlignment"}),
    "TextRun": ({"text"}, {"type"} | TEXT | {"selectAction", "italic"}),
    "Container": ({"items"}, EVERY | {"items", "style", "bleed"}),
    "ColumnSet": (set(), EVERY | {"columns", "style"}),
    "Column": (set(), EVERY | {"items", "width", "verticalContentAlignment"}),
    "Input.Text": ({"id"}, EVERY | INPUT | {"isMultiline", "maxLength", "placeholder"}),
    "Input.ChoiceSet": ({"id"}, EVERY | INPUT | {"choices", "style", "isMultiSelect"}),
    "Action.Execute": (set(), {"type", "title", "verb", "data", "style", "mode", "associatedInputs"}),
    "Action.ShowCard": ({"card"}, {"type", "title", "card", "style", "mode"}),
    "AdaptiveCard": ({"body", "actions"}, {"type", "body", "actions"}),
    "Action.Submit": (set(), {"type", "title", "data", "style", "mode"}),
    "Action.OpenUrl": ({"url"}, {"type", "title", "url", "style", "mode"}),
}
CHOICES = {"spacing": SPACINGS, "color": COLOURS, "mode": {"primary", "secondary"}, "weight": {"Bolder", "Lighter", "Default"}}


def faults(card: Element, *, dialog: bool = False) -> list[str]:
    """What is wrong with a card; empty for a good one."""
    found = [f"key {name}" for name in card.keys() - {"type", "$schema", "version", "body", "actions", "refresh", "msteams"}]
    if card.get("type") != "AdaptiveCard" or card.get("version") != "1.5" or not card.get("body"):
        found.append("no card 1.5")
    if len(json.dumps(card)) > 28_000:
        found.append("too large")
    for part in [*card.get("body", []), *card.get("actions", [])]:
        found += _faults(part)
    names = [each["id"] for each in every(card, "Input.Text") + every(card, "Input.ChoiceSet")]
    if len(names) != len(set(names)):
        found.append("two inputs of one name")
    return found + _buttons(card, dialog) + _refresh(card)


def every(part: object, kind: str) -> list[Element]:
    """All parts of that type, buttons too."""
    if isinstance(part, list):
        return [each for item in cast("list[object]", part) for each in every(item, kind)]
    if not isinstance(part, dict):
        return []
    whole = cast("Element", part)
    inside = [each for name, value in whole.items() if name != "data" for each in every(value, kind)]
    return [whole, *inside] if whole.get("type") == kind else inside


def texts(card: Element) -> str:
    """All that is to be read on it, with titles of buttons."""
    runs = [each["text"] for kind in ("TextRun", "TextBlock") for each in every(card, kind)]
    return "\n".join([*runs, *titles(card), *(each.get("value", "") for each in every(card, "Input.Text"))])


def titles(card: Element) -> list[str]:
    return [each["title"] for each in card.get("actions", [])]


def button(card: Element, title: str) -> Element:
    return next(each for each in card["actions"] if each["title"] == title)


def inside(card: Element, title: str) -> Element:
    """What a button unfolds."""
    return button(card, title)["card"]


def _faults(part: Element) -> list[str]:
    kind = part.get("type", "")
    if kind not in ALLOWED:
        return [f"type {kind}"]
    required, allowed = ALLOWED[kind]
    found = [f"{kind} without {name}" for name in required - part.keys()]
    found += [f"{kind} with {name}" for name in part.keys() - allowed]
    found += [f"{name} {part[name]}" for name, values in CHOICES.items() if name in part and part[name] not in values]
    if kind == "Container" and part.get("style", "default") not in GROUNDS:
        found.append(f"style {part['style']}")
    within = [part.get(name, []) for name in ("items", "columns", "inlines", "body", "actions")]
    within += [[part[name]] for name in ("selectAction", "card") if name in part]
    return found + [fault for each in within for item in each for fault in _faults(item)]


def _buttons(card: Element, dialog: bool) -> list[str]:
    actions: list[Element] = card.get("actions", [])
    found = ["more than three buttons"] if sum(each.get("mode") != "secondary" for each in actions) > 3 else []
    found += ["a button without a title" for each in actions if not each.get("title")]
    submits = [each for each in actions if each["type"] == "Action.Submit"]
    if dialog:
        return found + ["an execute in a dialog" for each in actions if each["type"] == "Action.Execute"]
    fetch = {"type": "task/fetch"}
    return found + ["a submit outside a dialog" for each in submits if each["data"].get("msteams") != fetch]


def _refresh(card: Element) -> list[str]:
    refresh = card.get("refresh")
    if refresh is None:
        return []
    users, action = refresh.get("userIds", []), refresh.get("action", {})
    good = action.get("type") == "Action.Execute" and action.get("verb") and 0 < len(users) <= 60
    return [] if good else ["a refresh for nobody"]
