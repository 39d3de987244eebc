"""Shows each checked sentence as soon as it stands: it is written to the thread by itself, and whoever watches is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from bot.dialogue.draft import Draft
from bot.dialogue.framing import framed
from bot.dialogue.guard import review
from bot.dialogue.opening import Opening
from bot.dialogue.translating import Translating
from bot.dialogue.wording import speaks
from bot.dialogue.writing import Writing
from core.conversation import Sentence
from core.database import Database
from core.events import JSON

Told = Callable[[Iterable[str]], None]


@dataclass
class Shown:
    """Tells listeners (`Live.publish_all`) under which lanes something was shown before its turn ended."""

    _listeners: list[Told] = field(default_factory=list[Told])

    def listen(self, listener: Told) -> None:
        self._listeners.append(listener)

    def tell(self, lanes: Iterable[str]) -> None:
        found = tuple(lanes)
        for listener in self._listeners:
            listener(found)


@dataclass(frozen=True, kw_only=True)
class Finishing:
    """Makes of a draft's sentences what the customer reads: reviewed, in their language, behind a frame where that failed."""

    translating: Translating | None = None

    async def finish(self, draft: Draft) -> None:
        """Finishes the sentences that aren't shown yet; those that are stay as they are."""
        shown, rest = draft.sentences[: draft.shown], draft.sentences[draft.shown :]
        said = await self._told(review(rest, internal_articles=frozenset()), draft)
        shows = bool(draft.card or draft.receipt) and not any(each.original is not None for each in (*shown, *said))
        behind = _behind(said, draft.language, shows=shows, framed_before=any(_frames(each) for each in shown))
        draft.sentences = list({each.text: each for each in (*shown, *behind)}.values())

    async def _told(self, sentences: Sequence[Sentence], draft: Draft) -> tuple[Sentence, ...]:
        if self.translating is None or draft.language == "en":
            return tuple(sentences)
        told: list[Sentence] = []
        for settled, group in groupby(sentences, lambda each: _settled(each, draft)):
            part = tuple(group)
            told.extend(part if settled else await self._translated(part, draft, told))
        return tuple(told)

    async def _translated(self, part: Sequence[Sentence], draft: Draft, told: Sequence[Sentence]) -> tuple[Sentence, ...]:
        assert self.translating is not None
        return await self.translating.told(part, draft.language, before=(*draft.sentences[: draft.shown], *told))


@dataclass(frozen=True, kw_only=True)
class Streaming:
    """Shows what a turn says while it goes on."""

    database: Database
    writing: Writing
    finishing: Finishing
    opening: Opening
    shown: Shown

    async def show(self, draft: Draft) -> None:
        """Writes what the draft has by now, in a transaction of its own. Raises `Conflict` as `Writing.show` does.

        Not once anything was done in this turn: what was done is written together with the words about it.
        """
        if _acted(draft) or draft.handoff is not None:
            return
        await self.finishing.finish(draft)
        if len(draft.sentences) <= draft.shown:
            return
        lanes = await self.database.write(partial(self.writing.show, self.opening, draft))
        draft.shown = len(draft.sentences)
        self.shown.tell(lanes)

    async def note(self, event_id: str, kind: str, data: Mapping[str, JSON]) -> None:
        """Journals, in a transaction of its own and once for an id, what must stand before the turn acts on it."""
        await self.database.write(partial(self.writing.note_once, self.opening, event_id, kind, data))


def _acted(draft: Draft) -> bool:
    return any(each.effect != "read" and each.outcome == "done" for each in draft.actions)


def _behind(said: Sequence[Sentence], language: str, *, shows: bool, framed_before: bool) -> tuple[Sentence, ...]:
    """What comes after what was shown, with a frame of its own only when that has none."""
    return tuple(said) if framed_before else framed(said, language, shows=shows)


def _frames(sentence: Sentence) -> bool:
    return (sentence.approved or "").startswith("frame.")


def _settled(sentence: Sentence, draft: Draft) -> bool:
    """Whether a sentence is for its reader already: translated, a frame, wording in their language, or a quotation."""
    own = sentence.approved or ""
    done = sentence.original is not None or bool(sentence.citations) or sentence.text in draft.settled
    return done or own.startswith("frame.") or speaks(own, draft.language)
