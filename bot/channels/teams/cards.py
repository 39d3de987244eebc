"""The customers' Adaptive Cards (1.5), as plain values. Nothing here knows Teams' SDK or our rooms.

What people or documents say goes into text runs, which no client reads as Markdown: it can make no link, mention or picture.
Only our own phrases go into text blocks. A card that would be too large is shortened, and says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

from bot.channels.teams.words import say
from core.conversation import Card, Citation, Sentence

Element = dict[str, Any]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
LARGEST_BYTES = 27_000
MOST_ROWS = 40
MOST_SOURCES = 8
ROOM = 11_000
LABEL_LENGTH = 60
CONFIRM, CANCEL, DISMISS = "card:confirm", "card:cancel", "offer:dismiss"
HELPED, NOT_HELPED = "rate:up", "rate:down"
EMAIL, CODE = "who:email", "who:code"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A numbered source; without an address it is only named."""

    number: int
    title: str
    address: str = ""


def sources_of(sentences: Sequence[Sentence], public_url: str) -> tuple[str, tuple[Source, ...]]:
    """The reply's text with numbers behind what is cited, and the sources with these numbers."""
    cited: dict[tuple[str, int, int], Citation] = {}
    said: list[str] = []
    for sentence in sentences:
        numbers: list[int] = []
        for citation in sentence.citations:
            key = (citation.article, citation.start, citation.end)
            cited.setdefault(key, citation)
            numbers.append(list(cited).index(key) + 1)
        said.append(sentence.text + "".join(f" [{number}]" for number in dict.fromkeys(numbers)))
    listed = tuple(
        Source(number=number, title=each.heading or each.article, address=_address(each, public_url))
        for number, each in enumerate(cited.values(), start=1)
    )
    return " ".join(said), listed


def source_list(sources: Sequence[Source], language: str) -> list[Element]:
    """Numbered sources, each a link to the passage."""
    if not sources:
        return []
    lines = [_source(source) for source in sources[:MOST_SOURCES]]
    return [_label(say("sources", language), isSubtle=True, size="Small"), *lines]


def question(card: Card, language: str) -> tuple[list[Element], list[Element]]:
    """What will be done, with exactly which arguments, under which rule; and its two buttons."""
    data = {"card": card.id, "title": card.title[:200]}
    buttons = [
        execute(card.confirm or "Confirm", CONFIRM, data, style="positive"),
        execute(card.cancel or "Cancel", CANCEL, data),
    ]
    return _asked(card, language), buttons


def decided(card: Card, *, choice: str, by: str, at: datetime, language: str) -> Element:
    """The same card after its decision: who, what, when, and nothing to press."""
    what = say(choice if choice in ("confirm", "cancel", "dismiss") else "superseded", language)
    who = say("by", language, what=what, who=by) if by and choice != "superseded" else what
    done = [words(who, weight="Bolder"), _label(moment(at), isSubtle=True, size="Small", spacing="None")]
    return whole([*_asked(card, language), boxed(done, "good" if choice == "confirm" else "emphasis")], language=language)


def working(title: str, choice: str, language: str) -> Element:
    """How a pressed card looks at once: its buttons are gone, and it says that it was taken."""
    done = [words(say(choice, language), weight="Bolder"), _label(say("working", language), isSubtle=True)]
    return whole([*([words(title, weight="Bolder")] if title else []), boxed(done, "emphasis")], language=language)


def shares(rows: Sequence[tuple[str, str]]) -> list[tuple[tuple[str, str], ...]]:
    """The rows in groups of which each fits into a card; usually one. A value that is too long goes on in a row of its own."""
    found: list[list[tuple[str, str]]] = [[]]
    taken = 0
    for label, value in rows:
        for part in _parts(value):
            needed = size(_row(label, part))
            if found[-1] and (taken + needed > ROOM or len(found[-1]) == MOST_ROWS):
                found.append([])
                taken = 0
            found[-1].append((label, part))
            taken += needed
    return [tuple(group) for group in found]


def rows_alone(rows: Sequence[tuple[str, str]], language: str) -> Element:
    """A card of rows for which another one has no room."""
    return whole(_table(rows, language), language=language)


def receipt(rows: Sequence[tuple[str, str]], language: str) -> list[Element]:
    """What was done: label and value."""
    return [_label(say("receipt", language), weight="Bolder"), *_table(rows, language)] if rows else []


def offer(reply_id: str, language: str) -> tuple[list[Element], list[Element]]:
    """Says that what was said before it is an offer, and how to be rid of it."""
    label = _label(say("offer", language), weight="Bolder", color="Accent")
    return [label], [execute(say("not_interested", language), DISMISS, {"reply": reply_id, "language": language})]


def feedback(message_id: str, language: str) -> list[Element]:
    """Whether it helped, in words: not every reader has the pictures. `message_id` is the answer's own message."""
    data = {"answer": message_id, "language": language}
    return [execute(say("helped", language), HELPED, data), execute(say("not_helped", language), NOT_HELPED, data)]


def told(text: str, language: str = "en") -> Element:
    """A card that only says something: in place of one that was pressed."""
    return whole([words(text)], language=language)


def identity(language: str, *, problem: str = "") -> Element:
    """Asks for the e-mail address to which a code is mailed."""
    field = _input("email", say("email", language), style="Email", most=254)
    return _form(say("who", language), say("who_why", language), field, (say("send_code", language), EMAIL), problem, language)


def code(language: str, *, said: str = "", problem: str = "") -> Element:
    """Asks for the code that was mailed."""
    field = _input("code", say("code", language), most=12)
    return _form(
        say("who", language), said or say("mailed", language), field, (say("check_code", language), CODE), problem, language
    )


def person(name: str, company: str, language: str) -> str:
    """Says that a person speaks."""
    return say("person", language, name=name, company=company)


def whole(body: Sequence[Element], actions: Sequence[Element] = (), *, language: str, more: str = "") -> Element:
    """A card that fits: its longest words are cut when it would be too large; `more` then leads to the rest."""
    card: Element = {"type": "AdaptiveCard", "$schema": SCHEMA, "version": "1.5", "body": list(body)}
    card |= {"actions": list(actions)} if actions else {}
    if size(card) <= LARGEST_BYTES:
        return card
    link = {"selectAction": {"type": "Action.OpenUrl", "url": more}} if more else {}
    card["body"] = [*deepcopy(list(body)), words(say("cut", language), isSubtle=True, **link)]
    while size(card) > LARGEST_BYTES:
        longest = max(_runs(card["body"]), key=lambda run: len(run["text"]))
        longest["text"] = longest["text"][: max(len(longest["text"]) * 2 // 3, 1)].removesuffix("…").rstrip() + "…"
    return card


def attached(card: Element) -> Element:
    return {"contentType": CARD_TYPE, "content": card}


def message(card: Element, summary: str) -> Element:
    """An activity that shows a card; `summary` is for notifications."""
    return {"type": "message", "summary": _short(summary, 120), "attachments": [attached(card)]}


def size(card: Element) -> int:
    """How large it is as it is sent, in bytes."""
    return len(json.dumps(card))


def execute(title: str, verb: str, data: Mapping[str, Any], *, style: str = "") -> Element:
    """A button. Clients that don't know this kind send its data as a message instead."""
    carried = {**data, "verb": verb}
    action: Element = {"type": "Action.Execute", "title": _short(title, 40), "verb": verb, "data": carried}
    action |= {"style": style} if style else {}
    return action | {"fallback": {"type": "Action.Submit", "title": _short(title, 40), "data": carried}}


def words(text: str, **look: Any) -> Element:
    """Somebody's words, as they are. `look` is the run's."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text or " ", **look}]}


def boxed(items: Sequence[Element], style: str) -> Element:
    """Parts on a ground of their own."""
    return {"type": "Container", "style": style, "items": list(items)}


def moment(at: datetime) -> str:
    """A time that every reader sees in their own zone."""
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{{{{DATE({stamp}, SHORT)}}}} {{{{TIME({stamp})}}}}"


def _asked(card: Card, language: str) -> list[Element]:
    rule = [words(f"{say('rule', language)}: {card.rule}", isSubtle=True, size="Small")] if card.rule else []
    return [words(card.title, weight="Bolder", size="Medium"), *_table(card.rows, language), *rule]


def _table(rows: Sequence[tuple[str, str]], language: str) -> list[Element]:
    """Labels on the left, exact values on the right. A fact set would read the values as Markdown."""
    table = [_row(name, value) for name, value in rows[:MOST_ROWS]]
    left_out = [_label(say("cut", language), isSubtle=True)] if len(rows) > MOST_ROWS else []
    return [*table, *left_out]


def _parts(value: str) -> list[str]:
    """A value in parts of which each fits into a card."""
    most = ROOM // 12
    return [value[start : start + most] for start in range(0, len(value), most)] if size({"": value}) > ROOM // 2 else [value]


def _row(name: str, value: str) -> Element:
    columns = [
        {"type": "Column", "width": 2, "items": [words(_short(name, LABEL_LENGTH), isSubtle=True)]},
        {"type": "Column", "width": 3, "items": [words(value)]},
    ]
    return {"type": "ColumnSet", "columns": columns, "spacing": "Small"}


def _source(source: Source) -> Element:
    link = {"selectAction": {"type": "Action.OpenUrl", "url": source.address}} if source.address else {}
    return words(f"[{source.number}] {_short(source.title, 120)}", size="Small", **link) | {"spacing": "None"}


def _form(title: str, why: str, field: Element, button: tuple[str, str], problem: str, language: str) -> Element:
    warned = [words(problem, color="Attention")] if problem else []
    body = [words(title, weight="Bolder", size="Medium"), words(why), *warned, field]
    return whole(body, [execute(*button, {"language": language}, style="positive")], language=language)


def _input(name: str, label: str, *, most: int, style: str = "") -> Element:
    field: Element = {"type": "Input.Text", "id": name, "label": label, "maxLength": most, "isRequired": True}
    return field | {"errorMessage": label} | ({"style": style} if style else {})


def _label(text: str, **look: Any) -> Element:
    return {"type": "TextBlock", "text": text, "wrap": True, **look}


def _address(citation: Citation, public_url: str) -> str:
    if not public_url:
        return ""
    article, span = quote(citation.article, safe=""), f"start={citation.start}&end={citation.end}"
    return f"{public_url.rstrip('/')}/help/{article}?{span}#cited"


def _runs(part: Any) -> Iterable[Element]:
    """Every text run of a card."""
    if isinstance(part, dict):
        known = cast("Element", part)
        if known.get("type") == "TextRun":
            yield known
        part = list(known.values())
    if isinstance(part, list):
        for each in cast("list[Any]", part):
            yield from _runs(each)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
