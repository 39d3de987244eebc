"""What `rapport procedure` does: lists, shows, tests and publishes procedures of one installation."""

import getpass
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from bot.procedures import Desk
from bot.wiring.kept import clock_of, open_database, shelf
from bot.wiring.worlds import worlds
from core.config import Config


@asynccontextmanager
async def procedure_desk(config: Config) -> AsyncGenerator[Desk]:
    """The desk over this installation's database, which may be in use by a server."""
    database = open_database(config)
    try:
        clock, _ = await database.write(lambda conn: clock_of(conn, config))
        yield Desk(shelf=shelf(), database=database, clock=clock, tenant=config.tenant.id)
    finally:
        await database.close()


async def listed(config: Config) -> str:
    async with procedure_desk(config) as desk:
        return "\n".join(await desk.listed())


async def shown(config: Config, name: str) -> str:
    async with procedure_desk(config) as desk:
        return await desk.shown(name)


async def tested(config: Config, names: Sequence[str]) -> list[str]:
    """Everything that is wrong with these procedures, or with all of them."""
    async with procedure_desk(config) as desk, worlds(config) as made:
        return await desk.test(made, names)


async def published(config: Config, name: str) -> str:
    async with procedure_desk(config) as desk, worlds(config) as made:
        procedure = await desk.publish(made, name, by=getpass.getuser())
        return f"{procedure.name} version {procedure.version} is published; a running server takes it up at its next start."
