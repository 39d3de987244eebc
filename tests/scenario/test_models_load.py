"""The quick part of `make bench-models`: sentences are shown soon after the model said them, and beginnings are cached."""

import time
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.dialogue.check_translation import keeps
from bot.models.fluent.translation import kept
from bot.wiring.heavy import Heavy
from core.config import Config
from tests.benchmarks.models_house import Turn
from tests.benchmarks.models_load import Played, Spent, Taken, load
from tests.benchmarks.models_server import Behaviour
from tests.benchmarks.models_words import translated
from tests.scenario.models_behind import KEY, Behind, Setting

QUESTION = "How many characters must a password have?"
LATEST_S = 0.4


@pytest.fixture(params=["openai", "anthropic"])
async def behind(
    request: pytest.FixtureRequest, config: Config, heavy: Heavy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Behind]:
    monkeypatch.setenv(KEY, "sk-nobody")
    setting = Setting(config=config, heavy=heavy, folder=tmp_path, kind=str(request.param))
    async with setting.behind("good", deadline_s=30.0) as made:
        async with made.stranger() as world:
            await world.say("How long is a password reset link valid?")
        yield made


async def test_a_checked_sentence_is_shown_soon_after_it_was_said(behind: Behind) -> None:
    shown: list[float] = []
    behind.behave("good", Behaviour(first_s=0.1, tokens_s=40.0))
    async with behind.stranger() as world:
        world.house.turns.shown.listen(lambda _: shown.append(time.time()))
        reply = await world.say(QUESTION)
    said = dict(behind.speaker.log[-1].sentences)
    texts = [each.text for each in reply.sentences if each.text in said]
    assert len(texts) == len(shown) >= 2
    late = [at - said[text] for text, at in zip(texts, shown, strict=True)]
    assert max(late) <= LATEST_S
    assert shown[0] < said[texts[1]]


async def test_the_beginning_of_a_request_is_read_from_the_cache(behind: Behind) -> None:
    for text in (QUESTION, "What happens after six wrong tries?"):
        async with behind.stranger() as world:
            await world.say(text)
    assert behind.speaker.log[-1].cached >= 1_024


def test_a_run_comes_to_figures() -> None:
    """The sentence was whole at 11.0 and shown at 11.2; one call of three was the same once more."""
    call = {"operation": "converse", "sentences": [("It has 12.", 11.0)], "digest": "a"}
    turn = Turn(
        row_id="r",
        sent_at=10.0,
        shown=(("It has 12.", 11.2),),
        uncited=(),
        card="",
        receipt=False,
        handed_over=False,
        ended=True,
        ended_at=11.3,
    )
    asked = Taken(kind="question", said="How many?", turn=turn, calls=(call,))
    again = Taken(kind="question", said="How many?", turn=turn, calls=(call, {**call, "digest": "b"}, call))
    spent = Spent(input=100, cached=50, output=10, cost_micros=20_000, large=frozenset({"r"}), asked=4, hits=1)
    found = Played(taken=[asked], spent=spent, unsteady=[again], peer_s=[0.5]).figures()
    assert round(found["behind: p95"]) == 200
    assert round(found["first, by the model: p50"]) == 1200
    assert (found["amplification, unsteady"], found["hits"], found["cached"], found["cost"]) == (1.5, 25.0, 50.0, 2.0)
    assert (found["without large"], found["answered"]) == (0.0, 100.0)


def test_the_load_has_every_kind_of_conversation() -> None:
    kinds = Counter(each["kind"] for each in load())
    assert sum(kinds.values()) >= 60
    assert {"question", "question again", "German", "French", "account read", "write", "injection", "out of scope"} <= set(kinds)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_translations_of_the_model_server_can_be_told(language: str) -> None:
    english = "The price is $1,500.50 a month for 12 seats, and you can't cancel it within 30 days."
    other = translated(english, language)
    assert keeps(english, other, language)
    assert kept([english], [other]) == []
