"""A part of the suite that is quick: one run with the embedded model; and that the suite can fail."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue.state import DialogueState
from bot.dialogue.steps import Command
from bot.dialogue.steps import Step as Ahead
from core.config import load
from tests.conformance.__main__ import every_dialogue, procedures, theatre
from tests.conformance.casts import EMBEDDED, OWN, Company, cast_of
from tests.conformance.dialogue import PATTERNS, Dialogue, Expected
from tests.conformance.generated import trunk_of
from tests.conformance.playing import Played, play
from tests.conformance.reading import Wrong, dialogue_of, hand_written
from tests.conformance.report import pass_at
from tests.conformance.stage import Theatre

ROOT = Path(__file__).parents[2]
MOST_OF_A_PATTERN = 3
Shared = tuple[asyncio.AbstractEventLoop, Theatre, Company]


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    """The whole company, loaded once, on a loop of its own."""
    loop = asyncio.new_event_loop()
    opened = theatre(load(ROOT / "config.toml"))
    stage, company = loop.run_until_complete(opened.__aenter__())
    yield loop, stage, company
    loop.run_until_complete(opened.__aexit__(None, None, None))
    loop.close()


def quick() -> list[Dialogue]:
    """The first hand-written ones of each pattern."""
    found = [each for each in hand_written() if not each.only]
    return [each for pattern in PATTERNS for each in [one for one in found if one.pattern == pattern][:MOST_OF_A_PATTERN]]


def performed(shared: Shared, dialogue: Dialogue, model: str = EMBEDDED) -> Played:
    loop, stage, company = shared

    async def once() -> Played:
        async with cast_of(model, company) as cast:
            return await play(stage, dialogue, cast, run=0)

    return loop.run_until_complete(once())


@pytest.mark.parametrize("dialogue", quick(), ids=lambda each: f"{each.pattern}: {each.name}")
def test_a_dialogue_goes_as_it_has_to(shared: Shared, dialogue: Dialogue) -> None:
    played = performed(shared, dialogue)
    assert played.passed, "\n".join([*played.problems, *played.transcript])


@pytest.mark.parametrize("model", [each for each in OWN if each != EMBEDDED])
def test_a_fluent_model_goes_the_same_way_over_each_wire(shared: Shared, model: str) -> None:
    dialogue = next(each for each in hand_written() if each.name == "another plan at the card")
    played = performed(shared, dialogue, model)
    assert played.passed, "\n".join([*played.problems, *played.transcript])


def test_another_effect_than_expected_fails(shared: Shared) -> None:
    """What the company's books say is compared, whatever the assistant says."""
    dialogue = next(each for each in hand_written() if each.name == "another plan at the card")
    expected = replace(dialogue.steps[-1].expected, did=())
    wrong = replace(dialogue, steps=(*dialogue.steps[:-1], replace(dialogue.steps[-1], expected=expected)), effects=())
    found = performed(shared, wrong).problems
    assert any("it did change_plan, not nothing" in each for each in found)
    assert any(each.startswith("in the end it did change_plan") for each in found)


def test_a_house_that_forgets_to_ask_again_fails(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: after a question in between nothing leads back."""

    def ahead(state: DialogueState, commands: tuple[Command, ...]) -> Ahead:
        return Ahead(state=state, commands=commands)

    monkeypatch.setattr("bot.dialogue.machine.resume", ahead)
    dialogue = next(each for each in hand_written() if each.name == "a question before the amount")
    assert any("doesn't put its question again" in each for each in performed(shared, dialogue).problems)


def test_every_procedure_meets_every_repair() -> None:
    dialogues = every_dialogue()
    names = [each.name for each in dialogues]
    assert len(names) == len(set(names))
    assert len(hand_written()) >= 60
    repairs = {"interruption", "cancel", "skip", "clarify", "repeat", "human", "several intents", "handoff and hand-back"}
    for name in procedures():
        assert repairs <= {each.pattern for each in dialogues if each.over == name}
    assert {each.pattern for each in dialogues} == set(PATTERNS)


def test_a_trunk_gives_its_lines_the_meaning_of_what_was_asked() -> None:
    trunk = trunk_of(procedures()["card_declined"])
    assert trunk.opening.expected == Expected(asks="offer_link")
    assert (trunk.rest[0].means.act, trunk.effects) == ("affirm", ("send_payment_link",))


def test_what_cannot_be_read_is_an_error() -> None:
    with pytest.raises(Wrong, match="no pattern"):
        dialogue_of({"name": "x", "pattern": "dance", "steps": []}, "here")
    with pytest.raises(Wrong, match="speaks is no key"):
        dialogue_of({"name": "x", "pattern": "cancel", "steps": [{"speaks": "x"}]}, "here")


def test_pass_at_k_counts_runs_that_all_pass() -> None:
    assert pass_at([True, True, True, False], 1) == 0.75
    assert pass_at([True, True, True, False], 4) == 0.0
    assert pass_at([True] * 4, 4) == 1.0
    assert pass_at([True, True, False, False], 2) == pytest.approx(1 / 6)
