"""The public state of the service, and mail that belongs to a conversation."""

from core.people import Assurance, Principal, PrincipalKind
from tests.unit.skills.house import TENANT, House, codes, text

VISITOR = Principal(kind=PrincipalKind.CUSTOMER, id="v1", tenant=TENANT, assurance=Assurance.ANONYMOUS)


async def test_anybody_hears_of_the_open_incident_and_what_helps(house: House) -> None:
    told = text(await house.do("incident_status", VISITOR, "is xero down"))
    assert "INC-1117" in told
    assert "Do not press Push again" in told
    assert "24 November" not in told
    assert "credential" not in told


async def test_a_past_incident_is_over(house: House) -> None:
    past = next(each for each in await house.ports.helpdesk.incidents() if each.ended_at)
    told = text(await house.do("incident_status", VISITOR, f"what about {past.id}?"))
    assert "INC-1117" in told or "is over" in told


async def test_a_transcript_goes_to_the_address_on_file(house: House) -> None:
    assert "address we have on file" in text(await house.do("send_transcript", "ACC-003"))
    assert codes(await house.ask("send_transcript", VISITOR))[0] == "verified"


async def test_a_code_may_be_mailed_before_anybody_is_verified(house: House) -> None:
    claimed = house.customer("ACC-003", assurance=Assurance.CLAIMED)
    assert "6-digit code" in text(await house.do("send_code", claimed))
