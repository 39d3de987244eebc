"""Starts and stops the programs: our server as it is run, and the Agents Playground as one person's Teams."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".cache" / "peers" / "node_modules"
PLAYGROUND = PEERS / "@microsoft" / "m365agentsplayground" / "cli.js"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ORGANISATION = "00000000-0000-0000-0000-0000000000001"
START_S, STOP_S, PAUSE_S = 120, 20, 0.2
TEAMS = re.compile(r"\[channels\.teams\].*?(?=\[channels\.trusted_domains\])", re.DOTALL)
AGENTS = """[[agent]]
id = "bea"
name = "Bea Lindgren"
email = "bea.lindgren@halcyon.example"
roles = ["support_agent", "billing_lead"]
channels = { teams = "00000000-0000-0000-0000-0000000000022" }
"""
BYSTANDERS = ("Megan Bowen", "Adele Vance", "Isaiah Langer", "Patti Fernandez", "Lynne Robbins")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody whose Teams the Playground stands in for."""

    id: str
    name: str
    email: str
    number: int


def missing() -> str:
    """What isn't there, in words; empty when everything is."""
    if shutil.which("node") is None:
        return "There is no node: install Node.js 20 or newer."
    if not PLAYGROUND.exists():
        return "The Agents Playground isn't installed: run make test-peers."
    return "" if CHROMIUM.exists() else f"No Chromium at {CHROMIUM}: install it, or name it in the variable CHROMIUM."


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


@contextmanager
def server(folder: Path) -> Generator[str]:
    """`rapport serve` in local mode, on a fresh data folder; its address once it is ready."""
    port, agents = free_port(), folder / "agents.toml"
    agents.write_text(AGENTS, encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(_configured(folder, port, agents), encoding="utf-8")
    command = [sys.executable, "-m", "bot", "serve", "--config", str(config)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TEAMS_", "SLACK_"))}
    address = f"http://127.0.0.1:{port}"
    with _running(command, ROOT, {**environ, "OPENBLAS_NUM_THREADS": "1"}, folder / "server.log", f"{address}/readyz"):
        yield address


@contextmanager
def playground(person: Person, bot: str, folder: Path) -> Generator[str]:
    """The Playground with that person at it; the address of its page."""
    folder.mkdir()
    (folder / ".m365agentsplayground.yml").write_text(_settings(person), encoding="utf-8")
    port = free_port()
    options = ["start", "-e", f"{bot}/api/messages", "-c", "msteams", "-p", str(port), "--dt"]
    environ = {**os.environ, "TEAMSAPPTESTER_BROWSER": "none"}
    address = f"http://127.0.0.1:{port}"
    with _running(["node", str(PLAYGROUND), *options], folder, environ, folder / "playground.log", address):
        yield address


@contextmanager
def _running(command: list[str], where: Path, environ: Mapping[str, str], log: Path, ready: str) -> Generator[None]:
    """A program, from the moment at which `ready` answers until it has ended."""
    with log.open("wb") as out, subprocess.Popen(command, cwd=where, env=environ, stdout=out, stderr=out) as started:
        try:
            _await(started, ready, log)
            yield
        finally:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(STOP_S)
            except subprocess.TimeoutExpired:
                started.kill()


def _await(started: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and started.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(PAUSE_S)
    raise AssertionError(f"{address} doesn't answer:\n{log.read_text(encoding='utf-8', errors='replace')[-3_000:]}")


def _configured(folder: Path, port: int, agents: Path) -> str:
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    teams = f'[channels.teams]\nenabled = true\nlocal = true\ndesk_organisation = "{ORGANISATION}"\n\n'
    changes = {
        "port = 8080": f"port = {port}",
        'data_dir = "data"': f'data_dir = "{folder / "data"}"',
        'agents = "demo/halcyon/agents.toml"': f'agents = "{agents}"',
        "[channels.trusted_domains]": '[channels.trusted_domains]\n"lumenstreet.example" = "ACC-003"',
    }
    for old, new in changes.items():
        assert shipped.count(old) == 1, old
        shipped = shipped.replace(old, new)
    return TEAMS.sub(teams, shipped)


def _settings(person: Person) -> str:
    """The Playground's own file: who sits at it, and five others whom it insists on."""
    others = "".join(
        _account(f"user-id-{number}", name, f"{name.split()[0].lower()}@example.com", 90 + number, "  - ", "    ")
        for number, name in enumerate(BYSTANDERS)
    )
    me = _account(person.id, person.name, person.email, person.number, "  ", "  ")
    return (
        f'version: "0.1.1"\ntenantId: {ORGANISATION}\nbot:\n  id: 00000000-0000-0000-0000-00000000000011\n  name: Rapport\n'
        f"currentUser:\n{me}users:\n{others}personalChat:\n  id: personal-{person.id}\n"
        f"groupChat:\n  id: group-{person.id}\n  name: Group Chat\n"
        f"team:\n  id: team-{person.id}\n  name: My Team\n  aadGroupId: 00000000-0000-0000-0000-000000000031\n"
        f"  channels:\n    - id: channel-{person.id}\n      name: Announcements\n"
    )


def _account(id: str, name: str, email: str, number: int, first: str, indent: str) -> str:
    given, family = name.split()
    lines = {
        "id": id,
        "name": name,
        "userPrincipleName": email,
        "aadObjectId": f"00000000-0000-0000-0000-0000000000{number:03d}",
        "givenName": given,
        "surname": family,
        "email": email,
    }
    told = [f"{key}: {value}\n" for key, value in lines.items()]
    return first + indent.join(told)
