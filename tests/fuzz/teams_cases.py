"""What is sent to Teams' door: activities with tokens that are good, stolen, changed or made up."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from bot.channels.teams.door import PATH
from tests.fakes.teams_activities import CHANNEL, GROUP
from tests.fakes.teams_service import KID, TeamsService, b64, signed, signing_key
from tests.fuzz.changed import HEADER_VALUES, TYPES, noisy, other, other_json, torn
from tests.fuzz.raw import Raw
from tests.fuzz.slack_cases import Case

AUTHORIZATION = "Authorization"
SPARE_BITS = 1
FOREIGN = "https://smba.evil.example/teams/"


def seeds(service: TeamsService) -> list[dict[str, Any]]:
    """One activity of every kind."""
    ann, team = service.by(), service.by(place=CHANNEL)
    return [
        ann.message("How do I add a seat?"),
        ann.message("link me@lind.example"),
        team.message("hello", mention=True),
        service.by(place=GROUP).message("hello", mention=True),
        ann.edited("1795000000100", "How do I add two seats?"),
        ann.deleted("1795000000100"),
        ann.reacted("1795000000100"),
        ann.installed(),
        team.joined(),
        ann.typing(),
        ann.execute("card:confirm", {"card_id": "card-1"}, card_message="1795000000101"),
        ann.submit({"verb": "card:confirm", "card_id": "card-1"}, card_message="1795000000101"),
        ann.task_fetch({"verb": "desk:reply", "case": "C-1"}),
        ann.task_submit({"verb": "desk:reply", "text": "Hello"}),
        ann.query("ask", "How long is a refund?"),
        ann.extension_fetch("draft", "Where is my invoice?"),
        ann.extension_submit("draft", {"text": "Hello"}),
    ]


def bad_tokens(service: TeamsService) -> dict[str, str]:
    """Tokens that aren't Microsoft's for this app, or not now."""
    now, good = int(time.time()), service.claims()
    head = {"alg": "RS256", "typ": "JWT", "kid": KID}
    claims = b64(json.dumps(good).encode())
    public = json.dumps(service.keys[0]).encode()

    def hs256(secret: bytes, kid: str) -> str:
        text = f"{b64(json.dumps({'alg': 'HS256', 'typ': 'JWT', 'kid': kid}).encode())}.{claims}"
        return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"

    def headed(**changed: Any) -> str:
        return signed({name: value for name, value in (head | changed).items() if value is not None}, good, signing_key())

    return {
        "none": f"{b64(json.dumps({'alg': 'none', 'kid': KID}).encode())}.{claims}.",
        "None": f"{b64(json.dumps({'alg': 'None', 'kid': KID}).encode())}.{claims}.AA",
        "HS256 over the public key": hs256(public, KID),
        "HS256 over nothing": hs256(b"", KID),
        "another's key": signed(head, good, signing_key("stranger")),
        "unknown kid": headed(kid="key-2"),
        "no kid": headed(kid=None),
        "kid is a path": headed(kid="../../../dev/null"),
        "kid is a number": headed(kid=1),
        "critical extension": headed(crit=["b64"], b64=False),
        "lower case algorithm": headed(alg="rs256"),
        "PS256": headed(alg="PS256"),
        "key inside": headed(alg="none", jwk=service.keys[0]),
        "other audience": service.token(aud="another-app"),
        "audience list": service.token(aud=["another-app", service.app_id]),
        "no audience": service.token(aud=None),
        "other issuer": service.token(iss="https://sts.windows.net/x/"),
        "no issuer": service.token(iss=None),
        "expired": service.token(exp=now - 3_600),
        "never expires": service.token(exp=None),
        "expiry is text": service.token(exp="tomorrow"),
        "expiry is huge": service.token(exp=10**400),
        "not yet": service.token(nbf=now + 3_600),
        "other service": service.token(serviceurl=FOREIGN),
        "no service": service.token(serviceurl=None),
        "claims are a list": signed_raw(head, b"[1]"),
        "claims are no JSON": signed_raw(head, b"\xff{"),
    }


def signed_raw(head: Mapping[str, Any], claims: bytes) -> str:
    """A rightly signed token with whatever claims."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    text = f"{b64(json.dumps(head).encode())}.{b64(claims)}"
    return f"{text}.{b64(signing_key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def cases(rng: Random, count: int, service: TeamsService) -> Iterator[Case]:
    bodies, bad, good = seeds(service), bad_tokens(service), service.token()
    for _ in range(count):
        body = rng.choice(bodies)
        yield forged(rng, body, bad, good) if rng.random() < 0.6 else genuine(rng, body, good)


def request(data: bytes, authorization: bytes | None) -> Raw:
    named = ((AUTHORIZATION.encode(), authorization),) if authorization is not None else ()
    return Raw(path=PATH, body=data, headers=((b"Content-Type", b"application/json"), *named))


def forged(rng: Random, body: Mapping[str, Any], bad: Mapping[str, str], good: str) -> Case:
    """Somebody who isn't Teams: a bad token, a broken one, or a good one from another conversation's service."""
    data = json.dumps(body).encode() if rng.random() < 0.7 else other_json(rng, body)
    token = good.encode()
    kind = rng.choice((*bad, "broken", "odd", "missing", "doubled", "other scheme", "redirected", "other channel"))
    match kind:
        case "broken":
            raw = request(data, b"Bearer " + _broken(rng, token))
        case "odd":
            raw = request(data, rng.choice(HEADER_VALUES))
        case "missing":
            raw = request(data, None)
        case "doubled":
            first, second = rng.choice(((b"Bearer x.y.z", b"Bearer " + token), (b"Bearer " + token, b"Bearer " + token)))
            single = request(data, first)
            raw = Raw(path=PATH, body=data, headers=(*single.headers, (AUTHORIZATION.encode(), second)))
        case "other scheme":
            raw = request(data, rng.choice((b"Basic ", b"", b"Bearer:", b"Token ")) + token)
        case "redirected":
            raw = request(
                json.dumps({**body, "serviceUrl": rng.choice((FOREIGN, "", None, 1, [], "x" * 900))}).encode(), b"Bearer " + token
            )
        case "other channel":
            raw = request(
                json.dumps({**body, "channelId": rng.choice(("webchat", "emulator", "", None, 7))}).encode(), b"Bearer " + token
            )
        case _:
            raw = request(data, b"Bearer " + bad[kind].encode())
    return Case(raw=noisy(rng, raw), forged=True, kind=kind)


def genuine(rng: Random, body: Mapping[str, Any], good: str) -> Case:
    """A good token with an activity that Teams wouldn't send."""
    data = other_json(rng, body) if rng.random() < 0.7 else other(rng, json.dumps(body).encode())
    raw = request(data, b"Bearer " + good.encode())
    if rng.random() < 0.1:
        raw = raw.with_header("Content-Type", rng.choice(TYPES))
    torn_one = rng.random() < 0.03
    return Case(raw=torn(rng, raw) if torn_one else noisy(rng, raw), forged=False, kind="torn" if torn_one else "genuine")


def _broken(rng: Random, token: bytes) -> bytes:
    """Another token. The last character is left alone: some of its bits stand for nothing."""
    kept = token[:-SPARE_BITS]
    for _ in range(20):
        changed = other(rng, kept).translate(None, b"\r\n\x00 \t")[:7_000]
        if changed != kept and changed + token[-SPARE_BITS:] != token:
            return changed + token[-SPARE_BITS:]
    return b"x" + token
