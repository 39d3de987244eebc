import re

import pytest

from knowledge.render import render

SOURCE = """---
title: A
---
Intro with *stress*.

<!-- asked
- secret question
-->
## Heading
One sentence here. Another **bold one** there.

- item one
- item two

| A | B |
|---|---|
| 1 | 2 |
"""


def marked(quote: str) -> str:
    start = SOURCE.index(quote)
    return render(SOURCE, start=start, end=start + len(quote))


@pytest.mark.parametrize("quote", ["One sentence here.", "item two", "1", "Another **bold one** there.", "stress"])
def test_the_cited_span_is_marked(quote: str) -> None:
    html = marked(quote)
    assert html.count('<mark id="cited">') == 1
    inside = html.split('<mark id="cited">')[1].split("</mark>")[0]
    assert quote.replace("**", "").split()[0] in inside
    assert "stress" in html
    assert "secret question" not in html
    assert "title:" not in html


def test_a_span_over_several_blocks_is_marked_in_each() -> None:
    start = SOURCE.index("One sentence")
    html = render(SOURCE, start=start, end=SOURCE.index("item two") + len("item two"))
    assert html.count("<mark") == 3
    assert html.count('id="cited"') == 1
    assert "<li><mark>item one</mark></li>" in html


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![tracker](https://evil.example/x.png)",
        "[press](javascript:alert(1))",
        '<p style="background:url(https://evil.example)">x</p>',
        "<iframe src=https://evil.example></iframe>",
        "[a](data:text/html;base64,AAAA)",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(evil: str) -> None:
    html = render(f"Before. {evil} After.\n\n{evil}\n", start=0, end=7)
    tags = " ".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"<script|<img|<iframe|style=|javascript:|data:|onerror", tags)
    assert '<mark id="cited">Before.</mark>' in html


def test_links_are_kept_but_lead_nowhere_secretly() -> None:
    html = render("See [us](https://halcyon.example) or [write](mailto:a@b.example).")
    assert 'href="https://halcyon.example" rel="noopener noreferrer nofollow"' in html
    assert "mailto:a@b.example" in html


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-1, 3), (3, 99_999), (9, 2)])
def test_offsets_out_of_range_mark_nothing(start: int, end: int) -> None:
    assert "<mark" not in render(SOURCE, start=start, end=end)


def test_plain_text_stays_plain() -> None:
    html = render("# one\n\n<b>two</b> three", start=7, end=16, form="text")
    assert html == '<p># one</p><p><mark id="cited">&lt;b&gt;two&lt;/b</mark>&gt; three</p>'
