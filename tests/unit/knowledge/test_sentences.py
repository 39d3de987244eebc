import pytest

from knowledge.sentences import spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Version 8.4 costs $35.00 a month. Done.", ["Version 8.4 costs $35.00 a month.", "Done."]),
        ("Use it, e.g. Okta or i.e. Entra. Then stop.", ["Use it, e.g. Okta or i.e. Entra.", "Then stop."]),
        ("Halcyon Software Inc. (Delaware) signs. It does.", ["Halcyon Software Inc. (Delaware) signs.", "It does."]),
        ("Contract with Halcyon Software Inc. Another follows.", ["Contract with Halcyon Software Inc.", "Another follows."]),
        ("Ask J. Smith. He knows.", ["Ask J. Smith.", "He knows."]),
        ("Go to app.halcyon.example now. Sign in.", ["Go to app.halcyon.example now.", "Sign in."]),
        ("Settings > Billing. iPhone works.", ["Settings > Billing.", "iPhone works."]),
        ('He said "Stop." Then left.', ['He said "Stop."', "Then left."]),
        ("Call no. 5 now. 12 seats cost more.", ["Call no. 5 now.", "12 seats cost more."]),
        ("It costs more. €5 more.", ["It costs more.", "€5 more."]),
        ("  padded.  ", ["padded."]),
        ("", []),
    ],
)
def test_sentences_are_cut_where_they_end(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text)] == expected
