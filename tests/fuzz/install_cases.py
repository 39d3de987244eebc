"""What browsers bring back from Slack's consent page: states that aren't theirs, and anything else."""

from collections.abc import Iterator
from random import Random
from urllib.parse import quote_from_bytes

from bot.channels.slack.routes import COOKIE
from tests.fuzz.changed import HEADER_VALUES, other
from tests.fuzz.raw import Raw
from tests.fuzz.slack_cases import Case

PATH = "/slack/oauth_redirect"
LONGEST = 6_000


def cases(rng: Random, count: int, state: bytes, cookie: bytes) -> Iterator[Case]:
    """`state` and `cookie` belong together, and stay good: no case here uses them up."""
    for _ in range(count):
        yield forged(rng, state, cookie)


def forged(rng: Random, state: bytes, cookie: bytes) -> Case:
    kind = rng.choice(("state", "odd state", "no state", "cookie", "no cookie", "two cookies", "query"))
    code = rng.choice((b"code-1", b"", b"\xff", rng.randbytes(40)))
    match kind:
        case "state":
            raw = request(code, other(rng, state)[:LONGEST], cookie)
        case "odd state":
            raw = request(code, rng.choice(HEADER_VALUES)[:LONGEST], cookie)
        case "no state":
            raw = request(code, None, cookie)
        case "cookie":
            raw = request(code, state, _token(other(rng, cookie), cookie))
        case "no cookie":
            raw = request(code, state, None)
        case "two cookies":
            raw = request(code, state, b"x; " + COOKIE.encode() + b"=y")
        case _:
            raw = Raw(method="GET", path=f"{PATH}?{quote_from_bytes(rng.randbytes(60), safe='=&;%')}")
    return Case(raw=raw, forged=True, kind=kind)


def request(code: bytes, state: bytes | None, cookie: bytes | None) -> Raw:
    asked = [b"code=" + quote_from_bytes(code).encode()]
    if state is not None:
        asked.append(b"state=" + quote_from_bytes(state).encode())
    headers = ((b"Cookie", COOKIE.encode() + b"=" + cookie),) if cookie is not None else ()
    return Raw(method="GET", path=f"{PATH}?{b'&'.join(asked).decode()}", headers=headers)


def _token(value: bytes, unlike: bytes) -> bytes:
    """A cookie's value in one line, other than that one."""
    kept = value.translate(None, b'\r\n\x00;"\\ \t')[:LONGEST]
    return kept + b"x" if kept == unlike else kept
