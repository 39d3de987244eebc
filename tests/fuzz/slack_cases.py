"""What is sent to Slack's door: signed bodies, changed before signing or after it."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

from bot.channels.slack.routes import PATHS
from tests.fakes import slack_events as slack
from tests.fuzz.changed import HEADER_VALUES, TYPES, noisy, other, other_json, torn
from tests.fuzz.raw import Raw

JSON, FORM = b"application/json", b"application/x-www-form-urlencoded"
SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request, and whether it is a forgery: then nothing but a refusal will do."""

    raw: Raw
    forged: bool
    kind: str


def seeds() -> list[Mapping[str, Any]]:
    """One body of every kind."""
    said = slack.message("How do I add a seat?")
    return [
        slack.url_verification(),
        slack.event_callback(said),
        slack.event_callback(slack.message("And now?", channel="C1", thread_ts="1770000000.000001")),
        slack.event_callback(slack.app_mention("<@U0BOT> hello")),
        slack.event_callback(slack.message_changed(said, "How do I add two seats?")),
        slack.event_callback(slack.message_deleted(said)),
        slack.event_callback({"type": "app_uninstalled"}),
        slack.event_callback({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}),
        slack.event_callback({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}),
        slack.block_actions({"action_id": "card:confirm", "value": "card-1"}),
        slack.view_submission("desk:reply", {"text": {"text": {"type": "plain_text_input", "value": "Hello"}}}),
        slack.shortcut("desk:draft", channel="C1", text="Where is my invoice?"),
        slack.command("ask how long is a refund"),
    ]


def cases(rng: Random, count: int) -> Iterator[Case]:
    bodies = seeds()
    for _ in range(count):
        yield forged(rng, rng.choice(bodies)) if rng.random() < 0.6 else signed(rng, rng.choice(bodies))


def encoded(body: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """A body as Slack writes it, and its content type."""
    if "command" in body:
        return urlencode(body).encode(), FORM
    if body.get("type") in ("event_callback", "url_verification"):
        return json.dumps(body).encode(), JSON
    return urlencode({"payload": json.dumps(body)}).encode(), FORM


def request(rng: Random, data: bytes, content_type: bytes, stamp: str = "") -> Raw:
    """Signed as Slack signs."""
    stamp = stamp or str(int(time.time()))
    headers = (
        (b"Content-Type", content_type),
        (TIMESTAMP.encode(), stamp.encode()),
        (SIGNATURE.encode(), slack.signature(data, stamp).encode()),
    )
    return Raw(path=rng.choice(PATHS), body=data, headers=headers)


def forged(rng: Random, body: Mapping[str, Any]) -> Case:
    """Something that was signed is another, or who signed isn't Slack."""
    raw = request(rng, *encoded(body))
    stamp, given = raw.header(TIMESTAMP).decode(), raw.header(SIGNATURE)
    changed = {
        "body": lambda: Raw(path=raw.path, body=other(rng, raw.body), headers=raw.headers),
        "signature": lambda: raw.with_header(SIGNATURE, _line(other(rng, given), given)),
        "odd signature": lambda: raw.with_header(SIGNATURE, rng.choice(HEADER_VALUES)),
        "no signature": lambda: _without(raw, SIGNATURE),
        "other secret": lambda: raw.with_header(SIGNATURE, slack.signature(raw.body, stamp, "other").encode()),
        "other version": lambda: raw.with_header(SIGNATURE, b"v1=" + given[3:]),
        "digits": lambda: raw.with_header(SIGNATURE, given[:-1] + (b"0" if given[-1:] != b"0" else b"1")),
        "timestamp": lambda: raw.with_header(TIMESTAMP, _line(other(rng, stamp.encode()), stamp.encode())),
        "odd timestamp": lambda: raw.with_header(TIMESTAMP, rng.choice(HEADER_VALUES)),
        "no timestamp": lambda: _without(raw, TIMESTAMP),
        "old": lambda: request(rng, *encoded(body), stamp=str(int(time.time()) - rng.choice((301, 3_600, 10**9)))),
        "future": lambda: request(rng, *encoded(body), stamp=str(int(time.time()) + rng.choice((330, 3_600, 10**9)))),
        "two signatures": lambda: Raw(
            path=raw.path, body=raw.body, headers=((SIGNATURE.encode(), b"v0=0"), *raw.headers, (SIGNATURE.encode(), given))
        ),
    }
    kind = rng.choice(list(changed))
    return Case(raw=noisy(rng, changed[kind]()), forged=True, kind=kind)


def signed(rng: Random, body: Mapping[str, Any]) -> Case:
    """Signed rightly, whatever it is: nobody but Slack can send it, and still it may break nothing."""
    plain, content_type = encoded(body)
    if rng.random() < 0.7:
        data = other_json(rng, body)
        data = data if content_type == JSON else urlencode({"payload": data}).encode()
        if "command" in body:
            data = urlencode(
                {name: str(value) for name, value in json.loads(other_json(rng, body)).items()}, errors="replace"
            ).encode()
    else:
        data = other(rng, plain)
    raw = request(rng, data, content_type if rng.random() < 0.9 else rng.choice(TYPES))
    torn_one = rng.random() < 0.03
    return Case(raw=torn(rng, raw) if torn_one else noisy(rng, raw), forged=False, kind="torn" if torn_one else "signed")


def _without(raw: Raw, name: str) -> Raw:
    kept = tuple(each for each in raw.headers if each[0].lower() != name.lower().encode())
    return Raw(path=raw.path, body=raw.body, headers=kept)


def _line(value: bytes, unlike: bytes) -> bytes:
    """A value that stays in its line, other than that one: white space at its ends isn't part of it."""
    kept = value.translate(None, b"\r\n\x00").strip()[:7_000]
    return kept + b"x" if kept == unlike else kept
