"""Only Slack gets in: every forgery is 401, nothing is ever a 5xx."""

import json
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.channels.slack.app import shaped
from bot.channels.slack.verify import NotSlack, Request, Signatures, body_of
from core.clock import FixedClock
from core.errors import BadInput
from tests.fakes import slack_events as events
from tests.fakes.slack_events import SECRET, signature
from tests.fakes.slack_side import Side

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = json.dumps(events.event_callback(events.message("hi"))).encode()
FORGERIES = 4_000


def request(body: bytes = BODY, **headers: str) -> Request:
    right = {"content-type": "application/json", "x-slack-request-timestamp": STAMP, "x-slack-signature": signature(body, STAMP)}
    return Request(headers={**right, **{name.replace("_", "-"): value for name, value in headers.items()}}, body=body)


def checker(now: datetime = NOW) -> Signatures:
    return Signatures(SECRET, FixedClock(now))


def test_slacks_own_requests_pass_within_five_minutes() -> None:
    for seconds in (-300, 0, 300):
        checker(NOW + timedelta(seconds=seconds)).check(request())
    checker().check(request(content_type="application/json; charset=utf-8"))


@pytest.mark.parametrize(
    "headers",
    [
        {"x_slack_signature": ""},
        {"x_slack_signature": "v0=" + "0" * 64},
        {"x_slack_signature": signature(BODY, STAMP).upper()},
        {"x_slack_signature": signature(BODY, STAMP).replace("v0", "v1")},
        {"x_slack_signature": signature(BODY, STAMP)[:-1]},
        {"x_slack_signature": "v0=ünïcode\udc80"},
        {"x_slack_request_timestamp": ""},
        {"x_slack_request_timestamp": "now"},
        {"x_slack_request_timestamp": f"{STAMP}.0"},
        {"x_slack_request_timestamp": f" {STAMP}"},
        {"x_slack_request_timestamp": "١٢٣"},
        {"x_slack_request_timestamp": "9" * 400},
        {"x_slack_request_timestamp": f"-{STAMP}"},
        {"content_type": "text/plain"},
        {"content_type": ""},
        {"content_type": "multipart/form-data; boundary=x"},
    ],
)
def test_anything_else_about_the_headers_is_refused(headers: Mapping[str, str]) -> None:
    with pytest.raises(NotSlack) as refused:
        checker().check(request(BODY, **headers))
    assert refused.value.status == 401


def test_a_request_of_another_time_is_refused_though_signed() -> None:
    for seconds in (-301, 301, 86_400):
        with pytest.raises(NotSlack):
            checker(NOW + timedelta(seconds=seconds)).check(request())


def test_without_a_secret_nobody_gets_in() -> None:
    with pytest.raises(NotSlack):
        Signatures("", FixedClock(NOW)).check(request(x_slack_signature=signature(BODY, STAMP, "")))


def test_thousands_of_forgeries_and_not_one_gets_in() -> None:
    chance = random.Random(7)
    right = signature(BODY, STAMP)
    for _ in range(FORGERIES):
        body, given_signature, stamp = bytearray(BODY), right, STAMP
        kind = chance.randrange(4)
        if kind == 0:
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        elif kind == 1:
            place = chance.randrange(3, len(right))
            given_signature = (
                right[:place] + chance.choice("0123456789abcdefg é\x7f".replace(right[place], "")) + right[place + 1 :]
            )
        elif kind == 2:
            stamp = str(int(STAMP) + chance.choice([-1, 1]) * chance.randrange(1, 300))
        else:
            body += bytes(chance.randrange(256) for _ in range(chance.randrange(1, 20)))
        with pytest.raises(NotSlack):
            checker().check(request(bytes(body), x_slack_signature=given_signature, x_slack_request_timestamp=stamp))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"[" * 100_000),
        ("application/x-www-form-urlencoded", b"a=b"),
        ("application/x-www-form-urlencoded", b"payload={"),
        ("application/x-www-form-urlencoded", b"payload=[1]"),
        ("application/x-www-form-urlencoded", b"payload=%ff"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 300)),
    ],
)
def test_a_signed_body_that_cant_be_read_is_400(content_type: str, body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        body_of(request(body, content_type=content_type))
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"type": 7},
        {"type": "event_callback"},
        {"type": "event_callback", "event": []},
        {"type": "event_callback", "event": {"type": 1}},
        {"type": "event_callback", "event": {"type": "message"}, "authorizations": [1]},
        {"type": "block_actions", "actions": {}},
        {"type": "block_actions", "user": "U1"},
    ],
)
def test_a_body_of_another_shape_is_refused(body: Mapping[str, object]) -> None:
    with pytest.raises(BadInput):
        shaped(body)


async def test_over_http_forgeries_are_401_and_the_rest_400_or_413(side: Side) -> None:
    http = side.http
    assert (await http.raw(BODY, "application/json", headers={"X-Slack-Signature": "v0=é"})).status == 401
    assert (await http.raw(BODY, "text/plain")).status == 401
    assert (await http.raw(b"{", "application/json")).status == 400
    assert (await http.raw(b"x" * (1024 * 1024 + 1), "application/json")).status == 413
    late = str(int(time.time()) - 400)
    stale = {"X-Slack-Request-Timestamp": late, "X-Slack-Signature": signature(BODY, late)}
    assert (await http.raw(BODY, "application/json", headers=stale)).status == 401
    async with side.session.post(http.url, data=BODY) as bare:
        assert bare.status == 401
    assert side.reception.arrivals == []


async def test_the_address_is_verified_and_large_events_are_taken(side: Side) -> None:
    answer = await side.http.send(events.url_verification("challenge-1"))
    assert (answer.status, answer.body) == (200, {"challenge": "challenge-1"})
    padded = events.message("hi", blocks=[{"type": "rich_text", "pad": "x" * 500_000}])
    assert (await side.http.event(padded)).status == 200
    assert len(side.reception.arrivals) == 1


async def test_a_check_of_the_certificate_is_answered(side: Side) -> None:
    answer = await side.http.raw(urlencode({"ssl_check": "1", "token": "t"}).encode(), "application/x-www-form-urlencoded")
    assert answer.status == 200


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=8),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["type", "id", "ts", "user", "channel", "event", "view"]), inner, max_size=3)
    ),
    max_leaves=8,
)
KINDS = some.sampled_from(
    ["event_callback", "block_actions", "view_submission", "shortcut", "message_action", "x", "url_verification"]
)
TYPES = some.sampled_from(["message", "app_mention", "assistant_thread_started", "app_home_opened", "tokens_revoked", "x"])
NAMES = [
    "user",
    "team",
    "view",
    "channel",
    "message",
    "actions",
    "container",
    "authorizations",
    "team_id",
    "event_id",
    "callback_id",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=KINDS,
    event=some.dictionaries(some.sampled_from(["user", "text", "channel", "ts", "message", "files", "subtype"]), JSON),
    type_=TYPES,
    rest=some.dictionaries(some.sampled_from(NAMES), JSON),
)
async def test_no_signed_nonsense_is_a_server_error(
    side: Side, kind: str, event: dict[str, object], type_: str, rest: dict[str, object]
) -> None:
    told: dict[str, object] = {**event, "type": type_}
    body: dict[str, object] = {**rest, "type": kind, "event": told}
    answer = await side.http.raw(json.dumps(body).encode(), "application/json")
    assert answer.status in (200, 400), answer
