"""When the assistant brings something up by itself: once, with consent, never in trouble, and never again after a no."""

import pytest

from core.language import Act
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet

NEED = "Our people keep forgetting their passwords."
FITS = Meant(intent="question", revenue="cross_sell", item="sso_scim")


async def raised_in(meet: Meet, account: str) -> bool:
    story = await meet(account)
    return (await story.says(NEED, FITS)).offer is not None


async def test_an_offer_is_raised_once_and_noted(meet: Meet) -> None:
    story = await meet("ACC-024")
    reply = await story.says(NEED, FITS)
    assert reply.offer is not None
    assert (reply.offer.kind, reply.offer.item, reply.offer.origin) == ("cross_sell", "sso_scim", "bot")
    assert reply.sentences[-1].approved == "offer.cross_sell"
    again = await story.says("And they share accounts too.", FITS)
    assert again.offer is None
    assert (await story.event_types()).count("offer.raised") == 1


async def test_a_taken_offer_is_priced_and_counts_as_the_bots(meet: Meet) -> None:
    story = await meet("ACC-024")
    await story.says(NEED, FITS)
    reply = await story.says_yes("Sure, what would it cost?")
    assert [(each.skill, each.outcome) for each in reply.actions] == [("price_seats", "done")]


async def test_a_declined_offer_is_remembered_across_conversations(meet: Meet) -> None:
    story = await meet("ACC-024")
    await story.says(NEED, FITS)
    declined = await story.says_no("No, we don't want that.")
    assert declined.sentences[-1].approved == "offer.declined"
    story.wait(days=60)
    later = story.elsewhere("later")
    reply = await later.says(NEED, FITS)
    assert reply.offer is None
    judged = [each for record in await later.records() for each in record.decided if each.get("skill") == "raise_offer"]
    assert judged[0]["decision"] == "deny"
    assert "offer_consent_us" in str(judged[0]["policies"])


async def test_the_contact_cap_holds_across_conversations(meet: Meet) -> None:
    story = await meet("ACC-024")
    await story.says(NEED, FITS)
    story.wait(days=2)
    assert (await story.elsewhere("soon").says(NEED, FITS)).offer is None
    story.wait(days=20)
    assert (await story.elsewhere("late").says(NEED, FITS)).offer is not None


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("ACC-007", "an open P1"),
        ("ACC-001", "an open P2"),
        ("ACC-039", "a chargeback"),
        ("ACC-008", "no consent"),
        ("ACC-004", "a failed payment"),
        ("ACC-026", "an overdue invoice"),
        ("ACC-035", "a cancellation"),
    ],
)
async def test_no_pitch_in_trouble_or_without_consent(meet: Meet, account: str, why: str) -> None:
    assert not await raised_in(meet, account), why


async def test_what_a_customer_asks_for_is_served_whatever_the_consent(meet: Meet) -> None:
    story = await meet("ACC-008")
    asked = Meant(intent="price_seats", slots={"addon": "sso_scim", "seats": 300, "plan": "business"}, revenue="cross_sell")
    reply = await story.says("What would SSO cost us?", asked)
    assert [(each.skill, each.outcome) for each in reply.actions] == [("price_seats", "done")]
    assert reply.offer is None or reply.offer.origin == "customer"


async def test_nobody_is_pitched_while_something_is_open_or_they_are_strangers(meet: Meet) -> None:
    story = await meet("ACC-024")
    card = await story.says(
        "Add ten seats; they forget passwords.",
        Meant(intent="add_seats", slots={"quantity": 10}, revenue="cross_sell", item="sso_scim"),
    )
    assert card.card is not None
    assert card.offer is None or card.offer.origin == "customer"
    stranger = await meet(None)
    assert (await stranger.says(NEED, FITS)).offer is None


async def test_praise_leads_to_a_referral_only_from_happy_customers(meet: Meet) -> None:
    praise = Meant(intent="none", act=Act.PRAISE)
    fan = await meet("ACC-006")
    reply = await fan.says("You are wonderful!", praise)
    assert reply.offer is not None
    assert reply.offer.kind == "referral"
    critic = await meet("ACC-020")
    assert (await critic.says("You are wonderful!", praise)).offer is None


async def test_an_offer_is_called_by_its_name_and_stands_instead_of_no_answer(meet: Meet) -> None:
    story = await meet("ACC-024")
    story.model.phrased = ()
    reply = await story.says(NEED, FITS)
    assert [each.approved for each in reply.sentences] == ["offer.cross_sell"]
    assert "SSO & SCIM" in reply.text


async def test_more_room_is_no_answer_to_what_was_not_found(meet: Meet) -> None:
    story = await meet("ACC-024")
    story.model.phrased = ()
    reply = await story.says(NEED, Meant(intent="question", revenue="upsell", item="seats"))
    assert reply.offer is None


async def test_who_asks_for_a_price_is_offered_nothing_besides(meet: Meet) -> None:
    story = await meet("ACC-024")
    asked = Meant(intent="price_seats", slots={"seats": 300, "plan": "business"}, revenue="cross_sell", item="sso_scim")
    reply = await story.says("What would 300 seats cost us?", asked)
    assert reply.offer is not None
    assert reply.offer.origin == "customer"
    assert not [each for each in reply.sentences if (each.approved or "").startswith("offer.")]
