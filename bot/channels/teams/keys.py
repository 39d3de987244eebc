"""The public keys with which the Bot Framework signs its tokens, from the configured OpenID document."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import aiohttp
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bot.channels.teams.addresses import is_loopback
from core.clock import Clock

KEPT_FOR = timedelta(hours=24)
AGAIN_AFTER = timedelta(minutes=1)
TIMEOUT_S = 5.0
LARGEST_BYTES = 1024 * 1024
SMALLEST_BITS = 2048
MOST_KEYS = 200


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key, and the channels for which it may sign."""

    key: RSAKey
    endorsements: frozenset[str]


class Keys(Protocol):
    """Knows keys by their id."""

    async def find(self, kid: str) -> SigningKey | None: ...


class PublishedKeys:
    """Keeps the document's keys for a day. An unknown key id has it read again, at most once a minute.

    While the document can't be read, the keys that are kept go on counting.
    """

    def __init__(self, document_url: str, wall: Clock) -> None:
        self._url = document_url
        self._wall = wall
        self._keys: Mapping[str, SigningKey] = {}
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def find(self, kid: str) -> SigningKey | None:
        if kid not in self._keys or self._old(self._wall.now()):
            async with self._reading:
                if kid not in self._keys or self._old(self._wall.now()):
                    await self._read()
        return self._keys.get(kid)

    def _old(self, now: datetime) -> bool:
        return self._read_at is None or now - self._read_at >= KEPT_FOR

    async def _read(self) -> None:
        now = self._wall.now()
        if self._tried_at is not None and now - self._tried_at < AGAIN_AFTER:
            return
        self._tried_at = now
        try:
            found = await _fetched(self._url)
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            structlog.get_logger("teams").warning("teams.keys_unreachable", url=self._url, error=type(error).__name__)
            return
        if found:
            self._keys, self._read_at = found, now


async def _fetched(url: str) -> Mapping[str, SigningKey]:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        document = await _json(session, url)
        listed = await _json(session, _safe(document.get("jwks_uri"), url))
    keys = listed.get("keys")
    entries = cast("Sequence[object]", keys)[:MOST_KEYS] if isinstance(keys, list) else ()
    found = (_key(cast("Mapping[str, Any]", entry)) for entry in entries if isinstance(entry, dict))
    return {kid: key for kid, key in filter(None, found)}


async def _json(session: aiohttp.ClientSession, url: str) -> Mapping[str, Any]:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        raw = await response.content.read(LARGEST_BYTES)
    body: object = json.loads(raw)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return cast("Mapping[str, Any]", body)


def _safe(keys_url: object, document_url: str) -> str:
    """The address of the keys, if it is as safe as the document's own."""
    if not isinstance(keys_url, str):
        raise ValueError("no jwks_uri")
    at_home = is_loopback(urlsplit(document_url).hostname or "")
    found = urlsplit(keys_url)
    if found.scheme != "https" and not (at_home and is_loopback(found.hostname or "")):
        raise ValueError("jwks_uri is not https")
    return keys_url


def _key(entry: Mapping[str, Any]) -> tuple[str, SigningKey] | None:
    kid, endorsements = entry.get("kid"), entry.get("endorsements")
    if not isinstance(kid, str) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    listed = cast("list[object]", endorsements) if isinstance(endorsements, list) else []
    try:
        key = RSAKey.import_key({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
        if key.raw_value.key_size < SMALLEST_BITS:
            return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return kid, SigningKey(key=key, endorsements=frozenset(each for each in listed if isinstance(each, str)))
