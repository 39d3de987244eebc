"""A short question is understood with what it leaves to the one before it; one that stands alone is left as it is."""

import pytest

from bot.dialogue.leaning import chosen, in_full, leans, respelled

PLANS = ("starter", "team", "business", "enterprise")
TOPICS = ("Team prices in US dollars", "Locations by plan", "How to cancel")


@pytest.mark.parametrize(
    ("text", "before", "meant"),
    [
        ("and for Business?", "how much is the Team plan?", "how much is the Business plan?"),
        ("Und für Business?", "Was kostet Team?", "Was kostet Business?"),
        ("and in euros?", "how much is the Team plan?", "in euros Team?"),
        ("how long does it take?", "How do refunds work?", "how long does it take refunds work?"),
        ("how do I reset my password?", "how much is Team?", "how do I reset my password?"),
        ("and for Business?", "", "and for Business?"),
    ],
)
def test_what_is_left_out_is_put_back(text: str, before: str, meant: str) -> None:
    assert in_full(text, before, PLANS) == meant


def test_a_long_message_leans_on_nothing() -> None:
    assert leans("and what about that?")
    assert not leans("and I would like to know how we can move all of our data to another region before March")


@pytest.mark.parametrize(
    ("text", "agreed", "topic"),
    [
        ("the second one", False, "Locations by plan"),
        ("locations", False, "Locations by plan"),
        ("yes", True, None),
        ("do you have an office in Madrid and who works there", False, None),
    ],
)
def test_a_topic_is_chosen_by_its_words_or_its_place(text: str, agreed: bool, topic: str | None) -> None:
    assert chosen(text, TOPICS, agreed=agreed) == topic


def test_a_yes_takes_the_only_topic() -> None:
    assert chosen("yes", TOPICS[:1], agreed=True) == TOPICS[0]
    assert chosen("the first", (), agreed=True) is None


def test_names_are_read_although_misspelled() -> None:
    assert respelled("diffrence between buisness and entreprise", PLANS) == "diffrence between business and enterprise"
    assert respelled("our teams are happy", PLANS) == "our teams are happy"
