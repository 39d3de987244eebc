"""Steps that are asked for at once: all their money counts, what earlier ones change holds, and the strictest decides."""

from dataclasses import replace
from typing import Any

from core.action import Allow, Argument, Deny, NeedsApproval, Origin, Provenance
from governance.together import Judged, in_view, strictest
from tests.unit.governance.builders import Asked, allowed, gate

SOURCE = Provenance(origin=Origin.CUSTOMER, source_id="m1")


def step(asked: Asked, *, relative: bool = False, arguments: dict[str, Any] | None = None, **facts: Any) -> Judged:
    given = {name: Argument(value=value, provenance=SOURCE) for name, value in (arguments or {}).items()}
    request = replace(asked.request, arguments={**asked.request.arguments, **given})
    return Judged(request=request, facts=asked.told.with_(**facts), relative=relative)


def credit(minor: int, **facts: Any) -> Judged:
    return step(allowed()["give_credit"], amount_usd_minor=minor, granted_usd_minor_90d=0, credits_usd_minor_90d=0, **facts)


def test_one_within_the_cap_is_allowed() -> None:
    assert isinstance(gate().decide_together([credit(3000)]).whole, Allow)


def test_two_that_pass_the_cap_together_need_a_person_whatever_the_order() -> None:
    for amounts in ((3000, 4000), (4000, 3000)):
        said = gate().decide_together([credit(each) for each in amounts])
        assert [type(each) for each in said.steps] == [NeedsApproval, NeedsApproval]
        assert isinstance(said.whole, NeedsApproval)
        assert "credit_by_person" in said.whole.policies


def test_a_denied_step_decides_the_whole_and_leaves_the_others_their_own_verdict() -> None:
    said = gate().decide_together([step(allowed()["change_plan"], permitted=False), credit(1000)])
    assert isinstance(said.steps[0], Deny)
    assert isinstance(said.steps[1], Allow)
    assert isinstance(said.whole, Deny)


def test_the_highest_role_decides_the_whole() -> None:
    said = gate().decide_together([credit(30_000), credit(80_000)])
    assert isinstance(said.whole, NeedsApproval)
    assert said.whole.approver in ("billing_lead", "finance")
    single = gate().decide_together([credit(6000)]).whole
    assert isinstance(single, NeedsApproval)
    assert single.approver == "support_agent"


def test_seats_that_count_from_what_there_is_then_do_so() -> None:
    asked = allowed()["remove_seats"]
    more = step(allowed()["add_seats"], arguments={"difference": 5})
    fewer = step(asked, relative=True, seats_after=8)
    assert in_view(fewer, [more], []).seats_after == 13
    assert in_view(replace(fewer, relative=False), [more], []).seats_after == 8


def test_what_earlier_steps_change_holds_for_the_later_ones() -> None:
    moved = step(allowed()["change_plan"], arguments={"plan": "business"})
    paused = step(allowed()["pause_plan"], pauses_12m=0)
    later = in_view(credit(100, pauses_12m=0), [moved, paused], [])
    assert (later.plan, later.account_status, later.pauses_12m) == ("business", "paused", 1)


def test_nothing_to_decide_on_is_denied() -> None:
    assert isinstance(gate().decide_together([]).whole, Deny)


def test_unknown_money_stays_unknown() -> None:
    unknown = replace(credit(100), facts=credit(100).facts.with_(credits_usd_minor_90d=None))
    assert in_view(unknown, [], [credit(100)]).credits_usd_minor_90d is None
    assert isinstance(gate().decide_together([unknown, credit(100)]).whole, Deny)


def test_the_strictest_of_allowances_is_one() -> None:
    allows = gate().decide_together([credit(100), step(allowed()["change_plan"])])
    assert isinstance(strictest(allows.steps), Allow)
