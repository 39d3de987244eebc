"""Answers what a customer wrote in several messages line by line, in the order in which it was written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from core.conversation import Sentence
from core.language import Asked
from handoff.desk.copilot import Answered, CopilotRooms
from handoff.desk.draft_parts import Drafted, Heard

MOST_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with what stands of an answer to it."""

    text: str
    answer: Answered

    @property
    def asks(self) -> bool:
        return self.text.rstrip().endswith("?")

    @property
    def open(self) -> bool:
        return self.asks and not self.answer.sentences


@dataclass(frozen=True, kw_only=True)
class Together:
    """Several answers as one: as sure as the least sure of them. `left` are the questions that nothing answers."""

    sentences: tuple[Sentence, ...]
    passages: tuple[str, ...]
    answerable: float
    staff_only: bool = False
    left: tuple[str, ...] = ()


async def from_articles(rooms: CopilotRooms, heard: Heard) -> Answered:
    """What the public articles say to all that waits for an answer.

    Line by line where that says more than everything at once: otherwise one question would be answered for another.
    """
    lines = heard.matter.lines if heard.text == heard.matter.text else ()
    if not 1 < len(lines) <= MOST_LINES:
        return await _answer(rooms, heard, heard.text)
    each = await answered(rooms, heard, lines)
    standing = [line for line in each if line.answer.sentences]
    if len(standing) > 1 or (standing and any(line.open for line in each)):
        return together(each)
    whole = await _answer(rooms, heard, heard.text)
    return standing[0].answer if standing and standing[0].answer.answerable >= whole.answerable else whole


async def answered(rooms: CopilotRooms, heard: Heard, lines: Sequence[str]) -> list[Line]:
    """Each of these with what stands of an answer to it."""
    answers = await asyncio.gather(*(_answer(rooms, heard, each) for each in lines))
    return [Line(text=text, answer=answer) for text, answer in zip(lines, answers, strict=True)]


def together(lines: Sequence[Line]) -> Together:
    standing = [each.answer for each in lines if each.answer.sentences]
    return Together(
        sentences=_once(*(each.sentences for each in standing)),
        passages=tuple(dict.fromkeys(passage for each in standing for passage in each.passages)),
        answerable=min((each.answerable for each in standing), default=0.0),
        left=tuple(each.text for each in lines if each.open),
    )


def around(heard: Heard, lead: Asked) -> tuple[list[str], list[str]]:
    """The questions before and behind the one that `lead` stands for."""
    lines = heard.matter.lines
    if len(lines) < 2:
        others = [each.text for each in heard.understood.asked[1:] if each.intent == "question" and each.text != lead.text]
        behind = [each for each in others if heard.text.find(each) > heard.text.find(lead.text)]
        return [each for each in others[:1] if each not in behind], behind[:1]
    own = next((place for place, line in enumerate(lines) if lead.text in line or line in lead.text), len(lines) - 1)
    asked = [line if line.rstrip().endswith("?") else "" for line in lines]
    return [each for each in asked[:own] if each][-MOST_LINES:], [each for each in asked[own + 1 :] if each][:MOST_LINES]


def in_order(before: Sequence[Line], drafted: Drafted, behind: Sequence[Line]) -> tuple[Sentence, ...]:
    """The answers around a draft; one that ends with a question keeps it for the end."""
    asks = drafted.action is not None or drafted.sentences[-1].text.rstrip().endswith("?")
    first, last = together(before).sentences, together(behind).sentences
    return _once(first, last, drafted.sentences) if asks else _once(first, drafted.sentences, last)


async def _answer(rooms: CopilotRooms, heard: Heard, text: str) -> Answered:
    case = heard.matter.case
    facts = {"plan": case.plan} if case.plan else {}
    return await rooms.answers.answer(case.tenant, text, heard.language, recalled=heard.recalled, facts=facts)


def _once(*parts: Sequence[Sentence]) -> tuple[Sentence, ...]:
    return tuple(dict.fromkeys(sentence for part in parts for sentence in part))
