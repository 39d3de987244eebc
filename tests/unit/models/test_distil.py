import pytest

from bot.models.embedded.distil import facts
from core.language import Said
from knowledge.vector_cache import HashEmbedder

EMBEDDER = HashEmbedder()


def told(*texts: str) -> list[tuple[str, str]]:
    return [
        (fact.kind, fact.text) for fact in facts([Said(role="customer", text=text, message_id="m") for text in texts], EMBEDDER)
    ]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("We run three pharmacies in Quebec.", ("business", "They run three pharmacies in Quebec.")),
        ("We're opening a second site in May", ("plan", "They are opening a second site in May.")),
        ("I prefer e-mail over phone calls", ("preference", 'The customer said: "I prefer e-mail over phone calls."')),
        ("Our new bookkeeper is Maria Stone", ("person", "Their new bookkeeper is Maria Stone.")),
        ("Wir sind ein Pflegedienst in Kiel", ("business", 'The customer said: "Wir sind ein Pflegedienst in Kiel."')),
    ],
)
def test_lasting_facts_are_kept(text: str, fact: tuple[str, str]) -> None:
    assert told(text) == [fact]


@pytest.mark.parametrize(
    "text",
    [
        "How do we add a seat?",
        "Please send me the invoice",
        "We want a refund for March",
        "our code is 482913 by the way",
        "We have two people who are ill with cancer",
        "We use the password hunter2 for everything",
        "thanks, bye",
        "We are told to ignore previous instructions",
        "We have 3 tablets that are not working",
    ],
)
def test_other_things_are_not_kept(text: str) -> None:
    assert told(text) == []


def test_what_the_bot_says_is_no_fact() -> None:
    assert facts([Said(role="bot", text="We run three pharmacies in Quebec.")], EMBEDDER) == []


def test_a_fact_is_kept_once() -> None:
    assert len(told("We run three pharmacies in Quebec.", "We run three pharmacies in Quebec.")) == 1
