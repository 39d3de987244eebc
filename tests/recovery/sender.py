"""The process that sends and is killed: opens the kept deliveries, sends what is due, and dies before it can note that it did.

`python -m tests.recovery.sender FOLDER URL [--dies]`
"""

import argparse
import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.channels.slack.side import SlackOut, SlackRooms, SlackSettings
from bot.delivery.deliverer import Deliverer
from bot.delivery.ledger import Delivery, Ledger
from bot.delivery.planning import Planning
from bot.delivery.port import Sent
from core.clock import Clock, WallClock
from core.database import Database
from core.journal import Journal
from core.keyring import KeyRing
from core.vault import Vault
from memory.threads import Threads
from tests.fakes.slack_api import BOT_TOKEN

DATABASE, KEYS = "rapport.db", "keys.db"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept in the folder."""

    database: Database
    keys: KeyRing
    vault: Vault
    journal: Journal

    @classmethod
    def open(cls, folder: Path) -> "Kept":
        keys = KeyRing(folder / KEYS)
        return cls(database=Database.open(f"sqlite:///{folder / DATABASE}"), keys=keys, vault=Vault(keys), journal=Journal())

    async def close(self) -> None:
        await self.database.close()
        self.keys.close()


def dies() -> None:
    """Has this process killed between Slack's answer and the note of it."""

    def killed(self: Ledger, conn: Connection, delivery: Delivery, sent: Sent, now: datetime) -> None:
        del self, conn, delivery, sent, now
        os.kill(os.getpid(), signal.SIGKILL)

    Ledger.sent = killed


async def send(folder: Path, url: str, wall: Clock) -> None:
    """Sends everything that is due."""
    kept = Kept.open(folder)
    database, journal, vault = kept.database, kept.journal, kept.vault
    settings = SlackSettings(tenant="halcyon", company="Halcyon", secret=b"s" * 40, api_url=url, bot_token=BOT_TOKEN)
    out = SlackOut(settings, SlackRooms(database=database, journal=journal, clock=wall, wall=wall))
    threads, ledger = Threads(vault, journal, sent_to=("slack",)), Ledger(vault, journal, wall)
    planning = Planning(threads=threads, journal=journal, ledger=ledger, channels=("slack",))
    deliverer = Deliverer(database=database, ledger=ledger, planning=planning, channels={"slack": out.channel}, wall=wall)
    await deliverer.settle()
    await deliverer.settle()
    await out.close()
    await kept.close()


def main() -> None:
    """One life of the sender."""
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("url")
    options.add_argument("--dies", action="store_true")
    given = options.parse_args()
    if given.dies:
        dies()
    asyncio.run(send(given.folder, given.url, WallClock()))


if __name__ == "__main__":
    main()
