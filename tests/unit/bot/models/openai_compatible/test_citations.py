from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.openai_compatible.citations import Citations
from bot.models.provider import Text

BLOCKS = (3, 1)
Seen = list[tuple[str, tuple[tuple[int, int, int], ...]]]


def read(pieces: Sequence[str], blocks: Sequence[int] = BLOCKS) -> Seen:
    citations = Citations(blocks)
    found: list[Text] = [text for piece in pieces for text in citations.feed(piece)] + citations.end()
    seen: Seen = []
    for text in found:
        if seen and not text.quotes and not seen[-1][1]:
            seen[-1] = (seen[-1][0] + text.text, ())
        else:
            seen.append((text.text, text.quotes))
    return seen


CASES: list[tuple[str, Seen]] = [
    ("It costs 5 [1.2].", [("It costs 5.", ((0, 1, 2),))]),
    ("It costs 5. [1.2] Next", [("It costs 5. ", ((0, 1, 2),)), ("Next", ())]),
    ("It costs 5.[1]", [("It costs 5.", ((0, 0, 3),))]),
    ("Both [1.1][2]. So", [("Both.", ((0, 0, 1), (1, 0, 1))), (" So", ())]),
    ("Both [1.1, 2.1] so", [("Both", ((0, 0, 1), (1, 0, 1))), (" so", ())]),
    ("A range [1.1-3].", [("A range.", ((0, 0, 3),))]),
    ("As told ⟦1.1⟧.", [("As told.", ((0, 0, 1),))]),
    ("Unknown [3] and [1.9] and [0].", [("Unknown", ()), (" and", ()), (" and.", ())]),
    ("Say [yes] or [1](x).", [("Say [yes] or [1](x).", ())]),
    ("One. Two [1.1]. Three.", [("One. ", ()), ("Two.", ((0, 0, 1),)), (" Three.", ())]),
    ("A\nB [2.1]\nC", [("A\n", ()), ("B", ((1, 0, 1),)), ("\nC", ())]),
    ("Done. [1.1]. [1.2] So", [("Done.. ", ((0, 0, 1),)), ("", ((0, 1, 2),)), (" So", ())]),
    ("[", [("[", ())]),
]


def joined(seen: Seen) -> Seen:
    merged: Seen = []
    for text, quotes in seen:
        if merged and not quotes and not merged[-1][1]:
            merged[-1] = (merged[-1][0] + text, ())
        else:
            merged.append((text, quotes))
    return merged


@pytest.mark.parametrize(("said", "seen"), CASES)
def test_marks_become_citations_of_what_stands_before_them(said: str, seen: Seen) -> None:
    assert read([said]) == joined(seen)
    assert read(list(said)) == joined(seen)


def test_without_passages_text_passes_at_once_and_marks_are_dropped() -> None:
    citations = Citations(())
    assert citations.feed("Hel") == [Text(text="Hel")]
    assert citations.feed("lo [") == [Text(text="lo")]
    assert citations.feed("1] you") == [Text(text=""), Text(text=" you")][1:]
    assert citations.feed(" [x]") == [Text(text=" [x]")]
    assert citations.end() == []


@pytest.mark.parametrize("blocks", [(), (1,)])
@pytest.mark.parametrize("said", ["word ", " ", "."])
def test_a_sentence_that_never_ends_is_let_go(said: str, blocks: Sequence[int]) -> None:
    citations = Citations(blocks)
    assert sum(len(text.text) for _ in range(2000) for text in citations.feed(said)) > 2000 * len(said) - 700


@given(st.lists(st.text(alphabet="a [1.2]⟦⟧(\n!,-3"), max_size=12))
def test_however_it_is_cut_it_says_the_same(pieces: list[str]) -> None:
    whole = read(["".join(pieces)])
    parts = read(pieces)
    assert "".join(text for text, _ in parts) == "".join(text for text, _ in whole)
    assert [quote for _, quotes in parts for quote in quotes] == [quote for _, quotes in whole for quote in quotes]
    assert all(0 <= number < 2 and 0 <= first < last <= BLOCKS[number] for _, quotes in parts for number, first, last in quotes)
