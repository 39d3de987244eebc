from bot.models.embedded.found import Found, in_order_meant, meant, negated

TEXT = "not 20 but 30"


def test_what_is_negated_is_left_out() -> None:
    twenty, thirty = Found(value=20, start=4, end=6), Found(value=30, start=11, end=13)
    assert negated(TEXT, twenty.start)
    assert meant(TEXT, [twenty, thirty]) == thirty
    assert in_order_meant(TEXT, [twenty, thirty]) == [thirty]


def test_nothing_is_meant_when_all_is_negated() -> None:
    assert meant("not 20", [Found(value=20, start=4, end=6)]) is None
    assert meant("", []) is None


def test_a_sure_value_comes_before_an_unsure_one() -> None:
    unsure, sure = Found(value=1, start=0, end=1, sure=False), Found(value=2, start=2, end=3)
    assert meant("1 2", [unsure, sure]) == sure
