from pathlib import Path

import numpy as np

from bot.models.embedded.kernel import Head, Sample, Shape, fit
from bot.models.embedded.store import HeadStore, key_of
from bot.models.embedded.views import Viewer
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL

SAMPLES = [
    Sample(views=(view,))
    for view in Viewer(embedder=HashEmbedder(), lexicon=SMALL).views(["one cat", "two ships", "a cat", "a ship"])
]


def head() -> Head:
    return fit(SAMPLES, ["cat", "ship", "cat", "ship"], Shape(prior={"cat": 2.0})).head


def test_a_head_comes_back_as_it_was(tmp_path: Path) -> None:
    store, fitted = HeadStore(tmp_path / "heads"), head()
    store.save("animals", "k1", fitted)
    loaded = store.load("animals", "k1")
    assert loaded is not None
    assert loaded.shape == fitted.shape
    assert np.array_equal(loaded.probabilities(SAMPLES), fitted.probabilities(SAMPLES))


def test_only_the_newest_of_a_name_is_kept(tmp_path: Path) -> None:
    store = HeadStore(tmp_path)
    store.save("animals", "k1", head())
    store.save("animals", "k2", head())
    assert store.load("animals", "k1") is None
    assert [path.name for path in tmp_path.iterdir()] == ["animals.k2.npz"]


def test_a_torn_or_missing_file_is_no_head(tmp_path: Path) -> None:
    store = HeadStore(tmp_path)
    assert store.load("animals", "k1") is None
    store.save("animals", "k1", head())
    path = tmp_path / "animals.k1.npz"
    path.write_bytes(path.read_bytes()[:200])
    assert store.load("animals", "k1") is None
    path.write_bytes(b"")
    assert store.load("animals", "k1") is None


def test_keys_differ_with_every_text_and_its_place() -> None:
    assert len({key_of("a", ["b", "c"]), key_of("a", ["bc"]), key_of("a", ["b"], ["c"]), key_of("a", ["c", "b"])}) == 4
