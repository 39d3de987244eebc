from knowledge.html_source import to_markdown


def test_structure_becomes_markdown_and_the_rest_goes() -> None:
    head, text = to_markdown(
        "<title>Prices</title><meta name=owner content=sales><style>p{}</style><h2>Plans</h2>"
        "<p>Team<br>Business</p><ul><li>one<li>two</ul><table><tr><th>A</th><th>B</th></tr><tr><td>1|2</td><td>3</td></tr></table>"
        "<form><p>hidden</p></form><p>&lt;!-- kept --&gt;</p>"
    )
    assert head == {"title": "Prices", "owner": "sales"}
    lines = ["## Plans", "Team", "Business", "- one", "- two", "| A | B |", "| 1/2 | 3 |", "<! -- kept -->\n"]
    assert text.split("\n\n") == lines


def test_questions_in_comments_are_kept() -> None:
    _, text = to_markdown("<h2>A</h2><!-- asked\n- why\n--><p>B.</p><!-- other -->")
    assert "<!-- asked\n- why\n-->" in text
    assert "other" not in text
