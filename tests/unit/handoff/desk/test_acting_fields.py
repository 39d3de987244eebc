import pytest

from core.action import Argument, Origin, Provenance, Scalar
from core.errors import BadInput
from core.language import SlotValue
from handoff.desk.acting_fields import Filled, argument_rows, fields_of, kept_slots, slots_of, told_slots
from skills.billing.prices import PriceList
from skills.catalogue import find
from skills.contract import Ask
from tests.fakes.copilot_house import Begin

CREDIT, SEATS, REFUND = find("give_credit"), find("add_seats"), find("refund_payment")


def argument(value: Scalar, origin: Origin = Origin.RECORD, source: str = "INV-1") -> Argument:
    return Argument(value=value, provenance=Provenance(origin=origin, source_id=source))


def heard(name: str, value: str | int) -> SlotValue:
    return SlotValue(name=name, value=value, message_id="m1", start=0, end=3)


@pytest.fixture
async def prices(begin: Begin) -> PriceList:
    return (await begin(handed=False)).rooms.ports.prices


async def test_a_field_shows_money_as_people_write_it(prices: PriceList) -> None:
    filled = Filled(
        slots={"amount": heard("amount", 8000)}, arguments={"amount_minor": argument(8000), "currency": argument("USD")}
    )
    shown = {each.name: each for each in fields_of(CREDIT, filled, prices)}
    assert shown["amount"].value == "80.00 USD"
    assert shown["currency"].choices == ("USD", "EUR", "GBP")


async def test_what_is_asked_for_is_required_and_brings_its_choices(prices: PriceList) -> None:
    ask = Ask(slot="quantity", question="How many?", choices=("5", "10"))
    shown = {each.name: each for each in fields_of(SEATS, Filled(slots={}, arguments={}, ask=ask), prices)}
    assert shown["quantity"].required
    assert shown["quantity"].choices == ("5", "10")
    assert not shown["seats"].required


async def test_a_code_is_no_field_of_an_agents(prices: PriceList) -> None:
    shown = fields_of(find("reissue_invoice"), Filled(slots={}, arguments={}), prices)
    assert [each.name for each in shown] == ["invoice", "detail", "value"]


def test_values_from_records_become_slots_that_keep_their_origin() -> None:
    arguments = {"invoice_id": argument("INV-1"), "amount_minor": argument(36372), "currency": argument("USD")}
    kept = kept_slots(REFUND, Filled(slots={}, arguments=arguments))
    assert (kept["invoice"].value, kept["invoice"].origin) == ("INV-1", Origin.RECORD)
    assert (kept["amount"].value, kept["amount"].origin) == ("363.72 USD", Origin.RECORD)


def test_how_many_there_shall_be_is_not_taken_for_what_was_asked() -> None:
    kept = kept_slots(SEATS, Filled(slots={"quantity": heard("quantity", 5)}, arguments={"seats": argument(53)}))
    assert set(kept) == {"quantity"}


def test_an_unchanged_field_keeps_its_origin_and_a_changed_one_is_the_agents() -> None:
    kept = {"quantity": heard("quantity", 5)}
    same = slots_of(SEATS, {"quantity": "5", "seats": ""}, {"quantity": "5"}, kept, "sam")
    assert same == kept
    other = slots_of(SEATS, {"quantity": "1,000"}, {"quantity": "5"}, kept, "sam")["quantity"]
    assert (other.value, other.origin, other.message_id) == (1000, Origin.AGENT, "sam")


@pytest.mark.parametrize("typed", ["many", "0", "-3", "4.5"])
def test_a_count_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="whole number"):
        slots_of(SEATS, {"quantity": typed}, {}, {}, "sam")


def test_an_unknown_field_and_an_unknown_choice_are_refused() -> None:
    with pytest.raises(BadInput, match="no field colour"):
        slots_of(SEATS, {"colour": "red"}, {}, {}, "sam")
    with pytest.raises(BadInput, match="one of company name"):
        slots_of(find("reissue_invoice"), {"detail": "the font"}, {}, {}, "sam")


def test_what_the_bot_noted_counts_money_in_minor_units() -> None:
    found = told_slots(CREDIT, {"amount": "4000", "seats": "5"}, "case-1")
    assert {name: slot.value for name, slot in found.items()} == {"amount": 4000}


def test_arguments_without_rows_are_told_in_words() -> None:
    rows = argument_rows(
        {"amount_minor": argument(500), "currency": argument("EUR"), "cause": argument("late_reply"), "note": argument(None)}
    )
    assert rows == (("Amount", "€5.00"), ("Cause", "late reply"))
