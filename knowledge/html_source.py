"""HTML turned into the Markdown text that is kept and quoted: headings, paragraphs, list items and table rows, nothing else."""

import re
from html.parser import HTMLParser

_SILENT = "script style template noscript nav iframe object svg form button select textarea"
_BREAKS = "p div section article main header footer ul ol dl dd dt table tr li blockquote pre br hr h1 h2 h3 h4 h5 h6"
SILENT = frozenset(_SILENT.split())
BREAKS = frozenset(_BREAKS.split())
NAMED = frozenset({"title", "audience", "owner", "updated"})


def to_markdown(html: str) -> tuple[dict[str, object], str]:
    """What the head says (title, and the meta names audience, owner, updated), and the text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return dict(reader.head), "\n\n".join(reader.lines) + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.head: dict[str, str] = {}
        self.lines: list[str] = []
        self._mark = ""
        self._text: list[str] = []
        self._silent: list[str] = []
        self._in_title = False
        self._cells: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT or self._silent:
            if tag in SILENT:
                self._silent.append(tag)
            return
        named = {name: value or "" for name, value in attrs}
        if tag == "meta" and named.get("name", "").lower() in NAMED:
            self.head[named["name"].lower()] = named.get("content", "")
        elif tag == "title":
            self._in_title = True
        elif tag == "tr":
            self.flush()
            self._cells = []
        elif tag in BREAKS and self._cells is None:
            self.flush()
            self._mark = "#" * int(tag[1]) + " " if re.fullmatch("h[1-6]", tag) else "- " if tag == "li" else ""

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
        elif tag == "title":
            self._in_title = False
        elif tag in ("td", "th") and self._cells is not None:
            self._cells.append(self._taken().replace("|", "/"))
        elif tag == "tr" and self._cells is not None:
            if any(self._cells):
                self.lines.append(f"| {' | '.join(self._cells)} |")
            self._cells = None
        elif tag in BREAKS and self._cells is None:
            self.flush()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_title:
            self.head["title"] = (self.head.get("title", "") + data).strip()
        else:
            self._text.append(data.replace("<!--", "<! --"))

    def handle_comment(self, data: str) -> None:
        if not self._silent and data.strip().partition("\n")[0].strip() == "asked":
            self.flush()
            self.lines.append(f"<!--{data}-->")

    def flush(self) -> None:
        """Ends the line that is being read."""
        text = self._taken()
        if text:
            self.lines.append(self._mark + text)
        self._mark = ""

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        return text
