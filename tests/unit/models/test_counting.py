"""Quoted rules applied to the customer's own dates, times and numbers."""

from datetime import date

import pytest

from bot.models.embedded.counting import worked_out
from core.conversation import Citation, Sentence

TODAY = date(2026, 11, 20)
CITED = (Citation(article="a", heading="h", start=0, end=1, quote="x"),)


@pytest.mark.parametrize(
    ("question", "rule", "told"),
    [
        ("key made on 3 May 2026, when is it over?", "The token lasts 365 days.", "3 May 2027"),
        ("link made today, until when?", "A link is valid for 90 days, so one older than 90 days fails.", "18 February 2027"),
        ("asked on 16 November, when is it passed on?", "It is passed on after 5 days.", "21 November 2026"),
        (
            "shift on Monday 30 November at 14:00, when does it lapse?",
            "It lapses 24 hours before the shift starts.",
            "14:00 on Sunday, 29",
        ),
        ("began at 20:15, at what time is he out?", "People are clocked out after 14 hours.", "10:15"),
        ("last day for March's outage?", "It must be claimed within 30 days of the end of the month.", "30 April 2026"),
        ("9,100 rows: how many files?", "An export has at most 2,000 rows per file.", "takes 5"),
        ("43.25 hours this week, overtime?", "Overtime starts at 40 hours a week.", "3.25 hours"),
        ("longest reminder in minutes", "It can be from 15 minutes to 24 hours before.", "1,440 minutes"),
        ("how long in working weeks of five days", "It takes up to 10 business days.", "2 weeks"),
        ("Am 3. Mai erstellt, bis wann gilt es?", "The token lasts 365 days.", "3 May 2027"),
    ],
)
def test_works_it_out(question: str, rule: str, told: str) -> None:
    found = worked_out(question, [Sentence(text=rule, citations=CITED)], TODAY)
    assert found is not None
    assert told in found.text
    assert found.citations == CITED


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("when is the token over?", "The token lasts 365 days."),
        ("made on 3 May, who can see it?", "The token lasts 365 days."),
        ("failed on 3 May, when?", "The card is tried on day 3, after 7 days and after 14 days."),
        ("how many files for 900 rows?", "An export has at most 2,000 rows per file."),
        ("38 hours this week, overtime?", "Overtime starts at 40 hours a week."),
        ("due on 3 May, until when?", "It takes 10 business days."),
    ],
)
def test_leaves_it(question: str, rule: str) -> None:
    assert worked_out(question, [Sentence(text=rule, citations=CITED)], TODAY) is None


def test_only_what_is_cited_is_a_rule() -> None:
    assert worked_out("made today, until when?", [Sentence(text="It is valid for 90 days.")], TODAY) is None
