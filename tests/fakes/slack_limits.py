"""Slack's published limits for blocks and views: what is wrong with a layout. Nothing found: Slack takes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

Layout = Mapping[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MARKDOWN_CHARACTERS = 12_000


def layout_faults(blocks: object, *, most: int = MESSAGE_BLOCKS) -> list[str]:
    """What is wrong with the blocks of a message (of a view with `most` 100)."""
    if not isinstance(blocks, list):
        return ["blocks is not a list"]
    listed = cast("list[Any]", blocks)
    faults = [f"{len(listed)} blocks, {most} at most"] if len(listed) > most else []
    if not all(isinstance(each, dict) for each in listed):
        return [*faults, "a block is not an object"]
    faults += _repeats("block_id", [each.get("block_id") for each in listed])
    for place, block in enumerate(cast("list[Layout]", listed)):
        faults += [f"block {place} ({block.get('type')}): {fault}" for fault in _block(block)]
    markdown = sum(len(each.get("text", "")) for each in listed if each.get("type") == "markdown")
    return faults + ([f"{markdown} characters of markdown"] if markdown > MARKDOWN_CHARACTERS else [])


def view_faults(view: object) -> list[str]:
    """What is wrong with a modal or a Home tab."""
    if not isinstance(view, dict):
        return ["the view is not an object"]
    given = cast("dict[str, Any]", view)
    faults = layout_faults(given.get("blocks"), most=VIEW_BLOCKS)
    if given.get("type") == "modal":
        faults += _plain(given.get("title"), 24, "title")
        for name in ("submit", "close"):
            faults += _plain(given[name], 24, name) if name in given else []
        blocks: list[Layout] = given.get("blocks") or []
        inputs = any(each.get("type") == "input" for each in blocks)
        faults += ["an input needs a submit button"] if inputs and "submit" not in given else []
    elif given.get("type") != "home":
        faults.append("the view is neither modal nor home")
    faults += _length(given.get("callback_id", "x"), 255, "callback_id")
    return faults + _length(given.get("private_metadata", "x") or "x", 3_000, "private_metadata")


def _block(block: Layout) -> list[str]:
    check = BLOCKS.get(str(block.get("type")))
    if check is None:
        return ["there is no such type"]
    return check(block) + (_length(block["block_id"], 255, "block_id") if "block_id" in block else [])


def _section(block: Layout) -> list[str]:
    faults: list[str] = []
    if "text" not in block and "fields" not in block:
        faults.append("neither text nor fields")
    if "text" in block:
        faults += _text(block["text"], 3_000, "text")
    fields = cast("list[Any]", block.get("fields", []))
    faults += [f"{len(fields)} fields"] if len(fields) > 10 or ("fields" in block and not fields) else []
    for field in fields:
        faults += _text(field, 2_000, "field")
    return faults + (_element(block["accessory"]) if "accessory" in block else [])


def _header(block: Layout) -> list[str]:
    return _plain(block.get("text"), 150, "header")


def _context(block: Layout) -> list[str]:
    elements = cast("list[Any]", block.get("elements", []))
    faults = [] if 1 <= len(elements) <= 10 else [f"{len(elements)} elements"]
    for element in elements:
        if element.get("type") != "image":
            faults += _text(element, 3_000, "element")
    return faults


def _actions(block: Layout) -> list[str]:
    elements = cast("list[Layout]", block.get("elements", []))
    faults = [] if 1 <= len(elements) <= 25 else [f"{len(elements)} elements"]
    faults += _repeats("action_id", [each.get("action_id") for each in elements])
    for element in elements:
        faults += _element(element)
    return faults


def _context_actions(block: Layout) -> list[str]:
    elements = cast("list[Layout]", block.get("elements", []))
    faults = [] if 1 <= len(elements) <= 5 else [f"{len(elements)} elements"]
    for element in elements:
        if element.get("type") == "feedback_buttons":
            for name in ("positive_button", "negative_button"):
                button = cast("Layout", element.get(name, {}))
                faults += _plain(button.get("text"), 75, name) + _length(button.get("value"), 2_000, "value")
        elif element.get("type") != "icon_button":
            faults.append(f"{element.get('type')} can't stand here")
    return faults


def _input(block: Layout) -> list[str]:
    faults = _plain(block.get("label"), 2_000, "label") + _element(cast("Layout", block.get("element", {})))
    return faults + (_plain(block["hint"], 2_000, "hint") if "hint" in block else [])


def _markdown(block: Layout) -> list[str]:
    return _length(block.get("text"), MARKDOWN_CHARACTERS, "text")


def _image(block: Layout) -> list[str]:
    return _length(block.get("image_url"), 3_000, "image_url") + _length(block.get("alt_text"), 2_000, "alt_text")


def _nothing(_block: Layout) -> list[str]:
    return []


BLOCKS: Mapping[str, Callable[[Layout], list[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "input": _input,
    "markdown": _markdown,
    "image": _image,
    "divider": _nothing,
    "rich_text": _nothing,
}


def _element(element: Layout) -> list[str]:
    check = ELEMENTS.get(str(element.get("type")))
    if check is None:
        return [f"there is no element {element.get('type')}"]
    faults = check(element) + (_length(element["action_id"], 255, "action_id") if "action_id" in element else [])
    if "placeholder" in element:
        faults += _plain(element["placeholder"], 150, "placeholder")
    return faults + (_confirm(element["confirm"]) if "confirm" in element else [])


def _button(element: Layout) -> list[str]:
    faults = _plain(element.get("text"), 75, "button")
    faults += _length(element["value"], 2_000, "value") if "value" in element else []
    faults += _length(element["url"], 3_000, "url") if "url" in element else []
    return faults + (["no such style"] if element.get("style", "primary") not in ("primary", "danger") else [])


def _overflow(element: Layout) -> list[str]:
    return _options(element, 5)


def _select(element: Layout) -> list[str]:
    return _options(element, 100)


def _choice(element: Layout) -> list[str]:
    return _options(element, 10)


def _text_input(element: Layout) -> list[str]:
    longest = element.get("max_length", 3_000)
    faults = [] if isinstance(longest, int) and 1 <= longest <= 3_000 else ["max_length"]
    return faults + (["initial_value is longer than 3000"] if len(element.get("initial_value", "")) > 3_000 else [])


ELEMENTS: Mapping[str, Callable[[Layout], list[str]]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _select,
    "multi_static_select": _select,
    "external_select": _nothing,
    "users_select": _nothing,
    "radio_buttons": _choice,
    "checkboxes": _choice,
    "plain_text_input": _text_input,
    "email_text_input": _nothing,
    "number_input": _nothing,
    "url_text_input": _nothing,
    "datepicker": _nothing,
    "image": _image,
}


def _options(element: Layout, most: int) -> list[str]:
    options = cast("list[Layout]", element.get("options", []))
    faults = [] if 1 <= len(options) <= most else [f"{len(options)} options"]
    for option in options:
        faults += _text(option.get("text"), 75, "option") + _length(option.get("value"), 150, "option value")
    return faults


def _confirm(confirm: Layout) -> list[str]:
    faults = _plain(confirm.get("title"), 100, "confirm title") + _text(confirm.get("text"), 300, "confirm text")
    return faults + _plain(confirm.get("confirm"), 30, "confirm") + _plain(confirm.get("deny"), 30, "deny")


def _plain(text: object, most: int, name: str) -> list[str]:
    faults = _text(text, most, name)
    if not faults and cast("Layout", text).get("type") != "plain_text":
        faults.append(f"{name} must be plain_text")
    return faults


def _text(text: object, most: int, name: str) -> list[str]:
    if not isinstance(text, dict) or cast("Layout", text).get("type") not in ("plain_text", "mrkdwn"):
        return [f"{name} is no text object"]
    return _length(cast("Layout", text).get("text"), most, name)


def _length(value: object, most: int, name: str) -> list[str]:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        return [f"{name} must be 1 to {most} characters"]
    return []


def _repeats(name: str, values: Iterable[object]) -> list[str]:
    given: Sequence[object] = [value for value in values if value is not None]
    return [f"a {name} twice"] if len(set(given)) < len(given) else []
