"""Numbered sources: which citation has which number in a reply, and where a customer reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.channels.slack.mrkdwn import linked, linked_in_markdown, shown
from core.conversation import Citation, Sentence

Key = tuple[str, int, int]


def _key(citation: Citation) -> Key:
    return citation.article, citation.start, citation.end


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The citations of a reply in the order in which they first occur. Without `public_url` they are named, not linked."""

    public_url: str | None
    cited: Sequence[Citation] = ()
    numbers: Mapping[Key, int] = field(default_factory=dict[Key, int])

    def address(self, citation: Citation) -> str | None:
        """The help page with the quoted passage marked."""
        if not self.public_url:
            return None
        span = f"?start={citation.start}&end={citation.end}#cited"
        return f"{self.public_url.rstrip('/')}/help/{quote(citation.article, safe='')}{span}"

    def marks(self, sentence: Sentence) -> str:
        """The numbers behind a sentence, as mrkdwn."""
        return "".join(f" {self._mark(citation)}" for citation in self._in_order(sentence))

    def marks_in_markdown(self, sentence: Sentence) -> str:
        """The numbers behind a sentence, as Markdown."""
        found: list[str] = []
        for citation in self._in_order(sentence):
            address, number = self.address(citation), self.numbers[_key(citation)]
            found.append(f" {linked_in_markdown(address, str(number))}" if address else f" ({number})")
        return "".join(found)

    def lines(self) -> list[str]:
        """One mrkdwn line for each source: its number and heading."""
        found: list[str] = []
        for number, citation in enumerate(self.cited, start=1):
            address, heading = self.address(citation), citation.heading or citation.article
            found.append(linked(address, f"{number}. {heading}") if address else shown(f"{number}. {heading}"))
        return found

    def _in_order(self, sentence: Sentence) -> list[Citation]:
        """The citations of a sentence, each once, by number."""
        once = {_key(citation): citation for citation in sentence.citations}
        return [once[key] for key in sorted(once, key=lambda key: self.numbers[key])]

    def _mark(self, citation: Citation) -> str:
        address, number = self.address(citation), self.numbers[_key(citation)]
        return linked(address, f"[{number}]") if address else f"[{number}]"


def sources_of(sentences: Sequence[Sentence], public_url: str | None) -> Sources:
    """Numbers the citations of a reply."""
    cited: dict[Key, Citation] = {}
    for sentence in sentences:
        for citation in sentence.citations:
            cited.setdefault(_key(citation), citation)
    numbers = {key: number for number, key in enumerate(cited, start=1)}
    return Sources(public_url=public_url, cited=tuple(cited.values()), numbers=numbers)
