"""Translations are told only when nothing of weight was changed; all else stays English, and says so."""

from collections.abc import Sequence
from typing import cast

import pytest

from bot.dialogue.check_translation import keeps
from bot.dialogue.translating import Translating
from bot.dialogue.wording import wording
from core.conversation import Citation, Sentence
from core.errors import Unavailable
from core.language import LanguageModel

CITED = Citation(article="a", heading="h", start=0, end=4, quote="Team")


class Translator:
    """Translates by a list; fails when told to."""

    def __init__(self, texts: dict[str, str] | None, *, fails: bool = False) -> None:
        self.texts, self.fails = texts, fails
        self.asked: list[Sequence[str]] = []

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        self.asked.append(texts)
        if self.fails:
            raise Unavailable("The model is down: try again later.")
        return None if self.texts is None else [self.texts.get(text, text) for text in texts]


def translating(texts: dict[str, str] | None, *, fails: bool = False) -> tuple[Translating, Translator]:
    model = Translator(texts, fails=fails)
    return Translating(model=cast(LanguageModel, model)), model


@pytest.mark.parametrize(
    ("english", "other", "language"),
    [
        ("A Team seat costs $1,234.50 per month.", "Ein Team-Platz kostet 1.234,50 $ pro Monat.", "de"),
        ("Refunds arrive within 5 to 10 business days.", "Erstattungen treffen innerhalb von 5 bis 10 Werktagen ein.", "de"),
        ("Your plan renews on 31 March 2027.", "Votre formule se renouvelle le 31 mars 2027.", "fr"),
        ("Support is open until 17:00.", "Le support est ouvert jusqu'à 17 h 00.", "fr"),
        ("Starter has no phone support.", "Starter no tiene soporte telefónico.", "es"),
        (
            "Open Settings > Billing and write to billing@halcyon.example.",
            "Apra Settings > Billing e scriva a billing@halcyon.example.",
            "it",
        ),
        ("Invoice INV-2231 was paid.", "Factuur INV-2231 is betaald.", "nl"),
        ("You have 42 seats.", "Tem 42 lugares.", "pt"),
    ],
)
def test_a_faithful_translation_is_told(english: str, other: str, language: str) -> None:
    assert keeps(english, other, language)


@pytest.mark.parametrize(
    ("english", "other", "language"),
    [
        ("A Team seat costs $7.00 per month.", "Ein Team-Platz kostet 7,00 € pro Monat.", "de"),
        ("A Team seat costs $7.00 per month.", "Ein Business-Platz kostet 7,00 $ pro Monat.", "de"),
        ("You have 1,500 seats.", "Sie haben 1,5 Plätze.", "de"),
        ("The first reply comes within 8 hours.", "Die erste Antwort kommt innerhalb von 8 Tagen.", "de"),
        ("Your plan renews on 31 March 2027.", "Votre formule se renouvelle le 31 mai 2027.", "fr"),
        ("Starter has no phone support.", "Starter tiene soporte telefónico.", "es"),
        ("Starter has phone support.", "Starter non ha assistenza telefonica.", "it"),
        ("Write to billing@halcyon.example.", "Schrijf naar billing@evil.test.", "nl"),
        ("Invoice INV-2231 was paid.", "A fatura INV-2232 foi paga.", "pt"),
        ("The refund was decided.", "Wir werden Ihnen den Betrag erstatten.", "de"),
        (
            "The plan ends.",
            "Der Tarif endet. Und hier ist noch sehr viel mehr, was niemand gesagt hat, und noch viel mehr davon.",
            "de",
        ),
        ("The plan ends.", "The plan ends.", "de"),
        ("The plan ends.", "Der Tarif <b>endet</b>.", "de"),
        ("You have 42 seats.", "Masz 42 miejsca.", "pl"),
    ],
)
def test_a_translation_that_changes_something_is_not(english: str, other: str, language: str) -> None:
    assert not keeps(english, other, language)


async def test_the_english_and_what_it_stands_on_are_kept() -> None:
    told, _ = translating({"Team has 5 locations.": "Team hat 5 Standorte."})
    (sentence,) = await told.told((Sentence(text="Team has 5 locations.", citations=(CITED,), record_ids=("r",)),), "de")
    assert sentence == Sentence(
        text="Team hat 5 Standorte.", citations=(CITED,), record_ids=("r",), original="Team has 5 locations."
    )


async def test_what_stays_english_is_framed_once() -> None:
    told, model = translating({"You have 42 seats.": "Sie haben 42 Plätze.", "It costs $7.": "Es kostet 8 $."})
    sentences = (Sentence(text="You have 42 seats."), Sentence(text="It costs $7."), Sentence(text="It costs $7."))
    found = await told.told(sentences, "de")
    assert [each.text for each in found] == [
        "Sie haben 42 Plätze.",
        wording("frame.skill", "de").text,
        "It costs $7.",
        "It costs $7.",
    ]
    assert len(model.asked) == 1
    assert await told.one(sentences[1], "de", before=found) == (sentences[1],)


async def test_approved_wording_is_not_translated_by_a_model() -> None:
    told, model = translating(None)
    (found,) = await told.one(wording("small.thanks"), "de")
    assert (found.text, found.approved) == (wording("small.thanks", "de").text, "small.thanks")
    assert model.asked == []


@pytest.mark.parametrize("fails", [True, False])
async def test_a_model_that_cannot_leaves_english(fails: bool) -> None:
    told, _ = translating(None, fails=fails)
    english = Sentence(text="You have 42 seats.", record_ids=("r",))
    assert await told.told((english,), "fr") == (wording("frame.skill", "fr"), english)


async def test_english_stays_as_it_is() -> None:
    told, model = translating(None)
    english = (Sentence(text="You have 42 seats."),)
    assert await told.told(english, "en") == english
    assert model.asked == []
