"""The rows of suggestions: one for every line of a customer's, case and owner; what they say is sealed, the rest is numbers."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    func,
    insert,
    select,
    update,
)

from core.conversation import Sentence
from core.database import Instant, Json, metadata
from core.errors import NotFound
from core.events import JSON, Event
from core.journal import Journal
from core.vault import Vault
from handoff.case_book import Case
from handoff.desk.draft_parts import Drafted, Withheld
from handoff.desk.learned import Settled
from handoff.desk.matter import Matter
from handoff.desk.views import HintView

OFFERED, SENDING, ACCEPTED, EDITED, DISMISSED, STALE = "offered", "sending", "accepted", "edited", "dismissed", "stale"
WITHHELD = "withheld"

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("case_id", String(32), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("account_id", String(64)),
    Column("person_id", String(200), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("owner_id", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("content_id", String(32)),
    Column("action_id", String(64)),
    Column("intent", String(64), nullable=False),
    Column("articles", Json, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("shorter", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("reason_id", String(32)),
    Column("distance", Float),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    UniqueConstraint("tenant", "case_id", "position", "owner_id", name="uq_suggestions_line"),
    Index("ix_suggestions_learned", "tenant", "state"),
)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is sealed of a suggestion: all words."""

    sentences: tuple[Sentence, ...]
    verdict: str
    why: tuple[str, ...]
    question: str
    language: str
    hint: HintView | None = None

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.sentences)


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A suggestion as it is kept. `content` is None when it was withheld, or once the customer was erased."""

    id: str
    tenant: str
    case_id: str
    conversation_id: str
    account_id: str | None
    person_id: str
    correlation_id: str
    owner_id: str
    position: int
    content_id: str | None
    action_id: str | None
    intent: str
    articles: tuple[str, ...]
    confidence: float
    characters: int
    shorter: bool
    state: str
    settled_at: datetime | None = None
    content: Content | None = None


_CONTENT = TypeAdapter(Content)


class SuggestionBook:
    """Keeps and finds them, and journals what becomes of them. All methods take part in the caller's transaction."""

    def __init__(self, vault: Vault, journal: Journal) -> None:
        self._vault = vault
        self._journal = journal

    def add(self, conn: Connection, matter: Matter, owner_id: str, draft: Drafted | Withheld, now: datetime) -> Suggested:
        """Keeps a draft for the owner of the case, or that there is none. Raises `IntegrityError` for a second to one line."""
        case, person = matter.case, matter.conversation.person_id
        drafted = draft if isinstance(draft, Drafted) else None
        content = _content_of(drafted) if drafted else None
        values: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "tenant": case.tenant,
            "case_id": case.id,
            "conversation_id": case.conversation_id,
            "account_id": case.account_id,
            "person_id": person,
            "correlation_id": case.correlation_id,
            "owner_id": owner_id,
            "position": matter.position,
            "content_id": self._seal(conn, case.tenant, person, content) if content else None,
            "action_id": drafted.action.id if drafted and drafted.action else None,
            "intent": draft.intent,
            "articles": list(drafted.articles) if drafted else [],
            "confidence": drafted.confidence if drafted else 0.0,
            "characters": len(content.text) if content else 0,
            "shorter": False,
            "state": OFFERED if drafted else WITHHELD,
            "reason": draft.code if isinstance(draft, Withheld) else "",
            "created_at": now,
        }
        conn.execute(insert(suggestions).values(values))
        made = self.get(conn, case.tenant, values["id"])
        if isinstance(draft, Withheld):
            self.tell(conn, made, "withheld", now, {"reason": draft.code})
        else:
            self.tell(conn, made, "offered", now, {"confidence": draft.confidence, "action": made.action_id})
        return made

    def get(self, conn: Connection, tenant: str, suggestion_id: str) -> Suggested:
        """The suggestion of that id. Raises `NotFound`."""
        found = self._many(conn, _of(tenant).where(suggestions.c.id == suggestion_id))
        if not found:
            raise NotFound(
                f"There is no suggestion {suggestion_id}: look at the case for the present one.", suggestion=suggestion_id
            )
        return found[0]

    def of_line(self, conn: Connection, matter: Matter, owner_id: str) -> Suggested | None:
        """What this owner was offered for the customer's latest words."""
        mine = and_(suggestions.c.case_id == matter.case.id, suggestions.c.owner_id == owner_id)
        rows = _of(matter.case.tenant).where(mine, suggestions.c.position == matter.position)
        return next(iter(self._many(conn, rows)), None)

    def latest(self, conn: Connection, case: Case) -> Suggested | None:
        """The last one that was shown in a case, however it ended."""
        shown = and_(suggestions.c.case_id == case.id, suggestions.c.state != WITHHELD)
        rows = _of(case.tenant).where(shown).order_by(suggestions.c.created_at.desc(), suggestions.c.position.desc())
        return next(iter(self._many(conn, rows.limit(1))), None)

    def move(self, conn: Connection, found: Suggested, to: str, **values: Any) -> bool:
        """Changes the state of one that still is as it was read; False when somebody was quicker."""
        same = and_(suggestions.c.tenant == found.tenant, suggestions.c.id == found.id, suggestions.c.state == found.state)
        return conn.execute(update(suggestions).where(same).values(state=to, **values)).rowcount == 1

    def outdate(self, conn: Connection, case: Case, now: datetime, *, besides: int | None = None) -> int:
        """Takes back what is still offered in a case, but for the line at `besides`. Returns how many there were."""
        open_ones = and_(suggestions.c.tenant == case.tenant, suggestions.c.case_id == case.id, suggestions.c.state == OFFERED)
        if besides is not None:
            this_one = and_(suggestions.c.position == besides, suggestions.c.owner_id == (case.agent_id or ""))
            open_ones = and_(open_ones, ~this_one)
        return conn.execute(update(suggestions).where(open_ones).values(state=STALE, settled_at=now)).rowcount

    def reword(self, conn: Connection, found: Suggested, content: Content) -> None:
        """Keeps other words of the same suggestion, and destroys those before."""
        sealed = self._seal(conn, found.tenant, found.person_id, content)
        mine = and_(suggestions.c.tenant == found.tenant, suggestions.c.id == found.id)
        articles = list(dict.fromkeys(each.article for one in content.sentences for each in one.citations))
        values = {"content_id": sealed, "shorter": True, "characters": len(content.text), "articles": articles}
        conn.execute(update(suggestions).where(mine).values(**values))
        if found.content_id:
            self._vault.discard(conn, [found.content_id])

    def seal_reason(self, conn: Connection, found: Suggested, text: str) -> str | None:
        """Seals what an agent wrote about it, under the customer's key; None for nothing."""
        return self._vault.seal(conn, tenant=found.tenant, person=found.person_id, text=text) if text else None

    def settled(self, conn: Connection, tenant: str) -> list[Settled]:
        """All that were ever shown, as numbers."""
        columns = (suggestions.c.state, suggestions.c.intent, suggestions.c.articles, suggestions.c.distance)
        numbers = (suggestions.c.characters, suggestions.c.reason)
        chosen = select(*columns, *numbers).where(suggestions.c.tenant == tenant, suggestions.c.state != WITHHELD)
        return [
            Settled(
                state=row.state,
                intent=row.intent,
                articles=tuple(row.articles),
                distance=row.distance or 0.0,
                characters=row.characters,
                reason=row.reason,
            )
            for row in conn.execute(chosen)
        ]

    def tell(self, conn: Connection, found: Suggested, what: str, now: datetime, data: Mapping[str, JSON]) -> None:
        """Journals it: ids, codes and numbers."""
        event = Event(
            type=f"suggestion.{what}",
            tenant=found.tenant,
            at=now,
            correlation_id=found.correlation_id,
            conversation_id=found.conversation_id,
            account_id=found.account_id,
            data={
                "suggestion": found.id,
                "case_id": found.case_id,
                "agent_id": found.owner_id,
                "position": found.position,
                "intent": found.intent,
                "articles": list(found.articles),
                **data,
            },
        )
        self._journal.append(conn, event)

    def _seal(self, conn: Connection, tenant: str, person: str, content: Content) -> str:
        return self._vault.seal(conn, tenant=tenant, person=person, text=_CONTENT.dump_json(content).decode())

    def _many(self, conn: Connection, wanted: Select[Any]) -> list[Suggested]:
        rows = conn.execute(wanted).all()
        texts = self._vault.open_many(conn, [row.content_id for row in rows if row.content_id])
        return [_suggested(row, texts.get(row.content_id or "")) for row in rows]


def counted(conn: Connection, tenant: str) -> Mapping[str, int]:
    """How many suggestions there are in each state."""
    by_state = select(suggestions.c.state, func.count()).where(suggestions.c.tenant == tenant).group_by(suggestions.c.state)
    return {state: count for state, count in conn.execute(by_state)}


def _of(tenant: str) -> Select[Any]:
    return select(suggestions).where(suggestions.c.tenant == tenant)


def _content_of(drafted: Drafted) -> Content:
    return Content(
        sentences=drafted.sentences,
        verdict=drafted.verdict,
        why=drafted.why,
        question=drafted.question,
        language=drafted.language,
        hint=drafted.hint,
    )


def _suggested(row: Row[Any], sealed: str | None) -> Suggested:
    return Suggested(
        id=row.id,
        tenant=row.tenant,
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        person_id=row.person_id,
        correlation_id=row.correlation_id,
        owner_id=row.owner_id,
        position=row.position,
        content_id=row.content_id,
        action_id=row.action_id,
        intent=row.intent,
        articles=tuple(row.articles),
        confidence=row.confidence,
        characters=row.characters,
        shorter=row.shorter,
        state=row.state,
        settled_at=row.settled_at,
        content=_CONTENT.validate_json(sealed) if sealed else None,
    )
