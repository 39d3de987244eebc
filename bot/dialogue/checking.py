"""Whether a sentence of a model may be said: only what stands on the evidence of this turn is.

It never raises, and waits for nothing but the embedder, when it has one.
"""

import re
from dataclasses import dataclass, replace

from bot.dialogue.check_binding import Setting
from bot.dialogue.check_deeds import (
    claims_deed,
    ours,
    promises,
    says_nothing_done,
    says_waiting,
    stands_on_deeds,
    stands_on_promises,
)
from bot.dialogue.check_evidence import Evidence, Piece, Record, passages, quoted, recorded, said
from bot.dialogue.check_forbidden import forbidden
from bot.dialogue.check_joined import Held, Joined
from bot.dialogue.check_meaning import unclaimed
from bot.dialogue.check_reading import Reading, read
from bot.dialogue.check_small import claims_nothing, without_lead
from core.conversation import Citation, Sentence
from core.embedding import Embedder
from knowledge.blocks import plain
from knowledge.claim_words import denies
from knowledge.claims import Kind

__all__ = ["Checking", "Evidence", "Falls", "Record", "Stands"]

_ANSWERS = re.compile(r"^(yes(?=\W|$)|no(?=\s*[,.!:;–—-]|$))[\s,.!:;–—-]*", re.IGNORECASE)
_REPEATED = re.compile(r"^(?:so\s)?you\s(?:said|mentioned|wrote|asked|told\s(?:me|us))\s(?:that\s|about\s|for\s)?", re.IGNORECASE)
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_QUESTION = re.compile(
    r"^(?:and\s|so\s)?(?:would you like|do you want|shall i|should i|could you|can you|which|what|when|where|how many"
    r"|how much|is it|are you"
    r"|did you|do you|have you|does it|is this|was it)\b",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"(?:your\s(?:\w+\s)?(?:plan|tier|subscription)\sis|you(?:['’]re|\sare)\s(?:\w+\s)?(?:on|subscribed\sto|using))"
    r"\s(?:the\s)?([A-Z]\w+)"
)
_ASKING = frozenset(
    [
        "want",
        "like",
        "tell",
        "confirm",
        "send",
        "give",
        "try",
        "happen",
        "mean",
        "question",
        "detail",
        "wish",
        "prefer",
        "chang",
        "add",
        "buy",
        "cancel",
        "check",
        "show",
        "invoice",
        "number",
        "seat",
        "plan",
        "date",
        "browser",
        "devic",
        "device",
        "error",
        "messag",
        "message",
        "screen",
        "version",
        "step",
        "exact",
        "remove",
        "change",
        "pause",
        "upgrade",
        "downgrade",
        "help",
        "talk",
        "speak",
        "person",
        "colleague",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Stands:
    """The sentence with the citations and records on which it stands."""

    sentence: Sentence


@dataclass(frozen=True, kw_only=True)
class Falls:
    """Why it doesn't stand, in words that a model can mend it by."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Checking:
    """Checks English sentences one by one. `own_names`: what the company and its product are called, in lower case.

    `hosts`: the company's own domains, whose links may also come from records.
    """

    embedder: Embedder | None = None
    own_names: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def check(self, sentence: Sentence, evidence: Evidence) -> Stands | Falls:
        """Whether it stands. Markup for stress and list marks are taken off."""
        text = _LIST_MARK.sub("", plain(sentence.text) if "<" not in sentence.text else sentence.text)
        pieces = _Pieces.of(sentence, evidence)
        reason = forbidden(sentence.text, literal=pieces.says(text))
        if reason or not text:
            return Falls(reason=reason or "it is empty")
        tidy = replace(sentence, text=text, citations=(), record_ids=())
        repeated = tuple(each.record_id for each in evidence.records if each.as_it_is and _flat(each.text) == _flat(text))
        if repeated:
            return Stands(sentence=replace(tidy, record_ids=repeated[:1]))
        known = frozenset(
            word.lower() for each in (*evidence.asked, *(r.text for r in evidence.own)) for word in re.findall(r"\w+", each)
        )
        if claims_nothing(text, known):
            return Stands(sentence=tidy)
        core = without_lead(text)
        reason = self._committing(core, evidence, pieces)
        if reason is not None:
            return Falls(reason=reason) if reason else Stands(sentence=replace(tidy, record_ids=_naming(core, evidence)))
        return self._stating(core, tidy, evidence, pieces)

    def _committing(self, text: str, evidence: Evidence, pieces: "_Pieces") -> str | None:
        """For a sentence about deeds or promises: why it falls, or "" when it stands; None for any other sentence."""
        if pieces.says(text):
            return None
        if says_nothing_done(text) or says_waiting(text) or claims_deed(text):
            reason = stands_on_deeds(text, evidence.acted)
            if not reason or (claims_deed(text) and ours(text)):
                return reason
        if claims_deed(text):
            return None
        return stands_on_promises(text, evidence.backed) if promises(text) else None

    def _stating(self, text: str, sentence: Sentence, evidence: Evidence, pieces: "_Pieces") -> Stands | Falls:
        setting = self._setting(pieces, evidence)
        held = Joined(setting=setting, embedder=self.embedder)
        repeated = _REPEATED.match(text)
        if repeated:
            rest = text[repeated.end() :]
            found = held.stands(rest, list(said(evidence.asked)), lenient=True)
            return Stands(sentence=sentence) if found.stands else Falls(reason=f"the customer didn't say that: {found.reason}")
        if text.endswith("?"):
            reason = self._asking(text, evidence, pieces)
            return Falls(reason=reason) if reason else Stands(sentence=sentence)
        answers = _ANSWERS.match(text)
        bare = text[answers.end() :] if answers else text
        if answers and (reason := _answered(answers[1], bare, evidence)):
            return Falls(reason=reason)
        plan = _PLAN.match(bare[:1].lower() + bare[1:])
        if plan and plan[1].lower() not in setting.theirs:
            found = held.stands(bare, list(recorded(evidence.own)))
            return Stands(sentence=replace(sentence, record_ids=_records(found))) if found.stands else Falls(reason=found.reason)
        found = held.stands(bare, pieces.cited) if pieces.cited else Held(reason="it cites nothing")
        if not found.stands:
            found = held.stands(bare, pieces.stating)
        if not found.stands:
            return Falls(reason=found.reason)
        if reason := self._linked(read(bare), pieces):
            return Falls(reason=reason)
        return Stands(sentence=replace(sentence, citations=_citations(found), record_ids=_records(found)))

    def _setting(self, pieces: "_Pieces", evidence: Evidence) -> Setting:
        names = frozenset[str]().union(
            *(read(piece.text).inside for piece in pieces.stating), *(read(t).inside for t in evidence.asked)
        )
        theirs = frozenset(
            name
            for record in evidence.own
            if "plan" in record.text.lower()
            for name in map(str.lower, re.findall(r"[A-Z]\w+", record.text))
        )
        return Setting(names=names - self.own_names, own=self.own_names, theirs=theirs)

    def _asking(self, text: str, evidence: Evidence, pieces: "_Pieces") -> str:
        """A question may use what the customer said or what was found, and asserts nothing new."""
        if not _QUESTION.match(text):
            return "a question that asserts something: ask plainly, or leave it out"
        reading = read(text)
        readings = [read(piece.text) for piece in (*pieces.stating, *said(evidence.asked))]
        missing = unclaimed(reading.claims, [claim for each in readings for claim in each.claims])
        words = {word for each in readings for word in each.words} | {stem for each in readings for stem in each.stems} | _ASKING
        words |= {claim.unit for claim in reading.claims}
        unknown = [stem for stem in reading.stems if stem not in words]
        return missing or (f"{unknown[0]!r} is not in what was said or found" if unknown else "")

    def _linked(self, reading: Reading, pieces: "_Pieces") -> str:
        """Addresses stand on articles; on a record only when they are the company's own."""
        published = [claim for piece in pieces.stating if piece.citation for claim in read(piece.text).claims]
        for claim in reading.claims:
            if claim.kind is not Kind.LINK or any(claim.same(each) for each in published):
                continue
            host = re.split(r"[/?#:]", claim.value.rsplit("@", 1)[-1])[0]
            if not any(host == own or host.endswith(f".{own}") for own in self.hosts):
                return f"{claim.value} is no address of the house"
        return ""


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """The pieces that a sentence cites, and all on which it may be tried."""

    cited: tuple[Piece, ...]
    stating: tuple[Piece, ...]

    @classmethod
    def of(cls, sentence: Sentence, evidence: Evidence) -> "_Pieces":
        cited = quoted(sentence.citations, evidence.sources) or []
        return cls(cited=tuple(cited), stating=(*cited, *passages(evidence.passages), *recorded(evidence.own)))

    def says(self, text: str) -> bool:
        """Whether an article says the text word for word."""
        flat = _flat(text)
        return any(flat == _flat(piece.text) for piece in self.stating if piece.citation)


def _flat(text: str) -> str:
    return " ".join(text.split()).strip(" .!").lower()


def _answered(answer: str, rest: str, evidence: Evidence) -> str:
    """Why "Yes" or "No" doesn't go with the claim behind it."""
    if not rest.strip():
        return "a bare yes or no claims everything: say what holds"
    negative = denies(rest) or bool(re.search(r"\bonly\b", rest, re.IGNORECASE))
    if (answer.lower() == "no") != negative:
        return f"{answer!r} doesn't go with what follows"
    question = next((text for text in reversed(evidence.asked) if text.strip()), "")
    missing = unclaimed(read(question).claims, read(rest).claims)
    return f"the question was about {missing.removesuffix(' is not in it')}, which the answer doesn't name" if missing else ""


def _naming(text: str, evidence: Evidence) -> tuple[str, ...]:
    """The records that carry a figure or code of the text."""
    wanted = read(text).claims
    held = (record for record in evidence.own if any(mine.same(each) for mine in wanted for each in read(record.text).claims))
    return tuple(dict.fromkeys(record.record_id for record in held))


def _citations(found: Held) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(piece.citation for piece in found.pieces if piece.citation))


def _records(found: Held) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.record_id for piece in found.pieces if piece.record_id))
