"""A turn whose reply is written and whose end isn't recorded is not taken again: its "yes" counts for one card alone."""

import asyncio
from pathlib import Path

import pytest

from core.engine import DbosDurable
from core.runner import Work
from tests.fakes.model import Meant, ScriptedModel
from tests.recovery.house import MEANINGS, YES, a_message, answered, credit, launch, open_small
from tests.recovery.ledger import credits_in
from tests.recovery.script import customers

pytestmark = pytest.mark.recovery

LINK = "Please make me a referral link."


def a_model() -> ScriptedModel:
    return ScriptedModel(meanings={**MEANINGS, LINK: Meant(intent="create_referral_link")})


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
        await answered(kept)
        await kept.close()

    again = await open_small(tmp_path, a_model())
    await launch(again)
    await again.house.durable.settle()
    await again.close()
    assert not credits_in(tmp_path), "the card below was confirmed by a message that had confirmed another"
