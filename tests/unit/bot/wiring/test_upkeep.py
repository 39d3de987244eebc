import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.wiring.kept import open_database
from bot.wiring.upkeep import back_up, explain_id, ingest_path, verify_journal
from core.chain import journal
from core.config import Config, CoreSection, TenantSection
from core.database import Database
from core.errors import BadInput, Conflict, NotFound
from core.events import Event
from core.folder_lock import FolderLock
from core.journal import Journal
from core.keyring import KeyRing
from core.sealer import Checkpoint, Sealer
from knowledge.vector_cache import HashEmbedder
from tests.unit.core.conftest import NOON


@pytest.fixture
def config(tmp_path: Path) -> Config:
    tenant = TenantSection(id="halcyon", region="eu", name="Halcyon")
    return Config(tenant=tenant, core=CoreSection(data_dir=str(tmp_path / "data")))


@pytest.fixture
def installed(config: Config) -> Config:
    """An installation with one sealed event, closed again."""
    database = open_database(config)
    KeyRing(config.data_dir / "keys.db").close()
    event = Event(
        type="turn.finished",
        tenant="halcyon",
        at=NOON,
        correlation_id="c1",
        conversation_id=None,
        account_id=None,
        data={"turn_id": "t1"},
    )
    database.write_blocking(lambda conn: Journal().append(conn, event))
    asyncio.run(Sealer(database, Journal(), Checkpoint(config.data_dir / "checkpoint.json")).seal())
    database.close_blocking()
    return config


def test_a_whole_journal_is_reported_whole(installed: Config) -> None:
    report, whole = verify_journal(installed)
    assert whole
    assert "whole: 1 rows are sealed, 0 wait to be; the checkpoint outside the database is at 1" in report


def test_a_changed_row_is_reported(installed: Config) -> None:
    database = Database.open(installed.database_url)
    database.write_blocking(lambda conn: conn.execute(update(journal).values(account_id="ACC-001")))
    database.close_blocking()
    report, whole = verify_journal(installed)
    assert not whole
    assert "position 1" in report


def test_a_backup_is_made_and_journalled(installed: Config, tmp_path: Path) -> None:
    assert back_up(installed, tmp_path / "copy", tmp_path / "keys") == tmp_path / "copy"
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["checkpoint.json", "manifest.json", "rapport.db"]
    assert (tmp_path / "keys" / "keys.db").is_file()
    database = Database.open(installed.database_url)
    made = database.write_blocking(lambda conn: Journal().find(conn, "halcyon", "backup.made"))
    database.close_blocking()
    assert [event.data for event in made] == [{"with_keys": True}]
    with pytest.raises(Conflict, match="exists already"):
        back_up(installed, tmp_path / "copy", None)


def test_an_id_is_explained(installed: Config) -> None:
    assert "turn.finished" in explain_id(installed, "c1")
    with pytest.raises(NotFound):
        explain_id(installed, "nothing")


def test_without_an_installation_each_says_so(config: Config, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no database"):
        verify_journal(config)
    with pytest.raises(BadInput, match="no database"):
        explain_id(config, "c1")
    with pytest.raises(BadInput, match="missing"):
        back_up(config, tmp_path / "copy", None)


def test_postgresql_is_left_to_its_own_tools(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", "postgresql+psycopg://nowhere/rapport")
    elsewhere = config.model_copy(update={"core": CoreSection(database_url_env="RAPPORT_DATABASE_URL")})
    with pytest.raises(BadInput, match="pg_dump"):
        back_up(elsewhere, tmp_path / "copy", None)


async def test_articles_are_not_taken_in_beside_a_running_server(config: Config, tmp_path: Path) -> None:
    lock = FolderLock.take(config.data_dir)
    with pytest.raises(Conflict, match="stop it first"):
        await ingest_path(config, tmp_path, HashEmbedder())
    lock.release()


async def test_articles_are_taken_in_and_counted(config: Config, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    text = "---\ntitle: Opening hours\naudience: public\n---\n\n# Opening hours\n\n## Monday\n\nWe open at nine.\n"
    (articles / "opening-hours.md").write_text(text, encoding="utf-8")
    (articles / "picture.png").write_bytes(b"\x89PNG")
    told = await ingest_path(config, articles, HashEmbedder())
    assert "1 added, 0 changed, 0 unchanged, 0 removed, 1 failed" in told
    assert "picture.png" in told
    assert "0 added, 0 changed, 1 unchanged" in await ingest_path(config, articles, HashEmbedder())
