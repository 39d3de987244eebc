"""How a turn minds its conduct: seen with the message, and at the end said, done, and remembered for the next one."""

from bot.dialogue.agent import Agent
from bot.dialogue.conduct import Before, Told, followed, observed
from bot.dialogue.draft import Draft
from bot.dialogue.leaning import leans
from bot.dialogue.opening import Opening
from bot.dialogue.wording import wording
from core.language import Understanding

NO_ANSWER = ("small.", "verify.", "code.", "answer.outside")
"""Wordings that answer nothing: small talk, and what the customer has to do first."""
OFFERING = ("answer.none", "denied", "procedure.offer_person")
"""Wordings that offer a person themselves."""
DONE = "done"


def observe(understood: Understanding, opening: Opening, text: str) -> Understanding:
    """The understanding with what this message shows besides: its language, frustration, and whether it was said before."""
    state = opening.state
    before = Before(
        language=opening.conversation.language, conduct=state.conduct, busy=state.top is not None or state.offer is not None
    )
    return observed(understood, text, before)


def conclude(agent: Agent, understood: Understanding, text: str) -> None:
    """Offers a person, or hands over, when it goes in circles or the customer loses patience."""
    draft, state = agent.draft, agent.state
    if draft.handoff is not None:
        return
    done = any(action.outcome == DONE for action in draft.actions)
    told = Told(
        sentences=[each.text for each in draft.sentences if not (each.approved or "").startswith(NO_ANSWER)],
        progress=bool(draft.card or draft.receipt or done or state.top or _goes_on(draft, text)),
    )
    follow = followed(understood, text, told, state.conduct)
    offered = any((each.approved or "") in OFFERING for each in draft.sentences)
    asking = follow.conduct.asking or (offered and state.top is None)
    agent.state = state.model_copy(update={"conduct": follow.conduct.model_copy(update={"asking": asking})})
    if follow.hand_over:
        agent.hand_over("repeated_failure", follow.hand_over)
    elif follow.say and not offered:
        draft.say([wording(follow.say, draft.language)])


def _goes_on(draft: Draft, text: str) -> bool:
    """Whether a question that leans on the one before it was answered: that is no circle, much as the answers are alike."""
    return leans(text) and any(each.citations for each in draft.sentences)
