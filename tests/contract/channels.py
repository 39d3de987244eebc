"""The customers' channels, each with what a test needs to look at it: a new one joins the contract by being added here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.channels.entry_view import shown
from bot.delivery.deciding import choices
from bot.delivery.port import Channel, Closing, Outgoing
from bot.links.port import ChannelUser
from core.conversation import Author, ConversationRef, EntryKind
from core.database import Database
from core.errors import NotSent, RapportError, Refused, Unclear
from core.journal import Journal
from memory.threads import Threads
from tests.fakes.channel import RecordingChannel

COMPANY, SITE = "Halcyon", "https://help.halcyon.example"
NOT_SENT, UNCLEAR, TAKEN, REFUSED = "not_sent", "unclear", "taken", "refused"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A numbered source and where it leads."""

    number: int
    heading: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A card: `buttons` can be pressed, `decided` says what was chosen."""

    title: str
    rows: tuple[tuple[str, str], ...]
    rule: str = ""
    buttons: tuple[str, ...] = ()
    decided: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Something that the customer sees. `person` names the person who speaks; empty: the assistant.

    `marks` are the numbers of sources behind the words; `stray` is what the customer's client would make of a text beyond words:
    mentions, links that aren't our sources, letters in bold, and what was cut off.
    """

    text: str = ""
    person: str = ""
    marks: tuple[int, ...] = ()
    sources: tuple[Source, ...] = ()
    card: Asked | None = None
    receipt: tuple[tuple[str, str], ...] = ()
    offer: bool = False
    way_out: bool = False
    asks_rating: bool = False
    stray: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What the house knows, for the channels that read it."""

    database: Database
    threads: Threads
    journal: Journal


class Stage(Protocol):
    """A channel over a vendor's double. `again` gives the next process's; `channel` is None where nothing is sent."""

    ref: ConversationRef
    user: ChannelUser
    channel: Channel | None
    secrets: Sequence[str]

    async def open(self) -> None: ...

    async def again(self) -> "Stage": ...

    async def seen(self) -> Sequence[Seen]:
        """All that the customer sees of our side, as it stands now, in order."""
        ...

    def fail(self, how: str) -> None:
        """The next sending ends so: not sent, unclear (and nothing arrives), taken (it arrives, nobody is told) or refused."""
        ...

    async def close(self) -> None: ...


class DoubleStage:
    """The double's."""

    secrets: Sequence[str] = ()

    def __init__(self, rooms: Rooms, channel: RecordingChannel | None = None) -> None:
        self._rooms = rooms
        self.double = channel or RecordingChannel()
        self.channel: Channel | None = self.double
        self.ref = ConversationRef(tenant="halcyon", channel="slack", installation="T1", conversation_id="D1")
        self.user = ChannelUser(tenant="halcyon", channel="slack", installation="T1", user_id="U1", name="Helen")

    async def open(self) -> None:
        return

    async def again(self) -> "Stage":
        return DoubleStage(self._rooms, self.double)

    async def seen(self) -> Sequence[Seen]:
        closed = {each.card.id: each for each in self.double.closed}
        return [_seen_of(each, closed) for each in self.double.sent]

    def fail(self, how: str) -> None:
        errors: dict[str, RapportError] = {
            NOT_SENT: NotSent("The double is away: it is tried again.", retry_after_s=1),
            UNCLEAR: Unclear("The double didn't say whether it took it."),
            TAKEN: Unclear("The double didn't say whether it took it."),
            REFUSED: Refused("The double refuses this: ask whoever made it."),
        }
        (self.double.after if how == TAKEN else self.double.before).append(errors[how])

    async def close(self) -> None:
        return


class WebStage:
    """The web chat, to which nothing is sent: its page shows what it is told of the entries."""

    channel: Channel | None = None
    secrets: Sequence[str] = ()

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.ref = ConversationRef(tenant="halcyon", channel="web_chat", installation="main", conversation_id="v" * 32)
        self.user = ChannelUser(tenant="halcyon", channel="web_chat", installation="main", user_id="U1", name="Helen")

    async def open(self) -> None:
        return

    async def again(self) -> "Stage":
        return WebStage(self._rooms)

    async def seen(self) -> Sequence[Seen]:
        rooms = self._rooms

        def look(conn: Any) -> list[dict[str, Any]]:
            conversation = rooms.threads.find(conn, self.ref)
            assert conversation is not None
            entries = rooms.threads.read(conn, conversation.tenant, conversation.id)
            decided = choices(conn, rooms.journal, conversation, entries)
            return [shown(each, decided) for each in entries if each.author is not Author.CUSTOMER]

        return _page(await rooms.database.read(look))

    def fail(self, how: str) -> None:
        raise AssertionError(f"nothing is sent here that could end {how}")

    async def close(self) -> None:
        return


@dataclass
class _Numbering:
    """The numbers of sources in one answer."""

    cited: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])

    def number(self, article: str, start: int, end: int) -> tuple[int, bool]:
        """Its number, and whether it is a new one."""
        key = (article, start, end)
        new = key not in self.cited
        if new:
            self.cited.append(key)
        return self.cited.index(key) + 1, new


def _page(entries: Iterable[dict[str, Any]]) -> list[Seen]:
    """The entries as the chat page shows them."""
    found: list[Seen] = []
    answers: dict[str, _Numbering] = {}
    for entry in entries:
        body = entry["body"]
        person = entry["name"] if entry["author"] == Author.AGENT.value else ""
        match EntryKind(entry["kind"]):
            case EntryKind.CARD:
                asked = Asked(
                    title=body["title"],
                    rows=tuple((label, value) for label, value in body["rows"]),
                    rule=body["rule"],
                    buttons=() if body["pressed"] else (body["confirm"], body["cancel"]),
                    decided=body["pressed"] or "",
                )
                found.append(Seen(card=asked))
            case EntryKind.RECEIPT:
                found.append(Seen(receipt=tuple((label, value) for label, value in body["rows"])))
            case EntryKind.REPLY_END:
                found.append(Seen(offer=body["offer"], way_out=body["offer"]))
            case _:
                numbering = answers.setdefault(entry["turn"] or "", _Numbering())
                found.append(_line(body, person, numbering))
    return found


def _line(body: dict[str, Any], person: str, numbering: _Numbering) -> Seen:
    marks: list[int] = []
    sources: list[Source] = []
    for each in body.get("citations", ()):
        number, new = numbering.number(each["article"], each["start"], each["end"])
        marks.append(number)
        if new:
            address = f"{SITE}/help/{each['article']}?start={each['start']}&end={each['end']}#cited"
            sources.append(Source(number=number, heading=each["heading"], address=address))
    return Seen(text=body.get("text", ""), person=person, marks=tuple(marks), sources=tuple(sources))


def _seen_of(outgoing: Outgoing, closed: dict[str, Closing]) -> Seen:
    numbering, marks, sources = _Numbering(), list[int](), list[Source]()
    for each in (citation for sentence in outgoing.sentences for citation in sentence.citations):
        number, new = numbering.number(each.article, each.start, each.end)
        marks.append(number)
        if new:
            address = f"{SITE}/help/{each.article}?start={each.start}&end={each.end}#cited"
            sources.append(Source(number=number, heading=each.heading, address=address))
    asked = None
    if outgoing.card is not None:
        card, choice = outgoing.card, closed.get(outgoing.card.id)
        asked = Asked(title=card.title, rows=card.rows, rule=card.rule, buttons=(card.confirm, card.cancel))
        asked = replace(asked, buttons=(), decided=choice.choice) if choice else asked
    person = outgoing.author_name if outgoing.author is Author.AGENT else ""
    return Seen(
        text=outgoing.text,
        person=person,
        marks=tuple(marks),
        sources=tuple(sources),
        card=asked,
        receipt=outgoing.receipt,
        offer=outgoing.offer,
        way_out=outgoing.offer,
        asks_rating=outgoing.ends_reply and asked is None and bool(sources or outgoing.receipt),
    )


def in_slack(conversation_id: str) -> Callable[[Rooms], Stage]:
    def made(rooms: Rooms) -> Stage:
        from tests.contract.slack_channel import SlackStage

        return SlackStage(rooms, conversation_id)

    return made


def in_teams(kind: str) -> Callable[[Rooms], Stage]:
    def made(rooms: Rooms) -> Stage:
        from tests.contract.teams_channel import TeamsStage

        return TeamsStage(rooms, kind)

    return made


CHANNELS: dict[str, Callable[[Rooms], Stage]] = {
    "double": DoubleStage,
    "web_chat": WebStage,
    "slack_direct": in_slack("D1"),
    "slack_pane": in_slack("D1:1700000000.000100"),
    "slack_channel": in_slack("C1:1700000000.000100"),
    "teams_personal": in_teams("personal"),
    "teams_channel": in_teams("channel"),
}
SENT_TO = [name for name in CHANNELS if name != "web_chat"]
