from pathlib import Path

import pytest

from bot.models.embedded import training
from bot.models.embedded.model import EmbeddedModel
from core.clock import FixedClock
from core.language import IntentSpec, SlotSpec
from knowledge.vector_cache import HashEmbedder
from tests.fakes.clock import NOON
from tests.fakes.lexicon import SMALL

PLAN = SlotSpec(name="plan", kind="plan", ask="Which plan?")
SEATS = SlotSpec(name="seats", kind="seats", ask="How many seats?")
INTENTS = (
    IntentSpec(
        name="change_plan",
        description="Changes the plan",
        examples=(
            "put us on Business",
            "switch our plan to Team",
            "move us to the Team plan please",
            "we want the Business plan",
            "change plan",
        ),
        slots=(PLAN, SEATS),
    ),
    IntentSpec(
        name="find_invoices",
        description="Finds invoices",
        examples=(
            "send me the October invoice",
            "show our last three invoices",
            "I need a copy of the invoice",
            "list all bills",
            "find the invoice",
        ),
    ),
    IntentSpec(
        name="book_callback",
        description="Books a call",
        examples=(
            "call me tomorrow",
            "ring me back please",
            "can someone phone me",
            "book a call with me",
            "give me a call at two",
        ),
    ),
)
QUESTIONS = (
    "how do I change my password",
    "where can I see who is on leave",
    "what are your support hours",
    "how many locations does Team allow",
    "is there an app for Android",
    "who can approve overtime",
    "how long is the history kept",
    "where do I add a shift template",
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedModel:
    """The embedded model over a small company, a hashing embedder and a part of the examples."""
    with pytest.MonkeyPatch.context() as patch:
        thin(patch)
        return make(tmp_path_factory.mktemp("heads"))


def thin(patch: pytest.MonkeyPatch) -> None:
    """Leaves one in many of the written examples."""
    for name, step in (("revenue", 40), ("triage", 32), ("acts", 12), ("moods", 3), ("out_of_scope", 20)):
        rows = getattr(training, name)()[::step]
        patch.setattr(training, name, lambda rows=rows: list(rows))


def make(folder: Path) -> EmbeddedModel:
    clock = FixedClock(NOON)
    built = EmbeddedModel(embedder=HashEmbedder(), question_examples=QUESTIONS, lexicon=SMALL, cache_dir=folder, today=clock.now)
    built.warm(INTENTS)
    return built
