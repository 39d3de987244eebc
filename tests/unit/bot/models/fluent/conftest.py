"""A fluent model over scripts, and help centre passages with their source text."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.models.fluent.model import FluentModel, Settings
from bot.models.fluent.prompts import Prompts
from bot.models.provider import FromUser, Passages, Prompt, Result, Words
from core.conversation import Citation
from core.language import IntentSpec, Said, SlotSpec, Source
from tests.fakes.lexicon import SMALL
from tests.fakes.provider import Script, ScriptedProvider

ARTICLE = "# Pausing\n\nYou can pause for **3 months**. Only owners may pause.\n\n# Seats\n\nA seat costs $35.00 a month.\n"
SOURCES = {"pausing": ARTICLE}

SEATS = SlotSpec(name="seats", kind="seats", ask="How many seats?")
PLAN = SlotSpec(name="plan", kind="plan", ask="Which plan?")
INTENTS = (
    IntentSpec(name="add_seats", description="Adds seats", examples=("add 5 seats",), slots=(SEATS,)),
    IntentSpec(name="change_plan", description="Changes the plan", examples=("move us to Team",), slots=(PLAN, SEATS)),
)


def source(quote: str, heading: str = "Pausing", score: float = 1.0) -> Source:
    start = ARTICLE.index(quote)
    citation = Citation(article="pausing", heading=heading, start=start, end=start + len(quote), quote=quote)
    return Source(text=quote, citation=citation, score=score)


PAUSE = source("You can pause for **3 months**. Only owners may pause.")
SEAT = source("A seat costs $35.00 a month.", heading="Seats")


def fluent(*scripts: Script) -> tuple[FluentModel, ScriptedProvider]:
    provider = ScriptedProvider(scripts)
    settings = Settings(company="Halcyon", assistant="Hal", lexicon=SMALL, today=lambda: datetime(2026, 11, 20, tzinfo=UTC))
    return FluentModel(name="large", provider=provider, prompts=Prompts.load(), settings=settings), provider


def customer(*texts: str) -> list[Said]:
    return [Said(role="customer", text=text, message_id=f"id-{number}") for number, text in enumerate(texts)]


def understood(**changes: object) -> Script:
    """A well-formed answer of understanding, but for `changes`."""
    answer: dict[str, object] = {
        "act": "other",
        "act_confidence": 0.9,
        "asked": [],
        "slots": [],
        "language": "en",
        "mood": 0.1,
        "triage": {"reason": "none", "confidence": 0.9},
        "revenue": {"label": "none", "item": "", "confidence": 0.5},
        "out_of_scope": 0.0,
    }
    return [json.dumps({**answer, **changes})]


def wish(intent: str, words: str, *slots: tuple[str, str]) -> dict[str, object]:
    filled = [{"name": name, "quote": quote} for name, quote in slots]
    return {"intent": intent, "words": words, "confidence": 0.9, "slots": filled}


def words_of(prompt: Prompt) -> str:
    """All that the prompt says in its messages."""
    found: list[str] = []
    for message in prompt.messages:
        if not isinstance(message, FromUser):
            found.append(message.text)
            continue
        for part in message.parts:
            if isinstance(part, Words | Result):
                found.append(part.text)
            if isinstance(part, Passages | Result):
                found += [block for passage in part.passages for block in passage.blocks]
    return "\n".join(found)


def texts(said: Sequence[object]) -> list[str]:
    return [str(getattr(each, "text", each)) for each in said]
