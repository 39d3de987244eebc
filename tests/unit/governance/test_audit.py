from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from core.action import NeedsApproval, Reason
from core.errors import NotFound
from core.events import Event
from core.journal import Journal
from core.vault import Vault
from governance import audit
from governance.approvals import Approvals
from governance.audit import DecisionRecord, explain, judged, record
from tests.unit.governance.builders import NOW, allowed, gate

TENANT = "halcyon"


def turn(**changes: object) -> DecisionRecord:
    asked = allowed()["give_credit"].changed({"facts": {"amount_usd_minor": 12000}})
    made = DecisionRecord(
        id="T-1",
        tenant=TENANT,
        kind="turn",
        at=NOW,
        correlation_id="X-1",
        conversation_id="V-1",
        account_id="ACC-001",
        understood={"intent": "give_credit", "confidence": 0.91},
        recalled=["R-1"],
        retrieved=[{"passage": "P-1", "score": 0.7}],
        decided=[judged(asked.request, gate().decide(asked.request, asked.told), asked.told, "awaiting_approval")],
        versions={"policy": gate().version, "model": "embedded-1"},
        timings_ms={"understand": 12.5},
    )
    return replace(made, **changes)


def test_a_record_comes_back_as_it_was(conn: Connection) -> None:
    record(conn, turn())
    assert audit.find(conn, TENANT, "T-1") == replace(turn(), recalled=["R-1"])
    assert audit.find(conn, "other", "T-1") is None
    assert [found.id for found in audit.of_conversation(conn, TENANT, "V-1")] == ["T-1"]


def test_the_same_id_again_replaces_it(conn: Connection) -> None:
    record(conn, turn())
    record(conn, turn(recalled=["R-2"]))
    found = audit.find(conn, TENANT, "T-1")
    assert found is not None
    assert list(found.recalled) == ["R-2"]


def test_a_decision_is_kept_without_its_values() -> None:
    asked = allowed()["give_credit"].changed({"arguments": {"note": "Zoë Quimby"}, "facts": {"amount_usd_minor": 12000}})
    kept = judged(asked.request, gate().decide(asked.request, asked.told), asked.told)
    assert kept["decision"] == "needs_approval"
    assert kept["policies"] == ["credit_by_person", "over_agent_cap"]
    assert kept["provenance"] == {"note": "customer"}
    assert "Quimby" not in str(kept)


@pytest.fixture
def told(conn: Connection, vault: Vault, journal: Journal) -> dict[str, str]:
    """A turn with its record, an event, and an approval. Gives their ids."""
    record(conn, turn())
    event = Event(
        type="turn.started",
        tenant=TENANT,
        at=NOW - timedelta(seconds=1),
        correlation_id="X-1",
        conversation_id="V-1",
        account_id="ACC-001",
    )
    journal.append(conn, event)
    needs = NeedsApproval(
        approver="billing_lead",
        policies=("over_agent_cap",),
        version=gate().version,
        reasons=(Reason(code="over_agent_cap", customer="A colleague decides.", agent="Above the cap."),),
    )
    asked = Approvals(vault, journal).request(
        conn, allowed()["give_credit"].request, needs, evidence={}, expires_at=NOW + timedelta(days=1)
    )
    return {"turn": "T-1", "event": event.id, "approval": asked, "action": "A-1", "correlation": "X-1"}


@pytest.mark.parametrize("kind", ["turn", "event", "approval", "action", "correlation"])
def test_the_chain_is_found_from_every_id(conn: Connection, journal: Journal, told: dict[str, str], kind: str) -> None:
    chain = explain(conn, journal, TENANT, told[kind])
    assert chain.correlation_id == "X-1"
    assert [step.what for step in chain.steps] == [
        "turn.started",
        "approval.requested",
        "turn T-1: understood",
        "recalled",
        "retrieved",
        "policy on give_credit: needs_approval",
        "versions",
        "timings in ms",
    ]


def test_the_chain_reads_well(conn: Connection, journal: Journal, told: dict[str, str]) -> None:
    text = str(explain(conn, journal, TENANT, told["turn"]))
    assert text.startswith("T-1 came of X-1:\n  2026-11-20 09:59:59 turn.started")
    assert "intent: give_credit" in text
    assert "over_agent_cap" in text
    assert gate().version in text


@pytest.mark.usefixtures("told")
def test_nothing_is_told_across_tenants_or_of_unknown_ids(conn: Connection, journal: Journal) -> None:
    for tenant, subject in [("other", "T-1"), (TENANT, "T-9")]:
        with pytest.raises(NotFound, match=subject):
            explain(conn, journal, tenant, subject)
