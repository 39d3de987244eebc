"""The policies, case by case: governance/policies/tests holds the cases."""

from typing import Any

import pytest

from core.action import Allow, Deny, NeedsApproval
from tests.unit.governance.builders import allowed, cases, effects, gate, unneeded

REQUESTS = sorted(allowed())
CASES = cases()
NEEDED = [(skill, name) for skill in REQUESTS for name in sorted(allowed()[skill].facts) if name not in unneeded(skill)]
STAFF_FACTS = {"approver_role", "approver_is_requester"}


@pytest.mark.parametrize("skill", REQUESTS)
def test_allowed(skill: str) -> None:
    asked = allowed()[skill]
    assert isinstance(gate().decide(asked.request, asked.told), Allow)


def test_every_skill_has_an_allowed_request() -> None:
    assert set(REQUESTS) == set(effects())


@pytest.mark.parametrize(("skill", "name"), NEEDED)
def test_an_unknown_fact_is_never_allowed(skill: str, name: str) -> None:
    asked = allowed()[skill].changed({"facts": {name: None}})
    decision = gate().decide(asked.request, asked.told)
    assert isinstance(decision, NeedsApproval if name in STAFF_FACTS else Deny)
    assert decision.reasons[0].code != "policy_error"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    asked = allowed()[case["skill"]].changed(case)
    decision = gate().decide(asked.request, asked.told)
    assert (decision.name, getattr(decision, "approver", None)) == (case["expect"], case.get("approver"))
    if case["expect"] != "allow":
        assert list(decision.policies) == case["rules"]
        assert [reason.code for reason in decision.reasons] == case.get("codes", case["rules"])


def test_every_rule_is_seen_to_fire_and_not_to() -> None:
    refusing = {rule.id for rule in gate().rules if rule.customer}
    fired = {rule for case in CASES for rule in case.get("rules", [])}
    assert fired == refusing


def test_cases_have_their_own_names() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 120


def test_customers_are_told_no_figure_and_no_jargon() -> None:
    for rule in gate().rules:
        words = rule.customer.lower()
        assert not any(letter.isdigit() for letter in words), rule.id
        assert not any(word in words for word in ("policy", "rule", " cap", "p1", "limit", "percent", "fact")), rule.id
