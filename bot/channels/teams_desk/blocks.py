"""The parts of Adaptive Cards 1.5 that the desk's cards are made of, and the limits that they keep.

What people wrote goes into text runs, which no client reads as Markdown: it can't make links, mentions or pictures. Only words
of ours go into text blocks; there a time is written so that every reader sees it in their own zone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from core.conversation import Citation

Element = dict[str, Any]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
LARGEST_BYTES = 27_000
MOST_USERS = 60
MOST_BUTTONS = 3
CUT = "… (the rest is in the console)"


def cut(text: str, most: int) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def words(text: str, *, bold: bool = False, quiet: bool = False, colour: str = "", tight: bool = False) -> Element:
    """A paragraph of somebody's words, shown as they are."""
    run: Element = {"type": "TextRun", "text": text or " "}
    if bold:
        run["weight"] = "Bolder"
    if quiet:
        run["isSubtle"] = True
    if colour:
        run["color"] = colour
    block: Element = {"type": "RichTextBlock", "inlines": [run]}
    return block | {"spacing": "Small"} if tight else block


def paragraphs(text: str) -> list[Element]:
    """Somebody's words, each line a paragraph of its own; an empty line leaves a gap."""
    shown, near = list[Element](), False
    for line in text.splitlines():
        if line.strip():
            shown.append(words(line, tight=near))
        near = bool(line.strip())
    return shown or [words("")]


def label(text: str, *, bold: bool = False, quiet: bool = False, colour: str = "", **more: Any) -> Element:
    """Words of ours; may hold `clock` and `day`."""
    look = {"weight": "Bolder"} if bold else {}
    look |= {"isSubtle": True} if quiet else {}
    look |= {"color": colour} if colour else {}
    return {"type": "TextBlock", "text": text, "wrap": True, **look, **more}


def clock(at: datetime) -> str:
    """The time in the reader's zone."""
    return f"{{{{TIME({_stamp(at)})}}}}"


def day(at: datetime) -> str:
    """The day and the time in the reader's zone."""
    return f"{{{{DATE({_stamp(at)}, SHORT)}}}} {clock(at)}"


def pairs(facts: Iterable[tuple[str, Element | str]]) -> list[Element]:
    """Facts, two a row: each a small label above its value."""
    cells = [_cell(name, value) for name, value in facts]
    rows = [cells[place : place + 2] for place in range(0, len(cells), 2)]
    empty: Element = {"type": "Column", "width": "stretch", "items": []}
    return [{"type": "ColumnSet", "columns": [*row, *[empty] * (2 - len(row))], "spacing": "Small"} for row in rows]


def heading(left: Element, right: Element | None = None) -> Element:
    """One line: who on the left, how urgent on the right."""
    columns: list[Element] = [{"type": "Column", "width": "stretch", "items": [left]}]
    if right is not None:
        columns.append({"type": "Column", "width": "auto", "items": [right], "verticalContentAlignment": "Center"})
    return {"type": "ColumnSet", "columns": columns}


def boxed(items: Sequence[Element], style: str = "emphasis") -> Element:
    """Parts on a ground of their own: emphasis, good, warning, attention or accent."""
    return {"type": "Container", "style": style, "items": list(items)}


def sources(citations: Sequence[Citation], addresses: Sequence[str]) -> list[Element]:
    """Numbered sources, each a link to the passage where there is an address."""
    shown: list[Element] = []
    for number, (citation, address) in enumerate(zip(citations, addresses, strict=True), start=1):
        block = words(f"[{number}] {cut(citation.heading or citation.article, 200)}", quiet=not address, tight=True)
        if address:
            block["inlines"][0]["selectAction"] = {"type": "Action.OpenUrl", "url": address}
        shown.append(block)
    return shown


def execute(
    title: str, verb: str, data: Mapping[str, Any], *, style: str = "", more: bool = False, bare: bool = False
) -> Element:
    """A button that is answered with a card. `more` puts it into the overflow menu; `bare` leaves what was filled in behind."""
    action: Element = {"type": "Action.Execute", "title": title, "verb": verb, "data": dict(data)}
    return _look(action | ({"associatedInputs": "none"} if bare else {}), style, more)


def unfolds(title: str, body: Sequence[Element], actions: Sequence[Element], *, style: str = "") -> Element:
    """A button that unfolds a part of the card below it, with something to fill in."""
    inside: Element = {"type": "AdaptiveCard", "body": list(body), "actions": list(actions)}
    return _look({"type": "Action.ShowCard", "title": title, "card": inside}, style, more=False)


def opens(title: str, data: Mapping[str, Any], *, style: str = "", more: bool = False) -> Element:
    """A button that opens a dialog: Teams opens one only from a submit action marked as a fetch."""
    return _look({"type": "Action.Submit", "title": title, "data": {"msteams": {"type": "task/fetch"}, **data}}, style, more)


def submits(title: str, data: Mapping[str, Any], *, style: str = "") -> Element:
    """A button inside a dialog."""
    return _look({"type": "Action.Submit", "title": title, "data": dict(data)}, style, more=False)


def visits(title: str, address: str) -> list[Element]:
    """An entry of the overflow menu that opens a page; none without an address."""
    return [{"type": "Action.OpenUrl", "title": title, "url": address, "mode": "secondary"}] if address else []


def field(name: str, title: str, *, value: str = "", most: int = 0, required: bool = True, lines: bool = False) -> Element:
    """A text to fill in."""
    shown: Element = {"type": "Input.Text", "id": name, "label": title, "isMultiline": lines}
    shown |= {"value": value} if value else {}
    shown |= {"maxLength": most} if most else {}
    return shown | ({"isRequired": True, "errorMessage": f"{title}: fill this in."} if required else {})


def choice(name: str, title: str, options: Iterable[tuple[str, str]], *, value: str = "", required: bool = True) -> Element:
    """One of several; `options` are value and title."""
    listed = [{"title": shown, "value": each} for each, shown in options]
    picked: Element = {"type": "Input.ChoiceSet", "id": name, "label": title, "style": "compact", "choices": listed}
    picked |= {"value": value} if value else {}
    return picked | ({"isRequired": True, "errorMessage": f"{title}: choose one."} if required else {})


def form(body: Sequence[Element], actions: Sequence[Element] = ()) -> Element:
    """A card as it is, for a dialog: what was typed is never cut."""
    whole: Element = {"type": "AdaptiveCard", "$schema": SCHEMA, "version": "1.5", "body": list(body)}
    return whole | ({"actions": list(actions)} if actions else {})


def card(body: Sequence[Element], actions: Sequence[Element] = (), *, refresh: Element | None = None) -> Element:
    """A card that fits: its longest words are cut when it would be too large."""
    whole = form(body, actions) | ({"refresh": refresh} if refresh else {})
    while size(whole) > LARGEST_BYTES and (longest := max(_runs(whole), key=lambda run: len(run["text"]), default=None)):
        if len(longest["text"]) <= 2 * len(CUT):
            break
        longest["text"] = longest["text"].removesuffix(CUT)[: len(longest["text"]) // 2].rstrip() + CUT
    return whole


def shortened(whole: Element) -> bool:
    """Whether something that was written isn't shown to its end."""
    return size(whole) > LARGEST_BYTES or any(run["text"].endswith(CUT) for run in _runs(whole))


def too_large(whole: Element) -> bool:
    """Whether a form is more than a dialog may hold."""
    return len(json.dumps(whole, ensure_ascii=False).encode()) > LARGEST_BYTES


def size(whole: Element) -> int:
    """How large it is at most when it is sent, in bytes: with every letter beyond ASCII escaped."""
    return len(json.dumps(whole))


def seen_by(verb: str, data: Mapping[str, Any], users: Sequence[str]) -> Element | None:
    """Lets these users' clients ask for their own view of the card; None for nobody."""
    if not users:
        return None
    action = {"type": "Action.Execute", "title": "Refresh", "verb": verb, "data": dict(data)}
    return {"action": action, "userIds": list(users[:MOST_USERS])}


def attached(whole: Element) -> Element:
    return {"contentType": CARD_TYPE, "content": whole}


def message(whole: Element, summary: str) -> Element:
    """An activity that shows a card. `summary` is what notifications say."""
    return {"type": "message", "summary": cut(summary, 120), "attachments": [attached(whole)]}


def _cell(name: str, value: Element | str) -> Element:
    shown = {**(words(cut(value, 400)) if isinstance(value, str) else value), "spacing": "None"}
    title = words(name, quiet=True)
    title["inlines"][0]["size"] = "Small"
    return {"type": "Column", "width": "stretch", "items": [title, shown]}


def _look(action: Element, style: str, more: bool) -> Element:
    action |= {"style": style} if style else {}
    return action | ({"mode": "secondary"} if more else {})


def _runs(part: object) -> Iterable[Element]:
    """Every text run of a card."""
    if isinstance(part, dict):
        whole = cast("Element", part)
        if whole.get("type") == "TextRun":
            yield whole
        for each in whole.values():
            yield from _runs(each)
    if isinstance(part, list):
        for each in cast("list[object]", part):
            yield from _runs(each)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
