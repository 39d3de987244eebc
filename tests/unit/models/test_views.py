import numpy as np

from bot.models.embedded.views import LETTER_BUCKETS, WORD_BUCKETS, Viewer
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL

VIEWER = Viewer(embedder=HashEmbedder(), lexicon=SMALL)


def test_a_view_holds_the_text_from_every_side() -> None:
    view = VIEWER.views(["cancel the SSO for 30 people"])[0]
    assert view.language == "en"
    assert np.isclose(float(np.linalg.norm(view.vector)), 1.0, atol=1e-5)
    assert all(bucket < WORD_BUCKETS for bucket in view.words)
    assert all(bucket < LETTER_BUCKETS for bucket in view.letters)
    assert view.concepts
    assert len(view.values) == 2


def test_other_languages_are_glossed_before_they_are_embedded() -> None:
    view = VIEWER.views(["Wir brauchen eine Rechnung"])[0]
    assert view.language == "de"
    assert "invoice" in view.english


def test_texts_are_embedded_in_one_call_and_cut() -> None:
    embedder = HashEmbedder()
    Viewer(embedder=embedder, lexicon=SMALL).views(["a" * 5000, "b"])
    assert [len(text) for text in embedder.asked] == [1500, 1]
