import pytest

from bot.models.embedded import codes


def test_mail_addresses_are_found_without_the_full_stop() -> None:
    assert [found.value for found in codes.find_emails("Write to Ruth.A@larch.example.")] == ["ruth.a@larch.example"]


@pytest.mark.parametrize(("text", "value"), [("ring 0161 555 0134", "01615550134"), ("+44 (20) 5550 1234", "+442055501234")])
def test_phone_numbers_are_found(text: str, value: str) -> None:
    assert [found.value for found in codes.find_phones(text)] == [value]


@pytest.mark.parametrize("text", ["2026-11-20", "11.02.2027", "12 34"])
def test_dates_and_short_numbers_are_no_phones(text: str) -> None:
    assert codes.find_phones(text) == []


@pytest.mark.parametrize("text", ["482913", "the code is 482 913", "482-913"])
def test_codes_have_six_digits(text: str) -> None:
    assert [found.value for found in codes.find_codes(text)] == ["482913"]


@pytest.mark.parametrize("text", ["48291", "4829135", "$482913", "482913.50"])
def test_other_numbers_are_no_codes(text: str) -> None:
    assert codes.find_codes(text) == []


def test_invoices_are_written_officially_with_their_prefix() -> None:
    text = "inv 7020, invoice no. 7021 and Rechnung 7022"
    assert [found.value for found in codes.find_invoices(text, "INV-")] == ["INV-7020", "INV-7021", "INV-7022"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("at 14:30", "14:30"),
        ("2pm", "14:00"),
        ("after two", "14:00"),
        ("before six tonight", "18:00"),
        ("um 9 Uhr", "09:00"),
        ("12 am", "00:00"),
    ],
)
def test_times_of_day_are_found(text: str, value: str) -> None:
    assert [found.value for found in codes.find_times(text)] == [value]


def test_a_count_is_no_time() -> None:
    assert codes.find_times("by 5 seats") == []
