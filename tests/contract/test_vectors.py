"""The promises of the store of memories' vectors, kept by Chroma and by its in-memory double alike."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memory.chroma_memory import ChromaVectors
from memory.vectors import Item, MemoryVectors, VectorStore


@pytest.fixture(params=["memory", "chroma"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    opened: VectorStore = MemoryVectors() if request.param == "memory" else ChromaVectors(tmp_path / "vectors")
    yield opened
    opened.close()


def item(name: str, audience: str, *vector: float) -> Item:
    return Item(id=name, audience=audience, vector=vector)


def ids(store: VectorStore, audiences: list[str], *vector: float, tenant: str = "t", limit: int = 10) -> list[str]:
    return [near.id for near in store.nearest(tenant, audiences, vector, limit)]


def test_the_nearest_come_first_with_their_similarity(store: VectorStore) -> None:
    store.add("t", [item("east", "ada", 1, 0), item("north", "ada", 0, 1), item("between", "ada", 1, 1)])
    found = store.nearest("t", ["ada"], (2, 0.1), 2)
    assert [near.id for near in found] == ["east", "between"]
    assert found[0].similarity == pytest.approx(0.99875, abs=1e-3)


def test_only_the_named_audiences_are_searched(store: VectorStore) -> None:
    store.add("t", [item("a", "ada", 1, 0), item("b", "ben", 1, 0), item("c", "account:1", 1, 0)])
    assert ids(store, ["ada"], 1, 0) == ["a"]
    assert sorted(ids(store, ["ada", "account:1"], 1, 0)) == ["a", "c"]
    assert ids(store, ["eve"], 1, 0) == []
    assert ids(store, [], 1, 0) == []


def test_the_audience_is_part_of_the_search_not_a_sieve_behind_it(store: VectorStore) -> None:
    random = np.random.default_rng(7)
    crowd = [item(f"x{n}", "crowd", *(1.0 + random.random(8) / 10)) for n in range(300)]
    store.add("t", [*crowd, item("mine", "ada", *([-1.0] * 8))])
    assert ids(store, ["ada"], *([1.0] * 8), limit=3) == ["mine"]


def test_tenants_do_not_meet(store: VectorStore) -> None:
    store.add("t", [item("a", "ada", 1, 0)])
    store.add("u", [item("a", "ada", 0, 1)])
    assert store.nearest("t", ["ada"], (1, 0), 1)[0].similarity == pytest.approx(1)
    assert store.nearest("u", ["ada"], (1, 0), 1)[0].similarity == pytest.approx(0, abs=1e-6)
    assert ids(store, ["ada"], 1, 0, tenant="v") == []


def test_adding_again_replaces(store: VectorStore) -> None:
    store.add("t", [item("a", "ada", 1, 0)])
    store.add("t", [item("a", "ben", 0, 1)])
    assert ids(store, ["ada"], 1, 0) == []
    assert ids(store, ["ben"], 1, 0) == ["a"]


def test_what_is_removed_is_not_found(store: VectorStore) -> None:
    store.add("t", [item("a", "ada", 1, 0), item("b", "ada", 1, 0)])
    store.remove("t", ["a", "unknown"])
    store.remove("t", [])
    assert ids(store, ["ada"], 1, 0) == ["b"]


def test_a_rebuild_keeps_exactly_what_it_is_told_to(store: VectorStore) -> None:
    store.add("t", [item("a", "ada", 1, 0), item("b", "ben", 1, 0), item("c", "cat", 0, 1)])
    store.rebuild("t", ["a", "c", "unknown"])
    assert sorted(ids(store, ["ada", "ben", "cat"], 1, 0)) == ["a", "c"]
    store.rebuild("t", [])
    assert ids(store, ["ada", "ben", "cat"], 1, 0) == []
    store.add("t", [item("d", "ada", 1, 0)])
    assert ids(store, ["ada"], 1, 0) == ["d"]


def test_chroma_finds_everything_again_after_a_restart(tmp_path: Path) -> None:
    for expected in ([], ["a"], ["a"]):
        store = ChromaVectors(tmp_path)
        assert ids(store, ["ada"], 1, 0) == expected
        store.add("t", [item("a", "ada", 1, 0)])
        store.rebuild("t", ["a"])
        store.close()


def test_chroma_leaves_no_byte_of_what_a_rebuild_left_out(tmp_path: Path) -> None:
    store = ChromaVectors(tmp_path)
    store.add("t", [item("canary-id", "canary-person", 0.1234567, 0.7654321), item("kept-id", "ben", 1, 0)])
    before = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    store.rebuild("t", ["kept-id"])
    store.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary" not in everything
    assert np.float32(0.1234567).tobytes() not in everything
    assert b"kept-id" in everything
    assert not before & {path.name for path in tmp_path.iterdir()}


def test_chroma_clears_up_after_a_rebuild_that_was_cut_short(tmp_path: Path) -> None:
    store = ChromaVectors(tmp_path)
    store.add("t", [item("a", "ada", 1, 0)])
    store.close()
    (current,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    unfinished = current.with_name(current.name[:-1] + "2")
    unfinished.mkdir()
    (unfinished / "half").write_bytes(b"x")
    again = ChromaVectors(tmp_path)
    assert ids(again, ["ada"], 1, 0) == ["a"]
    again.close()
    assert not unfinished.exists()
