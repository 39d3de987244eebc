"""The passages of one request, counted as the provider counts them, and the way back from its quotes to exact citations."""

import re
from collections.abc import Sequence

from bot.models.fluent.marking import neutral
from bot.models.provider import Passage
from core.conversation import Citation
from core.language import Source
from knowledge.blocks import plain
from knowledge.sentences import spans

MOST_PASSAGES = 12
MOST_BLOCKS = 24
MOST_CITATIONS = 6
LONGEST_BLOCK = 2_000


class Shelf:
    """Takes sources in the order in which they are written into the request."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Citation, ...]] = []

    def put(self, sources: Sequence[Source], *, most: int = MOST_PASSAGES) -> tuple[Passage, ...]:
        """The sources as passages: one a section, its sentences in reading order; of many sections the best."""
        sections: dict[tuple[str, str], list[Source]] = {}
        for source in sources:
            sections.setdefault((source.citation.article, source.citation.heading), []).append(source)
        ranked = sorted(sections, key=lambda key: -max(each.score + each.leads for each in sections[key]))[:most]
        return tuple(self._passage(sections[key]) for key in sections if key in ranked)

    def citations(self, quotes: Sequence[tuple[int, int, int]]) -> tuple[Citation, ...]:
        """What the quotes stand for, each sentence once. A quote of what isn't here counts for nothing."""
        found: list[Citation] = []
        for number, first, behind in quotes:
            if 0 <= number < len(self._blocks) and 0 <= first < behind <= len(self._blocks[number]):
                found += self._blocks[number][first:behind]
        return tuple(dict.fromkeys(found))[:MOST_CITATIONS]

    def _passage(self, sources: Sequence[Source]) -> Passage:
        best = sorted(sources, key=lambda each: -each.score)[:MOST_BLOCKS]
        cut = {(each.start, each.end): each for source in best for each in _sentences(source.citation)}
        blocks = tuple(cut[key] for key in sorted(cut))
        self._blocks.append(blocks)
        first = sources[0].citation
        return Passage(
            id=neutral(first.article),
            title=neutral(first.heading or first.article),
            blocks=tuple(neutral(plain(each.quote) or each.quote)[:LONGEST_BLOCK] for each in blocks),
        )


def _sentences(citation: Citation) -> list[Citation]:
    """A citation cut into its sentences, each with its own offsets."""
    found: list[Citation] = []
    for line in re.finditer(r"[^\n]+", citation.quote):
        for first, last in spans(line[0]):
            text = line[0][first:last]
            if re.search(r"\w", text) and not text.startswith("#"):
                at = citation.start + line.start() + first
                found.append(
                    Citation(article=citation.article, heading=citation.heading, start=at, end=at + len(text), quote=text)
                )
    return found or [citation]
