from pathlib import Path

import pytest
from pydantic import ValidationError

from core.config import load, read_secret
from core.errors import BadInput

SHIPPED = Path(__file__).parents[3] / "config.toml"
TENANT = '[tenant]\nid = "halcyon"\nregion = "eu"\nname = "Halcyon"\n'


def written(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(body, encoding="utf-8")
    return path


def test_the_shipped_configuration_is_valid_and_local() -> None:
    config = load(SHIPPED)
    assert config.server.host == "127.0.0.1"
    assert config.models.chain == ("embedded",)
    assert config.demo.clock_start
    assert config.demo.clock_start.isoformat() == "2026-11-20T10:00:00+00:00"
    assert config.database_url == "sqlite:///data/rapport.db"


def test_a_tenant_is_all_that_must_be_given(tmp_path: Path) -> None:
    config = load(written(tmp_path, TENANT))
    assert config.memory.idle_minutes == 30
    assert config.demo.clock_start is None


def test_all_faults_are_reported_at_once_with_what_to_do(tmp_path: Path) -> None:
    body = '[tenant]\nid = "A B"\nregion = "eu"\n[server]\nport = 99999\nhots = "x"\n[demo]\nclock_start = 2026-01-01T00:00:00\n'
    with pytest.raises(BadInput) as raised:
        load(written(tmp_path, body))
    lines = raised.value.message.splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "tenant.id",
        "tenant.name",
        "server.port",
        "server.hots",
        "demo.clock_start",
    ]
    assert all(line.startswith(str(tmp_path)) and line.endswith(".") for line in lines)
    assert "add the key" in lines[1]
    assert "correct its spelling" in lines[3]
    assert raised.value.data["faults"] == 5


def test_a_secret_written_by_mistake_is_not_repeated(tmp_path: Path) -> None:
    body = TENANT + '[server]\nsecret = "hunter2-secret"\nsecret_env = "hunter3-secret"\n'
    with pytest.raises(BadInput) as raised:
        load(written(tmp_path, body))
    assert "hunter" not in raised.value.message
    assert "server.secret_env" in raised.value.message


@pytest.mark.parametrize(("body", "said"), [("[tenant", "not valid TOML"), ("", "tenant: Field required")])
def test_what_is_no_configuration_is_refused(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        load(written(tmp_path, body))


def test_a_missing_file_and_a_wrong_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'[tenant]\nname = "caf\xe9"\n')
    with pytest.raises(BadInput, match="not valid TOML"):
        load(tmp_path / "latin.toml")


def test_numbers_are_not_made_from_text(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"server\.port"):
        load(written(tmp_path, TENANT + '[server]\nport = "8080"\n'))


def test_values_cannot_be_changed(tmp_path: Path) -> None:
    config = load(written(tmp_path, TENANT))
    with pytest.raises(ValidationError, match="frozen"):
        config.server.port = 1


def test_a_secret_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", "postgresql+psycopg://db/rapport")
    config = load(written(tmp_path, TENANT + '[core]\ndatabase_url_env = "RAPPORT_DATABASE_URL"\n'))
    assert config.database_url == "postgresql+psycopg://db/rapport"
    monkeypatch.delenv("RAPPORT_DATABASE_URL")
    with pytest.raises(BadInput, match="RAPPORT_DATABASE_URL is not set"):
        read_secret("RAPPORT_DATABASE_URL")
