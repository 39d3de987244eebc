from knowledge.words import content, stem, stems, words


def test_words_are_folded_and_numbers_kept_whole() -> None:
    assert words("Café costs 1,500.50 TODAY") == ["cafe", "costs", "1,500.50", "today"]


def test_small_words_fall_unless_there_are_no_others() -> None:
    assert content("How do I cancel the plan?") == ["cancel", "plan"]
    assert content("what is it") == ["what", "is", "it"]


def test_forms_of_a_word_share_a_stem() -> None:
    assert stem("cancels") == stem("cancel") == stem("canceled")
    assert stem("company") == stem("companies")
    assert stem("add") == "add"
    assert stems("shipped shipping") == {"ship"}
