from pathlib import Path

import pytest

from core.errors import BadInput, NotFound
from knowledge import shelf
from knowledge.index import ASKED, MemoryIndex
from knowledge.ingest import points_of
from knowledge.keywords import Readers

from .conftest import Room

STAFF = frozenset({"public", "internal"})


async def kept(room: Room, tenant: str = "acme") -> set[str]:
    return set(await room.database.read(lambda conn: shelf.kept(conn, tenant)))


async def test_a_folder_is_taken_in_once_and_then_skipped(room: Room) -> None:
    first = await room.ingest.take(room.folder, tenant="acme")
    embedded = len(room.embedder.asked)
    second = await room.ingest.take(room.folder, tenant="acme")
    assert first.added == ("caps", "passwords", "refunds")
    assert second.unchanged == ("caps", "passwords", "refunds")
    assert not second.added + second.changed + second.removed
    assert len(room.embedder.asked) == embedded


async def test_what_changed_is_read_again_and_the_old_is_gone(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    before = set(room.index.versions("acme"))
    (room.folder / "refunds.md").write_text("---\naudience: public\n---\n## New\nRefunds take a fortnight.\n", "utf-8")
    report = await room.ingest.take(room.folder, tenant="acme")
    assert (report.changed, report.unchanged) == (("refunds",), ("caps", "passwords"))
    after = set(room.index.versions("acme"))
    assert len(after) == 3
    assert len(before & after) == 2
    found = await room.search.find("who can ask for a refund", tenant="acme", audience=frozenset({"public"}))
    assert "Only an Owner" not in " ".join(hit.text for hit in found.hits)
    known = await room.database.read(lambda conn: shelf.kept(conn, "acme"))
    assert known["refunds"].revision == 2


async def test_what_was_removed_vanishes_everywhere(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    (room.folder / "passwords.md").unlink()
    report = await room.ingest.take(room.folder, tenant="acme")
    assert report.removed == ("passwords",)
    assert await kept(room) == {"caps", "refunds"}
    assert not any(version.startswith("passwords@") for version in room.index.versions("acme"))
    found = await room.search.find("password length", tenant="acme", audience=STAFF)
    assert all(hit.article != "passwords" for hit in found.hits)


async def test_one_file_adds_without_removing_the_others(room: Room, tmp_path: Path) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    extra = tmp_path / "hours.txt"
    extra.write_text("We open at 9.", "utf-8")
    report = await room.ingest.take(extra, tenant="acme", audience="public")
    assert report.added == ("hours",)
    assert await kept(room) == {"caps", "hours", "passwords", "refunds"}


async def test_a_bad_file_is_told_and_the_rest_goes_on(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    (room.folder / "refunds.md").write_text("---\ntitle: broken", "utf-8")
    (room.folder / "image.md").write_bytes(b"\x89PNG\0")
    (room.folder / "notes.docx").write_text("x", "utf-8")
    (room.folder / "caps.txt").write_text("Another cap.", "utf-8")
    report = await room.ingest.take(room.folder, tenant="acme", audience="public")
    assert {Path(file).name for file in report.failed} == {"refunds.md", "image.md", "notes.docx", "caps.txt"}
    assert "same article id" in report.failed[str(room.folder / "caps.txt")]
    assert await kept(room) == {"caps", "passwords", "refunds"}


async def test_another_audience_moves_the_article(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    path = room.folder / "refunds.md"
    path.write_text(path.read_text("utf-8").replace("public", "internal"), "utf-8")
    await room.ingest.take(room.folder, tenant="acme")
    public = await room.search.find("money back", tenant="acme", audience=frozenset({"public"}))
    assert all(hit.article != "refunds" for hit in public.hits)
    assert (await room.search.find("money back", tenant="acme", audience=STAFF)).hits[0].article == "refunds"


async def test_what_happened_is_journalled_once(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme", correlation_id="c-1")
    await room.ingest.take(room.folder, tenant="acme", correlation_id="c-2")
    events = await room.database.read(lambda conn: room.journal.find(conn, "acme", "knowledge.ingested"))
    assert [event.correlation_id for event in events] == ["c-1"]
    assert events[0].data["added"] == 3


async def test_a_lost_index_is_put_back(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    whole = room.index.versions("acme")
    room.index.erase("acme")
    assert await room.ingest.restore("acme") == 3
    assert room.index.versions("acme") == whole
    assert await room.ingest.restore("acme") == 0


async def test_points_of_no_article_are_taken_out(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    known = await room.database.read(lambda conn: shelf.all_articles(conn, "acme"))
    rows = points_of("stray@1", known[0][1])
    room.index.put("acme", [point for point, _ in rows], room.embedder.embed([text for _, text in rows]))
    assert await room.ingest.restore("acme") == 1
    assert "stray@1" not in room.index.versions("acme")


async def test_an_index_that_fails_changes_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(MemoryIndex, "put", full)
    with pytest.raises(OSError, match="disk full"):
        await room.ingest.take(room.folder, tenant="acme")
    assert await kept(room) == set()


async def test_questions_in_another_language_are_indexed_in_english_too(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    known = dict(await room.database.read(lambda conn: shelf.all_articles(conn, "acme")))
    (version,) = [version for version in known if version.startswith("passwords@")]
    asked = [text for point, text in points_of(version, known[version]) if point.kind == ASKED]
    assert "Wie lang muss mein Passwort sein?" in asked
    assert any("password" in text and text not in known[version].sections[1].asked for text in asked)


async def test_tenants_do_not_meet(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    assert await kept(room, "other") == set()
    assert not (await room.search.find("password", tenant="other", audience=STAFF)).hits
    with pytest.raises(NotFound):
        await room.database.read(lambda conn: shelf.get(conn, Readers(tenant="other", audience=STAFF), "refunds"))


async def test_an_article_is_shown_only_to_its_audience(room: Room) -> None:
    await room.ingest.take(room.folder, tenant="acme")
    staff = Readers(tenant="acme", audience=STAFF)
    assert (await room.database.read(lambda conn: shelf.get(conn, staff, "caps"))).audience == "internal"
    public = Readers(tenant="acme", audience=frozenset({"public"}))
    with pytest.raises(NotFound):
        await room.database.read(lambda conn: shelf.get(conn, public, "caps"))


async def test_a_path_that_is_not_there_is_told(room: Room) -> None:
    with pytest.raises(NotFound, match="check the path"):
        await room.ingest.take(room.folder / "nowhere", tenant="acme")


async def test_a_huge_folder_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.ingest.MOST_FILES", 2)
    with pytest.raises(BadInput, match="more than 2"):
        await room.ingest.take(room.folder, tenant="acme")


async def test_hidden_files_and_links_out_of_the_folder_are_left(room: Room, tmp_path: Path) -> None:
    (room.folder / ".draft.md").write_text("---\naudience: public\n---\nDraft.", "utf-8")
    outside = tmp_path / "secret.md"
    outside.write_text("---\naudience: public\n---\nSecret.", "utf-8")
    (room.folder / "link.md").symlink_to(outside)
    report = await room.ingest.take(room.folder, tenant="acme")
    assert report.added == ("caps", "passwords", "refunds")
    assert not report.failed
