from bot.models.embedded.summarise import LONGEST_LINE, summary
from core.language import Said


def talk(*texts: tuple[str, str]) -> list[Said]:
    return [Said(role=role, text=text) for role, text in texts]


def test_three_lines_tell_the_wish_the_figures_and_the_state() -> None:
    said = talk(
        ("customer", "Hello, we were charged twice."),
        ("bot", "Which invoice is it?"),
        ("customer", "INV-7020, 363 dollars"),
        ("bot", "I've asked the billing team."),
    )
    assert summary(said).splitlines() == [
        "First asked: we were charged twice.",
        "Details: INV-7020, 363 dollars",
        "Last, the assistant said: I've asked the billing team.",
    ]


def test_codes_and_passwords_are_left_out() -> None:
    told = summary(talk(("customer", "please change my card"), ("customer", "482913"), ("customer", "my password is hunter2")))
    assert "482913" not in told
    assert "hunter2" not in told


def test_long_messages_are_cut() -> None:
    assert all(len(line) <= LONGEST_LINE + 40 for line in summary(talk(("customer", "word " * 500))).splitlines())


def test_nothing_said_is_said_so() -> None:
    assert summary(talk(("bot", "Hello"), ("customer", "yes"))) == "The customer hasn't said what it is about."
