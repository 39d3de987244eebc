import pytest

from knowledge.glossary import LANGUAGES, fold, gloss, glossary, guess


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_glossary_is_rich_enough(language: str) -> None:
    entries = glossary(language)
    least = 350 if language in ("de", "fr", "es") else 200
    assert len(entries.words) + len(entries.stems) >= least


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "Wie kündige ich mein Abo?", "how cancel i my subscription ?"),
        ("de", "Rechnungsadresse", "billing address"),
        ("fr", "où trouver mes factures", "where find my invoice"),
        ("es", "¿cuanto cuesta Team?", "how much Team"),
        ("da", "hvor længe gemmer I data", "how long stored you data"),
        ("pl", "jak zrezygnować", "how cancel"),
    ],
)
def test_known_words_are_put_into_english_and_others_stay(language: str, text: str, english: str) -> None:
    assert english.lower() in gloss(text, language).lower()


def test_english_and_unknown_languages_are_left_alone() -> None:
    assert gloss("die Karte", "en") == "die Karte"
    assert gloss("die Karte", "fi") == "die Karte"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie lange gilt eine Einladung?", "de"),
        ("comment arrêter mon abonnement", "fr"),
        ("¿puedo pagar con tarjeta?", "es"),
        ("hoe kan ik mijn abonnement opzeggen", "nl"),
        ("jak zmienić hasło", "pl"),
        ("how do i cancel my plan", "en"),
        ("can i use the app on the train", "en"),
        ("xyzzy", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_short_text_is_guessed(text: str, language: str) -> None:
    assert guess(text) == language


def test_accents_and_case_fold_away() -> None:
    assert fold("Größe Œuvre ŁÓDŹ smørrebrød") == "grosse oeuvre lodz smorrebrod"
