"""Which service addresses the bot talks to: those of the list, by exact scheme, host and port, below their path."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from core.errors import BadInput

LOOPBACK_NAMES = frozenset({"localhost"})
PORTS = {"https": 443, "http": 80}
LONGEST = 400


@dataclass(frozen=True, kw_only=True)
class ServiceAddresses:
    """The addresses of Teams' own services. In local mode only this machine's."""

    listed: tuple[str, ...] = ()
    local: bool = False

    def allows(self, url: str) -> bool:
        """Whether the bot may send there. Whatever can't be read clearly as an address isn't allowed."""
        asked = _split(url)
        if asked is None:
            return False
        if self.local:
            return is_loopback(asked.hostname or "")
        return any(_below(asked, allowed) for allowed in map(_split, self.listed) if allowed)


def checked(urls: Sequence[str]) -> tuple[str, ...]:
    """The list as configured. Raises `BadInput` for what isn't an https address, or http on this machine."""
    for url in urls:
        found = _split(url)
        if found is None or (found.scheme == "http" and not is_loopback(found.hostname or "")):
            raise BadInput(f"channels.teams.service_urls: {url} must be an https address, as https://smba.trafficmanager.net/.")
    return tuple(urls)


def is_loopback(host: str) -> bool:
    """Whether a name or number stands for this machine only."""
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are one, but for a slash at the end."""
    return bool(one) and one.rstrip("/") == other.rstrip("/")


def _split(url: str) -> SplitResult | None:
    if not url or len(url) > LONGEST or not url.isascii() or not url.isprintable() or any(char in url for char in " \\%?#"):
        return None
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return None
    plain = found.scheme in PORTS and found.hostname and "@" not in found.netloc and port != 0
    return found if plain and "/../" not in f"{found.path}/" and "/./" not in f"{found.path}/" else None


def _below(asked: SplitResult, allowed: SplitResult) -> bool:
    same = (asked.scheme, asked.hostname, asked.port or PORTS[asked.scheme]) == (
        allowed.scheme,
        allowed.hostname,
        allowed.port or PORTS[allowed.scheme],
    )
    return same and f"{asked.path.rstrip('/')}/".startswith(f"{allowed.path.rstrip('/')}/")
