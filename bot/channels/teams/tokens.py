"""Checks who sends activities, strictly and before anything else reads them: every failure is a 401.

A token is checked in two steps: on its own, then against the activity that it came with.
"""

import json
import math
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError

from bot.channels.teams.addresses import ServiceAddresses
from bot.channels.teams.keys import Keys
from bot.http.refusals import NotSignedIn
from core.clock import Clock

ALGORITHM = "RS256"
ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
LEEWAY = timedelta(minutes=5)
LONGEST_TOKEN = 6_000
LONGEST_NAME = 200
SCHEME = "bearer "
UNKNOWN_EXTENSIONS = ("crit", "b64")


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a good token says: the service's address, and the channels for which its key may sign."""

    service_url: str
    endorsements: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class TokenCheck:
    """Checks the Bot Framework's tokens for one app."""

    app_id: str
    keys: Keys
    addresses: ServiceAddresses
    wall: Clock

    async def read(self, header: str) -> Verified:
        """Checks the `Authorization` header's signature, issuer, audience and dates. Raises `NotSignedIn`, whatever comes."""
        token = _token_of(header)
        signing = await self.keys.find(_key_id(token))
        if signing is None:
            raise refused()
        try:
            claims: Mapping[str, Any] = jwt.decode(token, signing.key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise refused() from error
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not self._ours(claims):
            raise refused()
        return Verified(service_url=service_url, endorsements=signing.endorsements)

    def bind(self, verified: Verified, activity: Mapping[str, Any]) -> None:
        """Checks that the token was given for this activity's service and channel. Raises `NotSignedIn`."""
        service_url, channel = activity.get("serviceUrl"), activity.get("channelId")
        if service_url != verified.service_url or not self.addresses.allows(verified.service_url):
            raise refused()
        if channel != CHANNEL or channel not in verified.endorsements:
            raise refused()

    def _ours(self, claims: Mapping[str, Any]) -> bool:
        if not self.app_id or claims.get("iss") != ISSUER or claims.get("aud") != self.app_id:
            return False
        now, leeway = self.wall.now().timestamp(), LEEWAY.total_seconds()
        expires, begins = _seconds(claims.get("exp")), _seconds(claims.get("nbf", now))
        return expires is not None and begins is not None and expires + leeway > now and begins - leeway < now


def refused() -> NotSignedIn:
    """The one answer to everything that isn't right."""
    return NotSignedIn("This request isn't from Microsoft Teams for this app: check the app id and the service address.")


def _token_of(header: str) -> str:
    if len(header) > LONGEST_TOKEN or not header.isascii() or not header.lower().startswith(SCHEME):
        raise refused()
    token = header[len(SCHEME) :]
    if token.count(".") != 2 or any(char.isspace() for char in token):
        raise refused()
    return token


def _key_id(token: str) -> str:
    """The key that the token names. Its header must name our algorithm, and ask for nothing that we don't know."""
    part = token.partition(".")[0]
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        header: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise refused() from error
    if not isinstance(header, dict):
        raise refused()
    named = cast("Mapping[str, object]", header)
    kid = named.get("kid")
    if named.get("alg") != ALGORITHM or any(name in named for name in UNKNOWN_EXTENSIONS):
        raise refused()
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_NAME:
        raise refused()
    return kid


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None
