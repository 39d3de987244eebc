"""The one place where personal content is kept: encrypted under a key per person, referred to by id from everywhere else."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Boolean, Column, Connection, Index, LargeBinary, String, Table, bindparam, insert, select, update

from core.database import metadata
from core.errors import BadInput, NotFound, Unavailable
from core.keyring import KeyRing

NONCE_BYTES = 12
CHUNK = 500
KNOWN_PERSONS = 50_000

content = Table(
    "content",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("person", String(200), nullable=False),
    Column("key_id", String(24), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("discarded", Boolean, nullable=False, default=False),
    Index(None, "tenant", "person"),
)

_INSERT = insert(content)
_KEY_OF = (
    select(content.c.key_id)
    .where(content.c.tenant == bindparam("tenant"), content.c.person == bindparam("person"))
    .group_by(content.c.key_id)
)
_OPEN = select(content.c.id, content.c.tenant, content.c.person, content.c.key_id, content.c.sealed, content.c.discarded)


def sealed_any(conn: Connection) -> bool:
    """Whether anything is kept that needs a key."""
    return conn.execute(select(content.c.id).where(content.c.discarded.is_(False)).limit(1)).scalar() is not None


class Erased(NotFound):
    """The content existed, and nobody can read it any more."""

    code = "erased"
    status = 410

    def __init__(self, content_id: str) -> None:
        super().__init__("This content was erased on request.", content_id=content_id)


class Vault:
    """Seals texts with AES-256-GCM, bound to their tenant, person and id, and opens them as long as the person's key exists."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._key_ids: dict[tuple[str, str], str] = {}

    def seal(self, conn: Connection, *, tenant: str, person: str, text: str) -> str:
        """Stores `text` under the key of `person` and returns the id of the content."""
        content_id = uuid.uuid4().hex
        key_id, key = self._key_for(conn, tenant, person)
        nonce = secrets.token_bytes(NONCE_BYTES)
        try:
            plain = text.encode()
        except UnicodeEncodeError as error:
            raise BadInput("The text is not valid Unicode: send it encoded as UTF-8.") from error
        sealed = nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(tenant, person, content_id))
        row = {"id": content_id, "tenant": tenant, "person": person, "key_id": key_id, "sealed": sealed}
        conn.execute(_INSERT, row | {"digest": hashlib.sha256(sealed).hexdigest(), "discarded": False})
        return content_id

    def open(self, conn: Connection, content_id: str) -> str:
        """The text of that id. Raises `Erased`, or `NotFound` when there never was one."""
        found = self.open_many(conn, [content_id])
        if content_id not in found:
            raise NotFound(f"There is no content {content_id}: check the id.", content_id=content_id)
        text = found[content_id]
        if text is None:
            raise Erased(content_id)
        return text

    def open_many(self, conn: Connection, ids: Sequence[str]) -> dict[str, str | None]:
        """The texts by id; None for the erased. Unknown ids are left out."""
        texts: dict[str, str | None] = {}
        for start in range(0, len(ids), CHUNK):
            for row in conn.execute(_OPEN.where(content.c.id.in_(ids[start : start + CHUNK]))):
                key = None if row.discarded else self._keys.get(row.key_id)
                texts[row.id] = _decrypt(key, row.sealed, _bound_to(row.tenant, row.person, row.id)) if key else None
        return texts

    def person_of(self, conn: Connection, content_id: str) -> str:
        """Under whose key a content is. Raises `NotFound`."""
        person = conn.execute(select(content.c.person).where(content.c.id == content_id)).scalar()
        if person is None:
            raise NotFound(f"There is no content {content_id}: check the id.", content_id=content_id)
        return str(person)

    def discard(self, conn: Connection, ids: Iterable[str]) -> None:
        """Empties single contents, for good; opening them raises `Erased` from then on."""
        doomed = list(ids)
        for start in range(0, len(doomed), CHUNK):
            chosen = content.c.id.in_(doomed[start : start + CHUNK])
            conn.execute(update(content).where(chosen).values(sealed=b"", discarded=True))

    def destroy(self, conn: Connection, *, tenant: str, person: str) -> int:
        """Destroys the keys of `person` at once, whatever becomes of the transaction. Returns how many there were."""
        self._key_ids.pop((tenant, person), None)
        key_ids = list(conn.execute(_KEY_OF, {"tenant": tenant, "person": person}).scalars())
        self._keys.destroy(key_ids)
        return len(key_ids)

    def _key_for(self, conn: Connection, tenant: str, person: str) -> tuple[str, bytes]:
        """The key of a person: the one in use, or a new one for a new person and after an erasure."""
        known = self._key_ids.get((tenant, person))
        used = [known] if known else conn.execute(_KEY_OF, {"tenant": tenant, "person": person}).scalars().all()
        key_id = next((name for name in used if self._keys.get(name)), None) or self._keys.fresh()
        key = self._keys.get(key_id)
        if key is None:
            raise Unavailable("No key could be made for this content: see that the key file is the installation's own.")
        if len(self._key_ids) >= KNOWN_PERSONS:
            self._key_ids.clear()
        self._key_ids[(tenant, person)] = key_id
        return key_id, key


def _bound_to(tenant: str, person: str, content_id: str) -> bytes:
    return "\x00".join((tenant, person, content_id)).encode()


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> str:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to).decode()
    except InvalidTag as error:
        raise Unavailable("Stored content was changed outside Rapport: run `rapport verify` and restore a backup.") from error
