"""Days and figures counted from the records: refunds, trials, seats, limits, pauses, uptime, renewals, endings, rewards."""

from decimal import Decimal
from typing import Any

import pytest

from core.people import Assurance, Principal, PrincipalKind
from skills.billing.uptime import share_of
from tests.unit.skills.house import TENANT, House, refused, text

VISITOR = Principal(kind=PrincipalKind.CUSTOMER, id="v1", tenant=TENANT, assurance=Assurance.ANONYMOUS)


@pytest.mark.parametrize(
    ("skill", "account", "said", "slots", "words"),
    [
        ("refund_window", "ACC-028", "last day for our money back", {}, ["26 November 2026", "$126"]),
        ("refund_window", "ACC-029", "Bis wann können wir zurücktreten?", {}, ["24 November 2026", "€14,940"]),
        ("refund_window", "ACC-030", "what comes back if the renewal is undone", {}, ["$2,217.60", "tax included"]),
        ("refund_window", "ACC-003", "until when can we report the double charge", {}, ["2 May 2027"]),
        ("refund_window", "ACC-001", "can we still get a refund", {}, ["18 January 2026", "over"]),
        ("trial_status", "ACC-033", "how long is our trial", {}, ["22 November 2026", "29 November 2026", "23 more people"]),
        ("trial_status", "ACC-034", "until when is our data kept", {}, ["10 December 2026"]),
        ("trial_status", "ACC-002", "when does our trial end", {}, ["isn't on a trial"]),
        ("seat_limits", "ACC-001", "when are Owners warned", {}, ["336, 399 and 420", "441 people"]),
        ("seat_limits", "ACC-017", "how far over may we go", {}, ["357 people", "14 days"]),
        ("seat_limits", "ACC-002", "do 61 fit", {"seats": 61}, ["61 seats for 61 people", "0 free"]),
        ("plan_limits", "ACC-023", "how many kiosks in all shops", {}, ["3 kiosks per location", "15 in all"]),
        ("plan_limits", "ACC-012", "how far back does the audit log go", {}, ["36 months", "3 years"]),
        (
            "plan_limits",
            "ACC-031",
            "1,800 API calls, how many minutes",
            {"quantity": 1800},
            ["600 API calls a minute", "3 minutes"],
        ),
        ("plan_limits", "ACC-013", "cost of moving our data to another region", {}, ["$500 on Business"]),
        ("plan_limits", "ACC-007", "what does moving our data to the US cost", {}, ["free of charge on Enterprise"]),
        ("plan_limits", "ACC-007", "how many integrations", {}, ["unlimited integrations"]),
        ("pause_price", "ACC-014", "price of a month off", {"months": 1}, ["£167.20"]),
        ("pause_price", "ACC-009", "what does a pause cost", {}, ["Team and Business"]),
        ("uptime_credit", "ACC-001", "uptime was 98.7 in October", {}, ["£735", "25%", "30 November 2026"]),
        ("uptime_credit", "ACC-019", "99.7 for a month", {}, ["$910", "10%"]),
        ("uptime_credit", "ACC-001", "99.95 in May", {}, ["21.6 minutes"]),
        ("uptime_credit", "ACC-002", "98 percent in May", {}, ["no uptime commitment"]),
        ("renewal_info", "ACC-001", "the most a seat can cost next term", {}, ["£7.49"]),
        ("renewal_info", "ACC-024", "from when can we sign early", {}, ["17 May 2027"]),
        ("renewal_info", "ACC-015", "by what date would a higher price be announced", {}, ["21 November 2026"]),
        ("explain_cancellation", "ACC-009", "last day if we stop", {}, ["8 December 2026"]),
        ("explain_cancellation", "ACC-035", "when is our data wiped", {}, ["1 March 2027", "5 April 2027"]),
        ("explain_cancellation", "ACC-032", "until when can we come back", {}, ["30 November 2026"]),
        ("explain_cancellation", "ACC-033", "when does it end", {}, ["22 November 2026"]),
        ("payment_status", "ACC-004", "when are we blocked", {}, ["25 November 2026", "2 December 2026", "26 December 2026"]),
        ("payment_status", "ACC-027", "when are staff locked out", {}, ["11 December 2026", "25 January 2027"]),
        ("payment_status", "ACC-026", "when do you restrict us", {}, ["22 November 2026"]),
        ("find_invoices", "ACC-001", "when is the next invoice due", {}, ["4 January 2027", "3 February 2027"]),
        ("find_invoices", "ACC-002", "your next invoice", {}, ["5 December 2026"]),
        ("explain_referral", "ACC-002", "three firms joined through us", {}, ["$600"]),
        ("explain_referral", "ACC-002", "we have had 8 this year, what more can come", {}, ["$400", "2 more"]),
        ("explain_referral", "ACC-002", "what's the most we can get", {}, ["$2,000"]),
    ],
)
async def test_figures_of_an_account(
    house: House, skill: str, account: str, said: str, slots: dict[str, Any], words: list[str]
) -> None:
    told = text(await house.do(skill, account, said, **slots))
    assert [word for word in words if word not in told] == [], told


@pytest.mark.parametrize(
    ("skill", "said", "slots", "words"),
    [
        ("refund_window", "bought analytics on 9 November", {"bought": "2026-11-09"}, ["23 November 2026", "14 days"]),
        ("refund_window", "paid for a year on 1 November", {"bought": "2026-11-01"}, ["1 December 2026", "30 days"]),
        ("refund_window", "charged twice on 2 June", {"bought": "2026-06-02"}, ["29 November 2026", "180 days"]),
        ("refund_window", "paid monthly since 25 October", {"bought": "2027-10-25"}, ["8 November 2026"]),
        ("seat_limits", "seats for 92 people on Business", {"seats": 92}, ["95 seats"]),
        ("plan_limits", "integrations on Team", {"plan": "team"}, ["5 integrations"]),
        (
            "pause_price",
            "pausing 40 Team seats in euros",
            {"seats": 40, "currency": "EUR"},
            ["€52.80", "3 months come to €158.40"],
        ),
        ("uptime_credit", "99.9 in minutes", {}, ["43.2 minutes"]),
        ("uptime_credit", "97,5 Prozent", {}, ["25%"]),
        ("uptime_credit", "claim for October", {}, ["30 November 2026"]),
    ],
)
async def test_figures_for_a_stranger(house: House, skill: str, said: str, slots: dict[str, Any], words: list[str]) -> None:
    told = text(await house.do(skill, VISITOR, said, **slots))
    assert [word for word in words if word not in told] == [], told


@pytest.mark.parametrize(
    ("skill", "said"),
    [
        ("refund_window", "how long are refunds possible"),
        ("seat_limits", "how are seats counted"),
        ("plan_limits", "is there anything that I should know"),
        ("plan_limits", "how many integrations are there"),
        ("pause_price", "what does a pause cost"),
        ("uptime_credit", "what do you promise"),
    ],
)
async def test_without_figures_it_is_a_question(house: House, skill: str, said: str) -> None:
    assert refused(await house.ask(skill, VISITOR, said)).question


async def test_amounts_are_for_those_who_see_invoices(house: House) -> None:
    told = text(await house.do("refund_window", house.customer("ACC-029", roles=frozenset({"Manager"})), "last day for a refund"))
    assert "24 November 2026" in told
    assert "€" not in told


@pytest.mark.parametrize(("percent", "share"), [("99.9", 0), ("99.0", 10), ("98.99", 25), ("95", 25), ("94.9", 50)])
def test_the_share_of_a_fee(percent: str, share: int) -> None:
    assert share_of(Decimal(percent), Decimal("99.9")) == share
