from datetime import date

import pytest

from bot.models.embedded.slots import SlotFinder
from bot.models.fluent import quoting
from core.language import Said, SlotSpec
from tests.fakes.lexicon import SMALL

TODAY = date(2026, 11, 20)
FINDER = SlotFinder(lexicon=SMALL)


@pytest.mark.parametrize(
    ("text", "quote", "span"),
    [
        ("We need 30 seats", "30", (8, 10)),
        ("We need 300 seats", "30", None),
        ("It’s  the “Team”\nplan", 'it\'s the "team" plan', (0, 21)),
        ("Straße 5", "STRASSE 5", (0, 8)),
        ("add seats", "remove seats", None),
        ("add seats", " ", None),
    ],
)
def test_quotes_are_found_as_whole_words(text: str, quote: str, span: tuple[int, int] | None) -> None:
    assert quoting.find(text, quote) == span


@pytest.mark.parametrize(
    ("kind", "text", "quote", "value"),
    [
        ("seats", "30 instead of 20 seats", "30", 30),
        ("plan", "put us on Team please", "Team", "team"),
        ("money", "a credit of $12.50 would do", "$12.50", 1250),
        ("text", "The reason is Late delivery", "late delivery", "Late delivery"),
        ("seats", "we need them soon", "soon", None),
        ("seats", "we need 5 seats", "12 seats", None),
    ],
)
def test_values_are_typed_as_the_slot_finder_does(kind: str, text: str, quote: str, value: object) -> None:
    spec = SlotSpec(name="it", kind=kind, ask="?")
    said = [Said(role="customer", text=text, message_id="m7")]
    found = quoting.value_of(said, spec, quote, finder=FINDER, today=TODAY)
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert (found.value, found.message_id) == (value, "m7")
        assert text[found.start : found.end]
