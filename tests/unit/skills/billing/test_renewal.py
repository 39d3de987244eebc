"""The renewal: dates, price, and signing early."""

from tests.unit.skills.house import House, codes, ready, refused, request_of, text


async def test_says_date_deadline_price_and_cap(house: House) -> None:
    done = await house.do("renewal_info", "ACC-010", "with 34 seats", seats=34)
    told = text(done)
    for words in ("2 February 2027", "3 January 2027", "$2,284.80", "7%"):
        assert words in told
    assert done.offer is not None
    assert done.offer.kind == "renewal"


async def test_a_plain_question_is_no_sale(house: House) -> None:
    assert (await house.do("renewal_info", "ACC-010")).offer is None


async def test_a_lasting_discount_counts(house: House) -> None:
    assert "$2,016" in text(await house.do("renewal_info", "ACC-015"))


async def test_monthly_plans_have_no_term(house: House) -> None:
    assert "no contract term" in text(await house.do("renewal_info", "ACC-003"))
    assert refused(await house.ask("renew_contract", "ACC-003")).code == "no_term"


async def test_renews_in_time_for_the_term_that_was_named(house: House) -> None:
    proposal = await house.ask("renew_contract", "ACC-010", "two years with 40", term_months=24, seats=40)
    assert request_of(proposal).values() == {"term_months": 24, "seats": 40}
    offer = ready(proposal).offer
    assert offer is not None
    assert offer.kind == "renewal"
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "24 months with 40 seats" in text(outcome.done)


async def test_too_early_names_the_first_day(house: House) -> None:
    proposal = await house.ask("renew_contract", "ACC-006")
    assert refused(proposal).code == "outside_renewal_window"
    assert "can be renewed up to 120 days early" in refused(proposal).sentences[0].text


async def test_while_a_p1_is_open_the_question_goes_to_a_person(house: House) -> None:
    proposal = await house.ask("renew_contract", "ACC-007")
    refuse = refused(proposal)
    assert refuse.handoff == "policy"
    assert "4 May 2027" in refuse.sentences[0].text
    assert "P1" not in " ".join(sentence.text for sentence in refuse.sentences)
    assert "renew_open_p1" in codes(proposal)
