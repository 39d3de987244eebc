"""The referral programme, told and used."""

from core.people import Assurance
from tests.unit.skills.house import House, codes, ready, refused, text


async def test_explains_reward_friend_and_hold(house: House) -> None:
    done = await house.do("explain_referral", "ACC-015")
    for words in ("$200", "10% off seats", "60 days", "90 days"):
        assert words in text(done)
    assert done.offer is not None
    assert done.offer.kind == "referral"


async def test_says_when_the_account_has_to_wait(house: House) -> None:
    assert "isn't the case for yours yet" in text(await house.do("explain_referral", "ACC-026"))


async def test_a_stranger_hears_the_rules(house: House) -> None:
    stranger = house.customer("ACC-026", assurance=Assurance.CLAIMED)
    assert "yours" not in text(await house.do("explain_referral", stranger))


async def test_creates_a_link(house: House) -> None:
    proposal = await house.ask("create_referral_link", "ACC-015")
    assert ready(proposal).offer is not None
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "18 February 2027" in text(outcome.done)
    assert "Link" in dict(outcome.done.receipt)


async def test_not_with_something_overdue_nor_too_new(house: House) -> None:
    overdue = await house.ask("create_referral_link", "ACC-026")
    assert refused(overdue).code == "overdue_balance"
    assert "referral_link_standing" in codes(overdue)
    assert refused(await house.ask("create_referral_link", "ACC-028")).code == "not_enough_paid_months"
