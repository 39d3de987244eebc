"""Slack for the contract of channels: the real client against the loopback Slack, read as Slack's client shows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.slack.places import Place, place_of
from bot.channels.slack.side import SlackOut, SlackRooms, SlackSettings
from bot.channels.slack.threads import Begun, Kind
from bot.delivery.port import Channel
from bot.links.port import ChannelUser
from core.clock import WallClock
from tests.contract.channels import COMPANY, NOT_SENT, REFUSED, SITE, TAKEN, UNCLEAR, Asked, Rooms, Seen, Source
from tests.fakes.slack_api import BOT_TOKEN, TEAM, FakeSlack, Fault
from tests.fakes.slack_side import place

FAULTS = {
    NOT_SENT: Fault(status=429, retry_after="1"),
    UNCLEAR: Fault(status=503),
    TAKEN: Fault(status=503, taken=True),
    REFUSED: Fault(error="invalid_auth"),
}
ANGLED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
MARKDOWN_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]*)\)")
BOLD = re.compile(r"(?<![\w*~_`])([*_~`])(?=\S)[^\n]*?(?<=\S)\1(?![\w*~_`])")
BOLD_IN_MARKDOWN = re.compile(r"(\*\*?|~~|`)(?=\S)[^\n]*?(?<=\S)\1|(?<!\w)(__?)(?=\S)[^\n]*?(?<=\S)\2(?!\w)")
LINE_START = re.compile(r"^\s*(?:#{1,6} |> |[-+*] )", re.MULTILINE)
PERSON = re.compile(r"(.+) is a person on the team of Halcyon\.")


@dataclass(frozen=True, kw_only=True)
class Read:
    """A text as it is read: `links` are label and address."""

    text: str
    links: tuple[tuple[str, str], ...] = ()
    stray: tuple[str, ...] = ()


class SlackStage:
    """A direct message (with a thread: the assistant's pane) or the thread of a channel."""

    secrets: Sequence[str] = (BOT_TOKEN,)

    def __init__(self, rooms: Rooms, conversation_id: str, slack: FakeSlack | None = None) -> None:
        self._rooms = rooms
        self._vendor = slack
        self.slack = slack or FakeSlack()
        self.ref = place(conversation_id)
        self.user = ChannelUser(tenant="halcyon", channel="slack", installation=TEAM, user_id="U1", name="Helen")
        self.channel: Channel | None = None

    async def open(self) -> None:
        if self._vendor is None:
            await self.slack.__aenter__()
        settings = SlackSettings(
            tenant="halcyon",
            company=COMPANY,
            secret=b"s" * 40,
            public_url=SITE,
            api_url=self.slack.base_url,
            bot_token=BOT_TOKEN,
        )
        clock = WallClock()
        rooms = SlackRooms(database=self._rooms.database, journal=self._rooms.journal, clock=clock, wall=clock)
        self.out = SlackOut(settings, rooms)
        where = place_of(self.ref)
        if where.thread:
            kind = Kind.ASSISTANT if where.direct else Kind.MENTION
            await self.out.threads.keep(where, Begun(kind=kind, user="U1", user_team=TEAM))
        self.channel = self.out.channel

    async def again(self) -> "SlackStage":
        later = SlackStage(self._rooms, self.ref.conversation_id, self.slack)
        await later.open()
        await self.out.close()
        self.out = later.out
        return later

    async def seen(self) -> Sequence[Seen]:
        where: Place = place_of(self.ref)
        found = [each for each in self.slack.posted(where.channel) if each.get("thread_ts", "") == where.thread]
        return [_seen(each) for each in found]

    def fail(self, how: str) -> None:
        self.slack.fail("chat.postMessage", FAULTS[how])

    async def close(self) -> None:
        await self.out.close()
        await self.slack.__aexit__()


def _seen(message: Mapping[str, Any]) -> Seen:
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    note: Mapping[str, Any] = metadata.get("event_payload") or {}
    blocks: Sequence[Mapping[str, Any]] = message.get("blocks") or ()
    buttons = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    if note.get("card"):
        return _card(blocks, [str(each["text"]["text"]) for each in buttons])
    words = list[Read]()
    if message.get("markdown_text") and message["markdown_text"] == message["text"]:
        words.append(_markdown(str(message["markdown_text"])))
    elif not blocks:
        words.append(_mrkdwn(str(message["text"])))
    receipt = tuple(_row(field["text"]) for block in blocks for field in block.get("fields", ()))
    small = [_mrkdwn(each["text"]) for block in blocks if block["type"] == "context" for each in block["elements"]]
    words += [_words(block["text"]) for block in blocks if block["type"] == "section" and "text" in block]
    words = [each for each in words if each.text != "*Receipt*"]
    sources = tuple(_source(*each.links[0]) for each in small if each.links)
    people = [found[1] for each in small if (found := PERSON.fullmatch(each.text))]
    marks = [int(label.strip("[]")) for each in words for label, _ in each.links]
    addresses = {source.address for source in sources}
    stray = [stray for each in words for stray in each.stray]
    stray += [address for each in words for _, address in each.links if address not in addresses]
    assert not people or people[0] in str(message.get("username")), "an agent's words stand below another name"
    return Seen(
        text=" ".join(each.text for each in words),
        person=people[0] if people else "",
        marks=tuple(marks),
        sources=sources,
        receipt=receipt,
        offer=any(each.text == "*Offer*" for each in small),
        way_out=any(each["action_id"] == "offer:decline" for each in buttons),
        asks_rating=any(block["type"] == "context_actions" for block in blocks),
        stray=tuple(stray),
    )


def _card(blocks: Sequence[Mapping[str, Any]], buttons: Sequence[str]) -> Seen:
    title, *rest = [block for block in blocks if block["type"] == "section"]
    small = [_mrkdwn(each["text"]).text for block in blocks if block["type"] == "context" for each in block["elements"]]
    rows: list[tuple[str, str]] = []
    chosen = ""
    for block in rest:
        if "text" in block and "\n" not in block["text"]["text"]:
            chosen = _mrkdwn(block["text"]["text"]).text.strip("*")
            continue
        for text in [field["text"] for field in block.get("fields", ())] or [block["text"]["text"]]:
            label, value = _row(text)
            if "text" in block and rows and rows[-1][0] == label:
                rows[-1] = (label, f"{rows[-1][1]} {value}")
            else:
                rows.append((label, value))
    asked = Asked(title=_mrkdwn(title["text"]["text"]).text.strip("*"), rows=tuple(rows), buttons=tuple(buttons))
    rule = next((each.removeprefix("Rule: ") for each in small if each.startswith("Rule: ")), "")
    return Seen(card=replace(asked, rule=rule, decided=chosen))


def _row(text: str) -> tuple[str, str]:
    label, _, value = text.partition("\n")
    read = _mrkdwn(value)
    assert not read.stray, f"a value that acts: {read.stray}"
    return _mrkdwn(label).text.strip("*"), read.text


def _source(label: str, address: str) -> Source:
    number, _, heading = label.partition(". ")
    return Source(number=int(number), heading=heading, address=address)


def _words(text: Mapping[str, str]) -> Read:
    """A text object: in plain text nothing acts."""
    return _mrkdwn(text["text"]) if text["type"] == "mrkdwn" else Read(text=" ".join(text["text"].split()))


def _mrkdwn(text: str) -> Read:
    """A text of Slack's own notation: what stands in angles acts, and so do marks around words."""
    links: list[tuple[str, str]] = []
    stray: list[str] = []

    def angled(match: re.Match[str]) -> str:
        target, label = match[1], _plain(match[2] or "")
        if target.startswith("!date^"):
            return label
        if target.startswith(("@", "#", "!")):
            stray.append(match[0])
            return match[0]
        links.append((label, _plain(target)))
        return "" if re.fullmatch(r"\[\d+\]", label) else label

    words = ANGLED.sub(angled, text)
    own = re.fullmatch(r"\*[^*\n]+\*", words)
    stray += [] if own else [found[0] for found in BOLD.finditer(words)]
    return Read(text=" ".join(_plain(words).split()), links=tuple(links), stray=tuple(stray))


def _markdown(text: str) -> Read:
    """A streamed text: Markdown, in which addresses become links by themselves."""
    links = [(found[1], found[2]) for found in MARKDOWN_LINK.finditer(text)]
    words = MARKDOWN_LINK.sub("", text)
    stray = [found[0] for pattern in (BOLD_IN_MARKDOWN, ANGLED, LINE_START) for found in pattern.finditer(words)]
    stray += re.findall(r"\w+://\S+|\bwww\.\S+", words)
    return Read(text=" ".join(_plain(words).split()), links=tuple(links), stray=tuple(stray))


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
