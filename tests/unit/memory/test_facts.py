import pytest

from core.language import FactDraft
from memory.facts import contradicts, luhn, normalised, private, same, worth_keeping


def draft(text: str, kind: str = "business", confidence: float = 0.9) -> FactDraft:
    return FactDraft(text=text, kind=kind, confidence=confidence, message_id="m1")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We run three bakeries in Leeds.", "business"),
        ("I prefer e-mail over phone calls.", "preference"),
        ("Please always write to me in German.", "preference"),
        ("Our accountant Mia handles the invoices.", "person"),
        ("We plan to open a fourth shop in March.", "plan"),
        ("We run a dental clinic with 40 nurses.", "business"),
        ("Our sick leave policy needs a note after three days.", "business"),
    ],
)
def test_lasting_facts_are_kept(text: str, kind: str) -> None:
    assert worth_keeping(draft(text, kind))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many seats do we have?", "business"),
        ("what does the Team plan cost", "business"),
        ("Please add three seats to my plan.", "business"),
        ("Refund the second charge.", "situation"),
        ("Hello there!", "situation"),
        ("Thanks.", "situation"),
        ("My password is hunter2 for the admin.", "fact"),
        ("The code was 482913, it worked.", "fact"),
        ("We pay with 4111 1111 1111 1111 usually.", "fact"),
        ("Our IBAN is DE89 3704 0044 0532 0130 00.", "fact"),
        ("The key is sk-live8fj3kd93jf for our system.", "fact"),
        ("My colleague has cancer and is away.", "situation"),
        ("I am pregnant and leave in May.", "plan"),
        ("Ich bin krank und zu Hause.", "situation"),
        ("We are a small firm.", "gossip"),
        ("Short.", "fact"),
        ("x" * 400, "fact"),
    ],
)
def test_secrets_health_questions_requests_and_greetings_are_not(text: str, kind: str) -> None:
    assert not worth_keeping(draft(text, kind))


def test_a_doubtful_fact_is_not_kept() -> None:
    assert not worth_keeping(draft("We run three bakeries.", confidence=0.3))


def test_card_numbers_are_told_from_other_digits() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert not luhn("0" * 8)
    assert not private("Order 1234 5678 9012 of last year")


def test_the_same_in_other_letters_is_the_same() -> None:
    assert normalised("We're  in LEEDS, now!") == normalised("we re in leeds now")
    assert same("We run three bakeries.", "we run THREE bakeries", 0.1)
    assert same("We run three bakeries.", "Three bakeries are run by us.", 0.95)
    assert not same("We have 20 staff.", "We have 34 staff.", 0.99)
    assert not same("We use Xero.", "We do not use Xero.", 0.97)


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("We have 34 staff now.", "We are 20 people."),
        ("I prefer phone calls.", "I prefer e-mail."),
        ("Please write to me in English.", "Please always write to me in German."),
        ("We don't use Xero.", "We use Xero."),
        ("We have 4 shops.", "We have three shops."),
        ("We do payroll with Sage.", "We do payroll with Xero."),
    ],
)
def test_another_value_for_the_same_matter_contradicts(newer: str, older: str) -> None:
    assert contradicts(newer, older, 0.7)


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("We have 34 staff in Leeds.", "We have 20 staff in York."),
        ("Our accountant is Mia.", "We run three bakeries."),
        ("We use Slack.", "We use Xero."),
        ("We have 12 vans.", "We have 3 depots."),
    ],
)
def test_other_matters_do_not(newer: str, older: str) -> None:
    assert not contradicts(newer, older, 0.6)
