"""How bytes, headers and JSON are changed: everything comes from one seeded source, so that a find can be repeated."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from random import Random
from typing import Any, cast

from bot.http.sessions import VISITOR_COOKIE
from tests.fuzz.raw import Header, Raw

SPLICES = (
    b"\x00",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"%00%ff",
    b"&payload=",
    b"&command=/rapport",
    b'"',
    b"\\",
    b"{}",
    b"[" * 2000,
    b'{"a":' * 500,
    b"1e999999",
    b"\r\n\r\n",
    "ü€😀".encode(),
)
HEADER_VALUES = (
    b"",
    b" ",
    b"0",
    b"-1",
    b"9" * 400,
    b"99999999999999999999",
    b"1e9",
    b"null",
    b"v0=",
    b"v0=\xff\xfe",
    "ü€".encode(),
    b"Bearer",
    b"Bearer ",
    b"Bearer a.b.c",
    b"Bearer \xff.\xff.\xff",
    b"a" * 7_000,
)
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**400,
    "",
    " ",
    "\ud800",
    "\x00",
    "a" * 5_000,
    "9" * 400,
    "<!channel> <@U1>",
    "../../etc/passwd",
    [],
    {},
    [None],
    [[]],
    {"id": None},
    [{"type": 1}],
    {"": {"": []}},
)
TYPES = (
    b"application/json",
    b"application/x-www-form-urlencoded",
    b"text/plain",
    b"multipart/form-data; boundary=x",
    b"\xff/\xff",
)
NOISE: tuple[Header, ...] = (
    (b"X-Slack-Retry-Num", b"3"),
    (b"X-Slack-Retry-Reason", b"http_timeout"),
    (b"X-Forwarded-For", b"1.2.3.4"),
    (b"Origin", b"https://evil.example"),
    (b"Cookie", b"rapport_slack_install=x; =; \xff"),
    (b"Cookie", VISITOR_COOKIE.encode() + b"=x.y.z"),
    (b"Accept", b"text/html"),
    (b"X-Odd", b"\xff\xfe\x80"),
    (b"Content-Encoding", b"gzip"),
    (b"Content-Encoding", b"br"),
    (b"Expect", b"100-continue"),
)
GIANT_ONE_IN = 400
GIANT = 1024 * 1024 + 1

Change = Callable[[Random, bytes], bytes]


def flip(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(len(data)) if data else 0
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def shorten(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def splice(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(SPLICES) + data[place:]


def double(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[place : place + rng.randrange(200)] * rng.randrange(2, 5) + data[place:]


def scramble(rng: Random, data: bytes) -> bytes:
    return rng.randbytes(rng.randrange(400))


CHANGES: tuple[Change, ...] = (flip, shorten, splice, double, scramble)


def other(rng: Random, data: bytes) -> bytes:
    """Other bytes than these, for certain."""
    if rng.randrange(GIANT_ONE_IN) == 0:
        return data + b" " * GIANT
    for _ in range(20):
        changed = rng.choice(CHANGES)(rng, data)
        if changed != data:
            return changed
    return data + b"x"


def other_json(rng: Random, body: Mapping[str, Any]) -> bytes:
    """The same kind of body with one to three places changed, which may make it any body at all."""
    copied: Any = json.loads(json.dumps(body))
    for _ in range(rng.randrange(1, 4)):
        place = _somewhere(rng, copied)
        if isinstance(place, dict) and place:
            fields = cast("dict[str, Any]", place)
            key = rng.choice(list(fields))
            _change(rng, fields, key)
        elif isinstance(place, list) and place:
            items = cast("list[Any]", place)
            items[rng.randrange(len(items))] = deepcopy(rng.choice(ODD))
    return json.dumps(copied).encode()


def _change(rng: Random, fields: dict[str, Any], key: str) -> None:
    match rng.randrange(4):
        case 0:
            del fields[key]
        case 1:
            fields[rng.choice(list(fields))] = deepcopy(fields[key])
        case _:
            fields[key] = deepcopy(rng.choice(ODD))


def _somewhere(rng: Random, value: Any) -> Any:
    """An object or list within a value, the deeper the rarer."""
    held: list[Any] = list(cast("Mapping[str, Any]", value).values()) if isinstance(value, dict) else cast("list[Any]", value)
    inner: list[Any] = [each for each in held if isinstance(each, dict | list) and each]
    if inner and rng.random() < 0.7:
        return _somewhere(rng, rng.choice(inner))
    return cast("Any", value)


def noisy(rng: Random, raw: Raw) -> Raw:
    """The same with headers that mean nothing to us."""
    added = tuple(rng.choice(NOISE) for _ in range(rng.randrange(3)))
    return Raw(path=raw.path, body=raw.body, headers=(*raw.headers, *added), method=raw.method, cut=raw.cut)


def torn(rng: Random, raw: Raw) -> Raw:
    """The same, broken off or told wrongly how long it is."""
    match rng.randrange(4):
        case 0:
            return Raw(path=raw.path, body=raw.body, headers=raw.headers, cut=rng.randrange(1, max(2, len(raw.body))))
        case 1:
            return raw.with_header("Content-Length", rng.choice((b"0", b"-1", b"1e3", b"99999999", b"")))
        case 2:
            return raw.with_header("Transfer-Encoding", rng.choice((b"chunked", b"gzip", b"identity, chunked")))
        case _:
            return Raw(path=raw.path, body=raw.body, headers=(*raw.headers, (b"Content-Length", b"3"), (b"Content-Length", b"4")))
