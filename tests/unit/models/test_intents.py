from pathlib import Path

import pytest

from bot.models.embedded.intents import OUT_OF_SCOPE, QUESTION, IntentExamples, fit_intents
from bot.models.embedded.store import HeadStore
from bot.models.embedded.views import Viewer
from core.language import IntentSpec
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL

VIEWER = Viewer(embedder=HashEmbedder(), lexicon=SMALL)
CALL = IntentSpec(name="call", description="", examples=("call me tomorrow", "ring me back", "give me a call", "phone me please"))
BILL = IntentSpec(
    name="bill", description="", examples=("send me the invoice", "show the last invoice", "I need our bill", "find the bill")
)
BADGE = IntentSpec(
    name="badge", description="", examples=("print a badge for Ann", "order two badges", "new badge please", "badge for the cook")
)
QUESTIONS = ("how do I change my password", "where is the rota", "what are your hours", "who approves leave")
UNSERVED = ("what's the weather in Rome", "tell me a joke", "recipe for soup", "play some jazz")


def examples(*intents: IntentSpec) -> IntentExamples:
    return IntentExamples(intents=intents, questions=QUESTIONS, unserved=UNSERVED)


def test_skills_questions_and_the_rest_are_told_apart(tmp_path: Path) -> None:
    heads = fit_intents(examples(CALL, BILL), VIEWER, HeadStore(tmp_path))
    rows = heads.judge(
        VIEWER.views(["please call me", "send the invoice", "how do I change the password", "tell me a good joke"])
    )
    assert [max(row, key=lambda name, row=row: row[name]) for row in rows] == ["call", "bill", QUESTION, OUT_OF_SCOPE]
    assert all(sum(row.values()) == pytest.approx(1.0, abs=1e-4) for row in rows)


def test_a_new_skill_is_understood_once_it_has_examples(tmp_path: Path) -> None:
    store = HeadStore(tmp_path)
    before = fit_intents(examples(CALL, BILL), VIEWER, store)
    after = fit_intents(examples(CALL, BILL, BADGE), VIEWER, store)
    row = after.judge(VIEWER.views(["a badge for the new cook"]))[0]
    assert "badge" not in before.judge(VIEWER.views(["x"]))[0]
    assert max(row, key=lambda name: row[name]) == "badge"


def test_the_same_examples_are_not_fitted_twice(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    viewer = Viewer(embedder=embedder, lexicon=SMALL)
    fitted = fit_intents(examples(CALL, BILL), viewer, HeadStore(tmp_path))
    embedder.asked.clear()
    loaded = fit_intents(examples(CALL, BILL), viewer, HeadStore(tmp_path))
    assert embedder.asked == []
    assert loaded.trust == pytest.approx(fitted.trust)
    assert loaded.judge(viewer.views(["call me"])) == fitted.judge(viewer.views(["call me"]))


@pytest.mark.parametrize("intents", [(), (CALL,)])
def test_few_intents_are_no_trouble(tmp_path: Path, intents: tuple[IntentSpec, ...]) -> None:
    heads = fit_intents(examples(*intents), VIEWER, HeadStore(tmp_path))
    row = heads.judge(VIEWER.views(["how do I change my password"]))[0]
    assert max(row, key=lambda name: row[name]) == QUESTION


def test_confidence_grows_with_probability(tmp_path: Path) -> None:
    heads = fit_intents(examples(CALL, BILL), VIEWER, HeadStore(tmp_path))
    assert 0 < heads.confidence(0.2) < heads.confidence(0.6) < heads.confidence(0.99) <= 1


def test_questions_that_are_skill_examples_are_left_to_the_skill() -> None:
    found = IntentExamples.of([CALL], ["call me tomorrow", "where is the rota"], ["where is the rota"])
    assert found.questions == ()
    assert found.hard == ("where is the rota",)
