"""Who is told of what: each owner of personal data is listed here, in the order in which a person is erased from it."""

from datetime import datetime

from bot.house import House
from governance.erase import Eraser, Owner


def owners(house: House, now: datetime) -> tuple[Owner, ...]:
    """Memory first: it ends the person's conversations, so that nothing new is written while the rest goes."""

    async def memories(tenant: str, person: str) -> int:
        return await house.forget.erase(tenant, person, now=now)

    async def cases(tenant: str, person: str) -> int:
        return await house.database.write(lambda conn: house.cases.erase(conn, tenant, person, at=now))

    return (Owner(name="memory", erase=memories), Owner(name="cases", erase=cases))


def eraser(house: House, now: datetime) -> Eraser:
    """Erases a person everywhere."""
    return Eraser(house.database, house.vault, house.journal, owners(house, now))
