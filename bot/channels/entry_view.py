"""What a customer's browser is told of an entry: the fields that are shown, and no others."""

from collections.abc import Mapping, Sequence
from typing import cast

from bot.delivery.composing import brought_up
from core.conversation import Author, Entry, EntryKind

JsonObject = dict[str, object]

CITATION_FIELDS = ("article", "heading", "start", "end", "quote")
CARD_FIELDS = ("id", "title", "rule", "confirm", "cancel")


def shown(entry: Entry, pressed: Mapping[str, str]) -> JsonObject:
    """The entry for the customer. `pressed` tells of cards what was chosen."""
    return {
        "position": entry.position,
        "kind": entry.kind.value,
        "author": entry.author.value,
        "name": entry.author_name if entry.author in (Author.AGENT, Author.BOT) else "",
        "at": entry.at.isoformat(),
        "turn": entry.turn_id,
        "body": body_of(entry, pressed),
    }


def body_of(entry: Entry, pressed: Mapping[str, str]) -> JsonObject:
    body = entry.body
    if body.get("erased"):
        return {"erased": True}
    match entry.kind:
        case EntryKind.TEXT:
            return _chosen(body, ("text", "message_id"))
        case EntryKind.SENTENCE:
            citations = [_chosen(each, CITATION_FIELDS) for each in _objects(body.get("citations"))]
            return {"text": body.get("text", ""), "citations": citations}
        case EntryKind.CARD:
            card_id = str(body.get("id", ""))
            return {**_chosen(body, CARD_FIELDS), "rows": rows_of(body), "pressed": pressed.get(card_id)}
        case EntryKind.RECEIPT:
            return {"title": body.get("title", ""), "rows": rows_of(body)}
        case EntryKind.NOTICE:
            return _chosen(body, ("text", "change", "agent"))
        case EntryKind.REPLY_END:
            return {"offer": brought_up(body)}
        case _:
            return {}


def rows_of(body: Mapping[str, object]) -> list[list[str]]:
    """Label and value, whether they were kept as pairs or as a mapping."""
    rows = body.get("rows")
    if isinstance(rows, Mapping):
        return [[str(label), str(value)] for label, value in cast("Mapping[object, object]", rows).items()]
    if isinstance(rows, Sequence) and not isinstance(rows, str):
        pairs = [cast("Sequence[object]", row) for row in cast("Sequence[object]", rows) if isinstance(row, Sequence)]
        return [[str(row[0]), str(row[1])] for row in pairs if len(row) == 2]
    return []


def _chosen(body: Mapping[str, object], names: tuple[str, ...]) -> JsonObject:
    return {name: body[name] for name in names if name in body}


def _objects(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [cast("Mapping[str, object]", each) for each in cast("Sequence[object]", value) if isinstance(each, Mapping)]
