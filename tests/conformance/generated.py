"""Dialogues made from each procedure: its way as it was published, with every kind of repair put into the middle of it.

The trunk is the first example dialogue of the procedure that asks something; its lines are given their meaning by what was asked
before. A pattern is put in where the first question stands, and the trunk then goes on as if nothing had been.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.models.embedded.language import detect
from skills.procedures.procedure import YES_NO, Line, Procedure
from skills.procedures.procedure import Dialogue as Example
from tests.conformance.dialogue import Dialogue, Expected, Means, Step

QUESTIONS = (
    "How many characters must a password have?",
    "By the way, how many characters must a password have?",
    "One other thing first: what is the minimum length of a password?",
)
ACCOUNT = ("Which plan are we on?", "What plan are we on at the moment?", "Quick one: what plan are we on?")
CANCEL = ("never mind, leave it", "forget it", "cancel that", "I changed my mind, drop it", "stop, let's leave it")
SKIP = ("skip that", "no idea", "I don't know that", "I'd rather leave that out")
CLARIFY = ("why do you need to know that?", "what do you need that for?", "why do you ask?", "what do you mean?")
REPEAT = ("can you repeat that?", "say that again please", "sorry, I didn't catch that", "could you repeat the question?")
NONSENSE = ("bananas", "purple horses", "blorp", "the moon maybe", "hmm, grey clouds")
PERSON = (
    "I want to talk to a person",
    "Get me a human please",
    "Can I speak to a real person?",
    "I'd rather talk to a human agent",
)
THANKS = ("thanks", "ok, thank you", "great, thanks")
NEAR_TEXT = frozenset({"text"})


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """A procedure's way: how it is opened, what it asks first, and the steps from there on with what they do."""

    procedure: Procedure
    example: Example
    opening: Step
    rest: tuple[Step, ...]
    effects: tuple[str, ...]

    @property
    def asks(self) -> str:
        return self.opening.expected.asks

    @property
    def kind(self) -> str:
        return next(spec.kind for spec in self.procedure.questions if spec.name == self.asks)

    @property
    def optional(self) -> bool:
        slot = self.procedure.slot(self.asks)
        return slot is not None and not slot.spec.required

    def dialogue(self, pattern: str, what: str, steps: Sequence[Step], effects: Sequence[str] = ()) -> Dialogue:
        name = self.procedure.name
        return Dialogue(
            name=f"{name}: {what}",
            pattern=pattern,
            steps=tuple(steps),
            account=self.example.account,
            contact=self.example.contact,
            effects=tuple(effects),
            over=name,
        )


def generated(procedures: Mapping[str, Procedure]) -> list[Dialogue]:
    """Every procedure with every pattern that has a place in it."""
    return [dialogue for name in sorted(procedures) for dialogue in _of(trunk_of(procedures[name]))]


def trunk_of(procedure: Procedure) -> Trunk:
    """The first example that asks something and needs no meaning to be given."""
    example = next(each for each in procedure.dialogues if each.lines[0].asks and all(line.means is None for line in each.lines))
    first, *others = example.lines
    wordings = (first.customer, *(each for each in procedure.examples if detect(each) == "en"))
    opening = Step(
        customer=tuple(dict.fromkeys(wordings)), means=Means(intent=procedure.name), expected=Expected(asks=first.asks)
    )
    rest: list[Step] = []
    asked = first.asks
    for line in others:
        rest.append(_step(procedure, line, asked))
        asked = line.asks
    effects = [line.did for line in example.lines if line.did]
    return Trunk(procedure=procedure, example=example, opening=opening, rest=tuple(rest), effects=tuple(effects))


def _step(procedure: Procedure, line: Line, asked: str) -> Step:
    """A line of an example, with the meaning that what was asked before gives it."""
    expected = Expected(
        asks=line.asks,
        card=line.card,
        did=(line.did,) if line.did else (),
        hands_over=line.hands_over,
        clean=line.done,
    )
    if line.press is not None:
        return Step(press=line.press, expected=expected)
    spec = next((each for each in procedure.questions if each.name == asked), None)
    if spec is not None and spec.kind == YES_NO:
        means = Means(act="affirm" if line.customer.casefold().startswith("y") else "deny")
    else:
        means = Means(slots={asked: ("",)} if asked else {})
    return Step(customer=(line.customer,), means=means, expected=expected)


def _of(trunk: Trunk) -> Iterator[Dialogue]:
    again = Expected(asks=trunk.asks, again=True)
    on = (*trunk.rest,)
    question = Step(customer=QUESTIONS, means=Means(intent="question"), expected=replace(again, told=("help",)))
    account = Step(customer=ACCOUNT, means=Means(intent="get_account"), expected=replace(again, read=("get_account",)))
    repeat = Step(customer=REPEAT, means=Means(act="repeat"), expected=again)
    why = Step(customer=CLARIFY, means=Means(act="clarify"), expected=again)
    yield trunk.dialogue("happy path", "straight through", [trunk.opening, *on], trunk.effects)
    yield trunk.dialogue("interruption", "a question in between", [trunk.opening, question, *on], trunk.effects)
    if trunk.example.account:
        yield trunk.dialogue("interruption", "the account in between", [trunk.opening, account, *on], trunk.effects)
    yield trunk.dialogue("repeat", "said once more", [trunk.opening, repeat, *on], trunk.effects)
    yield trunk.dialogue("clarify", "why that is asked", [trunk.opening, why, *on], trunk.effects)
    yield trunk.dialogue("cancel", "left at the first question", [trunk.opening, _cancel(), *_again(trunk)])
    yield from _skipped(trunk)
    yield from _not_handled(trunk)
    yield from _broken(trunk)
    yield from _people(trunk)
    yield _several(trunk)
    yield from _corrected(trunk)


def _cancel() -> Step:
    told = Expected(told=("task.cancelled",), clean=True)
    return Step(customer=CANCEL, means=Means(act="cancel"), expected=told)


def _again(trunk: Trunk) -> list[Step]:
    """Opened once more, it starts from its beginning."""
    return [Step(customer=trunk.opening.customer, means=trunk.opening.means, expected=Expected(asks=trunk.asks)), _cancel()]


def _skipped(trunk: Trunk) -> Iterator[Dialogue]:
    means = Means(act="skip")
    if trunk.optional:
        skipped = Step(customer=SKIP, means=means, expected=Expected(never=("needed",)))
        yield trunk.dialogue("skip", "left out", [trunk.opening, skipped])
    else:
        ended = Step(customer=SKIP, means=means, expected=Expected(told=("needed",), clean=True))
        yield trunk.dialogue("skip", "can't go on without it", [trunk.opening, ended])


def _not_handled(trunk: Trunk) -> Iterator[Dialogue]:
    if trunk.kind in NEAR_TEXT:
        return
    once = Step(customer=NONSENSE, means=Means(), expected=Expected(asks=trunk.asks, again=True, told=("not_understood",)))
    out = Expected(hands_over="repeated_failure", noted=trunk.procedure.title)
    twice = Step(customer=NONSENSE, means=Means(), expected=out)
    yield trunk.dialogue("cannot handle", "asked once more", [trunk.opening, once, *trunk.rest], trunk.effects)
    yield trunk.dialogue("cannot handle", "a person after two tries", [trunk.opening, once, twice])


def _broken(trunk: Trunk) -> Iterator[Dialogue]:
    """The model goes down and comes back; the company's systems fail in the midst of the effect."""
    down = Step(customer=trunk.rest[0].customer, means=trunk.rest[0].means, expected=Expected(asks=trunk.asks, told=("failed",)))
    steps = [trunk.opening, Step(fault="model"), down, Step(mend=True), *trunk.rest]
    if trunk.rest[0].customer:
        yield trunk.dialogue("internal error", "the model is down for a message", steps, trunk.effects)
    at = next((place for place, each in enumerate(trunk.rest) if each.expected.did), None)
    if at is not None:
        pressed = replace(trunk.rest[at], expected=Expected(never=("done",)))
        held = _held_open(pressed)
        yield trunk.dialogue("internal error", "its effect fails", [trunk.opening, *trunk.rest[:at], Step(fault="*"), held])


def _held_open(step: Step) -> Step:
    return replace(step, expected=Expected(hands_over="?"))


def _people(trunk: Trunk) -> Iterator[Dialogue]:
    wish = Step(
        customer=PERSON,
        means=Means(triage="asked_for_human"),
        expected=Expected(hands_over="asked_for_human", noted=trunk.procedure.title),
    )
    silent = Step(customer=THANKS, means=Means(act="thanks"), expected=Expected(silent=True))
    yield trunk.dialogue("human", "a person in the middle", [trunk.opening, wish, silent])
    back = [Step(agent="claims"), Step(agent="replies"), silent, Step(agent="gives back")]
    yield trunk.dialogue(
        "handoff and hand-back",
        "begun anew after a person",
        [trunk.opening, wish, *back, trunk.opening, *trunk.rest],
        trunk.effects,
    )


def _several(trunk: Trunk) -> Dialogue:
    """The case and a question in one message: the case first, the question in its turn."""
    both = tuple(f"{each.rstrip('.?!')}. And {QUESTIONS[0][0].lower()}{QUESTIONS[0][1:]}" for each in trunk.opening.customer)
    asked = "how many characters must a password have?"
    means = replace(trunk.opening.means, also={"question": (asked,)})
    opening = Step(customer=both, means=means, expected=trunk.opening.expected)
    *middle, last = trunk.rest
    ended = replace(last, expected=replace(last.expected, told=() if last.expected.hands_over else ("help",)))
    return trunk.dialogue("several intents", "with a question besides", [opening, *middle, ended], trunk.effects)


def _corrected(trunk: Trunk) -> Iterator[Dialogue]:
    """The first answer taken back while the second question stands: another value, and on from there."""
    slot = trunk.procedure.slot(trunk.asks)
    first = trunk.rest[0]
    if slot is None or not first.expected.asks or first.expected.asks == trunk.asks:
        return
    other = _other(trunk, str(first.customer[0]))
    if other is None:
        return
    words, value = other
    lines = tuple(f"{sorry} {words}" for sorry in ("sorry, I meant", "correction:", "no wait, I meant"))
    step = Step(
        customer=lines,
        means=Means(act="correct", slots={trunk.asks: (words,)}),
        expected=Expected(holds={trunk.asks: value}),
    )
    yield trunk.dialogue("correction", "the first answer taken back", [trunk.opening, first, step])


def _other(trunk: Trunk, answered: str) -> tuple[str, str | int] | None:
    """Another value than the one given, in words and as it is kept."""
    slot = trunk.procedure.slot(trunk.asks)
    assert slot is not None
    match slot.spec.kind:
        case "choice":
            found = [each for each in slot.spec.choices if each.casefold() not in answered.casefold()]
            return (found[-1], found[-1]) if found else None
        case "seats":
            return "44 people", 44
        case _:
            return None
