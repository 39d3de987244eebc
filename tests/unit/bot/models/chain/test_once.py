from bot.models.chain.once import Once
from core.conversation import Citation, Sentence


def sentence(text: str, *span: int) -> Sentence:
    cited = (Citation(article="refunds", heading="h", start=span[0], end=span[1], quote="q"),) if span else ()
    return Sentence(text=text, citations=cited)


def after(*said: Sentence) -> Once:
    once = Once()
    for each in said:
        assert once.lets(each, quotes=False)
    once.moved_on()
    return once


def test_the_very_same_words_are_never_said_again() -> None:
    once = Once([Sentence(text="Es dauert.", original="It takes time.")])
    assert not once.lets(sentence("it takes  time"), quotes=False)
    assert once.lets(sentence("Refunds take 5 days."), quotes=False)
    assert not once.lets(sentence("Refunds take 5 days!"), quotes=False)


def test_one_model_may_say_things_that_resemble_each_other() -> None:
    once = Once()
    assert once.lets(sentence("The Starter plan has phone support on weekdays.", 0, 10), quotes=False)
    assert once.lets(sentence("The Growth plan has phone support on weekdays.", 0, 10), quotes=False)


def test_the_next_model_may_not_put_it_in_other_words() -> None:
    once = after(sentence("Refunds usually arrive within 5 to 10 business days."))
    assert not once.lets(sentence("Refunds arrive within 5 to 10 business days."), quotes=False)
    assert once.lets(sentence("Refunds arrive within 3 to 4 business days."), quotes=False)
    assert once.lets(sentence("Ask your bank after that."), quotes=False)


def test_a_quotation_of_a_place_that_was_cited_says_nothing_new() -> None:
    once = after(sentence("You get it in about a week.", 100, 140))
    assert not once.lets(sentence("Refunds arrive within 5 to 10 business days.", 100, 145), quotes=True)
    assert once.lets(sentence("Only owners can ask.", 140, 180), quotes=True)
    assert once.lets(sentence("Your bank may need longer for it.", 100, 140), quotes=False)


def test_what_was_said_is_kept_in_order() -> None:
    once = after(sentence("One."), sentence("Two."))
    once.lets(sentence("Three."), quotes=False)
    assert [each.text for each in once.said] == ["One.", "Two.", "Three."]
