"""From a conversation to an `Understanding`: the act, what is asked for, the values in it, and the signals beside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.models.embedded import acts, signals
from bot.models.embedded.clauses import Clause, clauses
from bot.models.embedded.intents import OUT_OF_SCOPE, QUESTION, IntentHeads
from bot.models.embedded.kernel import Sample
from bot.models.embedded.signals import SignalHeads
from bot.models.embedded.slots import SlotFinder
from bot.models.embedded.views import View, Viewer
from core.language import Asked, IntentSpec, Said, SlotSpec, SlotValue, Understanding, UnderstandRequest

NAME = "embedded"
MOST_ALTERNATIVES = 3
OWN_CLAUSE = 0.6
LISTED = 0.4
CLAUSE_SHARE = 0.4
FOLLOW_UP_SHARE = 0.35
FOLLOW_UP = re.compile(
    r"^(?:and|what about|how about|then|also|so|but|or|und|et|y|og|en|e|pour|was ist mit|et pour|y para|hvad med|en voor)\b"
    r"|\b(?:it|that|this|them|those|one|das|es|ça|cela|eso|lo|det|dat|dit|quello)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\?\s*$|^\W*(?:and |und |et |y |og |en )?(?:how|what|when|where|which|who|whom|why|can|could|do|does|is|are|may|will"
    r"|tell me|explain|wie|was|wann|wo|wer|kann|comment"
    r"|quand|où|qui|quel\w*|combien|est-ce|cómo|cuándo|dónde|cuánto|qué|hvordan|hvornår|hvor|hvad|hoe|wanneer|waar|wat|come"
    r"|quando|dove|quanto)\b",
    re.IGNORECASE,
)
WISHES = re.compile(
    r"\b(?:please|pls|plz|i want|we want|i'd like|we'd like|i would like|we would like|i need|we need|let's|let us|can you"
    r"|could you|would you"
    r"|bitte|ich möchte|wir möchten|wir wollen|wir brauchen|ich brauche|merci de|je voudrais|nous voulons|nous voudrions"
    r"|il nous faut|quiero"
    r"|queremos|necesit\w+|por favor|vi vil|jeg vil|vi skal|graag|ik wil|we willen|vorrei|vorremmo|vogliamo|per favore)\b"
    r"|^\W*(?:(?:hi|hello|hey|ok|okay|yes|and|then|so|just)\b\W*)?(?:add|remove|cancel|change|move|switch|put|send|give|show"
    r"|find|list|call|ring|book|open|raise|create|set|pause"
    r"|renew|extend|refund|credit|quote|upgrade|downgrade|take|drop|stop|start|turn|make|get|reissue|export|update|replace"
    r"|reactivate|undo)\b",
    re.IGNORECASE,
)
SHORT_WORDS = 9
FEW_WORDS = 3
LEANING = re.compile(
    r"\b(?:that|this|it|them|those|das|es|dafür|davon|ça|cela|en|eso|esto|lo|det|dat|dit|quello)\b", re.IGNORECASE
)
SENTENCE_END = re.compile(r"[.!?\n]")
FEW_CLAUSES = 2


@dataclass(frozen=True, kw_only=True)
class Heads:
    """Everything fitted that understanding needs."""

    intents: IntentHeads
    signals: SignalHeads


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Understands. Pure but for the embedder; `today` dates what customers call tomorrow."""

    viewer: Viewer
    finder: SlotFinder

    def read(self, requests: Sequence[UnderstandRequest], heads: Heads, today: date) -> list[Understanding]:
        """Understands several requests with one call of the embedder."""
        drafts = [Draft.of(request) for request in requests]
        texts = list(dict.fromkeys(text for draft in drafts for text in draft.texts()))
        views = dict(zip(texts, self.viewer.views(texts), strict=True))
        judged = dict(zip(texts, heads.intents.judge(list(views.values())), strict=True))
        rows = _signal_rows(drafts, views, heads.signals)
        return [
            self._one(draft, Seen(views=views, judged=judged, rows=row, heads=heads, today=today))
            for draft, row in zip(drafts, rows, strict=True)
        ]

    def _one(self, draft: "Draft", seen: "Seen") -> Understanding:
        request, text = draft.request, draft.text
        view = seen.views[text]
        slots = self._slots(draft, seen)
        waiting = request.expecting is not None or request.active_intent is not None
        heard = acts.hear(view, seen.heads.signals.acts, waiting=waiting, has_values=bool(slots))
        asked = () if heard.whole else self._asked(draft, seen)
        likely = _overall(draft, seen)
        return Understanding(
            act=heard.act,
            act_confidence=round(heard.confidence, 4),
            asked=asked,
            out_of_scope=0.0 if heard.whole else round(likely[OUT_OF_SCOPE], 4),
            language=_language(view, seen.views[draft.whole]),
            revenue=signals.revenue_of(seen.rows["revenue"], view, seen.heads.signals, self.viewer.lexicon),
            triage=signals.triage_of(seen.rows["triage"]),
            mood=signals.mood_of(seen.rows["mood"], text),
            model=NAME,
            slots=slots or tuple(slot for each in asked[:1] for slot in each.slots),
        )

    def _slots(self, draft: "Draft", seen: "Seen") -> tuple[SlotValue, ...]:
        """Values for the task in hand; without one, for what is asked for first."""
        request = draft.request
        specs = list(_spec(request.intents, request.active_intent or "").slots)
        if request.expecting is not None:
            specs = [request.expecting, *(spec for spec in specs if spec.name != request.expecting.name)]
        if not specs:
            return ()
        amending = request.active_intent is not None and request.expecting is None
        return self._found(draft, Clause(text=draft.text, start=0), specs, seen.today, amending=amending)

    def _asked(self, draft: "Draft", seen: "Seen") -> tuple[Asked, ...]:
        """What is asked for, first things first: the main clause's three likeliest intents, and other clauses' own wishes."""
        likely = _overall(draft, seen)
        if likely[OUT_OF_SCOPE] >= OWN_CLAUSE:
            return ()
        separate = _separate(draft, seen)
        if len(separate) > 1:
            firsts = [self._filled(draft, clause, name, confidence, seen) for clause, name, confidence in separate]
            return tuple(firsts)
        ranked = sorted((name for name in likely if name != OUT_OF_SCOPE), key=lambda name: -likely[name])[:MOST_ALTERNATIVES]
        confidence = seen.heads.intents.confidence(likely[ranked[0]])
        share = (1 - confidence) / max(1 - likely[ranked[0]], 1e-6)
        whole = Clause(text=draft.text, start=0)
        sure = [confidence, *(min(likely[name] * share, confidence) for name in ranked[1:])]
        return tuple(self._filled(draft, whole, name, each, seen) for name, each in zip(ranked, sure, strict=True))

    def _filled(self, draft: "Draft", clause: Clause, name: str, confidence: float, seen: "Seen") -> Asked:
        specs = _spec(draft.request.intents, name).slots
        slots = self._found(draft, clause, specs, seen.today) if specs else ()
        return Asked(intent=name, confidence=round(confidence, 4), text=clause.text, slots=slots)

    def _found(
        self, draft: "Draft", clause: Clause, specs: Sequence[SlotSpec], today: date, *, amending: bool = False
    ) -> tuple[SlotValue, ...]:
        expecting = draft.request.expecting
        found = self.finder.find(
            clause.text, specs, message_id=draft.message_id, today=today, expecting=expecting, amending=amending
        )
        return tuple(replace(slot, start=slot.start + clause.start, end=slot.end + clause.start) for slot in found)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request with its last message cut up, before anything is judged."""

    request: UnderstandRequest
    text: str
    message_id: str
    parts: tuple[Clause, ...]
    earlier: str
    whole: str

    @classmethod
    def of(cls, request: UnderstandRequest) -> "Draft":
        customers = [each for each in request.said if each.role == "customer"]
        last = customers[-1] if customers else Said(role="customer", text="")
        before = customers[-2].text if len(customers) > 1 else ""
        text = last.text.strip() or " "
        linked = len(text.split()) <= SHORT_WORDS and bool(FOLLOW_UP.search(text)) and bool(before)
        cut = clauses(text)
        few = len(cut) <= FEW_CLAUSES
        parts = tuple(part for part in cut if few or part.announced or ASKS.search(part.text) or WISHES.search(part.text))
        return cls(
            request=request,
            text=text,
            message_id=last.message_id,
            parts=parts if len(cut) > 1 else (),
            earlier=f"{before[-300:]} {text}" if linked else "",
            whole=signals.whole_of(request.said) or text,
        )

    def texts(self) -> list[str]:
        """Every text that has to be looked at."""
        return [self.text, self.whole, *(part.text for part in self.parts), *([self.earlier] if self.earlier else [])]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was made of the texts of one batch, and the signal rows of one request."""

    views: Mapping[str, View]
    judged: Mapping[str, Mapping[str, float]]
    rows: Mapping[str, Mapping[str, float]]
    heads: Heads
    today: date


def _overall(draft: Draft, seen: Seen) -> dict[str, float]:
    """The whole message's intents: its own, those of its most telling clause, and of a follow-up together with what came "
    "before."""
    likely = dict(seen.judged[draft.text])
    if draft.parts:
        best = max((seen.judged[part.text] for part in draft.parts), key=_telling)
        likely = _mixed(likely, best, CLAUSE_SHARE)
    if draft.earlier:
        likely = _mixed(likely, seen.judged[draft.earlier], FOLLOW_UP_SHARE)
    return likely


def _separate(draft: Draft, seen: Seen) -> list[tuple[Clause, str, float]]:
    """Clauses that surely ask for different things, in order.

    A bare question after a request is about that request, and one that leans on a clause that orders nothing belongs to it.
    """
    found: list[tuple[Clause, str, float]] = []
    for part in draft.parts:
        row = seen.judged[part.text]
        name = max(row, key=lambda each: row[each])
        confidence = seen.heads.intents.confidence(row[name])
        asks = part.announced or bool(ASKS.search(part.text))
        if name == OUT_OF_SCOPE and asks and found:
            start = found[-1][0].start
            found.append((Clause(text=draft.text[start : part.end], start=start), QUESTION, LISTED))
            continue
        known = any(name == other for _, other, _ in found) or (asks and _leans(draft.text, part, found))
        if name == OUT_OF_SCOPE or known or (name == QUESTION and not asks):
            continue
        if confidence >= (LISTED if asks else OWN_CLAUSE):
            found.append((part, name, confidence))
    return found if any(name != QUESTION for _, name, _ in found) else found[:1]


def _leans(text: str, part: Clause, found: Sequence[tuple[Clause, str, float]]) -> bool:
    """Whether a question is about what its own sentence only imagines or asks before it: "if we moved, what would that cost"."""
    if not found:
        return False
    before = found[-1][0]
    same_sentence = not SENTENCE_END.search(text[before.end - 1 : part.start])
    return same_sentence and bool(LEANING.search(part.text)) and not WISHES.search(before.text)


def _telling(row: Mapping[str, float]) -> float:
    return max((value for name, value in row.items() if name not in (QUESTION, OUT_OF_SCOPE)), default=0.0)


def _mixed(one: Mapping[str, float], other: Mapping[str, float], share: float) -> dict[str, float]:
    return {name: value * (1 - share) + other.get(name, 0.0) * share for name, value in one.items()}


def _signal_rows(drafts: Sequence[Draft], views: Mapping[str, View], heads: SignalHeads) -> list[dict[str, Mapping[str, float]]]:
    plain = [Sample(views=(views[draft.text],)) for draft in drafts]
    talks = [
        Sample(views=(views[draft.text], views[draft.whole]), extra=signals.turns_of(draft.request.said)) for draft in drafts
    ]
    revenue, mood = signals.named_rows(heads.revenue, plain), signals.named_rows(heads.mood, plain)
    triage = signals.named_rows(heads.triage, talks)
    return [{"revenue": one, "mood": two, "triage": three} for one, two, three in zip(revenue, mood, triage, strict=True)]


def _spec(intents: Sequence[IntentSpec], name: str) -> IntentSpec:
    empty = IntentSpec(name=name, description="", examples=())
    return next((intent for intent in intents if intent.name == name), empty)


def _language(text: View, conversation: View) -> str:
    """The last message's language; one or two words that tell none keep the conversation's."""
    if text.language == "en" and len(text.text.split()) < FEW_WORDS:
        return conversation.language
    return text.language
