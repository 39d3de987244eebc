"""Posts laid out messages: what a workspace turns out not to know is remembered, and done plainly from then on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.channels.slack.blocks import Block, feedback
from bot.channels.slack.calls import RefusedBySlack, call
from bot.channels.slack.messages import Part
from bot.channels.slack.places import Place
from core.errors import NotSent, RapportError, Unclear

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

EVENT_TYPE = "rapport_delivery"
TRIES = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

Wait = Callable[[float], Awaitable[None]]


class Step(Protocol):
    """One call that may be made again."""

    async def __call__(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a message goes: the workspace's client, the place, and the delivery that it belongs to."""

    client: "AsyncWebClient"
    place: Place
    delivery_id: str
    language: str
    username: str = ""


@dataclass
class Latches:
    """What workspaces have refused, so that it isn't tried again: streaming, names of agents, Slack's own feedback pair."""

    no_streams: set[str] = field(default_factory=set[str])
    no_names: set[str] = field(default_factory=set[str])
    plain_feedback: set[str] = field(default_factory=set[str])


def note_of(delivery_id: str, part: int, of: int, *, card: bool = False) -> Mapping[str, Any]:
    """The metadata by which a message is found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id, "part": part, "of": of, "card": card}}


async def persist(step: Step, wait: Wait = asyncio.sleep) -> Mapping[str, Any]:
    """Makes a call that must not fail any more, because the customer has read the beginning: waits when it is asked to.

    Raises `Unclear` when it can't be done.
    """
    pause = FIRST_PAUSE_S
    for left in range(TRIES - 1, -1, -1):
        try:
            return await step()
        except NotSent as error:
            if not left:
                raise Unclear("Slack took only the beginning of this message: look there before sending the rest.") from error
            await wait(min(error.retry_after_s if error.retry_after_s is not None else pause, LONGEST_PAUSE_S))
            pause *= 2
        except RefusedBySlack as error:
            raise Unclear(f"Slack took only the beginning of this message ({error.error}): look there.") from error
    raise AssertionError("unreachable")


class Posting:
    """chat.postMessage, with the latches."""

    def __init__(self, latches: Latches, wait: Wait = asyncio.sleep) -> None:
        self.latches = latches
        self._wait = wait

    async def post_all(self, target: Target, parts: Sequence[Part], *, begun: bool = False) -> list[str]:
        """Posts them in order and returns their ts. After the first one, or when it has begun, only `Unclear` is raised."""
        found: list[str] = []
        for place, part in enumerate(parts, start=1):
            note = note_of(target.delivery_id, place, len(parts), card=part.card)
            if found or begun:
                told = await persist(lambda part=part, note=note: self.post(target, part, note), self._wait)
            else:
                told = await self.post(target, part, note)
            found.append(str(told["ts"]))
        return found

    async def post(self, target: Target, part: Part, note: Mapping[str, Any]) -> Mapping[str, Any]:
        """Posts one message; without the agent's name, or with plain buttons, where the workspace wants it so."""
        team = target.place.team
        try:
            return await self._post(target, part, note)
        except RefusedBySlack as error:
            if error.error == "missing_scope" and target.username and team not in self.latches.no_names:
                self.latches.no_names.add(team)
            elif error.of_blocks and asks(part.blocks) and team not in self.latches.plain_feedback:
                self.latches.plain_feedback.add(team)
            else:
                raise
        return await self._post(target, part, note)

    async def _post(self, target: Target, part: Part, note: Mapping[str, Any]) -> Mapping[str, Any]:
        more: dict[str, Any] = {"thread_ts": target.place.thread} if target.place.thread else {}
        if target.username and target.place.team not in self.latches.no_names:
            more["username"] = target.username
        return await call(
            target.client,
            "chat.postMessage",
            channel=target.place.channel,
            text=part.text,
            blocks=self.fitted(target, part.blocks),
            metadata=note,
            unfurl_links=False,
            unfurl_media=False,
            **more,
        )

    def fitted(self, target: Target, found: Sequence[Block]) -> list[Block]:
        """The blocks as this workspace takes them."""
        if target.place.team not in self.latches.plain_feedback:
            return list(found)
        plain = feedback(target.language, plain=True)
        return [plain if block["type"] == "context_actions" else block for block in found]


def asks(found: Sequence[Block]) -> bool:
    """Whether Slack's own pair of feedback buttons is among the blocks."""
    return any(block["type"] == "context_actions" for block in found)


async def quietly(doing: Awaitable[object]) -> None:
    """Does what is only a sign: when it fails, nothing is lost."""
    try:
        await doing
    except RapportError:
        return
