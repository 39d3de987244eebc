"""Whether a step came out as it has to: questions, cards, effects, handoffs, where words come from. Never the words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dialogue.state import DialogueState
from core.action import Scalar
from core.conversation import Reply, Sentence
from governance.request_text import request_from_text
from handoff.packet import Packet
from tests.conformance.dialogue import Expected, Value
from tests.conformance.stage import skills_of

APPROVAL = "awaiting_approval"
PERSON = "?"
"""A person takes over for whatever reason or is offered, or it is told that it failed."""
OFFERS = ("procedure.offer_person", "conduct.", "answer.none", "failed.")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of a step. `happened` are the effects that reached the company's books in it."""

    reply: Reply | None
    state: DialogueState
    packet: Packet | None
    happened: Counter[str] = field(default_factory=Counter[str])


def problems(expected: Expected, seen: Seen) -> list[str]:
    """Everything that is otherwise."""
    found = _effects(expected, seen.happened) + _left(expected, seen)
    return found if seen.reply is None else found + _reply(expected, seen, seen.reply)


def _effects(expected: Expected, happened: Counter[str]) -> list[str]:
    wanted = Counter(expected.did)
    if happened == wanted:
        return []
    return [f"it did {', '.join(skills_of(happened)) or 'nothing'}, not {', '.join(expected.did) or 'nothing'}"]


def _left(expected: Expected, seen: Seen) -> list[str]:
    """What is open afterwards."""
    top = seen.state.top
    held = {name: slot.value for name, slot in top.slots.items()} if top else {}
    wrong = [f"{name} is {held.get(name)!r}, not {value!r}" for name, value in expected.holds.items() if held.get(name) != value]
    if expected.asks and (top is None or top.asking != expected.asks):
        wrong.append(f"it doesn't ask for {expected.asks} but for {top.asking if top else 'nothing'}")
    if expected.clean and (seen.state.tasks or seen.state.later):
        wrong.append(f"it isn't done: {', '.join(each.skill for each in seen.state.tasks) or 'something'} is open")
    return wrong


def _reply(expected: Expected, seen: Seen, reply: Reply) -> list[str]:
    if reply.silent or expected.silent:
        return [] if reply.silent == expected.silent else ["it speaks" if expected.silent else "it is silent"]
    wrong = _said(expected, reply) + _card(expected, seen, reply) + _handoff(expected, seen, reply)
    if expected.again and (seen.state.top is None or seen.state.top.question not in reply.text):
        wrong.append("it doesn't put its question again")
    read = {each.skill for each in reply.actions if each.outcome == "done"}
    wrong += [f"it didn't look with {skill}" for skill in expected.read if skill not in read]
    if expected.seeks and not any(each.skill == expected.seeks and each.outcome == APPROVAL for each in reply.actions):
        wrong.append(f"it doesn't seek an approval of {expected.seeks}")
    return wrong


def _said(expected: Expected, reply: Reply) -> list[str]:
    if not (reply.text or reply.card or (reply.handoff and reply.handoff.message)):
        return ["it says nothing"]
    wrong = [f"it says nothing from {each}" for each in expected.told if not _from(each, reply.sentences)]
    return wrong + [f"it says something from {each}" for each in expected.never if _from(each, reply.sentences)]


def _from(place: str, sentences: tuple[Sentence, ...]) -> bool:
    match place:
        case "help":
            return any(each.citations for each in sentences)
        case "record":
            return any(each.record_ids for each in sentences)
        case _:
            return any((each.approved or "").startswith(place) for each in sentences)


def _card(expected: Expected, seen: Seen, reply: Reply) -> list[str]:
    top = seen.state.top
    if not expected.card:
        return [f"it shows a card of {top.skill if top else 'something'} that nobody expects"] if reply.card else []
    if reply.card is None or top is None or top.skill != expected.card or top.request is None:
        return [f"it shows no card of {expected.card} but {top.skill if top and reply.card else 'none'}"]
    request = request_from_text(top.request)
    if request.arguments_hash != reply.card.arguments_hash:
        return ["the card shows something else than would be done"]
    return _arguments(expected.shows, request.values())


def _arguments(wanted: Mapping[str, Value], found: Mapping[str, Scalar]) -> list[str]:
    return [
        f"{name} is {found.get(name)!r} on the card, not {value!r}" for name, value in wanted.items() if found.get(name) != value
    ]


def _handoff(expected: Expected, seen: Seen, reply: Reply) -> list[str]:
    reason = reply.handoff.reason if reply.handoff else ""
    if expected.hands_over == PERSON:
        return [] if reason or _offered(reply) or _failed(reply) else ["nobody takes over, and it isn't told as a failure"]
    if reason != expected.hands_over:
        return [f"it hands over for {reason or 'nothing'}, not for {expected.hands_over or 'anything'}"]
    if not expected.noted:
        return []
    note = seen.packet.note if seen.packet else ""
    return [] if expected.noted in note else [f"the person isn't told of {expected.noted!r} but {note!r}"]


def _failed(reply: Reply) -> bool:
    return any(each.outcome == "failed" for each in reply.actions)


def _offered(reply: Reply) -> bool:
    return any((each.approved or "").startswith(OFFERS) for each in reply.sentences)
