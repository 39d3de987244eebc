"""The procedure machine, trigger by trigger: it knows no model, so a plain function says what was understood."""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from bot.dialogue.machine import Machine
from bot.dialogue.state import DialogueState, Phase, Task
from bot.dialogue.steps import (
    Answer,
    Execute,
    HandOver,
    Heard,
    Judge,
    MailCode,
    Prepare,
    Pressed,
    Say,
    SeekApproval,
    ShowCard,
    SkillCard,
    Step,
    WasAnswered,
    WasPrepared,
    WasRun,
    Withdraw,
    Wording,
)
from core.action import Allow, Deny, NeedsApproval, Reason
from core.conversation import Card, Offer, Sentence
from core.language import Act, Asked, RevenueSignal, SlotSpec, SlotValue, TriageSignal, Understanding
from skills.contract import Ask, Detour, Done, Ready, Refuse

SEATS = SlotSpec(name="seats", kind="seats", ask="How many seats?")
PLAN = SlotSpec(name="plan", kind="plan", ask="Which plan?")
CODE = SlotSpec(name="code", kind="code", ask="Which code?")
NOTE = SlotSpec(name="note", kind="text", ask="Anything to add?", required=False)
MACHINE = Machine(
    skills={
        "change_plan": SkillCard(id="change_plan", reads=False, slots=(PLAN, SEATS)),
        "cancel_plan": SkillCard(id="cancel_plan", reads=False, slots=()),
        "apply_save_offer": SkillCard(id="apply_save_offer", reads=False, slots=()),
        "change_payment_method": SkillCard(id="change_payment_method", reads=False, slots=(CODE,)),
        "open_ticket": SkillCard(id="open_ticket", reads=False, slots=(NOTE,)),
        "find_invoices": SkillCard(id="find_invoices", reads=True, slots=()),
        "explain_referral": SkillCard(id="explain_referral", reads=True, slots=()),
    }
)
ALLOW = Allow(policies=(), version="v")
DENY = Deny(policies=("p",), version="v", reasons=(Reason(code="role", customer="Only an Owner can do that.", agent="role"),))


class Result(BaseModel):
    ok: bool = True


def slot(name: str, value: str | int) -> SlotValue:
    return SlotValue(name=name, value=value, message_id="m", start=0, end=1)


def heard(
    text: str = "hm", *, act: Act = Act.OTHER, asked: tuple[Asked, ...] = (), slots: tuple[SlotValue, ...] = (), sure: float = 0.9
) -> Heard:
    understood = Understanding(
        act=act,
        act_confidence=sure,
        asked=asked,
        out_of_scope=0.0,
        language="en",
        revenue=RevenueSignal(label="none", confidence=1.0),
        triage=TriageSignal(reason="none", confidence=1.0),
        mood=0.0,
        model="double",
        slots=slots,
    )
    return Heard(text=text, message_id="m", understood=understood)


def asks(intent: str, confidence: float = 0.9, text: str = "please", slots: tuple[SlotValue, ...] = ()) -> Asked:
    return Asked(intent=intent, confidence=confidence, text=text, slots=slots)


def kinds(step: Step) -> list[type]:
    return [type(command) for command in step.commands]


def at_card(skill: str = "change_plan", slots: tuple[SlotValue, ...] = ()) -> DialogueState:
    """A state with `skill` waiting at its card."""
    step = MACHINE.advance(DialogueState(), heard(asked=(asks(skill, slots=slots),)))
    step = MACHINE.advance(step.state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=ALLOW, request="{}"))
    task = step.state.top
    assert task is not None
    card = Card(id="c1", title="Change plan", rows=(), rule="", action_id="a", arguments_hash="h")
    return step.state.replace(task.model_copy(update={"card": card}))


def test_a_request_opens_a_task_and_prepares_it() -> None:
    step = MACHINE.advance(DialogueState(), heard(asked=(asks("change_plan", slots=(slot("plan", "team"),)),)))
    assert kinds(step) == [Prepare]
    assert step.state.top is not None
    assert step.state.top.slots["plan"].value == "team"


def test_an_unsure_request_is_answered_as_a_question() -> None:
    step = MACHINE.advance(DialogueState(), heard("how do plans work", asked=(asks("question", 0.6), asks("change_plan", 0.3))))
    assert kinds(step) == [Answer]
    assert step.state.top is None


def test_small_talk_gets_a_wording_only_when_nothing_is_asked() -> None:
    assert MACHINE.advance(DialogueState(), heard(act=Act.GREET)).commands == (Wording(id="small.greet"),)
    assert kinds(MACHINE.advance(DialogueState(), heard(act=Act.GREET, asked=(asks("find_invoices"),)))) == [Prepare]


def test_a_missing_slot_is_asked_for_and_filled_by_the_next_message() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("change_plan"),))).state
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ask(slot="plan", question="Which plan?")))
    assert step.commands == (Say(sentences=(Sentence(text="Which plan?", approved="ask"),)),)
    step = MACHINE.advance(step.state, heard("team", slots=(slot("plan", "team"),)))
    assert kinds(step) == [Prepare]
    assert step.state.top is not None
    assert step.state.top.slots["plan"].value == "team"


def test_what_cannot_be_filled_is_asked_twice_and_then_goes_to_a_person() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("change_plan"),))).state
    state = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ask(slot="plan", question="Which plan?"))).state
    step = MACHINE.advance(state, heard("bananas"))
    assert kinds(step) == [Wording, Say]
    step = MACHINE.advance(step.state, heard("pears"))
    assert step.commands == (HandOver(reason="repeated_failure", detail="change_plan"),)


def test_an_optional_slot_can_be_skipped_and_a_needed_one_ends_the_task() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("open_ticket"),))).state
    asked = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ask(slot="note", question="Anything to add?"))).state
    step = MACHINE.advance(asked, heard("no, leave that", act=Act.SKIP))
    assert kinds(step) == [Prepare]
    assert step.state.top is not None
    assert step.state.top.skipped == ("note",)
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("change_plan"),))).state
    asked = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ask(slot="plan", question="Which plan?"))).state
    step = MACHINE.advance(asked, heard("don't know", act=Act.SKIP))
    assert kinds(step) == [Withdraw, Wording]
    assert step.state.top is None


def test_a_question_in_between_is_answered_and_the_task_goes_on() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("change_plan"),))).state
    state = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ask(slot="plan", question="Which plan?"))).state
    step = MACHINE.advance(state, heard("is the app in French?", asked=(asks("question"),)))
    assert kinds(step) == [Answer]
    step = MACHINE.advance(step.state, WasAnswered(found=True))
    assert step.commands == (Say(sentences=(Sentence(text="Which plan?", approved="ask"),)),)


def test_reads_run_at_once_and_writes_wait_at_a_card() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("find_invoices"),))).state
    step = MACHINE.advance(
        state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=ALLOW, reads=True, request="{}")
    )
    assert kinds(step) == [Execute]
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=ALLOW, request="{}"))
    assert kinds(step) == [Say, Wording, ShowCard]
    assert step.state.top is not None
    assert step.state.top.phase is Phase.CONFIRMING


def test_a_yes_to_another_figure_is_no_yes_to_the_card() -> None:
    card = MACHINE.advance(at_card(), heard("ok make it 12", act=Act.AFFIRM))
    assert card.commands == (Wording(id="back.card", values=(("title", "Change plan"),)),)


def test_a_cancel_that_names_what_the_card_does_is_asked_about() -> None:
    step = MACHINE.advance(at_card(), heard("change it", act=Act.CANCEL))
    assert step.commands == (Wording(id="card.which", values=(("title", "Change plan"),)),)
    assert step.state.top is not None


def test_nothing_found_names_what_comes_near() -> None:
    step = MACHINE.advance(DialogueState(), WasAnswered(found=False, choices=("Kiosks by plan",)))
    assert step.commands == (Wording(id="answer.none_but", values=(("topics", "Kiosks by plan"),)),)
    assert (step.state.misses, step.state.choices) == (1, ("Kiosks by plan",))


def test_a_matter_from_elsewhere_is_no_miss() -> None:
    step = MACHINE.advance(DialogueState(), WasAnswered(found=False, outside=True))
    assert step.commands == (Wording(id="answer.outside"),)
    assert step.state.misses == 0


def test_yes_runs_the_card_and_no_drops_it() -> None:
    assert kinds(MACHINE.advance(at_card(), heard("yes", act=Act.AFFIRM))) == [Execute]
    step = MACHINE.advance(at_card(), heard("no", act=Act.DENY))
    assert kinds(step) == [Withdraw, Wording]
    assert step.state.top is None


def test_an_unsure_yes_runs_nothing() -> None:
    step = MACHINE.advance(at_card(), heard("well yes maybe", act=Act.AFFIRM, sure=0.4))
    assert Execute not in kinds(step)


def test_a_correction_makes_a_new_card_even_when_it_begins_with_yes() -> None:
    state = at_card(slots=(slot("plan", "business"),))
    step = MACHINE.advance(state, heard("yes but Team", act=Act.AFFIRM, slots=(slot("plan", "team"),)))
    assert kinds(step) == [Prepare]
    top = step.state.top
    assert top is not None
    assert top.slots["plan"].value == "team"
    assert top.card is None
    assert top.request is None


def test_a_digression_at_a_card_leaves_it_open() -> None:
    step = MACHINE.advance(at_card(), heard("is it in French?", asked=(asks("question"),)))
    assert kinds(step) == [Answer]
    step = MACHINE.advance(step.state, WasAnswered(found=True))
    assert step.commands == (Wording(id="back.card", values=(("title", "Change plan"),)),)
    assert kinds(MACHINE.advance(step.state, heard("yes", act=Act.AFFIRM))) == [Execute]


def test_pressing_twice_has_one_effect() -> None:
    state = at_card()
    step = MACHINE.advance(state, Pressed(card_id="c1", confirmed=True))
    assert kinds(step) == [Execute]
    done = Done(result=Result(), sentences=(Sentence(text="Done."),))
    after = MACHINE.advance(step.state, WasRun(task_id="t1", done=done)).state
    assert MACHINE.advance(after, Pressed(card_id="c1", confirmed=True)).commands == (Wording(id="card.closed"),)


def test_two_requests_are_served_one_after_the_other() -> None:
    step = MACHINE.advance(DialogueState(), heard(asked=(asks("find_invoices"), asks("question", text="where do I sign?"))))
    step = MACHINE.advance(step.state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=ALLOW, reads=True))
    step = MACHINE.advance(step.state, WasRun(task_id="t1", done=Done(result=Result(), sentences=(Sentence(text="Here."),))))
    assert kinds(step) == [Say, Answer]
    assert step.commands[-1] == Answer(question="where do I sign?")


def test_a_denial_tells_only_what_customers_may_hear() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=DENY))
    assert step.commands == (Say(sentences=(Sentence(text="Only an Owner can do that.", approved="policy"),)),)
    assert step.state.top is None


def test_what_needs_approval_goes_to_the_people_with_the_role() -> None:
    decision = NeedsApproval(approver="billing_lead", policies=(), version="v", reasons=())
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=decision, request="{}"))
    sought = step.commands[-1]
    assert isinstance(sought, SeekApproval)
    assert sought.approver == "billing_lead"


def test_an_offer_to_stay_is_shown_once_and_its_refusal_goes_on_with_the_cancellation() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    ready = Ready(arguments={}, instead=Detour(skill="apply_save_offer", slots={}))
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=ready, decision=ALLOW, request="{}"))
    assert step.state.top is not None
    assert step.state.top.skill == "apply_save_offer"
    offered = MACHINE.advance(step.state, WasPrepared(task_id="t2", prepared=Ready(arguments={}), decision=ALLOW, request="{}"))
    declined = MACHINE.advance(offered.state, heard("no, cancel it", act=Act.DENY))
    assert kinds(declined) == [Withdraw, Prepare]
    again = MACHINE.advance(declined.state, WasPrepared(task_id="t1", prepared=ready, decision=ALLOW, request="{}"))
    assert kinds(again) == [Say, Wording, ShowCard]


@pytest.mark.parametrize("decision", [DENY, NeedsApproval(approver="account_manager", policies=(), version="v", reasons=())])
def test_an_offer_to_stay_that_policy_withholds_is_never_mentioned(decision: Deny | NeedsApproval) -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    ready = Ready(arguments={}, instead=Detour(skill="apply_save_offer", slots={}))
    state = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=ready, decision=ALLOW, request="{}")).state
    step = MACHINE.advance(state, WasPrepared(task_id="t2", prepared=Ready(arguments={}), decision=decision))
    assert kinds(step) == [Prepare]
    assert step.state.top is not None
    assert step.state.top.skill == "cancel_plan"


def test_accepting_the_offer_to_stay_ends_the_cancellation() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    ready = Ready(arguments={}, instead=Detour(skill="apply_save_offer", slots={}))
    state = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=ready, decision=ALLOW, request="{}")).state
    state = MACHINE.advance(state, WasPrepared(task_id="t2", prepared=Ready(arguments={}), decision=ALLOW, request="{}")).state
    step = MACHINE.advance(state, heard("ok deal", act=Act.AFFIRM))
    step = MACHINE.advance(step.state, WasRun(task_id="t2", done=Done(result=Result(), sentences=(Sentence(text="Done."),))))
    assert step.state.tasks == ()


def test_a_code_is_mailed_once_and_its_lack_is_judged() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("change_payment_method"),))).state
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=Ask(slot="code", question="Which code?")))
    assert kinds(step) == [MailCode]
    step = MACHINE.advance(step.state, heard("one moment"))
    assert kinds(step) == [Say]
    assert kinds(MACHINE.advance(step.state, heard("send it to me@elsewhere.example"))) == [Judge]
    step = MACHINE.advance(step.state, heard("I can't get at that mailbox", act=Act.SKIP))
    assert kinds(step) == [Judge]
    assert step.state.top is None


def test_a_raised_offer_is_taken_up_or_remembered_as_declined() -> None:
    state = DialogueState(offer=Offer(kind="referral", item="referral", origin="bot"))
    step = MACHINE.advance(state, heard("sure, how?", act=Act.AFFIRM))
    assert kinds(step) == [Prepare]
    assert step.state.offer is None
    step = MACHINE.advance(state, heard("not interested", act=Act.DENY))
    assert step.state.declined == ("referral",)
    assert Withdraw(skill="offer:referral", outcome="declined") in step.commands


def test_answers_not_found_three_times_running_go_to_a_person() -> None:
    state = DialogueState()
    for _ in range(2):
        step = MACHINE.advance(state, WasAnswered(found=False))
        assert step.commands == (Wording(id="answer.none"),)
        state = step.state
    assert MACHINE.advance(state, WasAnswered(found=False)).commands == (HandOver(reason="repeated_failure"),)


def test_repeat_says_the_last_words_again() -> None:
    said = (Sentence(text="It is 15 minutes."),)
    step = MACHINE.advance(DialogueState(said=said), heard("come again?", act=Act.REPEAT))
    assert step.commands == (Say(sentences=said),)


def test_a_refusal_says_why_and_can_hand_over() -> None:
    state = MACHINE.advance(DialogueState(), heard(asked=(asks("cancel_plan"),))).state
    refuse = Refuse(code="x", sentences=(Sentence(text="Not possible."),), handoff="negotiation")
    step = MACHINE.advance(state, WasPrepared(task_id="t1", prepared=refuse))
    assert step.commands == (Say(sentences=refuse.sentences), HandOver(reason="negotiation", detail="x"))


def test_a_handed_back_conversation_starts_with_fresh_counters() -> None:
    state = replace_state(DialogueState(misses=2, declined=("referral",), stepped_up=True))
    assert (state.misses, state.tasks, state.declined, state.stepped_up) == (0, (), ("referral",), True)


def replace_state(state: DialogueState) -> DialogueState:
    return state.reopened()


def test_a_press_on_an_unknown_card_changes_nothing() -> None:
    state = at_card()
    step = MACHINE.advance(state, Pressed(card_id="other", confirmed=True))
    assert step == replace(step, state=state)
    assert step.commands == (Wording(id="card.closed"),)


def test_a_guess_that_is_refused_says_nothing_and_asks_the_help_centre() -> None:
    step = MACHINE.advance(DialogueState(), heard("hm, seats", asked=(asks("cancel_plan", 0.4, text="hm, seats"),)))
    assert kinds(step) == [Prepare]
    refuse = Refuse(code="x", sentences=(Sentence(text="Not possible."),))
    step = MACHINE.advance(step.state, WasPrepared(task_id="t1", prepared=refuse))
    assert step.commands == (Answer(question="hm, seats"),)
    assert step.state.tasks == ()


def test_what_the_help_centre_lacks_falls_back_on_the_likeliest_skill_once() -> None:
    guess = asks("find_invoices", 0.3)
    step = MACHINE.advance(DialogueState(), heard("our bills", asked=(asks("question", 0.4), guess)))
    step = MACHINE.advance(step.state, WasAnswered(found=False, otherwise=guess))
    assert kinds(step) == [Prepare]
    step = MACHINE.advance(step.state, WasPrepared(task_id="t1", prepared=Ready(arguments={}), decision=DENY))
    assert step.commands == (Wording(id="answer.none"),)


def test_a_case_is_no_matter_of_its_own_while_a_code_is_waited_for() -> None:
    case = SkillCard(id="cannot_sign_in", reads=True, slots=(), own=frozenset({"cannot_sign_in"}))
    machine = Machine(skills={**MACHINE.skills, case.id: case})
    task = Task(id="t1", skill="change_payment_method", text="my card", asking="code", question="Which code?")
    state = DialogueState(tasks=(task,), serial=1)
    meant = (Asked(intent=case.id, confidence=0.9, text="I can't sign in"),)
    step = machine.advance(state, heard("I can't sign in, that's the point", asked=meant))
    assert step.state.task("t1") is not None
    assert not any(isinstance(each, Prepare) and each.task.skill == case.id for each in step.commands)
