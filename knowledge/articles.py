"""Articles as they are quoted: sections and passages with character offsets into the article's source text."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import BadInput
from knowledge.blocks import Block, blocks_of, plain
from knowledge.html_source import to_markdown
from knowledge.sentences import spans

AUDIENCES = ("public", "internal")
FORMATS = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".txt": "text"}
LARGEST_BYTES = 1_000_000

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A sentence, list item or table row. `quote` is `source[start:end]` to the letter; `text` is the same without markup."""

    article: str
    heading: str
    start: int
    end: int
    text: str
    quote: str
    kind: str = "sentence"


@dataclass(frozen=True, kw_only=True)
class Section:
    """What stands under one heading, and the questions that people ask about it."""

    heading: str
    start: int
    end: int
    asked: tuple[str, ...]
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        return " ".join(passage.text for passage in self.passages)


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article. Offsets count characters of `source`: for HTML that is the text drawn from it, as Markdown."""

    id: str
    title: str
    audience: str
    owner: str
    updated: date | None
    format: str
    source: str
    sections: tuple[Section, ...]

    def introduces(self, number: int) -> bool:
        """Whether a section only leads in to the others: it stands before the first heading, and nobody asks for it."""
        return number == 0 and len(self.sections) > 1 and self.sections[0].heading == self.title and not self.sections[0].asked


def decode(raw: bytes, file: str) -> str:
    """The text of a file, with line ends as "\\n". Raises `BadInput` when it is too large, binary or not UTF-8."""
    if len(raw) > LARGEST_BYTES:
        raise BadInput(f"{file}: the file is larger than {LARGEST_BYTES:,} bytes: split it into several articles.")
    if b"\0" in raw:
        raise BadInput(f"{file}: the file is binary: give Markdown, HTML or plain text.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{file}, line {line}: the text is not UTF-8: save the file as UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str, *, file: str, audience: str | None = None) -> Article:
    """Reads an article. `audience` is taken when the article names none; without either it is refused.

    Raises `BadInput` naming the file and the line.
    """
    form = FORMATS.get(Path(file).suffix.lower())
    if form is None:
        raise BadInput(f"{file}: Rapport reads {', '.join(FORMATS)} files: save it as one of these.")
    head: dict[str, object] = {}
    source = text
    if form == "html":
        head, source = to_markdown(text)
    front = _FRONT.match(source)
    if front:
        head |= _front_matter(front.group(1), file)
    elif source.startswith("---\n"):
        raise BadInput(f"{file}, line 1: the front matter is not closed: end it with a line '---'.")
    body_at = front.end() if front else 0
    blocks = blocks_of(source, body_at, file=file, formatted=form != "text")
    title = _title(head, blocks, file)
    article_id = slug(Path(file).stem)
    sections = _sections(blocks, source, article_id=article_id, title=title)
    if not sections:
        raise BadInput(f"{file}: the article has no text: write at least one sentence below its title.")
    return Article(
        id=article_id,
        title=title,
        audience=_audience(head, audience, file),
        owner=str(head.get("owner") or ""),
        updated=_updated(head, file),
        format=form,
        source=source,
        sections=tuple(sections),
    )


def slug(name: str) -> str:
    """The id that a file name gives its article."""
    return _ID.sub("-", name.lower()).strip("-") or "article"


def _front_matter(text: str, file: str) -> dict[str, object]:
    head: dict[str, object] = {}
    for number, line in enumerate(text.split("\n"), start=2):
        name, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not name.strip():
            raise BadInput(f"{file}, line {number}: the front matter can't be read: write one 'name: value' a line.")
        head[name.strip().lower()] = value.strip().strip("\"'")
    return head


def _title(head: dict[str, object], blocks: list[Block], file: str) -> str:
    first = next((block.text for block in blocks if block.kind == "title"), "")
    return str(head.get("title") or "").strip() or first or Path(file).stem.replace("-", " ").replace("_", " ").capitalize()


def _audience(head: dict[str, object], default: str | None, file: str) -> str:
    named = head.get("audience") or default
    if named is None:
        raise BadInput(f"{file}, line 1: nobody is named who may read it: add 'audience: public' (or internal) at its head.")
    if named not in AUDIENCES:
        raise BadInput(f"{file}, line 1: there is no audience {named!r}: write public or internal.")
    return str(named)


def _updated(head: dict[str, object], file: str) -> date | None:
    value = head.get("updated")
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput(f"{file}, line 1: {value!r} is not a date: write 'updated: 2026-10-14'.") from error


def _sections(blocks: list[Block], source: str, *, article_id: str, title: str) -> list[Section]:
    found: list[Section] = []
    heading, asked, passages = title, list[str](), list[Passage]()

    def close() -> None:
        if passages:
            start, end = passages[0].start, passages[-1].end
            found.append(Section(heading=heading, start=start, end=end, asked=tuple(asked), passages=tuple(passages)))

    for block in blocks:
        if block.kind == "heading":
            close()
            heading, asked, passages = block.text, [], []
        elif block.kind == "asked":
            asked.extend(block.text.split("\n"))
        elif block.kind != "title":
            passages.extend(_passages(block, source, article_id=article_id, heading=heading))
    close()
    return found


def _passages(block: Block, source: str, *, article_id: str, heading: str) -> list[Passage]:
    whole = [(0, block.end - block.start)]
    cuts = spans(source[block.start : block.end]) if block.kind in ("paragraph", "item") else whole
    kind = "sentence" if block.kind == "paragraph" else block.kind
    found: list[Passage] = []
    for a, b in cuts:
        start, end = block.start + a, block.start + b
        quote = source[start:end]
        if text := plain(quote):
            found.append(Passage(article=article_id, heading=heading, start=start, end=end, text=text, quote=quote, kind=kind))
    return found
