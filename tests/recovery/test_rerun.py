"""A turn whose reply is written and whose end isn't recorded is not taken again: its "yes" counts for one card alone."""

import asyncio
from pathlib import Path

import pytest

from bot.wiring.kept import Kept
from core.engine import DbosDurable
from core.inbox import ACCEPTED, inbox
from core.runner import Work
from tests.fakes.model import Meant, ScriptedModel
from tests.recovery.house import MEANINGS, YES, a_message, credit, launch, open_small
from tests.recovery.ledger import credits_in
from tests.recovery.script import customers

pytestmark = pytest.mark.recovery

LINK = "Please make me a referral link."


def a_model() -> ScriptedModel:
    return ScriptedModel(meanings={**MEANINGS, LINK: Meant(intent="create_referral_link")})


async def unfinished(kept: Kept) -> int:
    return len(await kept.house.database.read(lambda conn: conn.execute(inbox.select().where(inbox.c.state == ACCEPTED)).all()))


async def test_a_finished_turn_is_not_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await open_small(tmp_path, a_model())
    await launch(kept)
    customer = customers()[0]
    for number, text in enumerate([credit(1), LINK]):
        await kept.house.intake.accept(a_message(kept, "c", f"m{number}", customer, text))
    await kept.house.durable.settle()

    async def never(_self: DbosDurable, _work: Work) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(DbosDurable, "_finish", never)
        await kept.house.intake.accept(a_message(kept, "c", "yes", customer, YES))
        while await unfinished(kept):
            await asyncio.sleep(0.01)
        await kept.close()

    again = await open_small(tmp_path, a_model())
    await launch(again)
    await again.house.durable.settle()
    await again.close()
    assert not credits_in(tmp_path), "the card below was confirmed by a message that had confirmed another"
