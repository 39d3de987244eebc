import pytest

from bot.models.embedded.language import detect

OWN = frozenset({"team", "business", "sso", "plan"})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how many seats", "en"),
        ("Unsere Juristen wollen einen eigenen Vertrag", "de"),
        ("Retirez l'option SSO de notre abonnement", "fr"),
        ("¿En qué menú doy de baja el plan?", "es"),
        ("Kan vores besætning bruge appen på dansk?", "da"),
        ("Mag ik de factuur van oktober", "nl"),
        ("Quanto costa la formula più grande?", "it"),
        ("chcemy zrezygnować z planu", "pl"),
        ("Ja", "de"),
        ("oui merci", "fr"),
        ("Moin", "de"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert detect(text, OWN) == language


@pytest.mark.parametrize("text", ["34", "INV-7040", "Team, not Business", "SSO", "ruth@larch.example", "ok", "", "no", "Siete"])
def test_english_is_the_guess_when_nothing_tells(text: str) -> None:
    assert detect(text, OWN) == "en"
