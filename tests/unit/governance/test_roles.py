from governance.roles import covered_by, covers, enough, highest


def test_higher_roles_stand_for_lower_ones_of_their_chain() -> None:
    assert covers("finance", "support_agent")
    assert covers("cfo", "account_manager")
    assert not covers("support_agent", "billing_lead")
    assert not covers("cfo", "support_agent")
    assert not covers("finance", "account_manager")
    assert not covers("king", "king")


def test_the_highest_that_is_enough() -> None:
    assert enough(["support_agent", "finance", "cfo"], "billing_lead") == "finance"
    assert enough(["support_agent"], "billing_lead") is None
    assert enough([], "support_agent") is None


def test_the_highest_of_several() -> None:
    assert highest(["support_agent", "finance", "billing_lead"]) == "finance"
    assert highest([]) is None


def test_what_a_holder_stands_for() -> None:
    assert covered_by(["billing_lead", "account_manager"]) == {"billing_lead", "support_agent", "account_manager"}
    assert covered_by(["Owner"]) == frozenset()
