"""A user of a channel, what the channel knows of them, and who they are to us."""

from dataclasses import dataclass
from typing import Protocol

from core.people import Principal
from handoff.roster import Agent


@dataclass(frozen=True, kw_only=True)
class ChannelUser:
    """Somebody on a channel: `installation` is the workspace (Slack team) or organisation (Teams tenant) they belong to.

    `private`: only they and we read this place. In a place that others read nobody counts as verified, so that no account data
    is said there.
    """

    tenant: str
    channel: str
    installation: str
    user_id: str
    name: str = ""
    private: bool = True


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a channel says of a user. `confirmed`: the channel vouches for the e-mail address."""

    email: str = ""
    confirmed: bool = False
    name: str = ""
    zone: str = ""
    guest: bool = False


@dataclass(frozen=True, kw_only=True)
class Known:
    """Who a user is: an agent of ours, or a customer (possibly a stranger). `settled`: the channel needn't be asked any more."""

    principal: Principal
    agent: Agent | None = None
    settled: bool = False


class Directory(Protocol):
    """What a channel knows of its users."""

    async def profile(self, user: ChannelUser) -> Profile | None:
        """None when the channel doesn't know them or may not say. Raises `Unavailable`."""
        ...


class Links(Protocol):
    """Knows users."""

    async def known(self, user: ChannelUser) -> Known:
        """Who they are by what is kept here; quick, asks nobody."""
        ...

    async def looked_up(self, user: ChannelUser) -> Known:
        """The same after asking the channel's directory, when that may tell more."""
        ...

    async def start_code(self, user: ChannelUser, email: str) -> str:
        """Mails a six-digit code to a contact's address. Returns what to tell the user: the same for every address."""
        ...

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        """Takes a mailed code, an invitation or an agent's seat code; None when it proves nothing."""
        ...

    async def unlink(self, user: ChannelUser) -> None: ...
