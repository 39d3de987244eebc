from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import embedder
from knowledge.embedder import BATCH, DIMENSIONS, REMEMBERED, MiniLmEmbedder


class Counting:
    """Stands for the network: counts what it is asked, and gives each text a direction of its own."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, texts: list[str]) -> Any:
        self.batches.append(texts)
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, len(text) % DIMENSIONS] = 1.0
        return vectors


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()

    def load(_: MiniLmEmbedder) -> Counting:
        return counting

    monkeypatch.setattr(MiniLmEmbedder, "_load", load)
    return counting


def test_vectors_come_in_the_order_of_the_texts(network: Counting, tmp_path: Path) -> None:
    texts = ["x" * length for length in (40, 3, 17, 3)] + ["y" * (50 + i) for i in range(BATCH)]
    vectors = MiniLmEmbedder(tmp_path).embed(texts)
    assert [int(row.argmax()) for row in vectors] == [len(text) for text in texts]
    assert vectors.dtype == np.float32
    assert len(network.batches) == 2


def test_a_recent_text_is_not_embedded_again(network: Counting, tmp_path: Path) -> None:
    model = MiniLmEmbedder(tmp_path)
    model.embed(["one", "two"])
    vectors = model.embed(["two", "three"])
    assert network.batches == [["one", "two"], ["three"]]
    vectors[0] = 0.0
    assert model.embed(["two"])[0].any()


def test_old_texts_are_forgotten(network: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert REMEMBERED > 2
    monkeypatch.setattr(embedder, "REMEMBERED", 2)
    model = MiniLmEmbedder(tmp_path)
    for text in ("a", "bb", "ccc", "a"):
        model.embed([text])
    assert network.batches == [["a"], ["bb"], ["ccc"], ["a"]]


def test_no_texts_load_nothing(tmp_path: Path) -> None:
    assert MiniLmEmbedder(tmp_path).embed([]).shape == (0, DIMENSIONS)


def test_without_onnx_the_slower_library_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> Path:
        raise RuntimeError("no exporter")

    monkeypatch.setattr(embedder, "export", broken)
    monkeypatch.setattr(embedder, "_sentence_transformers", Counting)
    assert MiniLmEmbedder(tmp_path).embed(["text"]).shape == (1, DIMENSIONS)


def test_an_exported_model_is_not_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "model.safetensors").write_bytes(b"weights")
    made: list[Path] = []

    def trace(_: Path, target: Path) -> None:
        made.append(target)
        target.write_bytes(b"network")

    monkeypatch.setattr(embedder, "_model_dir", lambda: weights)
    monkeypatch.setattr(embedder, "_trace", trace)
    first = embedder.export(tmp_path / "cache")
    assert embedder.export(tmp_path / "cache") == first
    assert len(made) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.name]
    (weights / "model.safetensors").write_bytes(b"other weights")
    assert embedder.export(tmp_path / "cache") != first


def test_a_failed_export_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "model.safetensors").write_bytes(b"weights")

    def trace(_: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise ValueError("differs")

    monkeypatch.setattr(embedder, "_model_dir", lambda: weights)
    monkeypatch.setattr(embedder, "_trace", trace)
    with pytest.raises(ValueError, match="differs"):
        embedder.export(tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())
