from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.desk.learned import Settled, edit_distance, saved_seconds, tallies

TEXTS = st.text(alphabet="abc ", max_size=12)


def slowly(before: str, after: str) -> int:
    """Levenshtein as it is defined."""
    if not before or not after:
        return len(before) + len(after)
    same = slowly(before[1:], after[1:])
    return same if before[0] == after[0] else 1 + min(slowly(before[1:], after), slowly(before, after[1:]), same)


@settings(max_examples=60, deadline=None)
@given(before=st.text(alphabet="abc", max_size=6), after=st.text(alphabet="abc", max_size=6))
def test_the_distance_is_levenshteins_as_a_share_of_the_longer_text(before: str, after: str) -> None:
    longest = max(len(before), len(after), 1)
    assert edit_distance(before, after) == round(slowly(before, after) / longest, 4)


@settings(max_examples=60, deadline=None)
@given(one=TEXTS, other=TEXTS)
def test_the_distance_is_the_same_both_ways_and_nought_for_the_same_alone(one: str, other: str) -> None:
    assert edit_distance(one, other) == edit_distance(other, one)
    assert (edit_distance(one, other) == 0) is (one == other)
    assert 0 <= edit_distance(one, other) <= 1


def test_a_long_text_is_compared_all_the_same() -> None:
    assert edit_distance("a" * 4000, "a" * 3999 + "b") == round(1 / 4000, 4)


def settled(state: str, intent: str = "question", *articles: str, distance: float = 0.0) -> Settled:
    return Settled(state=state, intent=intent, articles=articles, distance=distance, characters=100)


def test_tallies_count_by_intent_and_article_and_say_what_was_saved() -> None:
    found = tallies(
        [
            settled("accepted", "question", "refunds", "invoices"),
            settled("edited", "question", "refunds", distance=0.5),
            settled("dismissed", "find_invoices"),
            settled("stale", "find_invoices"),
            settled("offered", "question"),
        ]
    )
    everything = found["all"][0]
    assert (everything.offered, everything.accepted, everything.edited, everything.dismissed) == (5, 1, 1, 1)
    assert everything.distance == 0.25
    assert everything.saved_s == saved_seconds(100, 1.0) + saved_seconds(100, 0.5)
    assert [(each.name, each.offered) for each in found["intent"]] == [("question", 3), ("find_invoices", 2)]
    assert [(each.name, each.offered) for each in found["article"]] == [("refunds", 2), ("invoices", 1)]


def test_nothing_counted_saves_nothing() -> None:
    assert tallies([])["all"][0].saved_s == 0.0


def test_a_hundred_characters_save_twenty_seconds_less_what_was_changed() -> None:
    assert saved_seconds(100, 1.0) == 20.0
    assert saved_seconds(100, 0.25) == 5.0
    assert saved_seconds(100, -1.0) == 0.0


def test_reasons_of_dismissal_are_counted_by_code() -> None:
    codes = ["tone", "wrong", "tone"]
    rows = [Settled(state="dismissed", intent="question", articles=(), distance=0.0, characters=9, reason=code) for code in codes]
    assert tallies(rows)["all"][0].reasons == (("tone", 2), ("wrong", 1))
