"""The pieces that every card is made of, within Slack's limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.slack.mrkdwn import pieces as raw_pieces
from bot.channels.slack.sources import Sources
from bot.channels.slack_desk.text import SECTION, cut, pieces, shown
from core.conversation import Citation
from handoff.desk.posts import digest_of
from handoff.desk.views import Row

Block = dict[str, Any]
View = dict[str, Any]
MOST_BLOCKS, MOST_VIEW_BLOCKS, MOST_FIELDS, MOST_TEXT = 50, 100, 10, 2_400
MOST_SOURCES = 9
SEPARATOR = "|"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message of blocks, with the text that notifications show."""

    text: str
    blocks: tuple[Block, ...]

    @property
    def digest(self) -> str:
        return digest_of([self.text, self.blocks])


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the console and the articles are; without a public address there are no links."""

    company: str
    public_url: str = ""

    def case(self, case_id: str) -> str:
        return f"{self.public_url.rstrip('/')}/console/cases/{case_id}" if self.public_url else ""

    def console(self) -> str:
        return f"{self.public_url.rstrip('/')}/console" if self.public_url else ""


def message(text: str, blocks: Iterable[Block]) -> Message:
    """A message within the limits; `text` is plain. What doesn't fit is said to be missing."""
    return Message(text=shown(text), blocks=tuple(_fitted(list(blocks), MOST_BLOCKS)))


def words(text: str) -> Message:
    """A message that is only words."""
    return message(text, paragraphs(text))


def modal(title: str, blocks: Iterable[Block], **more: Any) -> View:
    """A dialog. `submit`, `close` and `title` are cut to the 24 characters that Slack allows."""
    named = {name: _plain(cut(str(more.pop(name)), 24)) for name in ("submit", "close") if name in more}
    view: View = {
        "type": "modal",
        "title": _plain(cut(title, 24)),
        "close": _plain("Cancel" if "submit" in named else "Close"),
        **named,
        **more,
    }
    return {**view, "blocks": _fitted(list(blocks), MOST_VIEW_BLOCKS)}


def section(markup: str, accessory: Block | None = None) -> Block:
    """A paragraph of ready markup."""
    block: Block = {"type": "section", "text": _markup(markup)}
    return block | ({"accessory": accessory} if accessory else {})


def paragraphs(text: str) -> Sequence[Block]:
    """Somebody's whole text, in as many sections as it takes."""
    return [section(piece) for piece in pieces(text)]


def literal(text: str) -> Sequence[Block]:
    """Somebody's whole text to the letter: nothing in it formats or links."""
    return [{"type": "section", "text": _plain(piece)} for piece in raw_pieces(text, SECTION)]


def facts(rows: Iterable[Row]) -> Sequence[Block]:
    """Labels and values, two a row."""
    fields = [_markup(f"*{shown(label, 200)}*\n{shown(value or '–', 1_700)}") for label, value in rows]
    return [_fields(fields[start : start + MOST_FIELDS]) for start in range(0, len(fields), MOST_FIELDS)]


def marked_facts(rows: Iterable[tuple[str, str]]) -> Sequence[Block]:
    """The same with values that are ready markup."""
    return [_fields([_markup(f"*{shown(label, 200)}*\n{value}") for label, value in rows][:MOST_FIELDS])]


def context(*markups: str) -> Block:
    """Small print of ready markup."""
    return {"type": "context", "elements": [_markup(markup) for markup in markups if markup][:10]}


def divider() -> Block:
    return {"type": "divider"}


def header(text: str) -> Block:
    return {"type": "header", "text": _plain(cut(text, 150))}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": [element for element in elements if element]}


def button(label: str, action: str, value: str, *, style: str = "", confirm: Block | None = None) -> Block:
    element: Block = {"type": "button", "text": _plain(cut(label, 75)), "action_id": action, "value": value}
    return element | ({"style": style} if style else {}) | ({"confirm": confirm} if confirm else {})


def sure(title: str, text: str, yes: str, *, danger: bool = False) -> Block:
    """The dialog that asks before a button counts."""
    asked: Block = {"title": _plain(cut(title, 100)), "text": _plain(cut(text, 300)), "confirm": _plain(cut(yes, 30))}
    return asked | {"deny": _plain("Go back")} | ({"style": "danger"} if danger else {})


def menu(action: str, options: Iterable[tuple[str, str] | tuple[str, str, str]]) -> Block:
    """The overflow: label, value and, for a link, its address. Options whose address is empty are left out."""
    listed = [_option(*each) for each in options if len(each) == 2 or each[2]]
    return {"type": "overflow", "action_id": action, "options": listed[:5]}


def text_input(name: str, label: str, value: str = "", *, most: int = MOST_TEXT, **more: Any) -> Block:
    """A field of several lines; `optional`, `hint` and `single` as wanted."""
    lines = not more.get("single", False)
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": lines, "max_length": most}
    element |= {"initial_value": value[:most]} if value else {}
    return _input(name, label, element, more)


def choice(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str = "", **more: Any) -> Block:
    """One of several; the first 100."""
    listed = [_option(*each) for each in options[:100]]
    initial = next((each for each in listed if each["value"] == chosen), None)
    element: Block = {"type": "static_select", "action_id": name, "options": listed, "placeholder": _plain("Choose one")}
    return _input(name, label, element | ({"initial_option": initial} if initial else {}), more)


def day(name: str, label: str, value: str, **more: Any) -> Block:
    element: Block = {"type": "datepicker", "action_id": name}
    return _input(name, label, element | ({"initial_date": value} if value else {}), more)


def sources(citations: Iterable[Citation], addresses: Addresses) -> Sequence[Block]:
    """The numbered sources, as links where there is an address."""
    named = tuple(replace(each, heading=cut(each.heading or each.article, 90)) for each in citations)[:MOST_SOURCES]
    lines = Sources(public_url=addresses.public_url or None, cited=named).lines()
    return [context("*Sources*", *lines)] if lines else []


def confidence(value: float) -> str:
    """In a word and a number."""
    word = "high" if value >= 0.8 else "fair" if value >= 0.6 else "low"
    return f"Confidence: {word} ({value:.2f})"


def packed(*values: str) -> str:
    """Ids that a button carries."""
    return SEPARATOR.join(values)


def unpacked(value: str, count: int) -> Sequence[str]:
    """What `packed` put together; short of that many, the rest is empty."""
    found = value.split(SEPARATOR, count - 1)
    return [*found, *[""] * (count - len(found))]


def _fitted(blocks: list[Block], most: int) -> list[Block]:
    if len(blocks) <= most:
        return blocks
    buttons = [blocks[-1]] if blocks[-1]["type"] == "actions" else []
    return [*blocks[: most - 1 - len(buttons)], context("There is more than fits here: see the console."), *buttons]


def _fields(fields: list[Block]) -> Block:
    return {"type": "section", "fields": fields}


def _input(name: str, label: str, element: Block, more: dict[str, Any]) -> Block:
    block: Block = {"type": "input", "block_id": name, "label": _plain(cut(label, 2_000)), "element": element}
    block["optional"] = bool(more.get("optional", False))
    return block | ({"hint": _plain(cut(more["hint"], 2_000))} if more.get("hint") else {})


def _option(label: str, value: str, url: str = "") -> Block:
    return {"text": _plain(cut(label, 75)), "value": value[:150]} | ({"url": url} if url else {})


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _markup(markup: str) -> Block:
    return {"type": "mrkdwn", "text": markup, "verbatim": True}
