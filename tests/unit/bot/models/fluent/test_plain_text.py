import pytest

from bot.models.fluent.plain_text import plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("**Go** to *Settings* > `Billing`.", "Go to Settings > Billing."),
        ("- Item one", "Item one"),
        ("2. Second step", "Second step"),
        ("## A heading", "A heading"),
        ("> quoted", "quoted"),
        ("see [our page](https://evil.example/?q=1 'x')", "see our page"),
        ("![pic](https://evil.example/a.png)", "pic"),
        ("[![alt](https://e.example/a)](https://e.example/b)", "alt"),
        ("[a][1] and more", "a and more"),
        ("[1]: https://evil.example", ""),
        ("<img src=x onerror=alert(1)>Hello", "Hello"),
        ("Hello <img src=x", "Hello"),
        ("&lt;script&gt;x&lt;/script&gt; hi", "x hi"),
        ("a <!-- hidden --> b", "a b"),
        ("```json", ""),
        ("---", ""),
        ("| a | b |", "a | b"),
        ("2 * 3 is 6, snake_case_name, 5 < 6", "2 * 3 is 6, snake_case_name, 5 < 6"),
        ("page](https://evil.example/x)", "page"),
        ("5 \\* 3", "5 * 3"),
    ],
)
def test_nothing_but_text_survives(markup: str, text: str) -> None:
    assert plain_text(markup) == text
