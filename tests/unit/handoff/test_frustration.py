"""How well frustration is heard, on lines that were labelled by hand: fitted on two of three, measured on the rest."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from handoff.frustration import CUES, HIGH, VERY_HIGH, cues_in, frustration_of, lexicon

LINES = Path(__file__).with_name("frustrated.tsv")
LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "pt"}
Line = tuple[bool, str, str]

POLITE_COMPLAINTS = (
    "Hello, our clock-in terminal still shows error 42 this morning. Could you check it, please?",
    "I was charged twice again this month. Please refund the second payment, thank you.",
    "I'm sorry to say the new rota view doesn't work for us at all.",
    "Leider ist die Rechnung wieder falsch. Können Sie das bitte korrigieren?",
    "Malheureusement le remboursement n'est toujours pas arrivé. Pourriez-vous vérifier ?",
    "Lamentablemente la factura sigue mal. ¿Podría corregirla, por favor?",
    "Purtroppo la fattura è ancora sbagliata, potreste correggerla?",
    "Helaas klopt de factuur nog steeds niet, kunt u dat aanpassen?",
    "Infelizmente a fatura ainda não está certa, poderia corrigir?",
)


def lines() -> list[Line]:
    rows = [line.split("\t", 2) for line in LINES.read_text(encoding="utf-8").splitlines()]
    return [(label == "1", language, text) for label, language, text in rows]


def halves() -> tuple[list[Line], list[Line]]:
    """The lines to fit on, and every third to measure on, so that both hold every language."""
    every = list(enumerate(lines()))
    return [line for place, line in every if place % 3], [line for place, line in every if place % 3 == 0]


def figures(found: Sequence[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of (said, true)."""
    right = sum(said and true for said, true in found)
    precision = right / max(1, sum(said for said, _ in found))
    recall = right / max(1, sum(true for _, true in found))
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def fit(rows: Sequence[Line], steps: int = 2_500, ridge: float = 0.004) -> dict[str, float]:
    """Weights by logistic regression: what stands in frustration.toml. Calm lines count threefold: most messages are calm."""
    names: tuple[str, ...] = ("bias", *CUES)
    seen = [({"bias", *cues_in(text)}, float(label)) for label, _, text in rows]
    weights: dict[str, float] = dict.fromkeys(names, 0.0)
    for _ in range(steps):
        slope = dict.fromkeys(names, 0.0)
        for cues, label in seen:
            gap = 1 / (1 + math.exp(-sum(weights[name] for name in cues))) - label
            for name in cues:
                slope[name] += gap * (1 if label else 3) / len(seen)
        weights = {name: weights[name] - 0.8 * (slope[name] + ridge * weights[name] * (name != "bias")) for name in names}
    return {name: round(weight, 2) for name, weight in weights.items()}


def test_there_are_enough_lines_in_every_language() -> None:
    fitted, held_out = halves()
    assert len(fitted) + len(held_out) >= 200
    assert {language for _, language, _ in fitted} == {language for _, language, _ in held_out} == LANGUAGES


def test_lines_that_were_not_fitted_on_are_told_apart() -> None:
    _, held_out = halves()
    precision, recall, f1 = figures([(frustration_of(text) >= HIGH, label) for label, _, text in held_out])
    print(f"frustration, held out ({len(held_out)} lines): precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}")
    assert precision >= 0.9
    assert f1 >= 0.8


def test_the_weights_in_the_file_are_the_fitted_ones() -> None:
    fitted, _ = halves()
    weights = fit(fitted)
    print(weights)
    assert lexicon().weights == pytest.approx(weights, abs=0.15)


@pytest.mark.parametrize("text", POLITE_COMPLAINTS)
def test_ordinary_polite_complaints_are_not_frustration(text: str) -> None:
    assert frustration_of(text) < HIGH


@pytest.mark.parametrize(
    "text",
    [
        "THIS IS THE THIRD TIME I ASK!!! Are you kidding me?",
        "great, thanks for nothing, you useless bot",
        "Jetzt reicht es, verdammt, zum dritten Mal!!",
        "J'en ai marre, c'est n'importe quoi, putain !!",
    ],
)
def test_what_nobody_could_mishear_is_very_high(text: str) -> None:
    assert frustration_of(text) >= VERY_HIGH


@pytest.mark.parametrize("text", ["ok", "12", "", "INV-20931", "SSO", "Thanks!", "EUR 300 for ACME LTD"])
def test_codes_and_short_words_say_nothing(text: str) -> None:
    assert frustration_of(text) < 0.3
