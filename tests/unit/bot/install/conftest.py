"""A configuration to install from, and other servers that answer as told."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from bot.install.asking import Told
from core.config import Config, load
from core.errors import Unavailable

ROOT = Path(__file__).parents[4]
PUBLIC = "https://help.halcyon.example"

Configure = Callable[..., Config]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """The shipped configuration with other values for some keys: `server={"public_url": ...}, slack={...}, teams={...}`."""
    shipped = load(ROOT / "config.toml")

    def made(**sections: Mapping[str, Any]) -> Config:
        body = shipped.model_dump()
        body["core"]["data_dir"] = str(tmp_path / "data")
        body["models"]["cache"] = str(tmp_path / "cache")
        body["knowledge"]["paths"] = [str(ROOT / path) for path in body["knowledge"]["paths"]]
        body["handoff"] = {name: str(ROOT / path) for name, path in body["handoff"].items()}
        for name, values in sections.items():
            place = body["channels"] if name in ("slack", "teams") else body
            place[name] = {**place[name], **values}
        return Config.model_validate(_listed(body))

    return made


def _listed(value: Any) -> Any:
    """Tuples as lists, as TOML has them."""
    if isinstance(value, Mapping):
        return {name: _listed(each) for name, each in cast("Mapping[str, Any]", value).items()}
    return [_listed(each) for each in cast("list[Any]", value)] if isinstance(value, list | tuple) else value


class Servers:
    """Other servers: `answers` by the end of the address; whatever isn't listed can't be reached."""

    def __init__(self) -> None:
        self.answers: dict[str, Told] = {}
        self.asked: list[tuple[str, Mapping[str, str], str]] = []

    async def get(self, url: str, *, token: str = "") -> Told:
        return self._told(url, {}, token)

    async def post(self, url: str, form: Mapping[str, str], *, token: str = "") -> Told:
        return self._told(url, form, token)

    def _told(self, url: str, form: Mapping[str, str], token: str) -> Told:
        self.asked.append((url, form, token))
        for end, told in self.answers.items():
            if url.endswith(end):
                return told
        raise Unavailable("there is no answer (ClientConnectorError)")


@pytest.fixture
def servers() -> Servers:
    return Servers()
