from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversation import Citation, Sentence
from handoff.desk.shortening import shortened

ASKED = "How long does a refund take?"


def said(text: str, article: str = "refunds") -> Sentence:
    citation = Citation(article=article, heading="h", start=0, end=len(text), quote=text)
    return Sentence(text=text, citations=(citation,))


ANSWER = said("A refund takes ten business days.")
SPARE = said("Our team treats every request with care.")
CONDITION = said("A refund is only possible unless the charge is disputed.")
PRICE = said("A transfer abroad costs $5.")
ELSEWHERE = said("Exports cost $9 a month.", "exports")
LEANS = said("It begins once the request is accepted.")


def texts(sentences: Sequence[Sentence]) -> list[str]:
    return [each.text for each in sentences]


def test_what_carries_the_answer_stays_with_its_citation_and_the_rest_goes() -> None:
    assert shortened(ASKED, (SPARE, ANSWER)) == (ANSWER,)


def test_conditions_and_prices_of_the_same_article_stay() -> None:
    kept = shortened(ASKED, (ANSWER, SPARE, CONDITION, PRICE))
    assert kept == (ANSWER, CONDITION, PRICE)


def test_a_price_of_something_else_may_go() -> None:
    assert ELSEWHERE not in shortened(ASKED, (ANSWER, ELSEWHERE))


def test_what_a_kept_sentence_leans_on_stays() -> None:
    leaning = said("It must be asked for within 14 days.")
    assert shortened(ASKED, (ANSWER, SPARE, leaning)) == (ANSWER, SPARE, leaning)


def test_each_thing_that_is_asked_keeps_its_answer() -> None:
    other = said("The mobile app runs on Android.", "app")
    kept = shortened("How long does a refund take? Which phones does the mobile app run on?", (ANSWER, SPARE, other))
    assert kept == (ANSWER, other)


def test_approved_wording_stays() -> None:
    frame = Sentence(text="In English it says:", approved="frame.quote")
    assert shortened(ASKED, (frame, ANSWER, SPARE)) == (frame, ANSWER)


def test_a_question_in_another_language_finds_its_answer() -> None:
    assert shortened("Wie lange dauert eine Rückerstattung?", (SPARE, ANSWER), "de") == (ANSWER,)


POOL = (ANSWER, SPARE, CONDITION, PRICE, ELSEWHERE, LEANS)


@settings(max_examples=80, deadline=None)
@given(sentences=st.lists(st.sampled_from(POOL), min_size=1, unique=True).map(tuple))
def test_nothing_is_reworded_or_reordered_and_no_condition_of_what_stays_is_lost(sentences: tuple[Sentence, ...]) -> None:
    kept = shortened(ASKED, sentences)
    assert kept
    assert [each for each in sentences if each in kept] == list(kept)
    articles = {citation.article for each in kept for citation in each.citations}
    for each in (CONDITION, PRICE):
        if each in sentences and "refunds" in articles and ANSWER in sentences:
            assert each in kept
    assert shortened(ASKED, kept) == kept
