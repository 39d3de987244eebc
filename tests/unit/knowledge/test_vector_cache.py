from pathlib import Path

import numpy as np

from knowledge.vector_cache import HashEmbedder, VectorCache


def test_a_text_is_embedded_once_also_after_a_restart(tmp_path: Path) -> None:
    inner = HashEmbedder()
    cache = VectorCache(inner, tmp_path / "vectors.sqlite")
    first = cache.embed(["one", "two", "one"])
    cache.close()
    again = VectorCache(inner, tmp_path / "vectors.sqlite")
    second = again.embed(["two", "three", "one"])
    again.close()
    assert inner.asked == ["one", "two", "three"]
    assert np.array_equal(first[0], second[2])
    assert np.array_equal(first[1], second[0])
    assert np.array_equal(first[0], first[2])


def test_the_file_holds_no_text(tmp_path: Path) -> None:
    cache = VectorCache(HashEmbedder(), tmp_path / "vectors.sqlite")
    cache.embed(["a very telling sentence"])
    cache.close()
    assert all(b"telling" not in path.read_bytes() for path in tmp_path.iterdir())


def test_another_model_does_not_share_vectors(tmp_path: Path) -> None:
    small, large = HashEmbedder(16), HashEmbedder(32)
    for inner in (small, large):
        cache = VectorCache(inner, tmp_path / "vectors.sqlite")
        assert cache.embed(["text"]).shape == (1, inner.dimensions)
        cache.close()
    assert large.asked == ["text"]


def test_no_texts_give_no_vectors(tmp_path: Path) -> None:
    cache = VectorCache(HashEmbedder(16), tmp_path / "vectors.sqlite")
    assert cache.embed([]).shape == (0, 16)
    cache.close()


def test_texts_that_share_words_are_nearer_than_others() -> None:
    one, two, three = HashEmbedder().embed(["cancel my plan", "cancelling the plan", "kiosk tablets"])
    assert one @ two > one @ three
    assert np.allclose(np.linalg.norm(HashEmbedder().embed(["x", ""]), axis=1), 1.0)
