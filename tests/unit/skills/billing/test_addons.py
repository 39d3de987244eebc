"""Add-ons: named in any way, sold where they are sold."""

from tests.unit.skills.house import House, asked, codes, ready, refused, request_of, text


async def test_adds_to_an_account_that_meets_what_it_needs(house: House) -> None:
    proposal = await house.ask("add_addon", "ACC-024", "please add SSO")
    assert request_of(proposal).values() == {"addon": "sso_scim"}
    offer = ready(proposal).offer
    assert offer is not None
    assert (offer.kind, offer.item) == ("cross_sell", "sso_scim")
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "SSO & SCIM is on" in text(outcome.done)
    assert "sso_scim" in (await house.ports.billing.subscription("ACC-024")).addons
    await house.runner.compensate(request_of(proposal))
    assert "sso_scim" not in (await house.ports.billing.subscription("ACC-024")).addons


async def test_unknown_prerequisites_are_named(house: House) -> None:
    proposal = await house.ask("add_addon", "ACC-006", "add it", addon="SSO & SCIM")
    assert refused(proposal).code == "prerequisite_unknown"
    assert "verified email domain" in refused(proposal).sentences[0].text


async def test_an_excluded_region_refuses(house: House) -> None:
    proposal = await house.ask("add_addon", "ACC-013", "AI Scheduling please")
    assert refused(proposal).code == "addon_region_excluded"
    assert "addon_region_excluded" in codes(proposal)


async def test_says_on_which_plans_it_is_sold(house: House) -> None:
    proposal = await house.ask("add_addon", "ACC-003", "we want Advanced Analytics")
    assert "Business and Enterprise" in refused(proposal).sentences[0].text


async def test_asks_which(house: House) -> None:
    assert asked(await house.ask("add_addon", "ACC-003", "add that extra")).slot == "addon"


async def test_removes_the_only_one_without_asking(house: House) -> None:
    proposal = await house.ask("remove_addon", "ACC-018", "remove our add-on")
    assert request_of(proposal).values() == {"addon": "payroll_export"}
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "stays on until" in text(outcome.done)


async def test_nothing_to_remove(house: House) -> None:
    proposal = await house.ask("remove_addon", "ACC-003", "remove our add-on")
    assert refused(proposal).code == "addon_not_active"


async def test_an_addon_that_comes_with_the_plan_stays(house: House) -> None:
    proposal = await house.ask("remove_addon", "ACC-001", "drop Payroll Export")
    assert refused(proposal).code == "addon_included"


async def test_a_trial_is_free_and_once(house: House) -> None:
    done = await house.do("start_addon_trial", "ACC-036", "try AI Scheduling")
    assert "11 December 2026" in text(done)
    again = await house.ask("start_addon_trial", "ACC-036", "try AI Scheduling")
    assert refused(again).code == "trial_used"


async def test_some_have_no_trial(house: House) -> None:
    assert refused(await house.ask("start_addon_trial", "ACC-024", "try SSO")).code == "no_trial"
