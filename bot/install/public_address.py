"""Whether other servers can reach this one: Slack and Teams call `server.public_url`."""

import ipaddress
from urllib.parse import urlsplit

EXAMPLE = "https://help.example.com"


def fault(url: str | None) -> str | None:
    """What is wrong with the address as one that the internet calls, in words; None when its form is right."""
    if not url:
        return "server.public_url is not set"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{url} is not an address"
    if parts.scheme != "https":
        return f"{url} doesn't begin with https://"
    if parts.username or parts.query or parts.fragment or parts.path not in ("", "/"):
        return f"{url} has more than a name: a path, a query or a user"
    if not host or _private(host):
        return f"{url} names this machine or a private network"
    return f"{url} has a port that Teams and Slack don't call" if port not in (None, 443) else None


def root(url: str) -> str:
    """The address without a slash at the end, to which paths are added."""
    return url.rstrip("/")


def domain(url: str) -> str:
    """The name in an address, as a list of domains has it."""
    return urlsplit(url).hostname or ""


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.endswith((".local", ".internal", ".localhost", ".lan"))
