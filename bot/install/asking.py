"""How the doctor asks other servers: once, with a time-out, following nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from core.errors import Unavailable

TIMEOUT_S = 8.0
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer. Header names are in lower case; `body` is empty for what isn't a JSON object."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Ask(Protocol):
    """Asks by HTTP. Raises `Unavailable` when there is no answer."""

    async def get(self, url: str, *, token: str = "") -> Told: ...

    async def post(self, url: str, form: Mapping[str, str], *, token: str = "") -> Told: ...


class HttpAsk:
    """`Ask` over aiohttp."""

    async def get(self, url: str, *, token: str = "") -> Told:
        return await self._asked("GET", url, token, None)

    async def post(self, url: str, form: Mapping[str, str], *, token: str = "") -> Told:
        return await self._asked("POST", url, token, dict(form))

    async def _asked(self, method: str, url: str, token: str, form: dict[str, str] | None) -> Told:
        import aiohttp

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.request(method, url, headers=headers, data=form, allow_redirects=False) as answer,
            ):
                raw = await answer.content.read(MOST_BYTES)
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Told(status=answer.status, headers=names, body=_object(raw))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"there is no answer ({type(error).__name__})") from error


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", body) if isinstance(body, dict) else {}
