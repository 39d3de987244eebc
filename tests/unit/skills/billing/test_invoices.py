"""Finding, explaining and reissuing invoices."""

from typing import Any

from tests.unit.skills.house import House, asked, refused, request_of, text


async def test_shows_the_latest_first(house: House) -> None:
    done = await house.do("find_invoices", "ACC-003", "our invoices")
    assert [sentence.record_ids for sentence in done.sentences] == [("INV-7007",), ("INV-7006",), ("INV-7005",)]


async def test_shows_the_unpaid_ones_alone(house: House) -> None:
    assert "INV-7048" in text(await house.do("find_invoices", "ACC-026", "which bills are unpaid"))
    assert "Nothing is unpaid" in text(await house.do("find_invoices", "ACC-003", "which bills are unpaid"))


async def test_finds_one_by_number(house: House) -> None:
    assert "INV-7006" in text(await house.do("find_invoices", "ACC-003", "INV 7006", invoice="INV 7006"))
    assert "don't find" in text(await house.do("find_invoices", "ACC-003", "INV-1", invoice="INV-9999"))
    assert "no invoices" in text(await house.do("find_invoices", "ACC-033", "bills"))


async def test_another_companys_invoice_is_not_found(house: House) -> None:
    assert "don't find" in text(await house.do("find_invoices", "ACC-001", "INV-7007", invoice="INV-7007"))


async def test_explains_lines_and_tax(house: House) -> None:
    told = text(await house.do("explain_charge", "ACC-003", "why so much"))
    for words in ("48 Team seats x $7 = $336", "$27.72 tax", "$727.44 was collected"):
        assert words in told


async def test_explains_the_one_with_that_amount(house: House) -> None:
    done = await house.do("explain_charge", "ACC-002", "what is INV", invoice="INV-7002")
    assert "INV-7002" in text(done)
    assert asked(await house.ask("explain_charge", "ACC-003", "INV-1", invoice="INV-9999")).slot == "invoice"


async def test_reissues_with_a_vat_id_seen_in_the_message(house: House) -> None:
    proposal = await house.ask("reissue_invoice", "ACC-003", "our VAT ID DE811234567 is missing")
    assert request_of(proposal).values() == {"invoice_id": "INV-7007", "detail": "vat_id", "value": "DE811234567"}
    outcome = await house.confirm(proposal)
    assert outcome.done is not None
    assert "corrected VAT ID" in text(outcome.done)


async def test_asks_what_and_how(house: House) -> None:
    assert asked(await house.ask("reissue_invoice", "ACC-003", "the invoice is wrong")).slot == "detail"
    assert asked(await house.ask("reissue_invoice", "ACC-003", "the name", detail="name")).slot == "value"


async def test_an_address_needs_the_code(house: House) -> None:
    slots: dict[str, Any] = {"detail": "address", "value": "1 New Street, Austin"}
    assert asked(await house.ask("reissue_invoice", "ACC-003", "wrong address", **slots)).slot == "code"
    proven = house.customer("ACC-003").stepped_up()
    proposal = await house.ask("reissue_invoice", proven, "wrong address", **slots)
    assert (await house.confirm(proposal)).done is not None


async def test_old_invoices_stay_as_they_are(house: House) -> None:
    proposal = await house.ask("reissue_invoice", "ACC-001", "VAT ID GB123456789 is missing")
    assert refused(proposal).code == "outside_window"
