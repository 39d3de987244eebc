"""What links ask of the CRM, and the two ways of naming a channel's user."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Table, and_

from bot.links.port import ChannelUser
from core.people import Principal, PrincipalKind


class Person(Protocol):
    """A contact of a customer. `roles` are those in their own company."""

    @property
    def contact_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def account_name(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...


class Contacts(Protocol):
    """Who the customers are. Both raise `Unavailable` when the CRM doesn't answer."""

    async def by_id(self, contact_id: str) -> Person | None:
        """The contact of that id; None when there is none or they left."""
        ...

    async def by_email(self, email: str) -> Sequence[Person]:
        """Everyone active with that address: one person may be at two companies."""
        ...


def key_of(user: ChannelUser) -> str:
    """Names a user in one text: the id under which they are known as long as nothing else is."""
    return f"{user.channel}:{user.installation}:{user.user_id}"


def user_of(sender: Principal, channel: str, *, private: bool) -> ChannelUser | None:
    """The user of that channel who became this sender; None for senders who are known in another way."""
    parts = sender.id.split(":", 2)
    if sender.kind is not PrincipalKind.CUSTOMER or len(parts) != len(("channel", "installation", "user")) or parts[0] != channel:
        return None
    return ChannelUser(tenant=sender.tenant.id, channel=channel, installation=parts[1], user_id=parts[2], private=private)


def ids_of(user: ChannelUser) -> Mapping[str, str]:
    """The columns that name a user."""
    return {
        "tenant": user.tenant,
        "channel": user.channel,
        "installation": user.installation,
        "user_id": user.user_id,
    }


def same_user(table: Table, user: ChannelUser) -> ColumnElement[bool]:
    """Names a user's row of a table."""
    return and_(*(table.c[name] == value for name, value in ids_of(user).items()))
