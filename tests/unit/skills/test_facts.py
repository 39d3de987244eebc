"""What policy is told: read side by side, and unknown when it can't be read."""

from dataclasses import replace

import pytest

from core.action import ActionRequest, Effect
from core.people import Principal
from governance.facts import Facts
from governance.ledger import Grant, Recipient
from skills.facts import NEVER, Switches, Talk, base_facts, gather
from skills.sandbox.faults import Fault, FaultKind
from tests.unit.skills.house import NOW, TALK, House


def request(house: House, account: str, *, effect: Effect = Effect.WRITE, principal: Principal | None = None) -> ActionRequest:
    return ActionRequest(
        id="a1",
        skill="add_seats",
        effect=effect,
        arguments={},
        principal=principal or house.customer(account),
        account_id=account,
        conversation_id="c1",
        correlation_id="k1",
        idempotency_key="a1",
        requested_at=NOW,
    )


async def facts(house: House, account: str, effect: Effect = Effect.WRITE, talk: Talk = TALK) -> Facts:
    found = await gather(house.proposer.sources, request(house, account, effect=effect), talk, Switches(), NOW)
    return found.facts


async def test_the_records_become_facts(house: House) -> None:
    found = await facts(house, "ACC-001", Effect.MESSAGE)
    assert (found.plan, found.billing, found.account_status) == ("business", "annual", "active")
    assert (found.days_to_renewal, found.notice_passed) == (45, False)
    assert (found.open_p1, found.open_p2) == (False, True)
    assert (found.region, found.local_hour, found.weekday) == ("UK", 10, 4)
    assert found.contacts_in_window == 0
    assert found.own_account is True


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("ACC-007", {"open_p1": True, "days_since_p1_closed": NEVER}),
        ("ACC-004", {"payment_failed": True, "dunning_day": 9, "overdue": True}),
        ("ACC-026", {"payment_failed": False, "dunning_day": 43, "overdue": True}),
        ("ACC-027", {"account_status": "read_only", "dunning_day": 24}),
        ("ACC-039", {"dispute": True}),
        ("ACC-015", {"existing_discount": True, "nps": 9, "nps_age_days": 36}),
        ("ACC-025", {"pauses_12m": 1, "save_offers_12m": 0}),
        ("ACC-034", {"account_status": "trial_ended", "trial_extensions": 1}),
        ("ACC-003", {"dunning_day": 0, "days_to_renewal": None, "notice_passed": False}),
        ("ACC-035", {"account_status": "cancelling"}),
    ],
)
async def test_situations(house: House, account: str, expected: dict[str, object]) -> None:
    found = await facts(house, account)
    assert {name: getattr(found, name) for name in expected} == expected


async def test_what_cannot_be_read_is_unknown(house: House) -> None:
    house.sandbox.faults.set("billing.*", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    house.sandbox.faults.set("helpdesk.*", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    found = await facts(house, "ACC-001")
    assert (found.plan, found.open_p1, found.dispute) == (None, None, None)
    assert found.region == "UK"


async def test_a_read_asks_no_system(house: House) -> None:
    house.sandbox.faults.set("*", Fault(kind=FaultKind.FAIL_BEFORE, times=None))
    found = await facts(house, "ACC-001", Effect.READ)
    assert found.own_account is True
    assert found.plan is None


async def test_switches(house: House) -> None:
    asked = request(house, "ACC-001")
    assert base_facts(asked, Switches(kill_switch=True)).kill_switch is True
    assert base_facts(asked, Switches(frozen=frozenset({"add_seats"}))).skill_frozen is True
    assert base_facts(asked, Switches(frozen=frozenset({"pause_plan"}))).skill_frozen is False


async def test_another_account_is_not_ones_own(house: House) -> None:
    asked = request(house, "ACC-002", principal=house.customer("ACC-001"))
    assert base_facts(asked, Switches()).own_account is False


async def test_consent_of_the_person_by_channel(house: House) -> None:
    assert (await facts(house, "ACC-008", Effect.MESSAGE)).consent == "opted_out"
    assert (await facts(house, "ACC-011", Effect.MESSAGE, replace(TALK, channel="email"))).consent == "opted_out"
    who = Recipient(tenant="halcyon", account_id="ACC-015", contact_id=house.customer("ACC-015").id)
    await house.database.write(lambda conn: house.contacts.refuse(conn, who, channel="all", kind="add_seats", at=NOW))
    assert (await facts(house, "ACC-015", Effect.MESSAGE)).consent == "opted_out"


async def test_what_was_given_counts_by_cause_and_by_account(house: House) -> None:
    grant = Grant(tenant="halcyon", account_id="ACC-016", cause="goodwill", form="credit", usd_minor=3000, key="other", at=NOW)
    seen = await house.ask("give_credit", "ACC-016", "45 euro")
    assert seen.facts is not None
    assert (seen.facts.granted_usd_minor_90d, seen.facts.credits_usd_minor_90d) == (0, 0)
    from governance.ledger import Given

    await house.database.write(lambda conn: house.grants.reserve(conn, grant, seen=Given()))
    seen = await house.ask("give_credit", "ACC-016", "45 euro")
    assert seen.facts is not None
    assert (seen.facts.granted_usd_minor_90d, seen.facts.credits_usd_minor_90d) == (3000, 3000)


async def test_credit_that_others_gave_counts_too(house: House) -> None:
    from core.money import Money
    from skills.billing.port import CreditOrder

    await house.ports.billing.credit("ACC-016", CreditOrder(amount=Money(2000, "EUR"), cause="goodwill"), key="elsewhere")
    seen = await house.ask("give_credit", "ACC-016", "45 euro")
    assert seen.facts is not None
    assert seen.facts.credits_usd_minor_90d == 2160
