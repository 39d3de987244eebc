"""What Teams says of its users, by the bot's own look-up of members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.teams.references import References
from bot.channels.teams.wire import Wire
from bot.links.port import ChannelUser, Profile
from core.errors import Refused, Unavailable, Unclear

GUEST_MARK = "#ext#"
GUEST_ROLES = ("guest", "anonymous")


@dataclass(frozen=True, kw_only=True)
class TeamsDirectory:
    """Implements `bot.links.port.Directory`."""

    wire: Wire
    references: References

    async def profile(self, user: ChannelUser) -> Profile | None:
        seen = await self.references.seen_in(user.installation, user.user_id)
        if seen is None:
            return None
        reference, account_id = seen
        try:
            return profile_of(await self.wire.member(reference, account_id), user.installation)
        except Refused:
            return None
        except Unclear as error:
            raise Unavailable("Teams' directory doesn't answer: it is asked again later.") from error


def profile_of(member: Mapping[str, Any], installation: str) -> Profile:
    """An organisation may write any address into a mailbox's field, but a user's sign-in name lies in a domain that it proved.

    So an address counts as confirmed when its domain is the sign-in name's, and its owner no guest.
    """
    sign_in, email = (str(member.get(name) or "").strip() for name in ("userPrincipalName", "email"))
    role, home = str(member.get("userRole") or "").lower(), str(member.get("tenantId") or installation)
    guest = GUEST_MARK in sign_in.lower() or role in GUEST_ROLES or home != installation
    address = email or (sign_in if "@" in sign_in else "")
    proved = bool(address) and _domain(address) == _domain(sign_in)
    return Profile(email=address, confirmed=proved and not guest, name=str(member.get("name") or ""), guest=guest)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower() if "@" in address else ""
