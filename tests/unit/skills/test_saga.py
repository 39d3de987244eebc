"""The saga's own logic: whatever happens, it ends committed, taken back, or parked with what is left."""

from hypothesis import given
from hypothesis import strategies as st

from skills.saga import ENDED, Do, Event, Phase, SagaState, StepState, Undo, advance, described


def test_all_well() -> None:
    state, command = advance(SagaState.of(2), Event.GO)
    assert command == Do(index=0)
    assert state.steps[0] is StepState.TRIED
    state, command = advance(state, Event.DONE)
    assert command == Do(index=1)
    state, command = advance(state, Event.DONE)
    assert command is None
    assert state.phase is Phase.COMMITTED


def test_a_failure_takes_back_what_was_done_the_last_first() -> None:
    state = SagaState(steps=(StepState.DONE, StepState.DONE, StepState.TRIED))
    state, command = advance(state, Event.FAILED)
    assert command == Undo(index=1)
    state, command = advance(state, Event.UNDONE)
    assert command == Undo(index=0)
    state, command = advance(state, Event.UNDONE)
    assert command is None
    assert state.phase is Phase.COMPENSATED


def test_what_may_have_been_done_is_taken_back_too() -> None:
    state = SagaState(steps=(StepState.DONE, StepState.TRIED))
    _, command = advance(state, Event.UNSURE)
    assert command == Undo(index=1)


def test_what_cannot_be_taken_back_is_left_to_a_person() -> None:
    state = SagaState(steps=(StepState.DONE, StepState.UNDOING), phase=Phase.COMPENSATING)
    state, command = advance(state, Event.STUCK)
    assert command == Undo(index=0)
    state, command = advance(state, Event.UNDONE)
    assert command is None
    assert state.phase is Phase.PARKED
    assert state.left == (1,)
    assert described(state, ["change_plan", "add_addon"]) == "parked: add_addon (stuck)"


def test_a_crash_resumes_where_it_stood() -> None:
    assert advance(SagaState(steps=(StepState.DONE, StepState.TRIED)), Event.GO)[1] == Do(index=1)
    back = SagaState(steps=(StepState.DONE, StepState.UNDOING, StepState.FAILED), phase=Phase.COMPENSATING)
    assert advance(back, Event.GO)[1] == Undo(index=1)


@given(
    st.integers(1, 4), st.lists(st.sampled_from([Event.DONE, Event.FAILED, Event.UNSURE, Event.UNDONE, Event.STUCK]), max_size=30)
)
def test_it_always_ends_and_forgets_nothing(count: int, luck: list[Event]) -> None:
    applied: set[int] = set()
    unclear: set[int] = set()
    state, command = advance(SagaState.of(count), Event.GO)
    fallback = {Do: Event.DONE, Undo: Event.UNDONE}
    allowed = {Do: {Event.DONE, Event.FAILED, Event.UNSURE}, Undo: {Event.UNDONE, Event.STUCK}}
    while command is not None:
        fits = [event for event in luck if event in allowed[type(command)]]
        event = fits[0] if fits else fallback[type(command)]
        if fits:
            luck.remove(event)
        {Event.DONE: applied.add, Event.UNSURE: unclear.add, Event.UNDONE: applied.discard}.get(event, lambda _: None)(
            command.index
        )
        if event is Event.UNDONE:
            unclear.discard(command.index)
        state, command = advance(state, event)
    assert state.phase in ENDED
    if state.phase is Phase.COMMITTED:
        assert applied == set(range(count))
    if state.phase is Phase.COMPENSATED:
        assert not applied | unclear
    if state.phase is Phase.PARKED:
        assert set(state.left) == applied | unclear
