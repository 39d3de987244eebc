"""The pictures tell the truth: every snapshot can be drawn, and what Slack would not format isn't formatted here."""

import pytest

from tests.pictures.block_kit import FOLDERS, drawn, page, snapshots
from tests.pictures.mrkdwn import markdown_html, mrkdwn_html, plain_html


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_snapshot_can_be_drawn(folder: str) -> None:
    found = snapshots(folder)
    assert found
    assert page(found.values()).count('class="sheet"') == len(found)


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        ("*bold* and _italic_", "<b>bold</b> and <i>italic</i>"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
        ("<https://a.example/x_y_z|[1]>", '<a href="https://a.example/x_y_z">[1]</a>'),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        ("<!date^1795183200^{time}|14:00 UTC>", "14:00"),
        ("&gt; as typed", "<blockquote>as typed</blockquote>"),
        ("> one\n> two", "<blockquote>one<br>two</blockquote>"),
        ("`code`", "<code>code</code>"),
    ],
)
def test_markup_is_read_as_slack_reads_it(markup: str, wanted: str) -> None:
    assert mrkdwn_html(markup) == wanted


def test_plain_text_and_markdown() -> None:
    assert plain_html("*a* <b> :lock:") == "*a* &lt;b&gt; :lock:"
    assert "<svg" in plain_html(":lock:", emoji=True)
    assert markdown_html("**a** [1](https://b.example)") == '<p><b>a</b> <a href="https://b.example">1</a></p>'


def test_an_element_that_nobody_can_draw_is_said_to_be_missing() -> None:
    with pytest.raises(ValueError, match="timepicker"):
        drawn([{"type": "actions", "elements": [{"type": "timepicker"}]}])
