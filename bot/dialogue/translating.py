"""Tells checked English sentences in the customer's language, and leaves in English what a translation would change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.dialogue.check_translation import keeps
from bot.dialogue.framing import FRAME
from bot.dialogue.wording import speaks, wording
from core.conversation import Sentence
from core.errors import RapportError
from core.language import LanguageModel


@dataclass(frozen=True, kw_only=True)
class Translating:
    """Never raises: what the model can't translate, or translates wrongly, stays English behind a frame that says so."""

    model: LanguageModel

    async def told(
        self, sentences: Sequence[Sentence], language: str, *, before: Sequence[Sentence] = ()
    ) -> tuple[Sentence, ...]:
        """The sentences in `language`, in order, asked for in one go; from the first that stays English on all do, framed.

        `before` are sentences of the same reply: once one of them frames, what follows is English too.
        """
        if language == "en" or not sentences or any(each.approved == FRAME for each in before):
            return tuple(sentences)
        ready = [_approved(sentence, language) for sentence in sentences]
        open_at = [place for place, each in enumerate(ready) if each is None]
        texts = await self._translated([sentences[place].text for place in open_at], language)
        for place, text in zip(open_at, texts, strict=True):
            english = sentences[place]
            if text is not None and keeps(english.text, text, language):
                ready[place] = replace(english, text=text.strip(), original=english.original or english.text)
        return _framed(sentences, ready, language)

    async def one(self, sentence: Sentence, language: str, *, before: Sequence[Sentence] = ()) -> tuple[Sentence, ...]:
        """One sentence as soon as it is checked; preceded by the frame unless a sentence of `before` already framed."""
        return await self.told((sentence,), language, before=before)

    async def _translated(self, texts: Sequence[str], language: str) -> Sequence[str | None]:
        if not texts:
            return ()
        try:
            found = await self.model.translate(texts, language)
        except (RapportError, TimeoutError):
            found = None
        return found if found is not None and len(found) == len(texts) else [None] * len(texts)


def _approved(sentence: Sentence, language: str) -> Sentence | None:
    """The sentence as it stays or as it was written in that language; None when it has to be translated."""
    if sentence.original is not None:
        return sentence
    own = sentence.approved or ""
    if not own or not speaks(own, language):
        return None
    if sentence.text == _text_of(own, "en"):
        return replace(
            wording(own, language), original=sentence.text, citations=sentence.citations, record_ids=sentence.record_ids
        )
    return sentence if sentence.text == _text_of(own, language) or own.startswith("frame.") else None


def _text_of(wording_id: str, language: str) -> str:
    """The text of a wording that has nothing to fill in; empty for one that has."""
    try:
        return wording(wording_id, language).text
    except KeyError:
        return ""


def _framed(sentences: Sequence[Sentence], done: Sequence[Sentence | None], language: str) -> tuple[Sentence, ...]:
    """As translated; from the first that isn't on all stays English, behind the frame that says so."""
    place = next((place for place, each in enumerate(done) if each is None), len(sentences))
    told = [each for each in done[:place] if each is not None]
    rest = tuple(sentences[place:])
    frames = rest and not any(each.approved == FRAME for each in told) and speaks(FRAME, language)
    return (*told, *((wording(FRAME, language),) if frames else ()), *rest)
