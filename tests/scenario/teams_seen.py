"""What somebody sees of a bot's messages in Teams: their words and their buttons, where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tests.fakes.teams_activities import Activity, Place

CARD = "application/vnd.microsoft.card.adaptive"


def words_of(shown: object) -> str:
    """All words that somebody sees in a message or card."""
    return " ".join(_texts(shown))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A message of the bot, or the view of it that one user was given, where it stands."""

    place: Place
    message: Activity

    @property
    def card(self) -> Activity:
        return self.message["attachments"][0]["content"] if self.message.get("attachments") else {}

    @property
    def words(self) -> str:
        return words_of(self.message)

    @property
    def buttons(self) -> dict[str, Activity]:
        """What can be pressed, by its words; also what a button unfolds, unless one on the card itself is called the same."""
        return _buttons(self.card)

    def viewed(self, card: Activity) -> "Seen":
        return Seen(place=self.place, message={**self.message, "attachments": [{"contentType": CARD, "content": card}]})


def holds(seen: Seen, wanted: Sequence[str]) -> bool:
    """Whether all of these words stand in it."""
    said = seen.words.lower()
    return all(word.lower() in said for word in wanted)


def place_of(conversation_id: str, like: Place | None) -> Place:
    """The place of a conversation id that begins as a given one."""
    base, _, thread = conversation_id.partition(";messageid=")
    if like is None or not thread:
        return like or Place(id=base)
    return Place(id=base, kind="channel", thread=thread, team=like.team, organisation=like.organisation)


def _buttons(card: Activity) -> dict[str, Activity]:
    found: dict[str, Activity] = {}
    for action in cast("list[Activity]", card.get("actions", [])):
        if "card" in action:
            found = {**_buttons(action["card"]), **found, str(action["title"]): action}
        elif "data" in action:
            found[str(action["title"])] = action
    return found


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for each in cast("list[object]", value) for text in _texts(each)]
    if not isinstance(value, Mapping):
        return []
    found: list[str] = []
    for name, inner in cast("Mapping[str, object]", value).items():
        if name in ("text", "title", "value", "label") and isinstance(inner, str):
            found.append(inner)
        elif name not in ("data", "summary", "fallback"):
            found += _texts(inner)
    return found
