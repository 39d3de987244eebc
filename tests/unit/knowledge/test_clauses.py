import pytest

from knowledge.clauses import clauses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how do i cancel", ["how do i cancel"]),
        ("How do I cancel my plan? What happens to our data?", ["How do I cancel my plan?", "What happens to our data?"]),
        ("how do i add seats and who can publish a rota", ["how do i add seats", "who can publish a rota"]),
        ("can I get a refund and how long does it take", ["can I get a refund and how long does it take"]),
        ("days and how", ["days and how"]),
        ("", [""]),
    ],
)
def test_a_message_is_cut_into_the_questions_it_asks(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_a_long_message_is_cut_into_four_at_most() -> None:
    assert len(clauses("What is this thing? " * 50)) == 4
