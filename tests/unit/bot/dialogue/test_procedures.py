"""Procedures in the machine: they ask, call, go on, are corrected, dropped and left, and say where they stood."""

from pydantic import BaseModel

from bot.dialogue.bringing_up import cards_of, settled
from bot.dialogue.cases import Cases, standing
from bot.dialogue.machine import Machine
from bot.dialogue.state import DialogueState
from bot.dialogue.steps import Answer, HandOver, Heard, Prepare, SkillCard, Step, WasPrepared, WasRun, Wording
from core.action import Deny, Origin, Reason
from core.language import Act, Asked, RevenueSignal, SlotSpec, SlotValue, TriageSignal, Understanding
from skills.contract import Done, Ready
from skills.procedures.published import library

LIBRARY = library()
NAMES = {each for procedure in LIBRARY.values() for each in procedure.calls} | {"give_credit"}
CARDS = {name: SkillCard(id=name, reads=False, slots=(SlotSpec(name="amount", kind="money", ask="?"),)) for name in NAMES}
MACHINE = Machine(skills={**CARDS, **cards_of(LIBRARY)}, cases=Cases(procedures=LIBRARY, today="2026-11-20"))


class Owed(BaseModel):
    owed_minor: int = 500
    currency: str = "USD"


class Seats(BaseModel):
    seats_bought: int = 10
    seats_used: int = 10


def heard(text: str, intent: str = "none", act: Act = Act.OTHER, confidence: float = 0.95, **slots: str | int) -> Heard:
    found = tuple(SlotValue(name=name, value=value, message_id="m", start=0, end=1) for name, value in slots.items())
    asked = (Asked(intent=intent, confidence=confidence, text=text),) if intent != "none" else ()
    understood = Understanding(
        act=act,
        act_confidence=0.95,
        asked=asked,
        out_of_scope=0.0,
        language="en",
        revenue=RevenueSignal(label="none", confidence=0.0),
        triage=TriageSignal(reason="none", confidence=0.0),
        mood=0.0,
        model="m",
        slots=found,
    )
    return Heard(text=text, message_id="m", understood=understood)


def begun(name: str = "card_declined") -> Step:
    return MACHINE.advance(DialogueState(), heard("it is about this case", name))


def prepared(step: Step) -> str:
    return next(each.task.skill for each in step.commands if isinstance(each, Prepare))


def ran(step: Step, result: BaseModel | None = None) -> Step:
    top = step.state.top
    assert top is not None
    done = Done(result=result, sentences=()) if result is not None else None
    return MACHINE.advance(step.state, WasRun(task_id=top.id, done=done))


def test_a_check_is_called_and_its_result_read() -> None:
    step = begun()
    assert prepared(step) == "payment_status"
    asked = ran(step, Owed())
    assert asked.state.top is not None
    assert asked.state.top.asking == "offer_link"
    assert "$5" in asked.state.top.question


def test_a_yes_calls_and_a_no_goes_on_without() -> None:
    asked = ran(begun(), Owed())
    assert prepared(MACHINE.advance(asked.state, heard("yes", act=Act.AFFIRM))) == "send_payment_link"
    left = MACHINE.advance(asked.state, heard("no", act=Act.DENY))
    assert left.state.tasks == ()


def test_a_failed_call_takes_its_way_and_says_where_it_stood() -> None:
    step = ran(begun())
    handed = next(each for each in step.commands if isinstance(each, HandOver))
    assert "A card payment failed" in handed.detail


def test_a_stranger_is_answered_in_general_and_the_case_ends() -> None:
    step = begun()
    assert step.state.top is not None
    deny = Deny(policies=(), version="1", reasons=(Reason(code="verified", customer="", agent=""),))
    result = WasPrepared(task_id=step.state.top.id, prepared=_ready(), decision=deny, reads=True)
    ended = MACHINE.advance(step.state, result)
    assert ended.state.tasks == ()
    assert ended.commands == (Answer(question="it is about this case", else_say="verify.first"),)


def test_a_corrected_value_does_again_what_depends_on_it() -> None:
    asked = ran(begun("invite_blocked"), Seats())
    called = MACHINE.advance(asked.state, heard("3 people", people=3))
    assert called.state.top is not None
    assert called.state.top.slots["quantity"].value == 3
    assert called.state.top.slots["quantity"].origin is Origin.COMPUTED
    again = MACHINE.advance(called.state, heard("5 people", act=Act.CORRECT, people=5))
    assert again.state.top is not None
    assert again.state.top.skill == "add_seats"
    assert again.state.top.slots["quantity"].value == 5
    assert not any(isinstance(each, Prepare) and each.task.skill == "get_account" for each in again.commands)


def test_it_is_dropped_as_a_whole() -> None:
    asked = ran(begun("invite_blocked"), Seats())
    dropped = MACHINE.advance(asked.state, heard("never mind", act=Act.CANCEL))
    assert dropped.state.tasks == ()
    assert Wording(id="task.cancelled") in dropped.commands


def test_another_wish_is_served_in_between() -> None:
    asked = ran(begun(), Owed())
    aside = MACHINE.advance(asked.state, heard("a credit of 5 dollars", "give_credit"))
    assert prepared(aside) == "give_credit"
    back = ran(aside, Owed())
    assert back.state.top is not None
    assert back.state.top.asking == "offer_link"


def test_what_only_sounds_like_a_case_goes_to_the_skill_near_it() -> None:
    found = settled(DialogueState(), heard("card?", "card_declined", confidence=0.5), LIBRARY)
    assert [each.intent for each in found.understood.asked] == ["payment_status"]


def test_where_it_stands_is_told_to_the_person_who_takes_over() -> None:
    asked = ran(begun("invite_blocked"), Seats())
    assert "at people" in standing(asked.state, LIBRARY)


def test_the_state_survives_being_written_down() -> None:
    asked = ran(begun("invite_blocked"), Seats())
    assert DialogueState.model_validate_json(asked.state.model_dump_json()) == asked.state


def _ready() -> Ready:
    return Ready(arguments={})
