from datetime import date

import pytest

from core.errors import BadInput
from knowledge.articles import LARGEST_BYTES, decode, parse, slug

ARTICLE = """---
title: "Cards: kinds and rules"
audience: public
owner: billing
updated: 2026-10-14
---
Which cards work. See **all** of them.

## Cards we take
<!-- asked
- do you take amex
- ¿Aceptan Visa?
-->
Visa works, e.g. on Starter. Pay under Settings > Billing. Version 8.4 is out.

- Mastercard works too.
- A card of another kind
  does not work.

| Card | Fee |
|---|---|
| Visa | $0.50 |
| Amex | $1.00 |
"""


def test_every_quote_is_the_source_between_its_offsets() -> None:
    article = parse(ARTICLE, file="help/cards.md")
    passages = [passage for section in article.sections for passage in section.passages]
    assert passages
    assert all(article.source[passage.start : passage.end] == passage.quote for passage in passages)
    assert article.source == ARTICLE


def test_front_matter_sections_questions_and_passages_are_read() -> None:
    article = parse(ARTICLE, file="help/cards.md")
    assert (article.id, article.title) == ("cards", "Cards: kinds and rules")
    assert (article.audience, article.owner) == ("public", "billing")
    assert article.updated == date(2026, 10, 14)
    intro, cards = article.sections
    assert intro.heading == "Cards: kinds and rules"
    assert [passage.text for passage in intro.passages] == ["Which cards work.", "See all of them."]
    assert cards.asked == ("do you take amex", "¿Aceptan Visa?")
    assert [(passage.kind, passage.text) for passage in cards.passages] == [
        ("sentence", "Visa works, e.g. on Starter."),
        ("sentence", "Pay under Settings > Billing."),
        ("sentence", "Version 8.4 is out."),
        ("item", "Mastercard works too."),
        ("item", "A card of another kind does not work."),
        ("row", "Visa | $0.50"),
        ("row", "Amex | $1.00"),
    ]


def test_no_quote_holds_a_comment_or_block_markup() -> None:
    article = parse(ARTICLE, file="cards.md")
    quotes = [passage.quote for section in article.sections for passage in section.passages]
    assert not any("<!--" in quote or "asked" in quote or quote.startswith(("#", "-", "|")) for quote in quotes)


def test_a_comment_inside_a_paragraph_ends_the_quote() -> None:
    article = parse("---\naudience: public\n---\nOne half <!-- secret --> other half.", file="a.md")
    assert [passage.quote for passage in article.sections[0].passages] == ["One half", "other half."]


def test_html_is_quoted_from_the_text_drawn_from_it() -> None:
    html = (
        "<html><head><title>Kiosks</title><meta name='audience' content='public'><script>evil()</script></head>"
        "<body><nav>Home</nav><h1>Kiosks</h1><p>An iPad <b>works</b> &amp; a PIN too.</p>"
        "<h2>PIN</h2><p>4 to 6 digits.</p></body></html>"
    )
    article = parse(html, file="kiosks.html")
    assert article.title == "Kiosks"
    assert [(section.heading, section.text) for section in article.sections] == [
        ("Kiosks", "An iPad works & a PIN too."),
        ("PIN", "4 to 6 digits."),
    ]
    assert "evil" not in article.source
    assert "Home" not in article.source
    passage = article.sections[1].passages[0]
    assert article.source[passage.start : passage.end] == passage.quote == "4 to 6 digits."


def test_plain_text_takes_short_lines_as_headings_and_markup_as_it_is() -> None:
    article = parse("Opening hours\n\nWe open at 9. # no heading\n", file="hours.txt", audience="public")
    assert article.sections[0].heading == "Opening hours"
    assert article.sections[0].text == "We open at 9. # no heading"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("---\ntitle: A\n\nNo end.", "line 1"),
        ("---\ntitle\n---\nText.", "line 2"),
        ("---\naudience: everyone\n---\nText.", "'everyone'"),
        ("Text without a head.", "who may read it"),
        ("---\naudience: public\nupdated: soon\n---\nText.", "'soon'"),
        ("---\naudience: public\n---\n## Only a heading\n", "no text"),
        ("---\naudience: public\n---\nText.\n<!-- asked\n- open", "line 5"),
        ("---\naudience: public\n---\n<!-- asked\nno dash\n-->\nText.", "line 5"),
        ("---\naudience: public\n---\nText.\n```\ncode", "line 5"),
    ],
)
def test_a_malformed_article_is_refused_by_file_and_line(text: str, complaint: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(text, file="help/broken.md")
    assert "help/broken.md" in refused.value.message
    assert complaint in refused.value.message


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(BadInput, match="reads"):
        parse("x", file="a.pdf", audience="public")


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [(b"a\0b", "binary"), (b"x" * (LARGEST_BYTES + 1), "larger"), (b"ok\ncaf\xe9", "line 2")],
)
def test_binary_large_and_wrongly_encoded_files_are_refused(raw: bytes, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        decode(raw, "a.md")


def test_line_ends_and_byte_order_marks_are_put_right() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc", "a.md") == "a\nb\nc"


def test_a_file_name_makes_the_id() -> None:
    assert slug("Sign-in & Passwords") == "sign-in-passwords"
