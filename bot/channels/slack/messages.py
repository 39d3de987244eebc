"""Lays out an outgoing message for Slack: one message or several, in order, each within the limits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels.slack import blocks
from bot.channels.slack.blocks import Block
from bot.channels.slack.mrkdwn import in_markdown, shown
from bot.channels.slack.sources import Sources, sources_of
from bot.delivery.port import Outgoing
from core.conversation import Author, Sentence

MOST_BLOCKS = 50
MOST_CHARACTERS = 12_000
VERIFY_FIRST = "verify.first"
OUR_MARKS = re.compile(r" <[^<>]*>|^\*|\*$")


@dataclass(frozen=True, kw_only=True)
class Look:
    """How messages look: the company's name, where customers read the sources, and whether to ask with plain buttons."""

    company: str
    public_url: str | None = None
    plain_feedback: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """One message of Slack's: its blocks, and its words where blocks can't be shown."""

    blocks: tuple[Block, ...]
    text: str
    card: bool = False


def parts(outgoing: Outgoing, look: Look) -> list[Part]:
    """All messages for an outgoing one; a card always comes last and by itself, so that it can be brought up to date."""
    sources = sources_of(outgoing.sentences, look.public_url)
    said = _said(outgoing, sources)
    label = blocks.offer_label(outgoing.language) if outgoing.offer and said else []
    found = [_part(each, outgoing) for each in _grouped([*label, *said, *tail(outgoing, look, sources)])]
    if outgoing.card is not None:
        asked = tuple(blocks.card(outgoing.card, outgoing.language))
        found.append(Part(blocks=asked, text=blocks.fallback([outgoing.card.title]), card=True))
    return found


def tail(outgoing: Outgoing, look: Look, sources: Sources) -> list[Block]:
    """What stands below the words: receipt, sources, who speaks, and what can be pressed."""
    language = outgoing.language
    found = [*blocks.receipt(outgoing.receipt, language), *blocks.source_list(sources, language)]
    if outgoing.author is Author.AGENT:
        found += blocks.person_line(outgoing.author_name, look.company, language)
    if any(sentence.approved == VERIFY_FIRST for sentence in outgoing.sentences):
        found.append(blocks.verify_button(language))
    if outgoing.offer:
        found.append(blocks.offer_buttons(language))
    if _may_ask(outgoing, sources):
        found.append(blocks.feedback(language, plain=look.plain_feedback))
    return found


def markdown(sentence: Sentence, sources: Sources) -> str:
    """A sentence as it is streamed."""
    return in_markdown(sentence.text) + sources.marks_in_markdown(sentence)


def _said(outgoing: Outgoing, sources: Sources) -> list[Block]:
    """What was said: a person's words as they were typed, the assistant's with their sources' numbers."""
    if outgoing.author is Author.AGENT and not sources.cited:
        return blocks.literal(outgoing.text)
    return [blocks.section(text) for text in blocks.paragraphs(outgoing.sentences, sources)]


def _may_ask(outgoing: Outgoing, sources: Sources) -> bool:
    """Whether to ask if it helped: below an answer that stands on something, unless it asks a question of its own."""
    answered = outgoing.author is Author.BOT and outgoing.ends_reply
    return answered and outgoing.card is None and bool(sources.cited or outgoing.receipt)


def _part(group: Sequence[Block], outgoing: Outgoing) -> Part:
    words = [_words(each["text"]) for each in group if each["type"] == "section" and "text" in each]
    text = " ".join(words) or shown(outgoing.text) or blocks.fallback([value for row in outgoing.receipt for value in row])
    return Part(blocks=tuple(group), text=text)


def _words(text: Mapping[str, str]) -> str:
    """A text object for where only mrkdwn can be shown."""
    return OUR_MARKS.sub("", text["text"]) if text["type"] == "mrkdwn" else shown(text["text"])


def _grouped(found: Sequence[Block]) -> list[list[Block]]:
    """Blocks in messages of at most fifty, and of so much text that Slack keeps all of it."""
    groups: list[list[Block]] = []
    characters = 0
    for block in found:
        size = len(str(block.get("text", {}).get("text", ""))) if block["type"] == "section" else 0
        if not groups or len(groups[-1]) >= MOST_BLOCKS or characters + size > MOST_CHARACTERS:
            groups.append([])
            characters = 0
        groups[-1].append(block)
        characters += size
    return groups
