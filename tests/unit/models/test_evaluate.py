import pytest

from bot.models.embedded.evaluate import calibration_error, evaluate_heads, macro_f1
from bot.models.embedded.views import Viewer
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL
from tests.unit.models.conftest import INTENTS, QUESTIONS, thin


def test_macro_f1_is_the_mean_over_labels() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_calibration_error_is_the_gap_between_confidence_and_success() -> None:
    assert calibration_error([0.95] * 4, [True] * 4) == pytest.approx(0.05)
    assert calibration_error([0.95, 0.95], [False, False]) == pytest.approx(0.95)


def test_every_head_gets_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    thin(monkeypatch)
    found = evaluate_heads(None, Viewer(embedder=HashEmbedder(), lexicon=SMALL), QUESTIONS, INTENTS)
    assert [each.head for each in found] == ["revenue", "triage", "act", "intent"]
    assert all(0 <= value <= 1 for each in found for value in each.values.values())
    assert str(found[0]).startswith("revenue")
