"""When the bot may think of an offer: once, when support is served, and never over what the customer asked for."""

from bot.dialogue.draft import Draft
from bot.dialogue.state import DialogueState
from core.conversation import Offer
from core.language import Act, Understanding

SURE = 0.6
CALM = -0.15
RAISED = ("cross_sell", "upsell", "referral")


def offer_for(understood: Understanding, state: DialogueState, draft: Draft) -> Offer | None:
    """The offer that fits what was heard, or None. Policy decides afterwards whether it may be made."""
    if state.offers_raised or state.offer is not None or state.top is not None or draft.card is not None:
        return None
    if draft.offer is not None or any(action.effect != "read" for action in draft.actions):
        return None
    signal = understood.revenue
    praised = understood.act is Act.PRAISE and understood.act_confidence >= SURE
    kind = "referral" if praised and signal.label in ("none", "referral") else signal.label
    if kind == "referral" and not praised:
        return None
    if kind not in RAISED or kind in state.declined or not (praised or signal.confidence >= SURE):
        return None
    if understood.mood < CALM:
        return None
    return Offer(kind=kind, item=_item(kind, signal.item), origin="bot")


def _item(kind: str, item: str | None) -> str:
    if kind == "referral":
        return "referral"
    return item or ("plan" if kind == "upsell" else "")
