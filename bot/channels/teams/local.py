"""Local mode: lets the Agents Playground in without a token, and nobody else: this machine only, and no app id."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.channels.teams.addresses import ServiceAddresses, is_loopback
from bot.channels.teams.tokens import refused
from core.errors import BadInput

FORWARDED = ("Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Original-Host")
FORWARDED_PREFIX = "x-forwarded-"


def check_local_mode(*, listens_on: str, app_id: str) -> None:
    """Raises `BadInput` that says why the server may not start so."""
    if app_id:
        raise BadInput("channels.teams.local is for trying out without an app: unset TEAMS_APP_ID, or set local = false.")
    if not is_loopback(listens_on):
        raise BadInput(
            f"channels.teams.local lets anybody in who reaches the server, and it listens on {listens_on}:"
            ' set server.host = "127.0.0.1", or set local = false.'
        )


class LocalMode:
    """Admits requests from this machine. Pages of other sites can't send them: they aren't allowed to send JSON here."""

    def __init__(self) -> None:
        self.addresses = ServiceAddresses(local=True)

    def check_request(self, request: web.Request) -> None:
        """Raises `NotSignedIn` for whatever didn't come straight from a program on this machine."""
        peer: Any = request.transport.get_extra_info("peername") if request.transport else None
        address = str(peer[0]) if peer and not isinstance(peer, str | bytes) else ""
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        forwarded = any(name in request.headers for name in FORWARDED) or any(
            name.lower().startswith(FORWARDED_PREFIX) for name in request.headers
        )
        direct = is_loopback(address) and is_loopback(host) and not forwarded and "Origin" not in request.headers
        if not direct or request.content_type != "application/json":
            raise refused()

    def check_activity(self, activity: Mapping[str, Any]) -> None:
        """Raises `NotSignedIn` when answers would leave this machine."""
        service_url = activity.get("serviceUrl")
        if not isinstance(service_url, str) or not self.addresses.allows(service_url):
            raise refused()
