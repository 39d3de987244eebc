"""What the machine does with a message when nothing waits for an answer: serve what is asked, in order."""

import re
from collections.abc import Mapping

from bot.dialogue.state import DialogueState, Task
from bot.dialogue.steps import Answer, Command, Heard, Prepare, SkillCard, Step, Withdraw, Wording
from core.conversation import Offer
from core.language import Act, Asked, Understanding

QUESTION = re.compile(
    r"(?:who|what|when|where|why|which|how|can|could|do|does|is|are|will|wer|was|wann|wo|wie|warum|qui|quoi|quand|comment"
    r"|qu[eé]|cu[aá]ndo|c[oó]mo|d[oó]nde)\b",
    re.IGNORECASE,
)
HELP = re.compile(
    r"\W*(?:(?:hi|hello|ok|please|hallo|bonjour|hola)\W+)?(?:help(?: me)?(?: please)?"
    r"|what (?:can|do) you (?:do|help with)(?: for me)?"
    r"|what can i (?:ask|do here)|how can you help(?: me)?|hilfe|was kannst du|was können sie(?: für mich)?(?: tun)?"
    r"|aide(?:z-moi)?|que pouvez-vous faire|ayuda|qué puede(?:s)? hacer|hjælp|wat kun(?:t u| je)(?: doen)?|aiuto)\W*",
    re.IGNORECASE,
)
SURE = 0.5
PLAIN = 0.7
BARGAINS = frozenset({"grant_discount"})
LEADING = 0.33
WHO = re.compile(r"^\W*(?:(?:ok|so|and|then|well)\W+)*(?:who|wer|qui|quién|hvem|wie mag|chi)\b", re.IGNORECASE)
POSSIBLE = 0.25
TELLING = 4
ADVOCATE = "explain_referral"
OUT_OF_SCOPE = 0.6
STRANGE = 0.95
SMALLTALK = {
    Act.GREET: "greet",
    Act.THANKS: "thanks",
    Act.GOODBYE: "goodbye",
    Act.BOT_QUESTION: "bot",
    Act.PRAISE: "praise",
}
OFFER_SKILLS = {"referral": "explain_referral", "cross_sell": "price_seats", "upsell": "price_seats", "renewal": "renewal_info"}


def hear_fresh(state: DialogueState, heard: Heard, skills: Mapping[str, SkillCard]) -> Step:
    """Serves everything that the message asks for; small talk only when it asks for nothing."""
    understood = heard.understood
    if HELP.fullmatch(heard.text.strip()):
        return Step(state=state, commands=(Wording(id="small.abilities"),))
    small = SMALLTALK.get(understood.act)
    if small is not None and understood.act_confidence >= SURE and not _asks_surely(heard):
        return Step(state=state, commands=(Wording(id=f"small.{small}"),))
    if understood.act in (Act.CANCEL, Act.DENY) and understood.act_confidence >= 0.7 and not _asks_surely(heard):
        return Step(state=state, commands=(Wording(id="nothing_open"),))
    return serve(state, heard, skills)


def serve(state: DialogueState, heard: Heard, skills: Mapping[str, SkillCard]) -> Step:
    """Opens a task for the first skill asked for and keeps the others for afterwards; a plain question is answered.

    The likeliest intent is acted on even when it isn't sure, for a write still waits at its card; a question that the help centre
    can't answer falls back on the likeliest skill. With a fluent model nothing is guessed: it finds out what is meant.
    """
    understood = heard.understood
    wanted = [each for each in understood.asked if each.intent in skills and each.confidence >= _needed(each)]
    lead = understood.asked[0] if understood.asked else None
    guessed = lead is not None and lead.intent in skills and lead not in wanted and not state.tasks and not heard.fluent
    if guessed and lead is not None and _leads(lead, heard, reads=skills[lead.intent].reads):
        wanted.insert(0, lead)
    if not wanted and not understood.asked and not tells(heard):
        strange = understood.out_of_scope >= STRANGE and not heard.fluent
        return Step(state=state, commands=(Wording(id="answer.outside" if strange else "small.noted"),))
    state = state.model_copy(update={"last_question": heard.asked, "choices": ()})
    if not wanted:
        otherwise = None if heard.fluent else _otherwise(understood, skills)
        outside = understood.out_of_scope >= OUT_OF_SCOPE
        return Step(state=state, commands=(Answer(question=heard.asked, otherwise=otherwise, outside=outside),))
    first, rest = wanted[0], tuple(wanted[1:])
    questions = (each for each in understood.asked if each.intent == "question" and each.confidence >= LEADING)
    separate = tuple(each for each in questions if each.text != first.text)
    state, prepare = open_task(state, first, unsure=first.confidence < SURE)
    return Step(state=state.model_copy(update={"later": (*state.later, *separate, *rest)}), commands=(prepare,))


def _needed(asked: Asked) -> float:
    """How sure it must be. Questions about a price sound like bargaining, so that must be plain."""
    return PLAIN if asked.intent in BARGAINS else SURE


def _asks(text: str) -> bool:
    return "?" in text or bool(QUESTION.match(text.strip()))


def tells(heard: Heard) -> bool:
    """Whether there is something to answer. A fluent model also understands a matter that is told without a question."""
    return _asks(heard.asked) or heard.asked != heard.text or (heard.fluent and len(heard.text.split()) >= TELLING)


def _leads(lead: Asked, heard: Heard, *, reads: bool) -> bool:
    """Whether the likeliest skill is tried although it isn't sure. "Who can do it?" changes nothing on a guess."""
    understood = heard.understood
    least = LEADING if reads or not WHO.search(heard.text) else SURE
    return lead.intent not in BARGAINS and lead.confidence >= least and understood.out_of_scope < OUT_OF_SCOPE


def _otherwise(understood: Understanding, skills: Mapping[str, SkillCard]) -> Asked | None:
    """The skill to fall back on when the help centre has no answer: one that changes something only when it is likelier."""
    if understood.out_of_scope >= OUT_OF_SCOPE:
        return None
    known = [each for each in understood.asked if each.intent in skills and each.intent not in BARGAINS]
    likely = [each for each in known if each.confidence >= (POSSIBLE if skills[each.intent].reads else LEADING)]
    if understood.revenue.label == "referral" and understood.revenue.confidence >= PLAIN and ADVOCATE in skills and not likely:
        return Asked(intent=ADVOCATE, confidence=understood.revenue.confidence, text="")
    return max(likely, key=lambda each: each.confidence, default=None)


def open_task(
    state: DialogueState, asked: Asked, *, unsure: bool = False, searched: bool = False
) -> tuple[DialogueState, Command]:
    """Pushes a task for what was asked; one of the same skill is taken up again rather than doubled."""
    slots = {slot.name: slot for slot in asked.slots}
    known = next((each for each in state.tasks if each.skill == asked.intent), None)
    if known is not None:
        task = known.model_copy(update={"slots": {**known.slots, **slots}})
        return state.without(known.id).replace(task), Prepare(task=task)
    state = state.model_copy(update={"serial": state.serial + 1})
    task = Task(id=f"t{state.serial}", skill=asked.intent, text=asked.text, slots=slots, unsure=unsure, searched=searched)
    return state.replace(task), Prepare(task=task)


def offer_answer(state: DialogueState, heard: Heard, skills: Mapping[str, SkillCard]) -> Step | None:
    """What the customer says to an offer just raised; None when the message is about something else."""
    offer = state.offer
    assert offer is not None
    understood = heard.understood
    closed = state.model_copy(update={"offer": None})
    if understood.act in (Act.DENY, Act.CANCEL) and understood.act_confidence >= SURE:
        declined = closed.model_copy(update={"declined": (*state.declined, offer.kind)})
        return Step(
            state=declined, commands=(Withdraw(skill=f"offer:{offer.kind}", outcome="declined"), Wording(id="offer.declined"))
        )
    if understood.act is not Act.AFFIRM or understood.act_confidence < SURE:
        return None
    skill = OFFER_SKILLS.get(offer.kind, "")
    if skill not in skills:
        return Step(state=closed, commands=(Answer(question=heard.text),))
    accepted = closed.model_copy(update={"serial": state.serial + 1})
    task = Task(id=f"t{accepted.serial}", skill=skill, text=f"{heard.text} {_item_words(offer)}", offer=offer)
    return Step(state=accepted.replace(task), commands=(Prepare(task=task),))


def _item_words(offer: Offer) -> str:
    return offer.item.replace("_", " ")


def _asks_surely(heard: Heard) -> bool:
    return any(each.confidence >= 0.6 and each.intent != "none" for each in heard.understood.asked if each.intent != "question")
