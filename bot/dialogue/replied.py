"""What a turn gives back to whoever had it taken."""

from collections.abc import Mapping

from bot.dialogue.draft import Draft
from core.conversation import Reply
from core.language import Understanding


def reply_of(draft: Draft, understood: Understanding | None) -> Reply:
    """What a turn gives back, out of its draft."""
    revenue: Mapping[str, object] = {"label": "none", "confidence": 0.0, "item": None}
    if understood is not None:
        signal = understood.revenue
        revenue = {"label": signal.label, "confidence": round(signal.confidence, 4), "item": signal.item}
    return Reply(
        sentences=tuple(draft.sentences),
        card=draft.card,
        receipt=draft.receipt,
        intent=understood.intent if understood else "none",
        confidence=round(understood.confidence, 4) if understood else 0.0,
        revenue=revenue,
        actions=tuple(draft.actions),
        offer=draft.offer,
        handoff=draft.handoff,
    )
