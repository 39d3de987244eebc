"""The copilot's own words: what it proposes to say to customers, and how it tells agents what may be sent and why."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from textwrap import shorten

from core.conversation import Sentence
from handoff.desk.views import ActionView, Verdict

_FILE = Path(__file__).parent / "draft_wording.toml"
FALLBACK = "en"
QUOTED = 100
A_QUESTION = "a question for the help centre"
NOTHING_TOLD = "May be sent: it tells nothing and promises nothing."
FROM_ARTICLES = "May be sent: every sentence stands on a published article."
FROM_RECORDS = "May be sent: it states what the records say, and policy lets this customer be told."
PUBLIC_RECORDS = "May be sent: it states what is public."
REFUSED = "May be sent: it gives the reason in words that customers may be shown."
PENDING = "May be sent: it says that an approval is open, and promises no outcome."
LEFT_OUT = "Data of the account was left out: this customer may not be told it."
ENGLISH = "The records speak English only: put it into the customer's language before you send it."


def proposed(wording_id: str, language: str, **values: str) -> Sentence:
    """The words of that id in a language, or in English when there are none."""
    words = _all()[wording_id]
    text = words.get(language.split("-", maxsplit=1)[0].lower(), words[FALLBACK]).format(**values)
    return Sentence(text=text, approved=f"desk.{wording_id}")


def speaks(language: str) -> bool:
    """Whether the copilot's own words exist in that language."""
    return language.split("-", maxsplit=1)[0].lower() in _all()["pending"]


def verdict_on(action: ActionView) -> str:
    """What may be said of an action that isn't run yet."""
    match action.verdict:
        case Verdict.ALLOW:
            return "May be sent: it asks for a yes, and policy lets you run the action. Nothing is done until you do."
        case Verdict.NEEDS_APPROVAL:
            role = action.approver.replace("_", " ")
            return f"May be sent: it promises nothing. The action itself needs the approval of another {role}: ask for it."
        case Verdict.ASK:
            return "May be sent: it asks for what is missing, and tells nothing."
        case Verdict.DENY:
            return f"{REFUSED} The action itself is denied."


def understood_as(title: str, confidence: float) -> str:
    return f"Understood as: {title} ({confidence:.0%} sure)."


def left_open(questions: Sequence[str]) -> tuple[str, ...]:
    """The questions that the draft doesn't answer, so that the agent does."""
    return tuple(f"Left open, nothing published answers it: {shorten(each, QUOTED, placeholder='…')}" for each in questions)


def reasons_why(titles: Mapping[str, str], sentences: Sequence[Sentence], recalled: Sequence[str]) -> tuple[str, ...]:
    """The sources by name, the records by id, and what is remembered of the customer."""
    cited = [(each.article, each.heading) for sentence in sentences for each in sentence.citations]
    sources = [
        f"Source: {titles.get(article, article)}{f', {heading}' if heading else ''}." for article, heading in dict.fromkeys(cited)
    ]
    records = list(dict.fromkeys(each for sentence in sentences for each in sentence.record_ids))
    told = [f"Records: {', '.join(records)}."] if records else []
    return (*sources, *told, *(f"Remembered: {each}" for each in recalled))


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
