"""What a draft is made of: what was heard, the sentences proposed, and what is said of records, actions and refusals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from core.action import Deny, NeedsApproval, Reason
from core.conversation import Sentence
from core.errors import NotFound
from core.language import Asked, Understanding
from core.people import Principal
from handoff.desk import draft_words as words
from handoff.desk.matter import Matter
from handoff.desk.preparing import NOT_FOR_AGENTS, Worked
from handoff.desk.views import ActionView, HintView, Verdict
from knowledge import shelf
from knowledge.keywords import Readers
from skills.catalogue import by_id
from skills.contract import Ask, Ready, Refuse, Skill

SURE = 0.5
PLAIN = 0.7
BARGAINS = frozenset({"grant_discount"})
PUBLIC = frozenset({"public"})
QUESTION = "question"


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """A reply to propose. `question` is what it answers, `action` what fits besides it."""

    sentences: tuple[Sentence, ...]
    confidence: float
    verdict: str
    why: tuple[str, ...]
    intent: str
    question: str
    language: str
    action: ActionView | None = None
    hint: HintView | None = None

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.article for sentence in self.sentences for each in sentence.citations))


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """Why nothing is proposed, as a code, and what the customer seems to want."""

    code: str
    intent: str = "none"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A matter with the words to answer, what was understood of them, who writes, who answers, and what is remembered."""

    matter: Matter
    text: str
    understood: Understanding
    customer: Principal
    agent: Principal | None
    recalled: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        return self.understood.language

    @property
    def lead(self) -> Asked | None:
        return self.understood.asked[0] if self.understood.asked else None


def skill_of(asked: Asked | None) -> Skill | None:
    found = by_id().get(asked.intent) if asked else None
    return found if found and found.id not in NOT_FOR_AGENTS else None


def needed(skill: Skill) -> float:
    """How sure it must be. Questions about a price sound like bargaining, so that must be plain."""
    return PLAIN if skill.id in BARGAINS else SURE


def said_of_action(heard: Heard, worked: Worked) -> tuple[Sentence, ...]:
    """What to say of an action: the missing question, the reasons that a customer may be shown, or what would be done."""
    prepared, decision = worked.proposal.prepared, worked.proposal.decision
    if worked.barred:
        return reasons_told(worked.barred)
    if isinstance(prepared, Ask):
        return (Sentence(text=prepared.question, approved="ask"),) if worked.made.view.verdict is Verdict.ASK else ()
    if isinstance(prepared, Refuse) and prepared.sentences:
        return prepared.sentences
    if isinstance(decision, NeedsApproval | Deny):
        return reasons_told(decision.reasons)
    if not isinstance(prepared, Ready):
        return ()
    rows = "; ".join(f"{label}: {value.rstrip('.')}" for label, value in worked.made.view.rows)
    stated = [Sentence(text=f"{rows}.", approved="card")] if rows else []
    rule = [Sentence(text=prepared.rule, approved="card")] if prepared.rule else []
    title = worked.made.view.title
    opening, closing = (words.proposed(name, heard.language, title=title) for name in ("ready", "confirm"))
    return (opening, *prepared.intro, *stated, *rule, closing)


def reasons_told(reasons: Sequence[Reason]) -> tuple[Sentence, ...]:
    told = dict.fromkeys(each.customer for each in reasons if each.customer)
    return tuple(Sentence(text=text, approved="policy") for text in list(told)[:2])


def denied(heard: Heard, asked: Asked, reasons: Sequence[Reason]) -> Drafted:
    drafted = drafted_as(heard, reasons_told(reasons), asked.confidence, f"{words.REFUSED} {words.LEFT_OUT}")
    return replace(drafted, why=(*drafted.why, *(f"Policy: {each.agent}" for each in reasons)))


def drafted_as(heard: Heard, sentences: Sequence[Sentence], confidence: float, verdict: str) -> Drafted:
    intent = heard.understood.intent
    skill = by_id().get(intent)
    title = skill.title if skill else {QUESTION: words.A_QUESTION, "none": "small talk"}.get(intent, intent)
    english = any(not each.citations and not (each.approved or "").startswith(("desk.", "frame.")) for each in sentences)
    foreign = heard.language != "en" and english
    left_out = skill is not None and skill.needs_account and not heard.customer.verified and verdict == words.FROM_ARTICLES
    notes = [verdict, *([words.LEFT_OUT] if left_out else []), *([words.ENGLISH] if foreign else [])]
    return Drafted(
        sentences=tuple(sentences),
        confidence=round(max(0.0, min(1.0, confidence)), 3),
        verdict=" ".join(notes),
        why=(words.understood_as(title, heard.understood.confidence),),
        intent=intent,
        question=heard.text,
        language=heard.language,
    )


def titles_of(conn: Connection, tenant: str, ids: Sequence[str]) -> dict[str, str]:
    readers, found = Readers(tenant=tenant, audience=PUBLIC), dict[str, str]()
    for each in ids:
        try:
            found[each] = shelf.get(conn, readers, each).title
        except NotFound:
            continue
    return found
