"""What customers and agents wrote in the other's language: translated when an agent looks, and kept sealed as the words are.

A translation is under the key of the customer: erasing them makes it unreadable too. One call of the model a look, at most.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
)

from core.database import Instant, metadata
from core.errors import BadInput, Unavailable
from core.language import LanguageModel
from core.vault import Vault
from handoff.desk.charging import for_desk
from handoff.desk.promise_views import Translated
from handoff.desk.rooms import DeskRooms
from handoff.desk.views import LineKind, LineView
from handoff.desk.words import language_in_words

ENGLISH = "en"
PAUSE = timedelta(minutes=1)
MOST_LINES = 20
MOST_CHARACTERS = 12_000

translations = Table(
    "desk_translations",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("position", Integer, nullable=False),
    Column("content_id", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "conversation_id", "position"),
)


class Translating:
    """Translates for agents with the installation's model, if that does."""

    def __init__(self, rooms: DeskRooms, vault: Vault, model: LanguageModel) -> None:
        self._rooms = rooms
        self._vault = vault
        self._model = model
        self._not_before: dict[str, datetime] = {}

    @property
    def able(self) -> bool:
        """Whether the model translates."""
        return self._model.fluent

    def kept(self, conn: Connection, tenant: str, conversation_id: str) -> Mapping[int, str]:
        """The translations so far, by position."""
        return {position: english for position, (_, english) in self._all(conn, tenant, conversation_id).items()}

    async def look(self, conversation_id: str, lines: Sequence[LineView]) -> bool:
        """Translates the customer's lines that are in another language and weren't translated as they now read.

        Whether there is anything new. A model that fails is left alone for a minute.
        """
        now, tenant = self._rooms.clock.now(), self._rooms.tenant.id
        if not self.able or now < self._not_before.get(conversation_id, now):
            return False
        known = await self._rooms.database.read(lambda conn: self._all(conn, tenant, conversation_id))
        missing = _bounded([line for line in lines if _foreign(line) and known.get(line.position, ("", ""))[0] != line.text])
        if not missing:
            return False
        talk = await self._rooms.database.read(lambda conn: self._rooms.threads.get(conn, tenant, conversation_id))
        try:
            async with for_desk(tenant, talk, self._rooms.accounts.by_id):
                english = await self._model.translate([line.text for line in missing], ENGLISH)
        except Unavailable:
            english = None
        if english is None or len(english) != len(missing):
            self._not_before[conversation_id] = now + PAUSE
            return False
        made = [(line.position, line.text, text) for line, text in zip(missing, english, strict=True)]
        await self._rooms.database.write(lambda conn: self._keep(conn, conversation_id, made))
        return True

    async def into(self, text: str, language: str) -> Translated:
        """An agent's words in the customer's language. Raises `BadInput` when there is nothing to do, or `Unavailable`."""
        if not text.strip():
            raise BadInput("The message is empty: write something first.")
        if language == ENGLISH:
            raise BadInput("This customer writes in English: send it as it is.")
        async with for_desk(self._rooms.tenant.id):
            said = await self._model.translate([text.strip()], language) if self.able else None
        if not said or not said[0].strip():
            name = language_in_words(language)
            raise Unavailable(f"There is no translation into {name} just now: send it as it is, or write in {name} yourself.")
        return Translated(text=said[0].strip(), original=text.strip(), language=language)

    def _keep(self, conn: Connection, conversation_id: str, made: Sequence[tuple[int, str, str]]) -> None:
        talk = self._rooms.threads.get(conn, self._rooms.tenant.id, conversation_id)
        for position, text, english in made:
            here = and_(*_place(talk.tenant, conversation_id), translations.c.position == position)
            old = conn.execute(select(translations.c.content_id).where(here)).scalar()
            if old is not None:
                conn.execute(delete(translations).where(here))
                self._vault.discard(conn, [old])
            sealed = json.dumps([text, english], ensure_ascii=False)
            content_id = self._vault.seal(conn, tenant=talk.tenant, person=talk.person_id, text=sealed)
            values = {"tenant": talk.tenant, "conversation_id": conversation_id, "position": position}
            conn.execute(insert(translations).values(values | {"content_id": content_id, "at": self._rooms.clock.now()}))

    def _all(self, conn: Connection, tenant: str, conversation_id: str) -> dict[int, tuple[str, str]]:
        rows = conn.execute(select(translations).where(*_place(tenant, conversation_id))).all()
        texts = self._vault.open_many(conn, [row.content_id for row in rows])
        found = {row.position: texts.get(row.content_id) for row in rows}
        return {position: (str(pair[0]), str(pair[1])) for position, text in found.items() if text for pair in [json.loads(text)]}


def _place(tenant: str, conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    return translations.c.tenant == tenant, translations.c.conversation_id == conversation_id


def _foreign(line: LineView) -> bool:
    return line.kind is LineKind.CUSTOMER and line.language not in ("", ENGLISH) and bool(line.text) and not line.deleted


def _bounded(lines: Sequence[LineView]) -> list[LineView]:
    """The latest of them, as many as one call takes."""
    kept, length = list[LineView](), 0
    for line in reversed(lines[-MOST_LINES:]):
        length += len(line.text)
        if kept and length > MOST_CHARACTERS:
            break
        kept.insert(0, line)
    return kept
