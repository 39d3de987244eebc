"""Hostile outputs in Teams: they stand in text runs, which nobody reads as Markdown; no picture, no link but to our own pages."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import pytest

from bot.channels.teams import cards
from bot.channels.teams_desk import action_cards, approval_cards, case_cards, draft_cards, line_cards
from bot.channels.teams_desk.port import Pages
from core.conversation import Author, Card, Citation, Sentence
from tests.browser.hostile.grammar import CHANGES, FAMILIES, outputs
from tests.fakes.scripted_desk import a_case, a_hint, a_line, a_suggestion, an_action, an_approval
from tests.unit.bot.channels.teams.conftest import House
from tests.unit.bot.channels.teams.test_deliver import channel_of, outgoing

OURS = "https://help.halcyon.example"
PAGES = Pages(public_url=OURS)
ALL = [each.at("127.0.0.1:9") for each in outputs(2_000)]
ONE_OF_EACH = ALL[: len(FAMILIES) * len(CHANGES)]
KINDS = frozenset(
    {"AdaptiveCard", "TextBlock", "RichTextBlock", "TextRun", "Container", "ColumnSet", "Column", "Input.Text", "Input.ChoiceSet"}
    | {"Action.Execute", "Action.ShowCard", "Action.Submit", "Action.OpenUrl", "task/fetch"}
)  # fmt: skip


def every(part: object) -> Iterator[Mapping[str, Any]]:
    """All objects in a card."""
    if isinstance(part, list | tuple):
        for each in cast("Iterable[object]", part):
            yield from every(each)
    if isinstance(part, Mapping):
        whole = cast("Mapping[str, Any]", part)
        yield whole
        for each in whole.values():
            yield from every(each)


def faults(card: object, text: str) -> list[str]:
    """What in a card would fetch, lead away, or read these words as Markdown."""
    found = list[str]()
    for each in every(card):
        kind = str(each.get("type", "TextRun"))
        found += [kind] if kind not in KINDS else []
        found += [name for name in ("backgroundImage", "iconUrl", "poster", "sources", "inlineAction") if name in each]
        found += ["leads away"] if "url" in each and not str(each["url"]).startswith(f"{OURS}/") else []
        found += ["read as Markdown"] if kind == "TextBlock" and text[:24] in str(each.get("text")) else []
    return found


def test_customers_are_sent_words() -> None:
    for text in ALL:
        cited = Sentence(text=text, citations=(Citation(article=text, heading=text, start=0, end=5, quote=text),))
        card = Card(
            id="c", title=text, rows=((text, text),), rule=text, action_id="a", arguments_hash="h", confirm=text, cancel=text
        )
        _, sources = cards.sources_of((cited,), OURS)
        body, actions = cards.question(card, "en")
        said = [*cards.source_list(sources, "en"), *cards.receipt(((text, text),), "en"), *body]
        assert faults(cards.whole(said, actions, language="en"), text) == [], text


def test_the_desk_is_shown_words() -> None:
    for text in ONE_OF_EACH:
        cited = (Citation(article=text, heading=text, start=0, end=5, quote=text),)
        case = a_case(customer=text, account=text, reason=text, summary=(text,), tried=(text,), first_words=text, outcome=text)
        action = an_action(title=text, rows=((text, text),), reasons=(text,), rule=text, why=text)
        suggestion = a_suggestion(text=text, why=(text,), citations=cited, verdict=text, hint=a_hint(item=text, reason=text))
        shown = [
            line_cards.of_line("case-1", a_line(author=text, text=text, citations=cited, rows=((text, text),)), PAGES),
            line_cards.of_result(an_action(title=text, state="done", result=text, receipt=((text, text),))),
            case_cards.everyones(case, ("29:sam",), PAGES, text),
            case_cards.owners(case, PAGES, text),
            draft_cards.owners(suggestion, PAGES, why=True),
            approval_cards.of_approval(an_approval(title=text, customer=text, rows=((text, text),), reasons=(text,)), text),
            action_cards.offered([action], {"case": "case-1", "at": "case"}),
        ]
        assert [fault for each in shown for fault in faults(each, text)] == [], text


async def test_what_is_said_is_plain_text(house: House) -> None:
    channel = await channel_of(house)
    for text in ALL[: len(FAMILIES)]:
        await channel.send(outgoing("a:ann", author=Author.AGENT, author_name="Sam", sentences=(Sentence(text=text),)))
    spoken = [each.body for each in house.service.calls if each.body.get("text")]
    assert len(spoken) >= len(FAMILIES)
    assert {each["textFormat"] for each in spoken} == {"plain"}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "Image", "url": "https://evil.example/x.png"},
        {"type": "Container", "backgroundImage": "https://evil.example/x.png"},
        {"type": "TextBlock", "text": "[x](https://evil.example)"},
        {"type": "TextRun", "text": "x", "selectAction": {"type": "Action.OpenUrl", "url": "https://evil.example"}},
    ],
)
def test_a_fault_is_noticed(part: Mapping[str, Any]) -> None:
    assert faults({"type": "AdaptiveCard", "body": [part]}, "[x](https://evil.example)")
