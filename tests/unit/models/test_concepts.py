from bot.models.embedded.concepts import concepts_of, names


def touched(text: str) -> set[str]:
    return {names()[place] for place in concepts_of(text)}


def test_opposites_are_told_apart() -> None:
    assert "add" in touched("attach the reports")
    assert "remove" in touched("get rid of the reports")
    assert not {"add", "remove"} & touched("the reports")


def test_stems_and_phrases_count() -> None:
    assert "refund" in touched("please reimburse us")
    assert "undo" in touched("we changed   our mind".replace("   ", " "))


def test_a_word_inside_another_does_not_count() -> None:
    assert "card" not in touched("discard it")
