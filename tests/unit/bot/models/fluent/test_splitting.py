import time

import pytest

from bot.models.fluent.splitting import Splitter

TEXT = (
    "You can pause for 3.5 months, e.g. over winter. Dr. Smith of Acme Inc. agrees! See https://x.example/a.b for "
    "more.\n\n- Open **Settings. Then** stop\n1. Choose Billing\nIs that all? Yes"
)
WHOLE = [
    "You can pause for 3.5 months, e.g. over winter.",
    "Dr. Smith of Acme Inc. agrees!",
    "See https://x.example/a.b for more.",
    "Open Settings.",
    "Then stop",
    "Choose Billing",
    "Is that all?",
    "Yes",
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_sentences_are_the_same_however_the_stream_is_cut(size: int) -> None:
    splitter = Splitter()
    found = [each.text for at in range(0, len(TEXT), size) for each in splitter.feed(TEXT[at : at + size])]
    assert [*found, *(each.text for each in splitter.close())] == WHOLE


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    splitter = Splitter()
    assert splitter.feed("It costs $3.") == []
    assert splitter.feed("50 a seat.") == []
    assert [each.text for each in splitter.feed(" It is")] == ["It costs $3.50 a seat."]


def test_a_quoted_sentence_doesnt_wait_for_the_next() -> None:
    splitter = Splitter()
    found = splitter.feed("It has 12 characters. ", ((0, 0, 1),))
    assert [(each.text, each.quotes) for each in found] == [("It has 12 characters.", ((0, 0, 1),))]
    assert [each.text for each in splitter.feed(" It is long enough.", ((0, 1, 2),))] == ["It is long enough."]


@pytest.mark.parametrize("text", ["It is tried on day 14. ", "It is at help.halcyon.example. ", "Is it 5? "])
def test_a_space_behind_it_tells_that_a_quoted_sentence_has_ended(text: str) -> None:
    assert [each.text for each in Splitter().feed(text, ((0, 0, 1),))] == [text.strip()]


@pytest.mark.parametrize(
    "text",
    [
        "It costs 3.",
        "Please ask e.g. ",
        "Please ask Dr. ",
        "Please ask Dr.",
        "See help.halcyon.",
        "It begins with e.g.",
        "Not at an end",
    ],
)
def test_a_quoted_stretch_that_may_go_on_waits(text: str) -> None:
    assert Splitter().feed(text, ((0, 0, 1),)) == []


def test_quotes_belong_to_the_sentences_of_their_stretch() -> None:
    splitter = Splitter()
    found = splitter.feed("You may ")
    found += splitter.feed("pause for 3 months", ((0, 1, 2),))
    found += splitter.feed(". ", ((9, 0, 1),))
    found += splitter.feed("Also ")
    found += splitter.feed("cancel.")
    found += splitter.feed("", ((1, 0, 1),))
    found += splitter.close()
    assert [(each.text, each.quotes) for each in found] == [
        ("You may pause for 3 months.", ((0, 1, 2),)),
        ("Also cancel.", ((1, 0, 1),)),
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One is whole. Two is no", ["One is whole."]),
        ("One is whole. Two as well.", ["One is whole.", "Two as well."]),
        ("One is whole. It costs 3.", ["One is whole."]),
        ("One is whole. Ask Dr.", ["One is whole."]),
        ("Nothing whole", []),
    ],
)
def test_a_cut_leaves_out_what_is_unfinished(text: str, kept: list[str]) -> None:
    splitter = Splitter()
    found = splitter.feed(text) + splitter.close(cut=True)
    assert [each.text for each in found] == kept


def test_endless_words_are_cut() -> None:
    splitter = Splitter()
    found = [each for _ in range(2000) for each in splitter.feed("words ")]
    assert found
    assert max(len(each.text) for each in found) <= 1_200


@pytest.mark.parametrize("letter", ["\n", "a", " ", ".", "\n."])
def test_a_flood_of_single_letters_takes_no_time(letter: str) -> None:
    splitter = Splitter()
    began = time.process_time()
    for _ in range(8_000):
        splitter.feed(letter)
    assert time.process_time() - began < 5
