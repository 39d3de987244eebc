"""Every layout, as it is on file and within Slack's limits; and that nobody's words become anything but words."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.slack import blocks, modals, mrkdwn
from bot.channels.slack.messages import Look, parts
from bot.channels.slack.sources import sources_of
from bot.delivery.port import Outgoing
from core.conversation import Author, Card, Citation, Sentence
from tests.fakes.slack_limits import layout_faults, view_faults
from tests.fakes.slack_outgoings import CARD, RECEIPT, answer, outgoing

SNAPSHOTS = Path(__file__).parents[4] / "snapshots" / "slack"
LOOK = Look(company="Halcyon", public_url="https://help.halcyon.example/")
VERIFY = Sentence(text="I need to verify you first.", approved="verify.first")
PRORATED = Citation(
    article="charges-for-adding-and-removing-seats",
    heading="So werden zusätzliche Plätze berechnet",
    start=953,
    end=1030,
    quote="-",
)
INVOICED = Citation(
    article="charges-for-adding-and-removing-seats",
    heading="Wann anteilige Kosten berechnet werden",
    start=2400,
    end=2490,
    quote="-",
)
LONG = Card(
    id="c",
    title="T" * 4_000,
    rows=tuple((f"Row {n}", "v" * 900 * n) for n in range(14)),
    rule="r",
    action_id="a",
    arguments_hash="h",
)

IN_GERMAN = (
    Sentence(
        text="Plätze, die während eines Abrechnungszeitraums dazukommen, werden tagesgenau berechnet.", citations=(PRORATED,)
    ),
    Sentence(text="Anteilige Kosten unter 50 stehen auf der nächsten Rechnung.", citations=(INVOICED,)),
)
FRENCH = Card(
    id="card-2",
    title="Ajouter 10 places",
    rows=(
        ("Places", "48 aujourd'hui, 58 ensuite"),
        ("Prochaine facture", "30,33 $ hors taxes"),
        ("Prise d'effet", "20 novembre 2026"),
    ),
    rule="Les nouvelles places sont utilisables tout de suite et facturées au jour près jusqu'à la fin de la période.",
    action_id="act-2",
    arguments_hash="h",
)

MESSAGES: dict[str, Outgoing] = {
    "answer": answer(),
    "answer_with_card": answer(card=CARD),
    "answer_in_german": outgoing(language="de", sentences=IN_GERMAN, ends_reply=True),
    "card_in_french": outgoing(
        sentences=(Sentence(text="Voici ce que je peux faire. Vérifiez, s'il vous plaît :"),), language="fr", card=FRENCH
    ),
    "receipt": outgoing(sentences=(Sentence(text="Done: you now have 15 seats."),), receipt=RECEIPT, ends_reply=True),
    "receipt_with_number": outgoing(
        sentences=(Sentence(text="Done."),), receipt=(("Receipt", "RC-10001"), *RECEIPT[1:]), ends_reply=True
    ),
    "offer": outgoing(sentences=(Sentence(text="The Team plan would save you EUR 20 a month."),), offer=True, ends_reply=True),
    "person": outgoing(sentences=(Sentence(text="Hello, Mara here. *I* have it."),), author=Author.AGENT, author_name="Mara <3"),
    "verify_first": outgoing(sentences=(VERIFY,), ends_reply=True),
    "notice": outgoing(sentences=(Sentence(text="A colleague takes over."),)),
}
VIEWS: dict[str, dict[str, Any]] = {
    "view_email": modals.email_view("m"),
    "view_code": modals.code_view("If we know that address, a code is on its way."),
    "view_done": modals.done_view(),
    "view_home": modals.home_view("Halcyon", "AI assistant", ("How do I add a seat?",)),
}


def same_as_on_file(name: str, found: object) -> None:
    """Compares with the file; `SNAPSHOTS=write` makes it anew."""
    path = SNAPSHOTS / f"{name}.json"
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str) -> None:
    found = parts(MESSAGES[name], LOOK)
    assert [layout_faults(list(part.blocks)) for part in found] == [[]] * len(found)
    same_as_on_file(name, [{"text": part.text, "blocks": part.blocks} for part in found])


@pytest.mark.parametrize("name", VIEWS)
def test_views(name: str) -> None:
    assert view_faults(VIEWS[name]) == []
    same_as_on_file(name, VIEWS[name])


@pytest.mark.parametrize("choice", ["confirm", "cancel", "dismiss", "superseded"])
def test_closed_cards(choice: str) -> None:
    when = blocks.moment(1_795_168_800, "20 Nov 2026 10:00 UTC")
    found = blocks.closed_card(CARD, choice=choice, who="Ann Lee", when=when, language="en")
    assert ("Ann Lee" in blocks.closed_text(CARD, choice=choice, who="Ann Lee", when=when, language="en")) is (
        choice != "superseded"
    )
    assert layout_faults(found) == []
    assert all(block["type"] != "actions" for block in found)
    same_as_on_file(f"closed_{choice}", found)


def test_plain_feedback() -> None:
    found = parts(answer(), Look(company="Halcyon", plain_feedback=True))
    assert layout_faults(list(found[0].blocks)) == []
    same_as_on_file("plain_feedback", [part.blocks for part in found])


def test_a_card_of_any_length_fits_and_keeps_its_values() -> None:
    found = blocks.card(LONG, "en")
    assert layout_faults(found) == []
    values = json.dumps(found).count("v")
    assert values >= sum(900 * n for n in range(14))


def test_without_a_public_address_sources_are_named_and_not_linked() -> None:
    [part] = parts(answer(), Look(company="Halcyon"))
    assert "<http" not in json.dumps(part.blocks)
    assert "1. Adding a seat" in json.dumps(part.blocks)


def read_as_markup(found: object) -> Iterator[str]:
    """Every text in which Slack looks for commands and marks: all but plain ones."""
    if isinstance(found, dict):
        body = cast("dict[str, Any]", found)
        if body.get("type") == "mrkdwn":
            yield str(body["text"])
        yield from (text for value in body.values() for text in read_as_markup(value))
    elif isinstance(found, list | tuple):
        yield from (text for value in cast("list[Any]", found) for text in read_as_markup(value))


def test_a_persons_words_are_shown_to_the_letter() -> None:
    written = "Hello,\n\n*I* see <2> charges & 3 * 4_5_6 at https://x.example/a_b"
    [part] = parts(outgoing(sentences=(Sentence(text=written),), author=Author.AGENT, author_name="Mara"), LOOK)
    assert part.blocks[0]["text"] == {"type": "plain_text", "text": written, "emoji": False}
    assert "&lt;2&gt; charges &amp; 3" in part.text


HOSTILE = ("<!channel>", "<@U1>", "<http://evil.example|click>", "[click](http://evil.example)", "*bold*", "**x**", "_i_", "~s~")


@pytest.mark.parametrize("words", HOSTILE)
def test_nobodys_words_mention_link_or_format(words: str) -> None:
    card = Card(id="c", title=words, rows=((words, words),), rule=words, action_id="a", arguments_hash="h", confirm="Yes")
    made = outgoing(
        sentences=(Sentence(text=words),), receipt=((words, words),), card=card, author=Author.AGENT, author_name=words
    )
    for part in parts(made, LOOK):
        text = json.dumps([*read_as_markup(part.blocks)]) + part.text
        assert "<!channel" not in text
        assert "<@" not in text
        assert "<http://evil" not in text
        assert "**" not in text
        assert mrkdwn.shown(words) in part.text or part.card


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("Open **Settings** → *Billing*.", "Open Settings → Billing."),
        ("See [the guide](https://x.example/a).", "See the guide (https://x.example/a)."),
        ("## Heading", "Heading"),
        ("- one\n* two", "• one\n• two"),
        ("> quoted", "quoted"),
        ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
        ("snake_case_name", "snake_case_name"),
        ("use `code` here", "use code here"),
        ("***both***", "both"),
        ("a & b < c", "a &amp; b &lt; c"),
    ],
)
def test_markdown_is_never_shown_raw(given_text: str, wanted: str) -> None:
    assert mrkdwn.shown(given_text) == wanted


@given(some.text(max_size=400))
def test_shown_text_holds_no_command_of_slacks(text: str) -> None:
    shown = mrkdwn.shown(text)
    assert "<" not in shown
    assert ">" not in shown


@given(some.text(alphabet="ab &<>\n.", max_size=600), some.integers(min_value=8, max_value=60))
def test_pieces_fit_and_lose_nothing(text: str, most: int) -> None:
    found = mrkdwn.pieces(text, most)
    assert all(len(mrkdwn.escaped(piece)) <= most for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(some.lists(some.text(max_size=6_000), max_size=6), some.booleans())
def test_any_reply_is_within_the_limits(texts: list[str], offer: bool) -> None:
    made = outgoing(sentences=tuple(Sentence(text=text) for text in texts if text.strip()), offer=offer, ends_reply=True)
    for part in parts(made, LOOK):
        assert layout_faults(list(part.blocks)) == []


def test_sources_are_numbered_as_they_occur() -> None:
    sources = sources_of(answer().sentences, None)
    assert [each.article for each in sources.cited] == ["add-a-seat", "prices & plans"]
    assert sources.marks(answer().sentences[1]) == " [1] [2]"
