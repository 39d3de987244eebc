"""Signed tokens: for visitors, for agents, and for sign-in links. Each purpose has a key of its own."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bot.http.refusals import NotSignedIn
from core.clock import Clock
from core.errors import BadInput

ALGORITHM = "HS256"
LONGEST_TOKEN = 4_096
SHORTEST_SECRET = 32
HOST_PAGE_AUDIENCE = "rapport"
HOST_PAGE_LIFETIME = timedelta(hours=1)


class Purpose(StrEnum):
    VISITOR = "visitor"
    AGENT = "agent"
    GUEST_LINK = "guest-link"
    AGENT_LINK = "agent-link"


def load_secret(folder: Path, named: str | None) -> bytes:
    """The secret that signs tokens: the given one, else the file `secret` in `folder`, made on the first run for its owner only.

    Raises `BadInput` for a secret that is too short.
    """
    if named is None:
        named = _kept_secret(folder / "secret")
    if len(named.encode()) < SHORTEST_SECRET:
        raise BadInput(f"The signing secret is shorter than {SHORTEST_SECRET} bytes: give a longer, random one.")
    return named.encode()


class Tokens:
    """Issues and reads tokens (JWT, HS256) of one tenant. Whatever is wrong with a token, reading it raises `NotSignedIn`."""

    def __init__(self, secret: bytes, tenant: str, wall: Clock) -> None:
        self._secret = secret
        self._tenant = tenant
        self._wall = wall

    def issue(self, purpose: Purpose, claims: Mapping[str, str], lifetime: timedelta) -> str:
        now = self._wall.now()
        dated = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
        body = {**claims, **dated, "tenant": self._tenant, "aud": purpose.value}
        return jwt.encode({"alg": ALGORITHM}, body, OctKey.import_key(self.key(purpose)))

    def read(self, purpose: Purpose, token: str) -> Mapping[str, str]:
        """The claims of a valid token, all but the dates."""
        body = self._body(token, self.key(purpose))
        if body.get("tenant") != self._tenant or body.get("aud") != purpose.value:
            raise _refused()
        return {name: value for name, value in body.items() if isinstance(value, str)}

    def read_host_page(self, token: str, shared_secret: bytes) -> Mapping[str, str]:
        """The claims of an identity token that the company's own site signed: `sub` or `email`, `aud`, `iat` and `exp`.

        It may be valid for an hour at most.
        """
        body = self._body(token, shared_secret)
        issued, expires = body.get("iat"), body.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int) or body.get("aud") != HOST_PAGE_AUDIENCE:
            raise _refused()
        if expires - issued > HOST_PAGE_LIFETIME.total_seconds():
            raise _refused()
        return {name: value for name, value in body.items() if isinstance(value, str)}

    def key(self, purpose: str) -> bytes:
        """The key derived from the secret for one purpose."""
        return hmac.digest(self._secret, f"rapport/{self._tenant}/{purpose}".encode(), hashlib.sha256)

    def csrf(self, session_id: str) -> str:
        """What a page must send along with whatever changes something."""
        return hmac.new(self.key("csrf"), session_id.encode(), hashlib.sha256).hexdigest()

    def same_csrf(self, session_id: str, given: str) -> bool:
        return hmac.compare_digest(self.csrf(session_id).encode(), given.encode("utf-8", "replace"))

    def _body(self, token: str, key: bytes) -> Mapping[str, object]:
        if not token or len(token) > LONGEST_TOKEN:
            raise _refused()
        try:
            body = jwt.decode(token, OctKey.import_key(key), algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused() from error
        expires = body.get("exp")
        if not isinstance(expires, int) or expires <= self._wall.now().timestamp():
            raise _refused()
        return body


def _refused() -> NotSignedIn:
    return NotSignedIn("This sign-in is not valid or has expired: open the page again, or ask for a new link.")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        made = secrets.token_urlsafe(48)
        file.write(made + "\n")
        return made
