"""Whatever is missing, odd or out of bounds: the gate never permits what the rules, written a second time, forbid."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from core.action import Argument, Origin, Provenance
from governance.facts import KINDS, Facts
from governance.gate import Gate
from governance.policy import FOLDER
from tests.unit.governance.builders import Asked, allowed, facts_of, gate
from tests.unit.governance.oracle import verdict

WORDS = {
    "account_status": ["active", "trial", "trial_ended", "cancelling", "paused", "ended", "read_only", "suspended", "closed"],
    "plan": ["starter", "team", "team_2024", "business", "enterprise", "trial"],
    "billing": ["monthly", "annual"],
    "region": ["EU", "UK", "US", "AU", "CA", "BR"],
    "form": ["credit", "refund"],
    "basis": ["first_monthly", "first_annual", "annual_renewal", "addon", "duplicate", "goodwill", "sla", "incident", "none"],
    "channel": ["in_app", "email", "sms", "phone", "pigeon"],
    "consent": ["opted_in", "opted_out", "none_recorded"],
    "approver_role": ["support_agent", "billing_lead", "finance", "account_manager", "sales_director", "cfo", "auditor"],
}
NUMBERS = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 24, 25, 26, 30, 31, 36, 90, 91, 120, 121]
AMOUNTS = [0, 1, 4999, 5000, 5001, 9999, 10000, 10001, 99999, 100000, 100001, 2**62, 2**63 - 1]
ODD: list[object] = [
    "",
    "yes",
    "no",
    "unknown",
    "null",
    1.0,
    2.5,
    2**63,
    -(2**63) - 1,
    True,
    0,
    [],
    ["Owner"],
    {},
    {"known": True, "value": 0},
]
ROLES = ["Owner", "Admin", "Billing admin", "Manager", "Employee", "support_agent", "finance", "cfo"]


def values(name: str) -> st.SearchStrategy[object]:
    """What a fact may turn into: a sensible value, often; unknown; now and then something odd."""
    if KINDS[name] is bool:
        usual: list[object] = [True, False]
    elif KINDS[name] is str:
        usual = list(WORDS.get(name, ["x"]))
    else:
        usual = list(AMOUNTS) if name.endswith(("minor", "90d")) else list(NUMBERS)
    return st.one_of(st.sampled_from(usual), st.sampled_from(usual), st.none(), st.sampled_from(ODD))


@st.composite
def asked(draw: st.DrawFn, skills: tuple[str, ...] = ()) -> tuple[Asked, Facts]:
    """An allowed request, changed in a few places."""
    start = allowed()[draw(st.sampled_from(skills or tuple(sorted(allowed()))))]
    near = [*start.facts, "approver_role", "approver_is_requester", "permitted", "live"]
    changed = draw(st.lists(st.sampled_from(near), max_size=4, unique=True))
    facts = {**start.facts, **{name: draw(values(name)) for name in changed}}
    who = dict(start.who)
    if draw(st.booleans()):
        who["roles"] = draw(st.lists(st.sampled_from(ROLES), max_size=2))
        who["kind"] = draw(st.sampled_from(["customer", "customer", "agent", "assistant", "system"]))
        who["assurance"] = draw(st.sampled_from(["anonymous", "claimed", "verified", "verified"]))
        who["step_up"] = draw(st.booleans())
        who["account_id"] = draw(st.sampled_from(["ACC-001", "ACC-001", "ACC-002", None]))
    arguments = dict(start.arguments)
    for name, usual in (("months", NUMBERS), ("kind", ["upsell", "referral", "x"]), ("plan", WORDS["plan"])):
        if name in arguments and draw(st.booleans()):
            arguments[name] = draw(st.sampled_from(usual))
    return replace(start, who=who, facts={}, arguments=arguments), facts_of(facts)


def judged(
    by: Gate, case: tuple[Asked, Facts], origin: Origin = Origin.CUSTOMER, raised_by: str | None = None
) -> tuple[str, str]:
    """What the gate says, and what the rules written a second time say."""
    plain, facts = case
    said = {
        name: Argument(value=argument.value, provenance=Provenance(origin=origin, source_id="M-1"))
        for name, argument in plain.request.arguments.items()
    }
    request = replace(plain.request, arguments=said, raised_by=raised_by or plain.raised_by)
    return by.decide(request, facts).name, verdict(request, facts)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(asked(), st.sampled_from([*Origin]), st.sampled_from([None, None, "customer", "agent", "bot", "model", "play", "nobody"]))
def test_the_gate_says_what_the_rules_say(case: tuple[Asked, Facts], origin: Origin, raised_by: str | None) -> None:
    said, rules = judged(gate(), case, origin, raised_by)
    assert said == rules


def disagreement(faulty: Gate, skills: tuple[str, ...]) -> tuple[Asked, Facts]:
    """A request on which a gate says other than the rules; an error when none turns up."""
    effort = settings(max_examples=3000, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    return find(asked(skills), lambda case: len(set(judged(faulty, case))) > 1, settings=effort)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "skill"),
    [
        ("money.cedar", "context.credits_usd_minor_90d.value + context.amount_usd_minor.value <= 5000", "true", "give_credit"),
        ("money.cedar", '"addon", "duplicate"].contains', '"addon", "duplicate", "unknown"].contains', "refund_payment"),
        ("contact.cedar", 'context.open_p1 == "no"', 'context.open_p1 != "yes"', "raise_offer"),
        ("identity.cedar", 'principal.account != "" && principal.account == resource.id', "true", "get_account"),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, file: str, was: str, becomes: str, skill: str) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert was in text
    (folder / file).write_text(text.replace(was, becomes), encoding="utf-8")
    plain, _ = disagreement(Gate.load(folder=folder), (skill,))
    assert plain.skill == skill


def test_an_odd_number_type_is_never_an_amount() -> None:
    start = allowed()["give_credit"]
    for odd in ODD:
        facts = facts_of({**start.facts, "amount_usd_minor": odd})
        assert gate().decide(start.request, facts).name == "deny", odd
