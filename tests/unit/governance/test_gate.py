"""The gate fails closed, tells reasons in order, and knows only the skills it was told of."""

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.action import Allow, Deny, Effect, NeedsApproval
from core.errors import BadInput
from core.people import Principal
from governance.facts import Facts
from governance.gate import Gate
from governance.policy import FOLDER
from tests.unit.governance.builders import Asked, allowed, facts_of, gate, principal


def decided(asked: Asked, **changes: Any) -> Allow | Deny | NeedsApproval:
    return gate().decide(replace(asked.request, **changes), asked.told)


def is_policy_error(decision: object) -> bool:
    return isinstance(decision, Deny) and [reason.code for reason in decision.reasons] == ["policy_error"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount_usd_minor", "4860"),
        ("amount_usd_minor", 48.6),
        ("amount_usd_minor", True),
        ("amount_usd_minor", 2**63),
        ("credits_usd_minor_90d", 2**63 - 1),
        ("form", 1),
        ("form", ["credit"]),
        ("basis", {"__entity": {"type": "Account", "id": "x"}}),
        ("kill_switch", 0),
        ("kill_switch", "no"),
        ("own_account", "yes"),
        ("weekday", "Monday"),
    ],
)
def test_an_ill_typed_fact_is_denied(name: str, value: object) -> None:
    asked = allowed()["give_credit"]
    assert is_policy_error(gate().decide(asked.request, facts_of({**asked.facts, name: value})))


def test_no_facts_are_denied() -> None:
    for asked in allowed().values():
        assert isinstance(gate().decide(asked.request, Facts()), Deny)


@pytest.mark.parametrize("skill", ["launch_rocket", "read", "by_owner", "", 'x"', "give_credit in money"])
def test_an_unknown_skill_is_denied(skill: str) -> None:
    assert is_policy_error(decided(allowed()["give_credit"], skill=skill))


@pytest.mark.parametrize("effect", [Effect.READ, Effect.WRITE, Effect.MESSAGE])
def test_money_in_disguise_is_denied(effect: Effect) -> None:
    assert is_policy_error(decided(allowed()["refund_payment"], effect=effect))


def test_an_odd_principal_is_denied() -> None:
    asked = allowed()["get_account"]
    odd: list[Principal] = [principal(), principal(), principal()]
    for who, (name, value) in zip(odd, [("assurance", "verified"), ("roles", None), ("step_up", "yes")], strict=True):
        object.__setattr__(who, name, value)
        assert is_policy_error(decided(asked, principal=who)), name


def test_reasons_speak_to_customers_and_to_staff() -> None:
    decision = decided(allowed()["get_account"].changed({"who": {"assurance": "claimed"}}))
    assert isinstance(decision, Deny)
    assert decision.reasons[0].customer.startswith("I need to verify you first")
    assert "not verified" in decision.reasons[0].agent


def test_a_denial_hides_what_could_be_approved() -> None:
    decision = decided(allowed()["refund_payment"].changed({"facts": {"basis": "none", "approver_role": None}}))
    assert isinstance(decision, Deny)
    assert decision.policies == ("refund_window",)


def test_a_new_skill_joins_its_group_at_its_strictest() -> None:
    wider = Gate.load(skills={"count_kiosks": Effect.READ, "rename_site": Effect.WRITE, "give_card": Effect.MONEY})
    read = replace(allowed()["get_account"].request, skill="count_kiosks")
    told = allowed()["get_account"].told
    assert isinstance(wider.decide(read, told), Allow)
    assert isinstance(wider.decide(replace(read, principal=principal(roles=["Manager"])), told), Deny)
    write = replace(allowed()["cancel_plan"].request, skill="rename_site")
    assert isinstance(wider.decide(write, allowed()["cancel_plan"].told), Allow)
    assert isinstance(wider.decide(replace(write, principal=principal(roles=["Admin"])), allowed()["cancel_plan"].told), Deny)
    refund = allowed()["refund_payment"].changed({"facts": {"approver_role": None}})
    given = replace(refund.request, skill="give_card")
    assert isinstance(wider.decide(given, refund.told), NeedsApproval)
    assert wider.version != gate().version


@pytest.mark.parametrize(
    ("skills", "named"),
    [
        ({"give_credit": Effect.READ}, "give_credit"),
        ({"by_owner": Effect.READ}, "by_owner"),
        ({"a in [read]": Effect.READ}, "a in"),
    ],
)
def test_a_skill_that_does_not_fit_is_refused_at_the_start(skills: dict[str, Effect], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        Gate.load(skills=skills)


def test_the_version_is_that_of_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(FOLDER, folder)
    assert Gate.load(folder=folder).version == Gate.load().version == gate().version
    (folder / "money.cedar").write_text((folder / "money.cedar").read_text().replace("5000", "5001"))
    assert Gate.load(folder=folder).version != gate().version


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("forbid (principal, action, resource) when {", "can't be read"),
        ('@id("x") forbid (principal, action, resource) when { context.nonsense };', "schema"),
        ("forbid (principal, action, resource);", "@customer"),
        ('@id("verified") @customer("a") @agent("b") forbid (principal, action, resource);', "share an @id"),
    ],
)
def test_bad_policies_stop_the_start(tmp_path: Path, text: str, why: str) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(FOLDER, folder)
    (folder / "zebra.cedar").write_text(text)
    with pytest.raises(BadInput, match=why):
        Gate.load(folder=folder)


def test_an_empty_folder_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no policies"):
        Gate.load(folder=tmp_path)


def test_a_decision_is_quick() -> None:
    asked = allowed()["raise_offer"]
    request, told = asked.request, asked.told
    taken: list[float] = []
    for _ in range(100):
        start = time.perf_counter()
        gate().decide(request, told)
        taken.append(time.perf_counter() - start)
    assert sorted(taken)[50] < 0.005


def test_facts_are_replaced_by_name() -> None:
    told = Facts(plan="team").with_(plan="business", open_p1=False).merged({"nps": 9})
    assert told.known() == {"plan": "business", "open_p1": False, "nps": 9}
    with pytest.raises(BadInput, match="colour"):
        told.with_(colour="red")
    with pytest.raises(BadInput, match="nps"):
        told.merged({"nps": 9.5})
