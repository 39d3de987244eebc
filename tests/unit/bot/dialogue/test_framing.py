"""The frame around English: once, before the first English words, and only for those who write another language."""

from bot.dialogue.framing import framed
from bot.dialogue.wording import wording
from core.conversation import Citation, Sentence

ENGLISH = Sentence(text="Your plan is Team.", record_ids=("ACC-1",), approved="crm.account_plan")
QUOTED = Sentence(text="It is 15 minutes.", citations=(Citation(article="a", heading="h", start=0, end=5, quote="It is"),))


def ids(sentences: tuple[Sentence, ...]) -> list[str | None]:
    return [each.approved for each in sentences]


def test_english_readers_and_languages_without_a_frame_see_no_frame() -> None:
    for language in ("en", "pt", ""):
        assert framed([ENGLISH], language, shows=True) == (ENGLISH,)


def test_the_frame_comes_before_the_first_english_sentence_and_once() -> None:
    greeting = wording("small.greet", "de")
    found = framed([greeting, ENGLISH, ENGLISH], "de")
    assert ids(found) == ["small.greet", "frame.skill", "crm.account_plan", "crm.account_plan"]
    assert framed(found, "de") == found


def test_own_words_that_nobody_translated_count_as_english() -> None:
    assert ids(framed([wording("denied", "it")], "it")) == ["frame.skill", "denied"]
    assert ids(framed([wording("denied", "de")], "de")) == ["denied"]


def test_a_card_or_a_receipt_is_english_too() -> None:
    assert ids(framed([wording("card.check", "fr")], "fr", shows=True)) == ["card.check", "frame.skill"]


def test_a_quotation_and_its_own_frame_need_no_other() -> None:
    own = Sentence(text="Aus dem Hilfe-Center:", approved="frame.help_centre")
    assert framed([own, QUOTED], "de") == (own, QUOTED)
