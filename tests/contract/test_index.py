"""What every vector index must do, run over the one in memory and over Chroma."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge.chroma_index import ChromaIndex
from knowledge.index import ASKED, SENTENCE, Lookup, MemoryIndex, Point, VectorIndex, Vectors

PUBLIC = frozenset({"public"})
BOTH = frozenset({"public", "internal"})


@pytest.fixture(params=["memory", "chroma"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], VectorIndex]:
    memory = MemoryIndex()
    return (lambda: memory) if request.param == "memory" else (lambda: ChromaIndex(tmp_path / "chroma"))


@pytest.fixture
def index(opened: Callable[[], VectorIndex]) -> VectorIndex:
    return opened()


def axis(*directions: int) -> Vectors:
    return np.eye(8, dtype=np.float32)[list(directions)]


def point(key: str, *, audience: str = "public", kind: str = ASKED, version: str = "v1") -> Point:
    return Point(id=key, audience=audience, kind=kind, version=version)


def ids(index: VectorIndex, lookup: Lookup, direction: int) -> list[str]:
    return [near.id for near in index.nearest(lookup, axis(direction))[0]]


def asked(tenant: str = "acme", audience: frozenset[str] = PUBLIC, kind: str = ASKED, limit: int = 10) -> Lookup:
    return Lookup(tenant=tenant, audience=audience, kind=kind, limit=limit)


def test_the_nearest_comes_first_with_its_cosine(index: VectorIndex) -> None:
    index.put("acme", [point("a"), point("b")], axis(0, 1))
    towards = np.array([[0.6, 0.8, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]], dtype=np.float32)
    first, second = index.nearest(asked(), towards)
    assert [near.id for near in first] == ["b", "a"]
    assert [near.cosine for near in first] == pytest.approx([0.8, 0.6], abs=1e-5)
    assert second[0].id == "a"
    assert len(index.nearest(asked(limit=1), towards)[0]) == 1


def test_audience_kind_and_tenant_are_kept_apart(index: VectorIndex) -> None:
    index.put("acme", [point("p"), point("i", audience="internal"), point("s", kind=SENTENCE)], axis(0, 0, 0))
    index.put("other", [point("o")], axis(0))
    assert ids(index, asked(), 0) == ["p"]
    assert sorted(ids(index, asked(audience=BOTH), 0)) == ["i", "p"]
    assert ids(index, asked(kind=SENTENCE), 0) == ["s"]
    assert ids(index, asked(tenant="other"), 0) == ["o"]
    assert ids(index, asked(audience=frozenset()), 0) == []
    assert ids(index, asked(audience=frozenset({"partners"})), 0) == []


def test_internal_points_do_not_crowd_out_public_ones(index: VectorIndex) -> None:
    index.put("acme", [point(f"i{n}", audience="internal") for n in range(20)], axis(*[0] * 20))
    index.put("acme", [point("p")], axis(1))
    assert ids(index, asked(limit=5), 0) == ["p"]


def test_an_unknown_tenant_has_nothing(index: VectorIndex) -> None:
    assert index.nearest(asked(tenant="nobody"), axis(0, 1)) == [[], []]
    assert index.versions("nobody") == {}
    assert index.vectors("nobody", ASKED, ["a"]) == {}
    index.drop("nobody", ["v1"])
    index.erase("nobody")


def test_a_version_comes_and_goes_whole(index: VectorIndex) -> None:
    index.put("acme", [point("a"), point("b", kind=SENTENCE), point("c", version="v2")], axis(0, 1, 2))
    assert index.versions("acme") == {"v1": 2, "v2": 1}
    index.drop("acme", ["v1", "unknown"])
    assert index.versions("acme") == {"v2": 1}
    assert ids(index, asked(), 0) == ["c"]


def test_a_point_of_the_same_id_is_replaced(index: VectorIndex) -> None:
    index.put("acme", [point("a")], axis(0))
    index.put("acme", [point("a")], axis(1))
    assert index.versions("acme") == {"v1": 1}
    assert index.nearest(asked(), axis(1))[0][0].cosine == pytest.approx(1.0, abs=1e-5)


def test_vectors_are_given_back(index: VectorIndex) -> None:
    index.put("acme", [point("a"), point("i", audience="internal")], axis(3, 4))
    found = index.vectors("acme", ASKED, ["a", "i", "unknown"])
    assert set(found) == {"a", "i"}
    assert np.allclose(found["a"], axis(3)[0])
    assert index.vectors("acme", SENTENCE, ["a"]) == {}
    assert index.vectors("acme", ASKED, []) == {}


def test_erasing_a_tenant_leaves_the_others(index: VectorIndex) -> None:
    index.put("acme", [point("a")], axis(0))
    index.put("other", [point("o")], axis(0))
    index.erase("acme")
    assert ids(index, asked(), 0) == []
    assert ids(index, asked(tenant="other"), 0) == ["o"]
    index.put("acme", [point("again")], axis(0))
    assert ids(index, asked(), 0) == ["again"]


def test_what_was_put_is_there_after_opening_again(opened: Callable[[], VectorIndex]) -> None:
    opened().put("acme", [point("a")], axis(0))
    assert ids(opened(), asked(), 0) == ["a"]


def test_chroma_keeps_ids_only(tmp_path: Path) -> None:
    ChromaIndex(tmp_path).put("acme", [point("opaque-1", version="article@1")], axis(0))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"opaque-1" in kept
    assert b"chroma:document" not in kept
