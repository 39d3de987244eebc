import pytest

from bot.models.embedded.terms import find_addons, find_billing, find_choice, find_plans
from tests.fakes.lexicon import SMALL


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("Put us on Business, please", "business"),
        ("the team plan", "team"),
        ("move to starter", "starter"),
        ("We'd like Team", "team"),
    ],
)
def test_plans_are_found_where_a_plan_can_stand(text: str, plan: str) -> None:
    assert [found.value for found in find_plans(text, SMALL)] == [plan]


@pytest.mark.parametrize(
    "text", ["our team loves it", "the whole team is here", "business is slow", "a starter of soup", "my business partner"]
)
def test_everyday_words_are_no_plans(text: str) -> None:
    assert find_plans(text, SMALL) == []


def test_an_expected_plan_may_stand_anywhere() -> None:
    assert [found.value for found in find_plans("team", SMALL, expected=True)] == ["team"]


@pytest.mark.parametrize(
    ("text", "addon"), [("single sign on for all", "sso"), ("the company login thing", "sso"), ("custom dashboards", "reports")]
)
def test_addons_go_by_many_names(text: str, addon: str) -> None:
    assert [found.value for found in find_addons(text, SMALL)] == [addon]


@pytest.mark.parametrize(
    ("text", "value"), [("still yearly", "annual"), ("month by month", "monthly"), ("jährlich", "annual"), ("mensuel", "monthly")]
)
def test_billing_is_found(text: str, value: str) -> None:
    assert [found.value for found in find_billing(text)] == [value]


def test_a_price_a_month_is_no_billing() -> None:
    assert find_billing("it costs 7 dollars monthly") == []


CHOICES = ("billing", "technical", "data_region")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("technical", "technical"),
        ("the second one", "technical"),
        ("3", "data_region"),
        ("data region", "data_region"),
        ("the last", "data_region"),
    ],
)
def test_a_choice_is_taken_by_name_or_by_place(text: str, choice: str) -> None:
    assert [found.value for found in find_choice(text, CHOICES, expected=True)] == [choice]


def test_a_place_counts_only_when_a_choice_was_asked_for() -> None:
    assert find_choice("the second one", CHOICES) == []
