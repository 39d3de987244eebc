import pytest

from knowledge.index import ASKED, SECTION, SENTENCE, Near
from knowledge.scoring import JUDGED, Coverage, Findings, Weights, answerable, article_of, judged, rank, section_of, weights

EVEN = Weights(
    ranking={"asked": 1.0, "asked_best": 1.0, "learned": 1.0, "section": 1.0, "sentence": 1.0, "keyword": 1.0},
    intercept=0.0,
    answerable={"covered": (0.5, 0.25, 2.0)},
    fitted_on="",
)


def near(**cosines: float) -> list[Near]:
    return [Near(id=f"{name}@1/{0}/{n}", cosine=cosine) for n, (name, cosine) in enumerate(cosines.items())]


def test_the_section_that_most_speaks_for_is_first() -> None:
    findings = Findings(
        near={ASKED: [near(a=0.9, b=0.5)], SECTION: [near(a=0.7, b=0.6)], SENTENCE: [near(a=0.6)]},
        words=[("a@1/0", 4.0), ("b@1/0", 2.0)],
    )
    first, second = rank(findings, EVEN)
    assert (first.section, second.section) == ("a@1/0", "b@1/0")
    assert first.parts["keyword"] == 1.0
    assert second.parts["keyword"] == 0.5
    assert second.parts["sentence"] == 0.6
    assert first.fused > second.fused


def test_of_two_wordings_the_better_counts() -> None:
    findings = Findings(near={ASKED: [near(a=0.2), near(a=0.8)]}, words=[])
    assert rank(findings, EVEN)[0].parts["asked"] == 0.8


def test_three_questions_that_fit_beat_a_lone_one() -> None:
    points = [Near(id="lone@1/0/0", cosine=0.8)]
    points += [Near(id=f"three@1/0/{n}", cosine=0.79) for n in range(3)]
    points += [Near(id="far@1/0/0", cosine=0.1)]
    assert rank(Findings(near={ASKED: [points]}, words=[]), EVEN)[0].section == "three@1/0"


def test_nothing_found_ranks_nothing() -> None:
    assert rank(Findings(near={ASKED: [[]]}, words=[]), EVEN) == []


def test_coverage_weighs_rare_words_more() -> None:
    coverage = Coverage(holders={"plan": frozenset({"a", "b", "c"}), "paypal": frozenset()}, sections=3)
    assert coverage.weight("paypal") > coverage.weight("plan")
    assert 0 < coverage.covered("a") < 0.5
    assert coverage.unknown() == 0.5
    assert Coverage(holders={}, sections=0).covered("a") == 0.0


def test_answerability_grows_with_what_is_covered_and_is_bounded() -> None:
    low, high, wild = (answerable({"covered": value}, EVEN) for value in (0.1, 0.9, 1e9))
    assert low < 0.5 < high <= wild < 1.0


def test_the_features_are_those_that_were_fitted() -> None:
    ranked = rank(Findings(near={ASKED: [near(a=0.9, b=0.5)]}, words=[("a@1/0", 2.0)]), EVEN)
    features = judged(ranked, Coverage(holders={"refund": frozenset({"a@1/0"})}, sections=2), foreign=False)
    assert set(features) == set(JUDGED) == set(weights().answerable)
    assert features["covered"] == 1.0
    assert features["missing"] == 0.0
    assert features["margin"] == pytest.approx(ranked[0].score - ranked[1].score)
    assert weights().fitted_on


def test_ids_tell_their_section_and_article() -> None:
    assert section_of("refunds@abc/2/7") == "refunds@abc/2"
    assert article_of("refunds@abc/2") == "refunds"
