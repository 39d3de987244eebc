"""Who is told of what: each owner of personal data is listed here, in the order in which a person is erased from it."""

from datetime import datetime

from bot.channels.forget import erase as erase_places
from bot.house import House
from bot.links.forget import also_known_as
from bot.links.forget import erase as erase_links
from governance.erase import Eraser, Owner


def owners(house: House, now: datetime) -> tuple[Owner, ...]:
    """Memory first: it ends the person's conversations, so that nothing new is written while the rest goes.

    Where others read, and before it was known who they are, a person wrote under the id of their channel.
    """

    async def memories(tenant: str, person: str) -> int:
        others = await house.database.read(lambda conn: also_known_as(conn, tenant, person))
        for each in others:
            await house.database.write(lambda conn, each=each: house.vault.destroy(conn, tenant=tenant, person=each))
        return sum([await house.forget.erase(tenant, each, now=now) for each in (person, *others)])

    async def links(tenant: str, person: str) -> int:
        return await house.database.write(lambda conn: erase_links(conn, tenant, person))

    async def cases(tenant: str, person: str) -> int:
        return await house.database.write(lambda conn: house.cases.erase(conn, tenant, person, at=now))

    async def places(tenant: str, person: str) -> int:
        return await house.database.write(lambda conn: erase_places(conn, tenant, person))

    return (
        Owner(name="memory", erase=memories),
        Owner(name="cases", erase=cases),
        Owner(name="places", erase=places),
        Owner(name="links", erase=links),
    )


def eraser(house: House, now: datetime) -> Eraser:
    """Erases a person everywhere."""
    return Eraser(house.database, house.vault, house.journal, owners(house, now))
