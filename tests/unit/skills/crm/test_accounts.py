"""What is on file, and new contact details only with the code."""

from core.people import Assurance
from tests.unit.skills.house import House, asked, codes, request_of, text


async def test_tells_what_the_account_has(house: House) -> None:
    told = text(await house.do("get_account", "ACC-001"))
    for words in ("Business", "420 seats", "4 January 2027", "Payroll Export", "Priya Raman"):
        assert words in told
    assert "ends on 31 December 2026" in text(await house.do("get_account", "ACC-035"))


async def test_nobody_hears_it_unverified_or_of_another_account(house: House) -> None:
    assert codes(await house.ask("get_account", house.customer("ACC-001", assurance=Assurance.CLAIMED))) == ["verified"]
    context = house.context(house.customer("ACC-001"), account_id="ACC-002")
    from skills.catalogue import find
    from tests.unit.skills.house import TALK

    proposal = await house.runner.prepare(find("get_account"), context, {}, TALK)
    assert codes(proposal) == ["own_account"]


async def test_contact_details_need_the_code(house: House) -> None:
    said = "send the bills to ap@lumen.example from now on"
    assert asked(await house.ask("update_billing_contact", "ACC-003", said)).slot == "code"
    proposal = await house.ask("update_billing_contact", house.customer("ACC-003").stepped_up(), said)
    assert request_of(proposal).values() == {"contact_id": "C-003-2", "email": "ap@lumen.example", "phone": None}
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    contacts = await house.ports.crm.contacts("ACC-003")
    assert next(each for each in contacts if each.id == "C-003-2").email == "ap@lumen.example"


async def test_asks_for_the_new_address(house: House) -> None:
    assert asked(await house.ask("update_billing_contact", "ACC-003", "change the billing contact")).slot == "email"


async def test_without_the_code_the_gate_denies(house: House) -> None:
    from skills.catalogue import find
    from skills.contract import Ready
    from tests.unit.skills.house import TALK

    context = house.context(house.customer("ACC-003"))
    proposal = await house.runner.propose(find("update_billing_contact"), context, Ready(arguments={}), TALK)
    assert codes(proposal) == ["step_up"]
