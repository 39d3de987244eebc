"""Hostile outputs in Slack: words and nothing else. No picture, no link but to our own pages, and nothing is unfurled."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import pytest

from bot.channels.slack.deliver import SlackChannel
from bot.channels.slack.messages import Look, markdown, parts
from bot.channels.slack.sources import sources_of
from bot.channels.slack_desk.action_card import outcome_message
from bot.channels.slack_desk.approval_card import approval_message
from bot.channels.slack_desk.case_card import case_message
from bot.channels.slack_desk.customer_card import customer_message
from bot.channels.slack_desk.draft_card import draft_message
from bot.channels.slack_desk.line_card import line_message
from bot.channels.slack_desk.parts import Addresses, Message
from core.conversation import Author, Card, Citation, Sentence
from tests.browser.hostile.grammar import CHANGES, FAMILIES, outputs
from tests.fakes.scripted_desk import a_case, a_customer, a_hint, a_line, a_suggestion, an_action, an_approval
from tests.fakes.slack_outgoings import outgoing
from tests.fakes.slack_side import Side

OURS = "https://help.halcyon.example"
LOOK = Look(company="Halcyon", public_url=OURS)
PLACES = Addresses(company="Halcyon", public_url=OURS)
ONE_OF_EACH = [each.at("127.0.0.1:9") for each in outputs(len(FAMILIES) * len(CHANGES))]
ALL = [each.at("127.0.0.1:9") for each in outputs(2_000)]
COMMAND = re.compile(rf"<(?!{re.escape(OURS)}/[^<>|]*\||!date\^\d+\^)")
LEADS_AWAY = re.compile(rf"\]\((?!{re.escape(OURS)}/)|\]\[|\]:|<")


def cited(text: str) -> Sentence:
    return Sentence(text=text, citations=(Citation(article=text, heading=text, start=0, end=5, quote=text),))


def every(part: object) -> Iterator[Mapping[str, Any]]:
    """All objects in a message, inside out."""
    if isinstance(part, list | tuple):
        for each in cast("Iterable[object]", part):
            yield from every(each)
    if isinstance(part, Mapping):
        whole = cast("Mapping[str, Any]", part)
        yield whole
        for each in whole.values():
            yield from every(each)


def faults(blocks: object, text: str) -> list[str]:
    """What in a message would fetch, or lead away."""
    found = ["a command in the words"] if COMMAND.search(text) else []
    for each in every(blocks):
        kind = str(each.get("type", ""))
        found += [kind] if kind in ("image", "video", "file", "rich_text", "markdown", "call") else []
        found += [name for name in ("image_url", "slack_file", "thumbnail_url", "title_url", "icon_url") if name in each]
        found += ["leads away"] if "url" in each and not str(each["url"]).startswith(OURS) else []
        if kind == "mrkdwn":
            found += [] if each.get("verbatim") is True else ["links by itself"]
            found += ["a command"] if COMMAND.search(each["text"]) else []
    return found


def test_customers_are_sent_words() -> None:
    for text in ALL:
        card = Card(
            id="c", title=text, rows=((text, text),), rule=text, action_id="a", arguments_hash="h", confirm=text, cancel=text
        )
        said = outgoing(sentences=(cited(text), Sentence(text=text)), receipt=((text, text),), card=card, ends_reply=True)
        for part in parts(said, LOOK):
            assert faults(part.blocks, part.text) == [], text
    for text in ONE_OF_EACH:
        said = outgoing(author=Author.AGENT, author_name=text, sentences=(Sentence(text=text),))
        assert [fault for part in parts(said, LOOK) for fault in faults(part.blocks, part.text)] == []


def test_what_is_streamed_as_markdown_links_to_nothing_else() -> None:
    for text in ALL:
        sentence = cited(text)
        assert not LEADS_AWAY.search(markdown(sentence, sources_of((sentence,), OURS))), text


def test_the_desk_is_shown_words() -> None:
    for text in ONE_OF_EACH:
        action = an_action(title=text, rows=((text, text),), reasons=(text,), result=text, receipt=((text, text),), state="done")
        hint = a_hint(item=text, reason=text, points=(text,))
        shown: list[Message] = [
            line_message(a_case(), a_line(author=text, text=text, citations=cited(text).citations, rows=((text, text),)), PLACES),
            case_message(
                a_case(customer=text, account=text, reason=text, summary=(text,), tried=(text,), first_words=text), PLACES
            ),
            draft_message(a_suggestion(text=text, why=(text,), citations=cited(text).citations, hint=hint), PLACES),
            approval_message(an_approval(title=text, customer=text, rows=((text, text),), reasons=(text,), result=text), PLACES),
            customer_message(a_customer(name=text, memories=(text,), recent=(text,), tickets=((text, text),)), PLACES),
            outcome_message(action, by=text),
        ]
        assert [fault for each in shown for fault in faults(list(each.blocks), each.text)] == [], text


async def test_nothing_that_is_posted_is_unfurled_and_no_address_is_streamed(side: Side) -> None:
    channel = SlackChannel(side.out.workspaces, side.out.threads, LOOK)
    for text in ("See https://evil.example/a.png and", "www.evil.example/x is", "![x](http://evil.example/y) or"):
        await channel.send(outgoing(sentences=(cited(text), Sentence(text="That is all.")), ends_reply=True))
    assert {each.method for each in side.slack.calls} == {"chat.postMessage"}
    for each in side.slack.calls:
        assert (each.params["unfurl_links"], each.params["unfurl_media"]) == (False, False)
        assert faults(each.params["blocks"], each.params["text"]) == []


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image", "image_url": "https://evil.example/x.png"},
        {"type": "mrkdwn", "text": "https://evil.example"},
        {"type": "mrkdwn", "text": "<https://evil.example|x>", "verbatim": True},
        {"type": "button", "url": "https://evil.example"},
    ],
)
def test_a_fault_is_noticed(part: Mapping[str, Any]) -> None:
    assert faults([{"type": "section", "accessory": part}], "")
