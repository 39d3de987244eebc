"""Tries a sentence against pieces of evidence: as a whole, then clause by clause, then over the fields of one record."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.dialogue.check_binding import Setting
from bot.dialogue.check_evidence import Piece
from bot.dialogue.check_meaning import covered, follows, unclaimed
from bot.dialogue.check_reading import Reading, read
from bot.dialogue.check_words import contrasts
from core.embedding import Embedder
from knowledge.claim_words import UNITS, denies
from knowledge.claims import Claim, Kind, claims, folded

SAME_MEANING = 0.92
FEWEST_STEMS = 4
MOST_CLAUSES = 4

_CLAUSE = re.compile(r"\s*(?:;|,\s+(?:and|but|while|whereas)\s|\s(?:and|but|while|whereas)\s)\s*", re.IGNORECASE)
_STARTS_WITH_VERB = re.compile(
    r"^(?:is|are|was|were|can|cannot|could|may|must|has|have|will|would|does|do|costs?|allows?|keeps?|includes?|adds?|comes?|lasts?|gets?"
    r"|needs?|works?|runs?|takes?|ends?|starts?|renews?|gives?)\b",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^([\w .-]{1,60}?)\s*[:=]\s*(.+)$", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Held:
    """Whether it stands, on which pieces, or why not."""

    pieces: tuple[Piece, ...] = ()
    reason: str = ""

    @property
    def stands(self) -> bool:
        return not self.reason


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Tries pieces one by one; nothing is put together from two pieces but whole clauses, and fields of one record."""

    setting: Setting
    embedder: Embedder | None = None

    def stands(self, text: str, pieces: Sequence[Piece], *, lenient: bool = False) -> Held:
        """Whether the text follows. `lenient`: it only repeats, so that it needn't name what it is about."""
        if lenient:
            return self._repeats(read(text), pieces)
        whole = self._one(text, pieces)
        if whole.stands:
            return whole
        for cut in _CLAUSE.finditer(text):
            left, right = text[: cut.start()], text[cut.end() :]
            halves = self._halves(left, right, pieces, depth=1)
            if halves.stands:
                return halves
        return whole

    def _halves(self, left: str, right: str, pieces: Sequence[Piece], *, depth: int) -> Held:
        first = self._one(left, pieces)
        if not first.stands:
            return first
        text = f"{_subject(left)} {right}" if _STARTS_WITH_VERB.match(right) else right
        second = self._one(text, pieces)
        if not second.stands and depth < MOST_CLAUSES:
            for cut in _CLAUSE.finditer(text):
                second = self._halves(text[: cut.start()], text[cut.end() :], pieces, depth=depth + 1)
                if second.stands:
                    break
        return Held(pieces=(*first.pieces, *second.pieces)) if second.stands else second

    def _one(self, text: str, pieces: Sequence[Piece]) -> Held:
        said = read(text)
        if not said.stems and not said.claims and not said.capitals:
            return Held(reason="it says nothing that could be shown")
        best, fewest = "nothing was found that says so", 10**6
        for piece in pieces:
            reading = read(piece.text)
            topic = frozenset(read(piece.topic).stems) | frozenset(read(piece.topic).words) if piece.topic else frozenset[str]()
            if " ".join(said.text.lower().split()).rstrip(".! ") == " ".join(reading.text.lower().split()).rstrip(".! "):
                return Held(pieces=(piece,))
            reason = follows(said, reading, topic, self.setting)
            if not reason:
                return Held(pieces=(piece,))
            distance = sum(not covered(each, reading.stems) for each in said.stems)
            if distance < fewest:
                best, fewest = reason, distance
        alike = self._alike(said, pieces) if self.embedder else None
        if alike is not None:
            return Held(pieces=(alike,))
        fields = self._fields(said, pieces)
        return fields if fields.stands else Held(reason=best if not fields.pieces else fields.reason)

    def _alike(self, said: Reading, pieces: Sequence[Piece]) -> Piece | None:
        """The piece that says the same but for one word, when the embedder takes both for the same and all else follows."""
        if self.embedder is None or len(said.stems) < FEWEST_STEMS:
            return None
        for piece in pieces:
            reading = read(piece.text)
            odd = [each for each in said.stems if not covered(each, reading.stems)]
            if (
                len(odd) != 1
                or odd[0] in (*said.capitals, *UNITS)
                or contrasts(odd[0])
                or follows(said, reading, frozenset(odd), self.setting)
            ):
                continue
            pair = self.embedder.embed([said.text, reading.text])
            if float(pair[0] @ pair[1]) >= SAME_MEANING:
                return piece
        return None

    def _fields(self, said: Reading, pieces: Sequence[Piece]) -> Held:
        """Fields say little each: together, those of records may carry a clause, every figure beside a word of its label."""
        fields = [(piece, match) for piece in pieces if piece.record_id and (match := _FIELD.match(piece.text))]
        used: list[Piece] = []
        for claim in said.claims:
            found = next(
                (
                    p
                    for p, m in fields
                    if _in(claim, m[2]) and (_labelled(claim.unit, m[1], said) or _of_named(p, m[1], said, pieces))
                ),
                None,
            )
            if found is None:
                return Held(reason=f"{claim.value} {claim.unit}".strip() + " is in no record of this turn")
            used.append(found)
        held = {stem for piece, _ in fields for stem in (*read(piece.text).stems, *read(piece.text.replace("_", " ")).stems)}
        held |= {word for piece, _ in fields for word in read(piece.text.replace("_", " ")).words}
        unknown = [each for each in said.stems if not covered(each, held | {claim.unit for claim in said.claims})]
        if not fields or unknown:
            return Held(reason=f"{unknown[0]!r} is in no record" if unknown else "no record says so")
        for name in said.inside:
            place = next((p for p, m in fields if name in read(m[2]).words), None)
            if place is None:
                return Held(reason=f"{name!r} is in no record")
            used.append(place)
        if denies(said.text) or not used or _judging(said):
            return Held(reason="no record says so")
        return Held(pieces=tuple(dict.fromkeys(used)))

    def _repeats(self, said: Reading, pieces: Sequence[Piece]) -> Held:
        """The customer's own words, given back: all of it in one of their sentences."""
        for piece in pieces:
            own = read(piece.text)
            if unclaimed(said.claims, own.claims) or denies(said.text) != denies(own.text):
                continue
            if all(covered(each, own.stems) for each in said.stems) and (said.stems or said.claims):
                return Held(pieces=(piece,))
        return Held(reason="it isn't in their message")


def _in(claim: Claim, value: str) -> bool:
    return any(claim.same(replace(each, unit=each.unit or claim.unit)) for each in claims(folded(value)))


def _labelled(unit: str, label: str, said: Reading) -> bool:
    """Whether the clause speaks of what the label names."""
    words = read(label.replace("_", " ").replace(".", " "))
    named = {*words.stems, *words.words}
    return bool(unit and covered(unit.rsplit(maxsplit=1)[-1], named)) or any(covered(each, words.stems) for each in said.stems)


def _of_named(field: Piece, label: str, said: Reading, pieces: Sequence[Piece]) -> bool:
    """Whether the field is the amount of a record that the clause names by its number."""
    if label.rsplit(maxsplit=1)[-1].lower() not in ("total", "amount", "value", "sum", "id", "number", "invoice"):
        return False
    codes = [claim for claim in said.claims if claim.kind is Kind.CODE]
    own = [read(piece.text) for piece in pieces if piece.record_id == field.record_id]
    return any(code.same(each) for code in codes for reading in own for each in reading.claims)


def _judging(said: Reading) -> bool:
    """Whether it says more than fields can: what may, must or will be."""
    return bool(
        re.search(r"\b(?:can|may|must|will|should|entitled|eligible|could|because|so that|free)\b", said.text, re.IGNORECASE)
    )


def _subject(text: str) -> str:
    """The words before the first verb."""
    verb = re.search(r"(?<!\w)(?:is|are|was|were|can|cannot|may|must|has|have|will|does|do|\w+s)(?!\w)", text)
    return text[: verb.start()].strip() if verb and verb.start() else text.split(" ", 1)[0]
