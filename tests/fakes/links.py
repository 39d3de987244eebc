"""Knows everybody whom a test names, by their user id; anybody else is a stranger."""

from dataclasses import dataclass, field

from bot.links.port import ChannelUser, Known
from core.people import Principal, PrincipalKind, Tenant


@dataclass
class NamedLinks:
    people: dict[str, Principal] = field(default_factory=dict[str, Principal])

    async def known(self, user: ChannelUser) -> Known:
        stranger = Principal(
            kind=PrincipalKind.CUSTOMER,
            id=f"{user.channel}:{user.installation}:{user.user_id}",
            tenant=Tenant(id=user.tenant, region="eu"),
        )
        return Known(principal=self.people.get(user.user_id, stranger), settled=True)

    async def looked_up(self, user: ChannelUser) -> Known:
        return await self.known(user)

    async def start_code(self, user: ChannelUser, email: str) -> str:
        return "If that address is known to us, a code is on its way."

    async def finish(self, user: ChannelUser, code: str) -> Known | None:
        return None

    async def unlink(self, user: ChannelUser) -> None:
        self.people.pop(user.user_id, None)
