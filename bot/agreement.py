"""What records say of one conversation, side by side: offers, refusals, actions, tickets. It decides, and changes nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from core.conversation import Entry, EntryKind
from core.events import Event
from governance.ledger import CONTACT_WINDOWS, Noted, Recipient
from handoff.case_book import Case
from memory.tables import BOT, Conversation

NAMESPACE = uuid.UUID("0f9f1c52-9d0e-4c66-8f0e-5b8f7c2f9d35")
IN_APP, ALL = "in_app", "all"
SAME_MOMENT = timedelta(seconds=5)
ENDS = frozenset({"action.finished", "action.failed", "action.compensated", "action.parked"})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where two records disagree: a code, and the id of what it is about."""

    code: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found: how many offers and refusals it compared, what it mended, and what people have to look at."""

    conversation_id: str
    offers: int
    refusals: int
    mended: tuple[Difference, ...]
    differs: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        return not self.differs


@dataclass(frozen=True, kw_only=True)
class Raised:
    """An offer that was brought up, as the ledger would note it, and of what."""

    noted: Noted
    item: str


@dataclass(kw_only=True)
class Records:
    """What our own records say of a conversation, and what was found so far. `logged` are the offers that the CRM has."""

    conversation: Conversation
    who: Recipient | None = None
    offers: list[Raised] = field(default_factory=list[Raised])
    refusals: list[Noted] = field(default_factory=list[Noted])
    given: list[Event] = field(default_factory=list[Event])
    logged: set[str] = field(default_factory=set[str])
    tickets: list[str] = field(default_factory=list[str])
    live: Case | None = None
    mended: list[Difference] = field(default_factory=list[Difference])
    differs: list[Difference] = field(default_factory=list[Difference])

    def mend(self, code: str, about: str) -> None:
        self.mended.append(Difference(code=code, id=about))

    def differ(self, code: str, about: str) -> None:
        self.differs.append(Difference(code=code, id=about))


def unsettled(events: Sequence[Event]) -> list[str]:
    """The actions that were begun and of whose end nothing is known."""
    ended = {str(each.data.get("action")) for each in events if each.type in ENDS}
    begun = {str(each.data.get("action")) for each in events if each.type == "action.started"}
    return sorted(begun - ended)


def raised_in(events: Sequence[Event], entries: Sequence[Entry]) -> list[Raised]:
    """The offers of a conversation: those in the journal, and those that the assistant's replies show beside."""
    told = [raised_by(each) for each in events if each.type == "offer.raised"]
    shown = [_shown(each) for each in entries if _offered(each).get("origin") == BOT]
    unheard = {each.id for each in unmatched([each.noted for each in shown], [each.noted for each in told])}
    return sorted([*told, *(each for each in shown if each.noted.id in unheard)], key=lambda each: each.noted.at)


def raised_by(event: Event) -> Raised:
    """The offer that an event tells of."""
    noted = Noted(id=event.id, channel=IN_APP, kind=str(event.data.get("kind", "")), at=event.at)
    return Raised(noted=noted, item=str(event.data.get("item", "")))


def logged_in_crm(offers: Sequence[Raised], events: Sequence[Event]) -> set[str]:
    """The offers that the CRM has been told of: run as actions, which tell it by themselves, or by an earlier check."""
    ran = [each for each in events if each.type == "action.finished" and each.data.get("skill") == "raise_offer"]
    done = [Noted(id=each.id, channel=IN_APP, kind="", at=each.at) for each in ran]
    asked = [Noted(id=each.noted.id, channel=IN_APP, kind="", at=each.noted.at) for each in offers]
    known = {each.id for each in asked} - {each.id for each in unmatched(asked, done)}
    for event in events:
        if event.type == "reconciled":
            known.update(str(each) for each in cast("list[Any]", event.data.get("logged", [])))
    return known


def refused_in(events: Sequence[Event]) -> list[tuple[str, str, Event]]:
    """Channel and kind of everything that the customer said no to."""
    declined = [(ALL, str(each.data.get("kind", ALL)), each) for each in events if each.type == "offer.declined"]
    withdrawn = [each for each in events if each.type == "consent.withdrawn"]
    return [*declined, *((str(each.data.get("channel", ALL)), ALL, each) for each in withdrawn)]


def closed_channels(refusal: Noted) -> tuple[str, ...]:
    """The channels by which the person wants to hear nothing at all."""
    if refusal.kind != ALL:
        return ()
    return tuple(CONTACT_WINDOWS) if refusal.channel == ALL else (refusal.channel,)


def unmatched(wanted: Sequence[Noted], there: Sequence[Noted]) -> list[Noted]:
    """Those of `wanted` that nothing in `there` stands for: the same id, else the same kind at the same moment, one for one."""
    ids = {each.id for each in there}
    asked = {each.id for each in wanted}
    left = [each for each in there if each.id not in asked]
    missing: list[Noted] = []
    for each in sorted(wanted, key=lambda one: one.at):
        if each.id in ids:
            continue
        same = next((one for one in left if one.kind == each.kind and abs(one.at - each.at) <= SAME_MOMENT), None)
        if same is None:
            missing.append(each)
        else:
            left.remove(same)
    return missing


def tickets_in(entries: Sequence[Entry]) -> list[str]:
    """The tickets that receipts name."""
    found: list[str] = []
    for entry in entries:
        rows = cast("list[list[object]]", entry.body.get("rows", [])) if entry.kind is EntryKind.RECEIPT else []
        found.extend(str(row[1]) for row in rows if row[0] == "Ticket")
    return list(dict.fromkeys(found))


def _shown(entry: Entry) -> Raised:
    offered = _offered(entry)
    entry_id = uuid.uuid5(NAMESPACE, f"{entry.conversation_id}/{entry.position}").hex
    noted = Noted(id=entry_id, channel=IN_APP, kind=str(offered.get("kind", "")), at=entry.at)
    return Raised(noted=noted, item=str(offered.get("item", "")))


def _offered(entry: Entry) -> Mapping[str, Any]:
    """The offer with which a reply ended."""
    found = entry.body.get("offer") if entry.kind is EntryKind.REPLY_END else None
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}
