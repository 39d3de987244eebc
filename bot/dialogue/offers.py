"""When the bot may think of an offer: once, when support is served, and never over what the customer asked for."""

from dataclasses import replace

from bot.dialogue.agent import Agent
from bot.dialogue.draft import Draft
from bot.dialogue.state import DialogueState
from core.conversation import Offer
from core.language import Act, Understanding

SURE = 0.6
CALM = -0.15
RAISED = ("cross_sell", "upsell", "referral")
QUOTING = frozenset({"price_seats", "preview_plan_change"})
REFUSING = ("denied", "policy", "verify.", "answer.staff", "answer.outside", "answer.unavailable")
"""How what says no begins: nobody who hears it is offered anything."""
MISSED = ("answer.none", "answer.none_but")


async def bring_up(agent: Agent, understood: Understanding) -> None:
    """Raises the offer that fits, if any. Where the help centre has no answer it is the answer, so "I couldn't find that" goes.

    Who asks for a price has brought it up and was told: that is noted, and nothing is raised.
    """
    draft = agent.draft
    offer = offer_for(understood, agent.state, draft)
    if offer is None or draft.handoff is not None:
        return
    if any(action.skill in QUOTING for action in draft.actions):
        draft.offer = replace(offer, origin="customer")
        return
    await agent.raise_offer(offer)
    if draft.raised is not None:
        shown, rest = draft.sentences[: draft.shown], draft.sentences[draft.shown :]
        draft.sentences = [*shown, *(each for each in rest if each.approved not in MISSED)]


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
    item = _item(kind, signal.item)
    if understood.mood < CALM or not item or _refused(draft) or (kind != "cross_sell" and _missed(draft)):
        return None
    return Offer(kind=kind, item=item, origin="bot")


def _refused(draft: Draft) -> bool:
    denied = any(action.decision == "deny" for action in draft.actions)
    return denied or any((each.approved or "").startswith(REFUSING) for each in draft.sentences)


def _missed(draft: Draft) -> bool:
    return any(each.approved in MISSED for each in draft.sentences)


def _item(kind: str, item: str | None) -> str:
    if kind == "referral":
        return "referral"
    return item or ("plan" if kind == "upsell" else "")
