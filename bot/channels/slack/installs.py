"""The workspaces that have the app installed. Their tokens are sealed under a key that isn't in the database."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, delete, insert, select

from bot.channels.slack.tables import installs
from core.clock import Clock
from core.database import Database
from core.events import Event
from core.journal import Journal

NONCE_BYTES = 12


@dataclass(frozen=True, kw_only=True)
class Installation:
    """An installed app: `team` is the workspace's id, or the organisation's where a whole one has it."""

    team: str
    token: str = field(repr=False)
    bot_user: str = ""
    bot: str = ""
    app: str = ""
    scopes: str = ""
    installed_by: str = ""


class Installs:
    """Keeps installations of one tenant."""

    def __init__(self, database: Database, journal: Journal, *, tenant: str, secret: bytes, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._tenant = tenant
        self._seal = AESGCM(hmac.digest(secret, f"rapport/{tenant}/slack-tokens".encode(), hashlib.sha256))
        self._clock = clock

    async def find(self, *teams: str) -> Installation | None:
        """The installation of the first of these that has one. One whose token can't be opened counts as none."""
        wanted = [team for team in teams if team]
        rows = await self._database.read(lambda conn: self._rows(conn, wanted)) if wanted else {}
        return next((found for team in wanted if team in rows and (found := self._opened(rows[team]))), None)

    async def all(self) -> list[str]:
        """The workspaces that are installed."""
        mine = select(installs.c.team).where(installs.c.tenant == self._tenant).order_by(installs.c.team)
        return await self._database.read(lambda conn: list(conn.execute(mine).scalars()))

    async def save(self, installation: Installation) -> None:
        """Keeps an installation in the place of an earlier one of that workspace."""
        await self._database.write(lambda conn: self._save(conn, installation))

    async def remove(self, *teams: str) -> bool:
        """Forgets the installations of these workspaces. Returns whether there was one."""
        return await self._database.write(lambda conn: self._remove(conn, teams))

    def _rows(self, conn: Connection, teams: list[str]) -> dict[str, Row[Any]]:
        found = conn.execute(select(installs).where(installs.c.tenant == self._tenant, installs.c.team.in_(teams)))
        return {row.team: row for row in found}

    def _save(self, conn: Connection, installation: Installation) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, installation.token.encode(), self._bound(installation.team))
        conn.execute(delete(installs).where(installs.c.tenant == self._tenant, installs.c.team == installation.team))
        values = {
            "tenant": self._tenant,
            "team": installation.team,
            "app": installation.app,
            "bot": installation.bot,
            "bot_user": installation.bot_user,
            "scopes": installation.scopes[:2_000],
            "sealed_token": sealed,
            "installed_by": installation.installed_by,
            "installed_at": self._clock.now(),
        }
        conn.execute(insert(installs).values(values))
        self._note(conn, "channel.installed", installation.team)

    def _remove(self, conn: Connection, teams: tuple[str, ...]) -> bool:
        gone = [team for team in teams if team]
        known = self._rows(conn, gone)
        conn.execute(delete(installs).where(installs.c.tenant == self._tenant, installs.c.team.in_(gone)))
        for team in known:
            self._note(conn, "channel.removed", team)
        return bool(known)

    def _opened(self, row: Row[Any]) -> Installation | None:
        try:
            token = self._seal.decrypt(row.sealed_token[:NONCE_BYTES], row.sealed_token[NONCE_BYTES:], self._bound(row.team))
        except InvalidTag:
            return None
        return Installation(
            team=row.team,
            token=token.decode(),
            bot_user=row.bot_user,
            bot=row.bot,
            app=row.app,
            scopes=row.scopes,
            installed_by=row.installed_by,
        )

    def _bound(self, team: str) -> bytes:
        return f"{self._tenant}\x00{team}".encode()

    def _note(self, conn: Connection, kind: str, team: str) -> None:
        event = Event(
            type=kind,
            tenant=self._tenant,
            at=self._clock.now(),
            correlation_id=uuid4().hex,
            conversation_id=None,
            account_id=None,
            data={"channel": "slack", "installation": team},
        )
        self._journal.append(conn, event)
