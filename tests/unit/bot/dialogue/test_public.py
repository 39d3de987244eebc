from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from bot.dialogue.agent import Agent
from bot.dialogue.draft import Draft, Hearing
from bot.dialogue.machine import Machine
from bot.dialogue.state import DialogueState
from bot.dialogue.steps import Answer, Command, Heard, Step, Trigger, Wording
from bot.dialogue.wording import speaks
from core.people import Principal, PrincipalKind, Tenant
from skills.contract import Context

STRANGER = Principal(kind=PrincipalKind.CUSTOMER, id="slack:T1:U1", tenant=Tenant(id="halcyon", region="eu"))
HEARING = Hearing(
    turn_id="t1",
    correlation_id="c1",
    conversation_id="v1",
    account_id=None,
    principal=STRANGER,
    text="What do we pay?",
    message_id="m1",
)


@dataclass
class Says:
    """A machine that always commands the same."""

    command: Command

    def advance(self, state: DialogueState, trigger: Trigger) -> Step:
        return Step(state=state, commands=(self.command,) if isinstance(trigger, Heard) else ())


@dataclass
class NoAnswer:
    answerable: float = 0.0
    dropped: int = 0
    passages: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def help(self) -> "NoAnswer":
        return self

    async def answer(self, *_: object, **__: object) -> "NoAnswer":
        return self


async def said(command: Command, *, private: bool, language: str = "en") -> list[str | None]:
    draft = Draft(turn_id="t1", language=language)
    agent = Agent(
        machine=cast(Machine, Says(command)),
        tools=cast(Any, NoAnswer()),
        hearing=replace(HEARING, private=private),
        context=cast(Context, None),
        state=DialogueState(),
        draft=draft,
    )
    await agent.run(Heard(text="What do we pay?", message_id="m1", understood=cast(Any, None)))
    return [each.approved for each in draft.sentences]


@pytest.mark.parametrize("command", [Wording(id="verify.first"), Answer(question="What do we pay?", else_say="verify.first")])
async def test_nobody_is_asked_to_verify_where_others_read(command: Command) -> None:
    assert await said(command, private=True) == ["verify.first"]
    assert await said(command, private=False) == ["verify.public"]


async def test_what_else_is_said_is_the_same_everywhere() -> None:
    assert await said(Wording(id="denied"), private=False) == ["denied"]


def test_the_way_out_of_a_public_place_is_told_in_every_language() -> None:
    assert all(speaks("verify.public", language) for language in ("en", "de", "fr", "es", "da", "nl", "it"))
