import pytest

from bot.models.fluent.translation import kept, lost


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        ("It costs $1,500.00 a year.", "Es kostet 1.500,00 $ im Jahr."),
        ("You have 1,500 seats on the Business plan.", "Sie haben 1 500 Plätze im Business-Tarif."),
        ("Invoice INV-1042 is due on 2026-11-20.", "Die Rechnung INV-1042 ist am 2026-11-20 fällig."),
        ("Write to help@x.example on Monday in May.", "Schreiben Sie am Montag im Mai an help@x.example."),
        ("Open Settings > Billing.", "Öffnen Sie Settings > Billing."),
        ("VAT is 19%.", "Die MwSt. beträgt 19 %."),
    ],
)
def test_what_keeps_everything_passes(text: str, translated: str) -> None:
    assert lost(text, translated) == ""


@pytest.mark.parametrize(
    ("text", "translated", "what"),
    [
        ("It costs $35.00.", "Es kostet 36,00 $.", "figures"),
        ("It costs $35.00.", "Es kostet 35,00 €.", "signs"),
        ("It takes 3.5 days.", "Es dauert 35 Tage.", "figures"),
        ("It takes days.", "Es dauert 3 Tage.", "figures"),
        ("Invoice INV-1042 is due.", "Die Rechnung RE-1042 ist fällig.", "INV-1042"),
        ("Write to help@x.example.", "Schreiben Sie an hilfe@x.example.", "addresses"),
        ("All is well.", "Alles gut, siehe https://evil.example.", "addresses"),
        ("You are on Business now.", "Sie haben jetzt Geschäft.", "Business"),
        ("Yes.", "", "text itself"),
        ("Yes.", "Ja " * 200, "length"),
    ],
)
def test_what_changes_something_is_told(text: str, translated: str, what: str) -> None:
    assert what in lost(text, translated)


def test_every_text_must_be_there() -> None:
    assert kept(["One.", "Two."], ["Eins."]) == ["there must be 2 texts, not 1"]
    assert kept(["On Team.", "Two."], ["Im Verbund.", "Zwei."]) == ["text 1: Team"]
