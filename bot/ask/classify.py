"""`rapport ask --classify`: what is understood of the last customer message, and nothing else."""

from collections.abc import Sequence
from typing import Any

from bot.ask.play import Worlds
from bot.ask.script import Said as Line
from bot.ask.script import Script
from bot.dialogue.guard import screen
from core.errors import BadInput
from core.language import Said, Understanding, UnderstandRequest
from handoff.triage import Thresholds, TriageInput, decide, public_reason

NEED = 0.2
"""From here on a person is called needed: alone, without an answer or a skill to try first, a missed need weighs more."""


async def classified(worlds: Worlds, scripts: Sequence[Script]) -> list[dict[str, Any]]:
    """Intent, scope, revenue intent and triage of each script's last customer turn, understood together: that is faster."""
    mind = worlds.mind
    histories = [_history(script) for script in scripts]
    requests = [UnderstandRequest(said=said, intents=mind.intents) for said in histories]
    found = await mind.understand(requests)
    return [_shown(script, said, each) for script, said, each in zip(scripts, histories, found, strict=True)]


def _history(script: Script) -> list[Said]:
    said = [each for each in script.turns if isinstance(each, Line)]
    while said and said[-1].role != "customer":
        said.pop()
    if not said:
        raise BadInput("there is no customer turn to classify.")
    text = screen(said[-1].text).text
    return [*(Said(role=each.role, text=each.text) for each in said[:-1]), Said(role="customer", text=text)]


def _shown(script: Script, said: Sequence[Said], understood: Understanding) -> dict[str, Any]:
    earlier = tuple(each.text for each in said[:-1] if each.role == "customer")
    seen = TriageInput(text=said[-1].text, earlier=earlier, signal=understood.triage, mood=understood.mood)
    verdict = decide(seen, Thresholds(model=NEED))
    revenue = understood.revenue
    return {
        "id": script.id,
        "intent": understood.intent,
        "confidence": round(understood.confidence, 4),
        "out_of_scope": round(understood.out_of_scope, 4),
        "revenue_intent": {"label": revenue.label, "confidence": round(revenue.confidence, 4), "item": revenue.item},
        "handoff": {"needed": verdict.handoff, "reason": public_reason(verdict.reason) if verdict.handoff else "none"},
    }
