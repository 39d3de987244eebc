"""The server under test, as `rapport serve` runs it, around a scripted model that often takes long; what a killed
one was sending is looked for after seconds.

`python -m tests.slack.child FOLDER --port 8080 --api http://127.0.0.1:1234/api/ [--plant forget]`
"""

import argparse
import asyncio
import os
import random
import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.delivery import ledger
from bot.intake import Intake
from bot.links.port import ChannelUser
from bot.reception import Reception
from bot.wiring import serving
from bot.wiring.heavy import Heavy, light
from core.config import Config
from core.conversation import Inbound
from core.inbox import Accepted
from core.language import Understanding, UnderstandRequest
from knowledge.vector_cache import HashEmbedder
from tests.fakes.model import ScriptedModel
from tests.recovery.house import config_for, shelve
from tests.slack.senders import TEAM

QUICK_S, LONG_S, OFTEN = 0.02, 3.0, 0.1


@dataclass
class SlowModel(ScriptedModel):
    """Every tenth message or so takes three seconds to be understood."""

    chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def understand(self, request: UnderstandRequest) -> Understanding:
        await asyncio.sleep(LONG_S if self.chance.random() < OFTEN else QUICK_S)
        return await super().understand(request)


def configured(folder: Path, api: str) -> Config:
    """A small installation with Slack connected, on the wall clock."""
    config = config_for(folder)
    slack = config.channels.slack.model_copy(update={"enabled": True, "api_url": api, "desk_team": TEAM})
    changed = {
        "channels": config.channels.model_copy(update={"slack": slack}),
        "knowledge": config.knowledge.model_copy(update={"paths": (str(shelve(folder)),)}),
        "demo": config.demo.model_copy(update={"enabled": False}),
        "server": config.server.model_copy(update={"log_level": "warning"}),
    }
    return config.model_copy(update=changed)


def plant(fault: str) -> None:
    """Breaks the product on purpose: `forget` takes every delivery of an event for a new one."""
    if fault != "forget":
        return
    write = Intake.write

    def first(self: Reception, conn: Connection, user: ChannelUser, event_id: str) -> bool:
        return True

    def written(self: Intake, conn: Connection, inbound: Inbound, *, in_thread: str | None = None) -> Accepted:
        return write(self, conn, replace(inbound, message_id=uuid.uuid4().hex), in_thread=in_thread)

    Reception._first = first  # pyright: ignore[reportPrivateUsage]
    Intake.write = written


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--api", required=True)
    options.add_argument("--plant", default="")
    given = options.parse_args()
    plant(given.plant)

    def load(config: Config) -> Heavy:
        return light(config, SlowModel(), HashEmbedder())

    serving.load = load
    ledger.LEFT_BEHIND = timedelta(seconds=5)
    asyncio.run(serving.run_server(configured(given.folder, given.api), port=given.port))
    os._exit(0)


if __name__ == "__main__":
    main()
