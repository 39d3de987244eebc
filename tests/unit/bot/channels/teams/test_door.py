"""Who is let in: every wrong token is a 401, whatever bytes come, and nothing is done for it."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.teams import door
from tests.fakes.teams_service import KID, TeamsService, b64, public_jwk, signed, signing_key
from tests.unit.bot.channels.teams.conftest import Building, House

Forge = Callable[[TeamsService], str]
NOW = int(time.time())


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}.{b64(signature)}"


def with_public_key_as_secret(service: TeamsService) -> str:
    text = by_hand({"alg": "HS256", "kid": KID}, service.claims()).rpartition(".")[0]
    pem = signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return f"{text}.{b64(hmac.digest(pem, text.encode(), hashlib.sha256))}"


def with_own_key(service: TeamsService, **header: Any) -> str:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return signed({"alg": "RS256", "kid": KID, **header}, service.claims(), stranger)


FORGED: dict[str, Forge] = {
    "nothing": lambda s: "",
    "no dots": lambda s: "abc",
    "four parts": lambda s: s.token() + ".x",
    "wrong issuer": lambda s: s.token(iss="https://sts.windows.net/"),
    "no issuer": lambda s: s.token(iss=None),
    "issuer as a list": lambda s: s.token(iss=["https://api.botframework.com"]),
    "another app": lambda s: s.token(aud="another-app"),
    "audience as a list": lambda s: s.token(aud=[s.app_id]),
    "no audience": lambda s: s.token(aud=None),
    "expired": lambda s: s.token(exp=NOW - 400),
    "no expiry": lambda s: s.token(exp=None),
    "expiry as text": lambda s: s.token(exp=str(NOW + 3600)),
    "expiry as a truth": lambda s: s.token(exp=True),
    "expiry not a number": lambda s: s.token(exp=float("nan")),
    "expiry without end": lambda s: s.token(exp=10**400),
    "not yet": lambda s: s.token(nbf=NOW + 900),
    "begin as text": lambda s: s.token(nbf="soon"),
    "another service": lambda s: s.token(serviceurl="https://smba.trafficmanager.net/emea/"),
    "no service": lambda s: s.token(serviceurl=None),
    "service as a list": lambda s: s.token(serviceurl=[s.url]),
    "unknown key": lambda s: s.token(kid="key-9"),
    "no algorithm": lambda s: by_hand({"alg": "none", "kid": KID}, s.claims()),
    "none with a signature": lambda s: signed({"alg": "none", "kid": KID}, s.claims(), signing_key()),
    "HS256 with the public key": with_public_key_as_secret,
    "RS384 named": lambda s: signed({"alg": "RS384", "kid": KID}, s.claims(), signing_key()),
    "a stranger's key": with_own_key,
    "a key in the header": lambda s: with_own_key(s, jwk=public_jwk()),
    "a key's address in the header": lambda s: with_own_key(s, jku="https://evil.example/keys"),
    "key id as a path": lambda s: with_own_key(s, kid="../../etc/passwd"),
    "key id as a list": lambda s: signed({"alg": "RS256", "kid": [KID]}, s.claims(), signing_key()),
    "key id as an object": lambda s: signed({"alg": "RS256", "kid": {"a": 1}}, s.claims(), signing_key()),
    "no key id": lambda s: signed({"alg": "RS256"}, s.claims(), signing_key()),
    "critical extension": lambda s: signed({"alg": "RS256", "kid": KID, "crit": ["x"], "x": 1}, s.claims(), signing_key()),
    "unencoded payload": lambda s: signed({"alg": "RS256", "kid": KID, "b64": False}, s.claims(), signing_key()),
    "header is a list": lambda s: f"{b64(b'[1]')}.{b64(b'{}')}.{b64(b'x')}",
    "header nested deep": lambda s: f"{b64(b'[' * 5000)}.{b64(b'{}')}.{b64(b'x')}",
    "header is no JSON": lambda s: f"{b64(bytes(range(256)))}.{b64(b'{}')}.{b64(b'x')}",
    "claims are a list": lambda s: signed({"alg": "RS256", "kid": KID}, [1], signing_key()),  # type: ignore[arg-type]  # a forgery
    "signature cut": lambda s: s.token()[:-20],
    "claims changed": lambda s: changed(s.token()),
    "giant": lambda s: s.token(more="x" * 5_000),
    "blank inside": lambda s: s.token().replace(".", " .", 1),
}


def changed(token: str) -> str:
    header, claims, signature = token.split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{header}.{b64(json.dumps(body | {'more': 1}).encode())}.{signature}"


async def test_a_good_token_is_let_in(house: House) -> None:
    answer = await house.service.send(house.service.by().message("hello"))
    assert answer.status == 200
    assert [each.text for each in house.reception.arrivals] == ["hello"]


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_token_is_refused(house: House, kind: str) -> None:
    service = house.service
    answer = await service.send(service.by().message("hello"), token=FORGED[kind](service))
    assert answer.status == 401
    assert not house.reception.arrivals
    assert not service.messages


async def test_a_clock_may_be_four_minutes_off_and_not_six(house: House) -> None:
    service = house.service
    activity = service.by().message("hello")
    now = int(time.time())
    assert (await service.send(activity, token=service.token(exp=now - 240))).status == 200
    assert (await service.send(activity, token=service.token(nbf=now + 240))).status == 200
    assert (await service.send(activity, token=service.token(exp=now - 360))).status == 401
    assert (await service.send(activity, token=service.token(nbf=now + 360))).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer \u00e9\u00e9.\u00e9.\u00e9"},
        {"Authorization": "bearer " + "." * 7000},
    ],
)
async def test_a_strange_header_is_refused(house: House, headers: dict[str, str]) -> None:
    activity = house.service.by().message("hello")
    assert (await house.service.send(activity, token="", headers=headers)).status == 401


async def test_two_authorization_headers_are_refused(house: House) -> None:
    service = house.service
    body, good = json.dumps(service.by().message("hello")), f"Bearer {service.token()}"
    headers = [("Authorization", good), ("Authorization", good), ("Content-Type", "application/json")]
    async with aiohttp.ClientSession() as session, session.post(service.bot_url, data=body, headers=headers) as response:
        assert response.status == 401


async def test_the_service_must_be_on_the_list(building: Building) -> None:
    house = await building.house(service_urls=("https://smba.trafficmanager.net/",))
    assert (await house.service.send(house.service.by().message("hello"))).status == 401


@pytest.mark.parametrize("suffix", ["../evil/", "%2e%2e/evil", "?x=1", "#x", "\\evil", " ", "\u00e9"])
async def test_a_service_address_that_can_be_read_in_two_ways_is_refused(house: House, suffix: str) -> None:
    service, url = house.service, house.service.url + suffix
    activity = service.by().message("hello") | {"serviceUrl": url}
    assert (await service.send(activity, token=service.token(serviceurl=url))).status == 401


async def test_a_key_signs_only_for_its_channels(house: House) -> None:
    service = house.service
    service.keys = [public_jwk(endorsements=("webchat",))]
    assert (await service.send(service.by().message("hello"))).status == 401
    other = service.by().message("hello") | {"channelId": "webchat"}
    assert (await service.send(other)).status == 401


async def test_keys_are_read_again_for_an_unknown_id_once_a_minute(house: House) -> None:
    service = house.service
    assert (await service.send(service.by().message("one"))).status == 200
    for number in range(5):
        assert (await service.send(service.by().message("two"), token=service.token(kid=f"key-{number + 2}"))).status == 401
    assert service.keys_asked == 1


async def test_without_keys_nobody_is_let_in(house: House) -> None:
    house.service.keys_down = True
    assert (await house.service.send(house.service.by().message("hello"))).status == 401


async def test_a_good_token_with_a_bad_body_is_a_bad_request(house: House) -> None:
    service = house.service
    for body in (b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'"x"', b'{"type": "message"' + b" " * 100):
        assert (await service.send_bytes(body, token=service.token())).status == 400
    assert (await service.send_bytes(b'{"a": "' + b"x" * door.LARGEST_BYTES + b'"}', token=service.token())).status == 413


async def test_a_body_larger_than_a_web_page_may_send_is_read(house: House) -> None:
    activity = house.service.by().message("hello") | {"channelData": {"tenant": {"id": "org"}, "more": "x" * 200_000}}
    assert (await house.service.send(activity)).status == 200


async def test_a_packed_body_is_unpacked_or_refused(house: House) -> None:
    service = house.service
    packed = gzip.compress(json.dumps(service.by().message("hello")).encode())
    headers = {"Content-Encoding": "gzip", "Connection": "close"}
    assert (await service.send_bytes(packed, token=service.token(), headers=headers)).status == 200
    assert (await service.send_bytes(b"no gzip at all", token=service.token(), headers=headers)).status == 400
    assert (await service.send_bytes(gzip.compress(b" " * 5_000_000), token=service.token(), headers=headers)).status == 413


async def test_ids_that_cannot_be_ids_are_a_bad_request(house: House) -> None:
    service = house.service
    good = service.by().message("hello")
    bad: list[tuple[str, Any]] = [
        ("id", 7),
        ("id", ""),
        ("id", "a\nb"),
        ("conversation", {"id": "x" * 2000}),
        ("conversation", []),
    ]
    for name, value in bad:
        assert (await service.send(good | {name: value})).status == 400
    assert not house.reception.arrivals


async def test_thousands_of_mangled_requests_forge_nothing(house: House) -> None:
    service, chance = house.service, random.Random(7)
    good, token = json.dumps(service.by().message("hello")).encode(), service.token()
    statuses: set[int] = set()

    async def one(number: int) -> None:
        body, header = bytearray(good), bytearray(f"Bearer {token}".encode())
        for _ in range(chance.randint(1, 4)):
            header[chance.randrange(7, len(header))] = chance.randrange(33, 127)
        for _ in range(chance.randint(0, 6)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        if header.decode() == f"Bearer {token}":
            return
        answer = await service.send_bytes(bytes(body), token="", headers={"Authorization": header.decode()})
        statuses.add(answer.status)

    for start in range(0, 1_000, 50):
        await asyncio.gather(*(one(start + number) for number in range(50)))
    assert statuses == {401}
    assert not house.reception.arrivals


async def test_mangled_bodies_behind_a_good_token_are_never_an_error_of_ours(house: House) -> None:
    service, chance = house.service, random.Random(11)
    junk: list[Any] = [None, 1, "", [], {}, [[]], {"id": []}, "x" * 300, True, -1.5, {"a": {"b": 1}}, "\ud800"]
    statuses: set[int] = set()
    for _ in range(300):
        made = chance.choice(
            [
                service.by().message("hi", mention=True),
                service.by().execute("card:confirm", {"card": "c"}),
                service.by().installed(),
                service.by().edited("1", "x"),
                service.by().task_fetch({}),
            ]
        )
        for _ in range(chance.randint(1, 3)):
            places: list[dict[str, Any]] = [made, *(each for each in made.values() if isinstance(each, dict))]
            place = chance.choice(places)
            if place and (name := chance.choice(list(place))) != "serviceUrl":
                place[name] = chance.choice(junk)
        statuses.add((await service.send(made)).status)
    await house.settled()
    assert statuses <= {200, 400, 401, 404}
