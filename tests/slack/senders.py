"""What Slack sends in a run: seeded events, each to be delivered several times, at once or late, some without their original."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_api import TEAM
from tests.fakes.slack_events import app_mention, event_callback, message
from tests.recovery.house import QUESTIONS

__all__ = ["TEAM", "Event", "events"]

MOST_COPIES = 4
MENTIONED, DROPPED, AT_ONCE = 0.2, 0.2, 0.5


@dataclass(frozen=True, kw_only=True)
class Event:
    """One message of a customer. `copies` are the numbers of its deliveries: 0 the original, then retries; some are `at_once`."""

    channel: str
    ts: str
    body: Mapping[str, Any]
    copies: tuple[int, ...]
    at_once: bool

    @property
    def name(self) -> tuple[str, str]:
        """Its conversation on Slack, and its id there."""
        return (self.channel if self.channel.startswith("D") else f"{self.channel}:{self.ts}"), self.ts


def events(count: int, seed: int) -> Iterator[Event]:
    """So many events: direct messages of different customers, and mentions in channels. Nobody asks the same twice."""
    chance = random.Random(seed)
    for number in range(count):
        ts = f"{1_790_000_000 + number}.{number:06d}"
        person, question = number // len(QUESTIONS), QUESTIONS[number % len(QUESTIONS)]
        copies = tuple(range(chance.randint(1, MOST_COPIES)))
        if chance.random() < DROPPED:
            copies = tuple(range(chance.randint(1, MOST_COPIES - 1), MOST_COPIES))
        if chance.random() < MENTIONED:
            channel = f"C{number % 20:04d}"
            said = app_mention(f"<@U0BOT> {question}", user=f"U{number:06d}", channel=channel, ts=ts)
        else:
            channel = f"D{person:06d}"
            said = message(question, user=f"U{person:06d}D", channel=channel, ts=ts)
        yield Event(
            channel=channel,
            ts=ts,
            body=event_callback(said, event_id=f"Ev{seed:04d}{number:08d}"),
            copies=copies,
            at_once=chance.random() < AT_ONCE,
        )
