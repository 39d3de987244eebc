import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from core.action import ActionRequest, Argument, NeedsApproval, Origin, Provenance, Reason
from core.database import Database
from core.errors import Conflict, NotAllowed, NotFound
from core.journal import Journal
from core.people import Principal
from core.vault import Vault, content
from governance.approvals import Approval, Approvals, ApprovalState, approvals
from tests.unit.governance.builders import NOW, allowed, principal

TENANT = "halcyon"
LATER = NOW + timedelta(hours=1)
EXPIRES = NOW + timedelta(days=1)
NEEDS = NeedsApproval(
    approver="billing_lead",
    policies=("refund_by_person", "over_agent_cap"),
    version="v1",
    reasons=(Reason(code="refund_by_person", customer="A colleague checks it.", agent="A person decides."),),
)


def agent(*roles: str, name: str = "bea") -> Principal:
    return principal(kind="agent", id=name, roles=list(roles), account_id=None)


def refund(amount: int = 40000) -> ActionRequest:
    said = Provenance(origin=Origin.CUSTOMER, source_id="M-1")
    arguments = {
        "amount": Argument(value=amount, provenance=said),
        "note": Argument(value="Zoë Quimby asked", provenance=said),
        "invoice": Argument(value=None, provenance=Provenance(origin=Origin.RECORD, source_id="INV-1")),
    }
    return replace(allowed()["refund_payment"].request, arguments=arguments)


@pytest.fixture
def kept(vault: Vault, journal: Journal) -> Approvals:
    return Approvals(vault, journal)


@pytest.fixture
def ask(kept: Approvals, conn: Connection) -> Callable[..., Approval]:
    def ask(action: ActionRequest | None = None) -> Approval:
        asked = kept.request(conn, action or refund(), NEEDS, evidence={"invoice": "INV-1"}, expires_at=EXPIRES)
        return kept.get(conn, TENANT, asked)

    return ask


Ask = Callable[..., Approval]


def test_the_request_is_kept_whole_and_sealed(kept: Approvals, conn: Connection, ask: Ask) -> None:
    found = ask()
    assert found.state is ApprovalState.OPEN
    assert found.role == "billing_lead"
    assert kept.action(conn, found) == refund()
    stored = [str(row) for table in (approvals, content) for row in conn.execute(select(table)).mappings()]
    assert not any("Quimby" in row for row in stored)


def test_asking_again_finds_the_open_one(conn: Connection, ask: Ask) -> None:
    assert ask().id == ask().id
    assert ask(refund(50000)).id != ask().id


def test_the_right_role_grants_and_it_executes_once(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    granted = kept.decide(conn, asked.id, agent("billing_lead"), True, LATER)
    assert (granted.state, granted.decided_by, granted.decided_role) == (ApprovalState.GRANTED, "bea", "billing_lead")
    done = kept.claim_execution(conn, TENANT, asked.id, arguments_hash=refund().arguments_hash, now=LATER)
    assert done.state is ApprovalState.EXECUTED
    with pytest.raises(Conflict, match="executes once"):
        kept.claim_execution(conn, TENANT, asked.id, arguments_hash=refund().arguments_hash, now=LATER)


def test_a_higher_role_stands_for_a_lower(kept: Approvals, conn: Connection, ask: Ask) -> None:
    assert kept.decide(conn, ask().id, agent("finance", "support_agent"), True, LATER).decided_role == "finance"


@pytest.mark.parametrize(
    "who",
    [
        agent("support_agent"),
        agent("cfo"),
        agent(),
        principal(roles=["billing_lead"], id="C-9"),
        principal(kind="assistant", id="bot", roles=["finance"]),
    ],
)
def test_nobody_else_decides(kept: Approvals, conn: Connection, ask: Ask, who: Principal) -> None:
    asked = ask()
    with pytest.raises(NotAllowed, match="billing lead"):
        kept.decide(conn, asked.id, who, True, LATER)
    assert kept.get(conn, TENANT, asked.id).state is ApprovalState.OPEN


def test_nobody_decides_on_their_own_request(kept: Approvals, conn: Connection, ask: Ask) -> None:
    mine = ask(replace(refund(), principal=agent("billing_lead")))
    with pytest.raises(NotAllowed, match="own request"):
        kept.decide(conn, mine.id, agent("billing_lead"), True, LATER)
    assert kept.decide(conn, mine.id, agent("billing_lead", name="bob"), True, LATER).decided_by == "bob"


@pytest.mark.parametrize("first", [True, False])
def test_it_is_decided_once(kept: Approvals, conn: Connection, ask: Ask, first: bool) -> None:
    asked = ask()
    kept.decide(conn, asked.id, agent("billing_lead"), first, LATER)
    with pytest.raises(Conflict, match="already"):
        kept.decide(conn, asked.id, agent("finance", name="finn"), not first, LATER)


def test_refused_or_undecided_never_executes(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    with pytest.raises(Conflict, match="open"):
        kept.claim_execution(conn, TENANT, asked.id, arguments_hash=asked.arguments_hash, now=LATER)
    kept.decide(conn, asked.id, agent("billing_lead"), False, LATER)
    with pytest.raises(Conflict, match="refused"):
        kept.claim_execution(conn, TENANT, asked.id, arguments_hash=asked.arguments_hash, now=LATER)


def test_other_arguments_never_execute(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    kept.decide(conn, asked.id, agent("billing_lead"), True, LATER)
    with pytest.raises(Conflict, match="not those that were approved"):
        kept.claim_execution(conn, TENANT, asked.id, arguments_hash=refund(41000).arguments_hash, now=LATER)


def test_it_expires(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    assert [found.id for found in kept.open_for(conn, TENANT, ["billing_lead"], LATER)] == [asked.id]
    assert kept.open_for(conn, TENANT, ["billing_lead"], EXPIRES) == []
    with pytest.raises(Conflict, match="expired"):
        kept.decide(conn, asked.id, agent("billing_lead"), True, EXPIRES)
    assert kept.expire(conn, TENANT, EXPIRES) == [asked.id]
    assert kept.expire(conn, TENANT, EXPIRES) == []
    assert kept.get(conn, TENANT, asked.id).state is ApprovalState.EXPIRED


def test_a_grant_expires_unless_executed(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    kept.decide(conn, asked.id, agent("billing_lead"), True, LATER)
    with pytest.raises(Conflict, match="expired"):
        kept.claim_execution(conn, TENANT, asked.id, arguments_hash=asked.arguments_hash, now=EXPIRES)


def test_after_it_expired_one_may_ask_again(kept: Approvals, conn: Connection, ask: Ask) -> None:
    first = ask()
    again = replace(refund(), requested_at=EXPIRES)
    second = kept.request(conn, again, NEEDS, evidence={}, expires_at=EXPIRES + timedelta(days=1))
    assert second != first.id


def test_the_queue_is_by_role(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    for roles, seen in [(["support_agent"], 0), (["billing_lead"], 1), (["finance"], 1), (["cfo"], 0), ([], 0)]:
        assert len(kept.open_for(conn, TENANT, roles, LATER)) == seen, roles
    assert [found.id for found in kept.of_conversation(conn, TENANT, "V-1")] == [asked.id]
    assert [found.id for found in kept.of_action(conn, TENANT, "A-1")] == [asked.id]


def test_another_tenant_sees_nothing(kept: Approvals, conn: Connection, ask: Ask) -> None:
    asked = ask()
    with pytest.raises(NotFound):
        kept.get(conn, "other", asked.id)
    assert kept.open_for(conn, "other", ["finance"], LATER) == []
    with pytest.raises(NotFound):
        kept.claim_execution(conn, "other", asked.id, arguments_hash=asked.arguments_hash, now=LATER)


def test_all_is_journalled(kept: Approvals, conn: Connection, journal: Journal, ask: Ask) -> None:
    asked = ask()
    kept.decide(conn, asked.id, agent("billing_lead"), True, LATER)
    kept.claim_execution(conn, TENANT, asked.id, arguments_hash=asked.arguments_hash, now=LATER)
    events = journal.of_correlation(conn, TENANT, "X-1")
    assert [event.type for event in events] == ["approval.requested", "approval.granted", "approval.executed"]
    assert all(event.data["approval"] == asked.id for event in events)


async def test_of_several_at_once_one_executes(database: Database, kept: Approvals) -> None:
    asked = await database.write(lambda conn: kept.request(conn, refund(), NEEDS, evidence={}, expires_at=EXPIRES))
    await database.write(lambda conn: kept.decide(conn, asked, agent("billing_lead"), True, LATER))

    async def claim() -> bool:
        try:
            await database.write(
                lambda conn: kept.claim_execution(conn, TENANT, asked, arguments_hash=refund().arguments_hash, now=LATER)
            )
        except Conflict:
            return False
        return True

    assert (await asyncio.gather(*(claim() for _ in range(5)))).count(True) == 1
