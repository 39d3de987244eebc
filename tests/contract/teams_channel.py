"""Teams for the contract of channels: the real SDK against the loopback service, read as Teams' client shows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.teams.cards import CANCEL, CONFIRM, DISMISS, HELPED
from bot.channels.teams.deliver import Look
from bot.channels.teams.joining import TeamsSending, TeamsSettings, sending
from bot.channels.teams.wire import Reference
from bot.delivery.port import Channel
from bot.links.port import ChannelUser
from core.clock import WallClock
from core.conversation import ConversationRef
from tests.contract.channels import COMPANY, NOT_SENT, REFUSED, SITE, TAKEN, UNCLEAR, Asked, Rooms, Seen, Source
from tests.fakes.teams_activities import CHANNEL, ORGANISATION, PERSONAL
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, Failure, TeamsService

FAILURES = {
    NOT_SENT: Failure(status=429, retry_after="1", method="POST"),
    UNCLEAR: Failure(status=503, method="POST"),
    TAKEN: Failure(status=503, stored=True, method="POST"),
    REFUSED: Failure(status=403, method="POST"),
}
MARK = re.compile(r" \[(\d+)\]")
PERSON = re.compile(r"(.+) is a person on the team of Halcyon\.\n\n", re.DOTALL)
ACTS = re.compile(r"\[[^\]]*\]\([^)]*\)|<at>|\*\*|\w+://")
ALLOWED = re.compile(r"\{\{(?:DATE|TIME)\([^)]*\)\}\}")


class TeamsStage:
    """A personal chat or the thread of a channel."""

    secrets: Sequence[str] = (APP_PASSWORD, "app-token-1")

    def __init__(self, rooms: Rooms, kind: str, service: TeamsService | None = None) -> None:
        self._rooms = rooms
        self._vendor = service
        self._kind = kind
        self.service = service or TeamsService()
        self.place = (PERSONAL if kind == "personal" else CHANNEL).conversation_id
        self.ref = ConversationRef(tenant="halcyon", channel="teams", installation=ORGANISATION, conversation_id=self.place)
        self.user = ChannelUser(tenant="halcyon", channel="teams", installation=ORGANISATION, user_id="U1", name="Helen")
        self.channel: Channel | None = None

    async def open(self) -> None:
        if self._vendor is None:
            await self.service.__aenter__()
        self.sends = self._sending()
        reference = Reference(
            conversation_id=self.place,
            service_url=self.service.url,
            installation=ORGANISATION,
            kind=self._kind,
            bot_id=f"28:{APP_ID}",
            account_id="29:ann",
        )
        await self.sends.references.keep(reference)
        self.channel = self.sends.channel

    async def again(self) -> "TeamsStage":
        later = TeamsStage(self._rooms, self._kind, self.service)
        await later.open()
        await self.sends.transport.close()
        self.sends = later.sends
        return later

    async def seen(self) -> Sequence[Seen]:
        return [_seen(each) for each in self.service.posted(self.place)]

    def fail(self, how: str) -> None:
        self.service.fail(FAILURES[how])

    async def close(self) -> None:
        await self.sends.transport.close()
        await self.service.__aexit__()

    def _sending(self) -> TeamsSending:
        settings = TeamsSettings(
            tenant="halcyon",
            look=Look(company=COMPANY, public_url=SITE),
            secret=b"s" * 32,
            app_id=APP_ID,
            password=APP_PASSWORD,
            service_urls=(self.service.url,),
            login_url=self.service.login_url,
            pace_s=0.0,
        )
        return sending(settings, self._rooms.database, WallClock())


def _seen(activity: Mapping[str, Any]) -> Seen:
    attached: Sequence[Mapping[str, Any]] = activity.get("attachments") or ()
    if attached:
        return _Reader().read(attached[0]["content"])
    text = str(activity["text"])
    stray = [] if activity.get("textFormat") == "plain" else [f"textFormat {activity.get('textFormat')}"]
    stray += [str(each) for each in activity.get("entities") or () if each.get("type") == "mention"]
    person = PERSON.match(text)
    words = text[person.end() :] if person else text
    return Seen(
        text=MARK.sub("", words),
        person=person[1] if person else "",
        marks=tuple(int(each) for each in MARK.findall(words)),
        stray=tuple(stray),
    )


@dataclass
class _Reader:
    """Goes through a card from above: what follows a label belongs to it."""

    under: str = ""
    sources: list[Source] = field(default_factory=list[Source])
    receipt: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    rows: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    stray: list[str] = field(default_factory=list[str])
    title: str = ""
    rule: str = ""
    decided: str = ""
    offer: bool = False

    def read(self, card: Mapping[str, Any]) -> Seen:
        for element in card["body"]:
            {
                "TextBlock": self._label,
                "RichTextBlock": self._words,
                "ColumnSet": self._row,
                "Container": self._box,
            }[element["type"]](element)
        actions: Sequence[Mapping[str, Any]] = card.get("actions") or ()
        asked = tuple(each["title"] for each in actions if each["verb"] in (CONFIRM, CANCEL))
        if not self.title:
            self.receipt += self.rows
        found = Asked(title=self.title, rows=tuple(self.rows), rule=self.rule, buttons=asked, decided=self.decided)
        seen = Seen(sources=tuple(self.sources), receipt=tuple(self.receipt), offer=self.offer, stray=tuple(self.stray))
        return replace(
            seen,
            card=found if self.title else None,
            way_out=any(each["verb"] == DISMISS for each in actions),
            asks_rating=any(each["verb"] == HELPED for each in actions),
        )

    def _label(self, element: Mapping[str, Any]) -> None:
        """Text blocks are read as Markdown: only our own phrases may stand in them."""
        text = ALLOWED.sub("", str(element["text"]))
        self.stray += ACTS.findall(text)
        self.under = text
        self.offer = self.offer or text == "Offer"

    def _words(self, element: Mapping[str, Any]) -> None:
        [run] = element["inlines"]
        text, look = str(run["text"]), (run.get("weight"), run.get("size"))
        link: Mapping[str, Any] = run.get("selectAction") or {}
        address = str(link.get("url", ""))
        if look == ("Bolder", "Medium"):
            self.title, self.under = text, "card"
        elif self.under == "Sources" and (number := re.match(r"\[(\d+)\] ", text)):
            self.sources.append(Source(number=int(number[1]), heading=text[number.end() :], address=address))
        elif text.startswith("Rule: "):
            self.rule = text.removeprefix("Rule: ")
        else:
            self.stray.append(text)

    def _row(self, element: Mapping[str, Any]) -> None:
        left, right = ("".join(run["text"] for run in column["items"][0]["inlines"]) for column in element["columns"])
        rows = self.receipt if self.under == "Receipt" else self.rows
        if rows and rows[-1][0] == left:
            rows[-1] = (left, rows[-1][1] + right)
        else:
            rows.append((left, right))

    def _box(self, element: Mapping[str, Any]) -> None:
        self.decided = str(element["items"][0]["inlines"][0]["text"])
