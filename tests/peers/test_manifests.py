"""The Teams package against the schema that Microsoft publishes."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.install.teams_manifest import SCHEMA_VERSION, teams_package
from core.config import Config, load
from tests.peers.programs import PEERS, ROOT

SCHEMA = (
    PEERS
    / "@microsoft"
    / "app-manifest"
    / "build"
    / "json-schemas"
    / "teams"
    / f"v{SCHEMA_VERSION}"
    / "MicrosoftTeams.schema.json"
)


@pytest.fixture
def config() -> Config:
    shipped = load(ROOT / "config.toml")
    server = shipped.server.model_copy(update={"public_url": "https://help.halcyon.example"})
    return shipped.model_copy(update={"server": server})


def faults(body: Any) -> list[str]:
    if not Path(SCHEMA).exists():
        pytest.skip("Microsoft's schemas aren't installed: run make test-peers.")
    validation: Any = pytest.importorskip("jsonschema", reason="There is no jsonschema to check with.")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [f"{list(each.path)}: {each.message}" for each in validation.Draft4Validator(schema).iter_errors(body)]


@pytest.mark.parametrize("desk", [True, False])
def test_microsofts_schema_takes_the_package(config: Config, *, desk: bool) -> None:
    package = teams_package(config, {"TEAMS_APP_ID": "0d9c1a34-2b7f-4e51-9e0a-6c5f0b1d2e3f"}, desk=desk)
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        body = json.loads(files.read("manifest.json"))
    assert faults(body) == []
    assert faults({**body, "bots": [{"botId": "rapport"}]}) != []
