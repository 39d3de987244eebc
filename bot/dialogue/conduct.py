"""How a conversation is going, message by message: in which language, how the customer feels, and whether it goes in circles.

Pure. `observed` adds it to what a model understood, whichever model that was; `followed` says what the bot does about it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from core.language import Act, TriageSignal, Understanding
from handoff.frustration import HIGH, frustration_of

MOST_KEPT = 6
ALIKE, WITHIN = 0.6, 0.8
FEW_STEMS = 2
FEW_WORDS = 3
STEM = 5
SURE = 0.5
CONTENT = 0.3
MOST_TOLD = 3
ONE_WORD = re.compile(r"[^\W\d_]+")
CALM = frozenset({Act.THANKS, Act.PRAISE})
NOTHING_NEW = frozenset({Act.AFFIRM, Act.DENY, Act.CANCEL, Act.SKIP, Act.GREET, Act.GOODBYE, Act.REPEAT, *CALM})
_SMALL_WORDS = """
the and for you your our are can how what when where why who does did has have had was were will would could please with that
this there from about into just still again already now not but any der die das und ist sind ich sie wir wie was wann wo kann
bitte mit für ein eine noch schon wieder nicht les des est une vous nous que qui pour dans pas mon mes comment quand los las una
por para con como cuando donde mis gli che come quando per non sono het een hoe wat wanneer voor met niet nog weer uma não
"""
EMPTY = frozenset(_SMALL_WORDS.split())


class Heard(BaseModel):
    """A message that got no further: the stems of its words, and the skill it asked for (empty for a question)."""

    model_config = ConfigDict(frozen=True)

    stems: tuple[str, ...]
    intent: str = ""


class Conduct(BaseModel):
    """What is remembered of how it goes. `told` are the stems of the last reply, `times` how often it was given in a row.

    `offered` says that a person was offered since the customer was last content, `asking` that the very last reply did.
    """

    model_config = ConfigDict(frozen=True)

    trail: tuple[Heard, ...] = ()
    told: tuple[str, ...] = ()
    times: int = 0
    offered: bool = False
    asking: bool = False


@dataclass(frozen=True, kw_only=True)
class Before:
    """What a message comes after. `busy`: a task is in hand, so that short answers and repeated values are nothing unusual."""

    language: str
    conduct: Conduct
    busy: bool = False


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the bot is about to reply. `progress`: something was done, shown or asked for, so that this is no circle."""

    sentences: Sequence[str] = ()
    progress: bool = False


@dataclass(frozen=True, kw_only=True)
class Follow:
    """What to do: the wording to add (an id), or why to hand over; and what to remember."""

    conduct: Conduct
    say: str = ""
    hand_over: str = ""


def observed(understood: Understanding, text: str, before: Before) -> Understanding:
    """The understanding with language, frustration and repetitions of this very message.

    A yes to the offer of a person just made is a wish for one.
    """
    frustration = max(understood.frustration, frustration_of(text))
    seen = replace(
        understood,
        language=language_of(understood.language, text, before.language),
        frustration=frustration,
        repeats=0 if before.busy else repeats_of(understood, text, before.conduct),
    )
    if before.conduct.asking and not before.busy and understood.act is Act.AFFIRM and understood.act_confidence >= SURE:
        return replace(seen, triage=TriageSignal(reason="asked_for_human", confidence=1.0))
    return seen


def language_of(guess: str, text: str, before: str) -> str:
    """The message's own language; what is too short to tell one (`ok`, `12`) goes by the conversation's."""
    words = ONE_WORD.findall(text)
    told = bool(words) and (guess != "en" or len(words) >= FEW_WORDS)
    return guess if told else before


def repeats_of(understood: Understanding, text: str, conduct: Conduct) -> int:
    """How many earlier messages asked the same, in other words or for the same skill, and got no further."""
    if understood.act in NOTHING_NEW and understood.act_confidence >= SURE:
        return 0
    stems, intent = stems_of(text), _skill(understood)
    return sum(_alike(stems, each.stems) or bool(intent and intent == each.intent) for each in conduct.trail)


def followed(understood: Understanding, text: str, told: Told, conduct: Conduct) -> Follow:
    """What comes of the turn: the same asked or told twice, or a customer who loses patience, is offered a person; the third
    time the same is told a person takes over. Thanks set everything back."""
    content = understood.frustration < HIGH or understood.mood >= CONTENT
    if understood.act in CALM and understood.act_confidence >= SURE and content:
        return Follow(conduct=Conduct())
    reply = tuple(sorted(stems_of(" ".join(told.sentences))))
    times = 0 if told.progress or not reply else conduct.times + 1 if _alike(frozenset(reply), conduct.told) else 1
    if times >= MOST_TOLD:
        return Follow(conduct=Conduct(), hand_over=f"the assistant gave the same answer {times} times")
    heard = Heard(stems=tuple(sorted(stems_of(text))), intent=_skill(understood))
    plain = understood.act in NOTHING_NEW and understood.act_confidence >= SURE
    trail = () if told.progress else conduct.trail if plain else (*conduct.trail, heard)[-MOST_KEPT:]
    say = "" if conduct.offered else _offer(understood, times)
    offered = bool(say) or conduct.offered
    return Follow(conduct=Conduct(trail=trail, told=reply, times=times, offered=offered, asking=bool(say)), say=say)


def stems_of(text: str) -> frozenset[str]:
    """What a text is about: the beginnings of its telling words, and its figures."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(word[:STEM] for word in words if word.isdigit() or (len(word) >= FEW_WORDS and word not in EMPTY))


def _offer(understood: Understanding, times: int) -> str:
    if understood.frustration >= HIGH:
        return "" if understood.act is Act.CANCEL and understood.act_confidence >= SURE else "conduct.sorry"
    return "conduct.again" if understood.repeats or times > 1 else ""


def _skill(understood: Understanding) -> str:
    lead = understood.asked[0] if understood.asked else None
    return lead.intent if lead and lead.confidence >= SURE and lead.intent not in ("question", "none") else ""


def _alike(one: frozenset[str], other: Iterable[str]) -> bool:
    """Whether two texts say the same: most words of both, or nearly all of the shorter one; other figures are another matter."""
    against = frozenset(other)
    if _figures(one) != _figures(against) and _figures(one) and _figures(against):
        return False
    shared, fewer = len(one & against), min(len(one), len(against))
    if fewer < FEW_STEMS:
        return bool(one) and one == against
    return shared >= ALIKE * len(one | against) or (fewer > FEW_STEMS and shared >= WITHIN * fewer)


def _figures(stems: Iterable[str]) -> frozenset[str]:
    return frozenset(stem for stem in stems if stem.isdigit())
