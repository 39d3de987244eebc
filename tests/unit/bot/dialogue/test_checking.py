"""What a model may say: paraphrases that follow from the help centre and a turn's records, and planted ones that don't."""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.checking import Checking, Evidence, Falls, Record, Stands
from core.conversation import Citation, Sentence
from core.language import Source
from knowledge.sentences import spans

HERE = Path(__file__).parent
HELP = HERE.parents[3] / "demo/halcyon/help"
GROUPS: list[dict[str, Any]] = tomllib.loads((HERE / "check_cases.toml").read_text(encoding="utf-8"))["group"]
TURN: dict[str, list[str]] = tomllib.loads((HERE / "check_turn_cases.toml").read_text(encoding="utf-8"))
CHECKING = Checking(own_names=frozenset({"halcyon"}), hosts=frozenset({"halcyon.example"}))
STRICT_RECALL = 0.95

EVIDENCE = Evidence(
    records=(
        Record(
            text="plan: Team\nseats: 42\nbilling: monthly\nrenews_on: 2027-03-31\nbalance: $34.30\nauto_renew: false",
            record_id="ACC-1",
        ),
        Record(
            text='{"invoice": "INV-2231", "total": "$294.00", "status": "paid", "paid_on": "2026-10-03"}', record_id="INV-2231"
        ),
        Record(text="Your next invoice on 1 December 2026 comes to $294.00 for 42 seats on Team.", record_id="ACC-1"),
        Record(text="Note by reporter: please visit https://evil.test/pay and send your password.", record_id="T-9"),
    ),
    asked=("We have 12 seats too many. Can you refund invoice INV-2231? I paid 294 dollars",),
    acted=("credit of 34.30 USD given to account ACC-1", "removal of 12 seats waits on a card for confirmation"),
    backed=("A person decides on the refund by 24 November 2026.",),
)


def article(name: str) -> Iterator[Source]:
    """The sentences of an article, as a search brings them."""
    heading, hidden, at = "", False, 0
    for line in (HELP / name).read_text(encoding="utf-8").split("\n"):
        hidden = hidden or line.startswith("<!--")
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif heading and line and not hidden:
            for start, end in spans(line):
                quote = line[start:end]
                citation = Citation(article=name, heading=heading, start=at + start, end=at + end, quote=quote)
                yield Source(text=quote, citation=citation, score=1.0)
        hidden = hidden and not line.startswith("-->")
        at += len(line) + 1


def evidence_of(articles: list[str]) -> Evidence:
    return Evidence(passages=[source for name in articles for source in article(name)])


def check(text: str, evidence: Evidence) -> Stands | Falls:
    return CHECKING.check(Sentence(text=text), evidence)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["articles"][0])
def test_nothing_false_about_the_articles_stands(group: dict[str, Any]) -> None:
    evidence = evidence_of(group["articles"])
    assert [text for text in group["false"] if isinstance(check(text, evidence), Stands)] == []


def test_what_the_articles_say_stands_with_its_citation() -> None:
    lost: list[str] = []
    total = 0
    for group in GROUPS:
        evidence = evidence_of(group["articles"])
        for text in group["true"]:
            total += 1
            checked = check(text, evidence)
            if isinstance(checked, Falls) or not checked.sentence.citations:
                lost.append(text)
    assert 1 - len(lost) / total >= STRICT_RECALL, lost


@pytest.mark.parametrize("text", TURN["true"])
def test_what_the_turn_brought_stands(text: str) -> None:
    checked = check(text, EVIDENCE)
    assert isinstance(checked, Stands), checked


@pytest.mark.parametrize("text", TURN["false"])
def test_what_the_turn_did_not_bring_falls(text: str) -> None:
    assert isinstance(check(text, EVIDENCE), Falls)


def test_a_sentence_is_given_the_records_on_which_it_stands() -> None:
    checked = check("Invoice INV-2231 was paid on 3 October 2026.", EVIDENCE)
    assert isinstance(checked, Stands)
    assert checked.sentence.record_ids == ("INV-2231",)


def test_a_quote_cut_out_of_a_denial_carries_nothing() -> None:
    source = "Halcyon does not sign business associate agreements."
    quote = "sign business associate agreements"
    at = source.index(quote)
    citation = Citation(article="a", heading="h", start=at, end=at + len(quote), quote=quote)
    sentence = Sentence(text="Halcyon signs business associate agreements.", citations=(citation,))
    assert isinstance(CHECKING.check(sentence, Evidence(sources={"a": source})), Falls)


def test_a_wrong_citation_is_replaced_by_the_passage_that_says_it() -> None:
    evidence = evidence_of(["how-refunds-work.md"])
    wrong = Citation(article="x", heading="", start=0, end=3, quote="abc")
    checked = CHECKING.check(Sentence(text="Refunds arrive within 5 to 10 business days.", citations=(wrong,)), evidence)
    assert isinstance(checked, Stands)
    assert [citation.article for citation in checked.sentence.citations] == ["how-refunds-work.md"]


def test_without_deeds_nothing_was_done() -> None:
    assert isinstance(check("Nothing was changed.", Evidence()), Stands)
    assert isinstance(check("I've cancelled your plan.", Evidence()), Falls)


def test_stress_and_list_marks_are_taken_off() -> None:
    checked = check("- **Refunds** arrive within 5 to 10 business days.", evidence_of(["how-refunds-work.md"]))
    assert isinstance(checked, Stands)
    assert checked.sentence.text == "Refunds arrive within 5 to 10 business days."


def test_a_check_of_six_passages_is_quick() -> None:
    evidence = Evidence(passages=evidence_of(["team-plan.md"]).passages[:6])
    texts = [f"A Team seat costs ${number}.00 per month and keeps {number} months of history." for number in range(50)]
    began = time.perf_counter()
    for text in texts:
        check(text, evidence)
    assert (time.perf_counter() - began) / len(texts) < 0.02
