"""Slack's markup and its Markdown as HTML, near enough to judge a card by."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

SIGNS = {
    "lock": '<path d="M5 8V6a3 3 0 0 1 6 0v2" fill="none" stroke="#b8860b" stroke-width="1.6"/>'
    '<rect x="3.5" y="7.5" width="9" height="6.5" rx="1.2" fill="#f2b62c"/>',
    "warning": '<path d="M8 2 15 14H1z" fill="#f2b62c"/><path d="M8 6.2v4M8 11.4v1.3" stroke="#1d1c1d" stroke-width="1.5"/>',
    "white_check_mark": '<rect x="1.5" y="1.5" width="13" height="13" rx="2.5" fill="#2bac76"/>'
    '<path d="m4.5 8.2 2.5 2.5 4.6-5.2" '
    'fill="none" stroke="#fff" stroke-width="1.8"/>',
}
UNKNOWN_SIGN = '<circle cx="8" cy="8" r="6.5" fill="#e01e5a"/>'
SIGN = re.compile(r":([a-z0-9_+-]{2,}):")
DATE_FORMS: dict[str, Callable[[datetime], str]] = {
    "{date_short_pretty}": lambda at: f"{at:%b} {at.day}, {at.year}",
    "{date_short}": lambda at: f"{at:%b} {at.day}, {at.year}",
    "{date_pretty}": lambda at: f"{at:%B} {at.day}, {at.year}",
    "{date}": lambda at: f"{at:%B} {at.day}, {at.year}",
    "{time}": lambda at: f"{at:%H:%M}",
}


def plain_html(text: str, *, emoji: bool = False) -> str:
    """A plain text to the letter; signs are drawn only where the text object allows it."""
    escaped = html.escape(text, quote=False)
    return (SIGN.sub(_sign, escaped) if emoji else escaped).replace("\n", "<br>")


def mrkdwn_html(text: str) -> str:
    """Slack's own markup."""
    lines = html.escape(html.unescape(_guarded(text)), quote=False).split("\n")
    return _lines([_unguarded(line) for line in lines])


def markdown_html(text: str) -> str:
    """The Markdown of streamed texts and Markdown blocks: bold, links, lists."""
    found = re.sub(r"\[([^\]]+)\]\((\S+?)\)", r'<a href="\2">\1</a>', html.escape(html.unescape(text), quote=False))
    found = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", found)
    return "".join(f"<p>{each}</p>" for each in found.split("\n\n")).replace("\n", "<br>")


def _guarded(text: str) -> str:
    """Slack's commands are told from escaped brackets before the entities are read."""
    return re.sub(r"<([^<>]*)>", lambda found: f"\x01{found[1]}\x02", text)


def _unguarded(line: str) -> str:
    """Marks, then commands: what stands in a command is not formatted as a mark."""
    commands = re.findall(r"\x01[^\x02]*\x02", line)
    marked = _marks(re.sub(r"\x01[^\x02]*\x02", "\x03", line))
    for command in commands:
        marked = marked.replace("\x03", _command(command[1:-1]), 1)
    return marked


def _marks(text: str) -> str:
    found = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    for mark, tag in (("*", "b"), ("_", "i"), ("~", "s")):
        found = re.sub(rf"(?<![\w{mark}]){re.escape(mark)}(\S(?:.*?\S)?){re.escape(mark)}(?![\w])", rf"<{tag}>\1</{tag}>", found)
    return SIGN.sub(_sign, found)


def _command(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        _, seconds, form, *_ = target.split("^")
        at = datetime.fromtimestamp(int(seconds), UTC)
        for name, written in DATE_FORMS.items():
            form = form.replace(name, written(at))
        return form
    if target.startswith(("@", "!", "#")):
        return f'<span class="mention">{label or target}</span>'
    return f'<a href="{target}">{label or target}</a>'


def _lines(lines: list[str]) -> str:
    found = ""
    for line in lines:
        quote = re.match(r"&gt; ?(.*)", line)
        found += f"<blockquote>{quote[1] or '&nbsp;'}</blockquote>" if quote else f"{line}<br>"
    return found.replace("</blockquote><blockquote>", "<br>").removesuffix("<br>")


def _sign(found: re.Match[str]) -> str:
    drawn = SIGNS.get(found[1], UNKNOWN_SIGN)
    return f'<svg class="sign" viewBox="0 0 16 16" aria-label="{found[1]}">{drawn}</svg>'
