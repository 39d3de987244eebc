from bot.models.embedded.phrase import FRAME, MOST, answer, framing
from core.conversation import Citation
from core.language import PhraseRequest, Source
from knowledge.vector_cache import HashEmbedder

EMBEDDER = HashEmbedder()
SEATS = "A seat on Team costs $7.00 per month. Team is sold from 10 seats up to 250 seats.\nAn Owner can add seats at any time."
LEAVE = "Leave requests are approved by a Manager. Unused leave can be carried over until March."


def source(text: str, article: str, heading: str, score: float, start: int = 100) -> Source:
    citation = Citation(article=article, heading=heading, start=start, end=start + len(text), quote=text)
    return Source(text=text, citation=citation, score=score)


def ask(question: str, *sources: Source, language: str = "en") -> list[str]:
    said = answer(PhraseRequest(question=question, language=language, sources=sources), EMBEDDER)
    for sentence in said:
        for citation in sentence.citations:
            original = next(each for each in sources if each.citation.article == citation.article)
            begin = citation.start - original.citation.start
            assert original.text[begin : begin + len(citation.quote)] == citation.quote == sentence.text
            assert citation.end - citation.start == len(citation.quote)
    return [sentence.text for sentence in said]


def test_the_sentence_that_answers_is_quoted_with_its_place() -> None:
    said = ask("how much does a seat on Team cost", source(SEATS, "team", "Prices", 0.9), source(LEAVE, "leave", "Leave", 0.3))
    assert "A seat on Team costs $7.00 per month." in said
    assert not any("Leave" in text for text in said)


def test_few_sentences_at_most_are_said() -> None:
    long = " ".join(f"Seats on Team cost ${number}.00 per month in region {number}." for number in range(1, 12))
    assert len(ask("how much do seats on Team cost per month", source(long, "team", "Prices", 1.0))) <= MOST


def test_each_part_of_a_question_gets_its_sentence() -> None:
    said = ask(
        "How much is a seat on Team? Who approves leave requests?",
        source(SEATS, "t", "Team", 0.9),
        source(LEAVE, "l", "Leave", 0.9),
    )
    assert "A seat on Team costs $7.00 per month." in said
    assert "Leave requests are approved by a Manager." in said


def test_another_language_is_framed_in_it_and_the_source_stays() -> None:
    said = answer(
        PhraseRequest(question="Was kostet ein Platz?", language="de", sources=[source(SEATS, "t", "Seat prices", 1.0)]), EMBEDDER
    )
    assert said[0] == framing("de")
    assert said[0].approved == FRAME
    assert said[1].text in SEATS


def test_nothing_is_said_without_sources_or_when_none_answers() -> None:
    assert ask("how much is a seat") == []
    assert ask("zxqv wpfk jjgh", source(LEAVE, "l", "Leave", 0.0)) == []


def test_a_language_without_framing_falls_back_to_english() -> None:
    assert framing("vi") == framing("en")
