import pytest

from handoff.desk.views import HintView
from tests.fakes.copilot_house import REFUND, Begin
from tests.fakes.model import Meant

HEALTHY = "ACC-010"


async def hint(begin: Begin, account: str | None, meant: Meant, opening: str = "") -> HintView | None:
    """What may be brought up after a question that hints at more."""
    copilot = await begin(account, handed=not opening)
    if opening:
        await copilot.hand_over(opening)
    await copilot.hears(REFUND, meant=meant)
    found = await copilot.offered()
    assert found is not None
    return found.hint


def signal(label: str, item: str | None = None) -> Meant:
    return Meant(revenue=label, item=item)


async def test_seats_are_hinted_at_with_the_catalogues_price(begin: Begin) -> None:
    found = await hint(begin, HEALTHY, signal("upsell", "seats"))
    assert found is not None
    assert (found.kind, found.item) == ("upsell", "seats")
    assert "seats are in use" in found.reason
    assert any(each.startswith("A seat on Team is $") for each in found.points)


async def test_a_larger_plan_is_hinted_at_with_what_it_adds(begin: Begin) -> None:
    found = await hint(begin, HEALTHY, signal("upsell", "plan"))
    assert found is not None
    assert found.points[0].startswith("Business is $")
    assert "audit log" in found.points[1]


async def test_an_add_on_is_hinted_at_where_it_is_sold(begin: Begin) -> None:
    found = await hint(begin, HEALTHY, signal("cross_sell", "sso_scim"))
    assert found is not None
    assert found.points == ("SSO & SCIM is $1.50 a seat and month on Team.",)
    assert await hint(begin, HEALTHY, signal("cross_sell", "ai_scheduling")) is None


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("ACC-001", "a P2 is open"),
        ("ACC-007", "a P1 is open"),
        ("ACC-008", "the contact opted out"),
        ("ACC-035", "they are leaving"),
        (None, "nobody knows who it is"),
    ],
)
async def test_nothing_is_hinted_at_while_something_speaks_against_it(begin: Begin, account: str | None, why: str) -> None:
    assert await hint(begin, account, signal("upsell", "seats")) is None, why


async def test_a_complaint_or_a_wish_to_leave_brings_no_hint(begin: Begin) -> None:
    assert await hint(begin, HEALTHY, Meant(revenue="upsell", item="seats", triage="repeated_failure")) is None
    assert await hint(begin, HEALTHY, signal("churn_risk")) is None
    lawyer = "My lawyer will sue you over this."
    assert await hint(begin, HEALTHY, signal("upsell", "seats"), lawyer) is None


async def test_a_hint_is_no_part_of_what_is_sent(begin: Begin) -> None:
    copilot = await begin(HEALTHY)
    await copilot.hears(REFUND, meant=signal("upsell", "seats"))
    found = await copilot.offered()
    assert found is not None
    assert found.hint is not None
    await copilot.suggestions.send(found.id, copilot.sam)
    assert not [each for each in found.hint.points if each in copilot.replies.sent[0]]
