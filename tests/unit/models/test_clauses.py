import pytest

from bot.models.embedded.clauses import clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("please cancel the payroll add-on and send me the invoice", ["please cancel the payroll add-on", "send me the invoice"]),
        ("Add five seats. Where do I change my password?", ["Add five seats.", "Where do I change my password?"]),
        (
            "two matters: a third reminder came, and our lawyer wants the papers",
            ["a third reminder came", "our lawyer wants the papers"],
        ),
        ("1) move us to Business 2) call me tomorrow", ["move us to Business", "call me tomorrow"]),
        ("can you pause it for two months", ["can you pause it for two months"]),
        ("staff and managers need it", ["staff and managers need it"]),
    ],
)
def test_messages_are_cut_where_something_new_is_asked(text: str, parts: list[str]) -> None:
    found = clauses(text)
    assert [clause.text for clause in found] == parts
    assert all(text[clause.start : clause.end] == clause.text for clause in found)


def test_short_bits_stay_with_their_neighbour() -> None:
    assert [clause.text for clause in clauses("Danke. Wo finde ich die Rechnungen?")] == ["Danke. Wo finde ich die Rechnungen?"]


def test_announced_matters_are_marked() -> None:
    assert all(clause.announced for clause in clauses("two things: I need an invoice, and the plan is wrong"))
    assert not any(clause.announced for clause in clauses("I need an invoice"))


def test_an_empty_message_has_no_clause_or_one() -> None:
    assert clauses("") == []
