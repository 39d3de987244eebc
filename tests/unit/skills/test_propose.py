"""Who may not ask at all hears that first; the others get a judged request."""

from dataclasses import replace

import pytest

from core.action import Allow, Deny
from core.people import Assurance, PrincipalKind
from skills.catalogue import CATALOGUE, find
from skills.contract import Skill
from skills.facts import Switches
from skills.propose import SYSTEM_OF_RECORD
from skills.sandbox.faults import Fault, FaultKind
from tests.unit.skills.house import TALK, House, codes, refused, request_of

PRIVATE = [skill for skill in CATALOGUE if skill.needs_account and skill.id != "send_code"]


@pytest.mark.parametrize("skill", PRIVATE, ids=lambda skill: skill.id)
async def test_a_stranger_reads_and_changes_nothing(house: House, skill: Skill) -> None:
    house.sandbox.faults.set("*", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    stranger = house.customer("ACC-003", assurance=Assurance.CLAIMED)
    proposal = await house.ask(skill.id, stranger, "please")
    assert proposal.denied
    assert codes(proposal) == ["verified"]


async def test_the_kill_switch_stops_everything(house: House) -> None:
    house.switches = Switches(kill_switch=True)
    assert codes(await house.ask("get_account", "ACC-003")) == ["kill_switch"]


async def test_a_frozen_skill_rests_alone(house: House) -> None:
    house.switches = Switches(frozen=frozenset({"give_credit"}))
    assert codes(await house.ask("give_credit", "ACC-016", "45 euro")) == ["skill_frozen"]
    assert isinstance((await house.ask("get_account", "ACC-016")).decision, Allow)


async def test_what_the_records_refuse_is_a_denial_in_any_case(house: House) -> None:
    proposal = await house.ask("book_callback", "ACC-003", "call me monday")
    decision = proposal.decision
    assert isinstance(decision, Deny)
    assert decision.policies == (SYSTEM_OF_RECORD,)
    assert decision.reasons[0].customer == refused(proposal).sentences[0].text


async def test_unread_facts_deny(house: House) -> None:
    house.sandbox.faults.set("helpdesk.tickets", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    proposal = await house.ask("apply_save_offer", "ACC-025")
    assert codes(proposal) == ["save_offer_ticket"]


async def test_proposals_are_journalled_without_values(house: House) -> None:
    await house.ask("update_billing_contact", house.customer("ACC-003").stepped_up(), "to secret@lumen.example")
    events = await house.events("action.proposed", "action.decided")
    assert [event.type for event in events] == ["action.proposed", "action.decided"]
    assert "secret" not in str(events)
    assert events[1].data["decision"] == "allow"
    assert events[0].correlation_id == "k1"


async def test_an_agent_asks_with_their_own_authority(house: House) -> None:
    context = house.context(house.agent("support_agent"), account_id="ACC-003")
    proposal = await house.runner.prepare(find("get_account"), context, {}, TALK)
    assert isinstance(proposal.decision, Allow)
    context = house.context(house.agent("visitor"), account_id="ACC-003")
    assert codes(await house.runner.prepare(find("get_account"), context, {}, TALK)) == ["desk_role"]


async def test_a_program_reads_nothing(house: House) -> None:
    program = replace(house.agent(), kind=PrincipalKind.SYSTEM)
    proposal = await house.runner.prepare(find("get_account"), house.context(program, account_id="ACC-003"), {}, TALK)
    assert proposal.denied


async def test_every_request_has_its_own_key(house: House) -> None:
    first, second = [request_of(await house.ask("add_seats", "ACC-003", "5 more", quantity=5)) for _ in range(2)]
    assert first.idempotency_key != second.idempotency_key
    assert first.arguments_hash == second.arguments_hash
