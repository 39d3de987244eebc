"""`rapport ask --classify`: what is understood of the last customer message, and nothing else."""

from typing import Any

from bot.ask.play import Worlds
from bot.ask.script import Said as Line
from bot.ask.script import Script
from bot.dialogue.guard import screen
from core.errors import BadInput
from core.language import Said, UnderstandRequest
from handoff.triage import TriageInput, decide


async def classified(worlds: Worlds, script: Script) -> dict[str, Any]:
    """Intent, scope, revenue intent and triage of the last customer turn. Raises `BadInput` when there is none."""
    said = [each for each in script.turns if isinstance(each, Line)]
    while said and said[-1].role != "customer":
        said.pop()
    if not said:
        raise BadInput("there is no customer turn to classify.")
    text = screen(said[-1].text).text
    mind = worlds.mind
    history = [Said(role=each.role, text=each.text) for each in said[:-1]]
    request = UnderstandRequest(said=[*history, Said(role="customer", text=text)], intents=mind.intents)
    understood = await mind.model.understand(request)
    earlier = tuple(each.text for each in history if each.role == "customer")
    verdict = decide(TriageInput(text=text, earlier=earlier, signal=understood.triage, mood=understood.mood))
    revenue = understood.revenue
    return {
        "id": script.id,
        "intent": understood.intent,
        "confidence": round(understood.confidence, 4),
        "out_of_scope": round(understood.out_of_scope, 4),
        "revenue_intent": {"label": revenue.label, "confidence": round(revenue.confidence, 4), "item": revenue.item},
        "handoff": {"needed": verdict.handoff, "reason": verdict.reason if verdict.handoff else "none"},
    }
