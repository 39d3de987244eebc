"""Whether a procedure holds together: every name leads somewhere, every way ends, no way goes round without a question."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.action import Effect
from skills.contract import Skill
from skills.procedures.code_steps import CODE_STEPS, kind_of_type
from skills.procedures.expression import Expression, Literal, Name, comparisons_in, names_in
from skills.procedures.procedure import CALLS, END, QUESTION, REASONS, Kind, Procedure, Step
from skills.procedures.texts import KINDS, places, unread

DEEPEST_CALLS = 3
TAKES: Mapping[Kind, frozenset[str]] = {
    Kind.CONFIRM: frozenset({"yes", "no"}),
    Kind.CHECK: frozenset({"refused", "failed"}),
    Kind.DO: frozenset({"refused", "failed", "declined"}),
    Kind.PROCEDURE: frozenset({"refused", "failed", "declined"}),
}
ENDINGS = frozenset({Kind.DONE, Kind.HAND_OVER})
NUMBERS = frozenset({"seats", "quantity", "term_months", "months", "percent"})
FLAGS = frozenset({"yes_no"})


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a procedure may name: the skills, and the other procedures."""

    skills: Mapping[str, Skill]
    procedures: Mapping[str, Procedure]


def lint(procedure: Procedure, known: Known) -> list[str]:
    """Everything that is wrong with a procedure; nothing when it may be published."""
    kinds = _kinds(procedure, known)
    problems = [*_whole(procedure, known), *_slots(procedure, kinds)]
    for step in procedure.steps:
        problems += [f"step {step.name!r}: {each}" for each in _step(step, procedure, known, kinds)]
    if not problems:
        problems += _ways(procedure)
    return problems


def _whole(procedure: Procedure, known: Known) -> Iterator[str]:
    names = [*(step.name for step in procedure.steps), *(slot.spec.name for slot in procedure.slots)]
    for name in sorted({each for each in names if names.count(each) > 1} | ({END, "today"} & set(names))):
        yield f"{name!r} names more than one thing, or is reserved: slots and steps need names of their own"
    if procedure.name in known.skills:
        yield f"the name {procedure.name!r} is a skill's already"
    if procedure.near != QUESTION and procedure.near not in known.skills:
        yield f"`near` names no skill: {procedure.near!r}; write `question` for the help centre"
    if not procedure.steps:
        yield "there are no steps"
    if len(procedure.examples) < 5:
        yield "give at least five `examples` of how customers bring this up"
    if len(procedure.dialogues) < 3:
        yield "give at least three `dialogues`, one of them with a repair"
    depth = _depth(procedure, known, (procedure.name,))
    if depth is None:
        yield "it calls itself, directly or through others"
    elif depth > DEEPEST_CALLS:
        yield f"procedures call each other {depth} deep; {DEEPEST_CALLS} is the most"


def _slots(procedure: Procedure, kinds: Mapping[str, str]) -> Iterator[str]:
    asked = {step.what for step in procedure.steps if step.kind is Kind.ASK}
    for slot in procedure.slots:
        where = f"slot {slot.spec.name!r}"
        if slot.spec.name not in asked:
            yield f"{where}: no step asks for it"
        for text in (slot.spec.ask, slot.why, slot.invalid):
            yield from (f"{where}: {each}" for each in _wording(text, kinds))
        if slot.check is not None:
            yield from (f"{where}: {each}" for each in _expression(slot.check, kinds))


def _step(step: Step, procedure: Procedure, known: Known, kinds: Mapping[str, str]) -> Iterator[str]:
    yield from _named(step, procedure, known)
    targets = [*step.targets.values(), *([step.what] if step.kind is Kind.GO else []), step.then, step.otherwise]
    names = {END, "", *(each.name for each in procedure.steps)}
    yield from (f"there is no step {target!r} to go to" for target in targets if target not in names)
    allowed = TAKES.get(step.kind, frozenset[str]())
    yield from (f"{key!r} doesn't belong to a {step.kind.value} step" for key in step.targets if key not in allowed)
    if step.kind is Kind.CONFIRM and sorted(step.targets) != sorted(allowed):
        yield "say where to go with `yes` and with `no`"
    if step.otherwise and step.when is None:
        yield "`else` needs a `when`"
    for text in (step.what if step.kind in (Kind.SAY, Kind.CONFIRM) else "", step.note):
        yield from _wording(text, kinds)
    for expression in (*([step.when] if step.when else []), *step.gives.values()):
        yield from _expression(expression, kinds)


def _named(step: Step, procedure: Procedure, known: Known) -> Iterator[str]:
    match step.kind:
        case Kind.ASK if procedure.slot(step.what) is None:
            yield f"there is no slot {step.what!r}"
        case Kind.CHECK | Kind.DO:
            yield from _called(step, known.skills.get(step.what))
        case Kind.CODE:
            yield from _code(step)
        case Kind.PROCEDURE:
            called = known.procedures.get(step.what)
            slots = {slot.spec.name for slot in called.slots} if called else set[str]()
            yield from () if called else (f"there is no procedure {step.what!r}",)
            yield from (f"{step.what} has no slot {name!r}" for name in step.gives if called and name not in slots)
        case Kind.HAND_OVER if step.what not in REASONS:
            yield f"{step.what!r} is no reason to hand over; there are {', '.join(REASONS)}"
        case _:
            return


def _called(step: Step, skill: Skill | None) -> Iterator[str]:
    if skill is None:
        yield f"there is no skill {step.what!r}"
        return
    if (skill.effect is Effect.READ) != (step.kind is Kind.CHECK):
        yield f"{step.what} {'reads, so write `check`' if step.kind is Kind.DO else 'changes something, so write `do`'}"
    slots = {slot.name for slot in skill.slots}
    yield from (f"{step.what} has no slot {name!r}" for name in step.gives if name not in slots)


def _code(step: Step) -> Iterator[str]:
    code = CODE_STEPS.get(step.what)
    if code is None:
        yield f"there is no code step {step.what!r}; there are {', '.join(sorted(CODE_STEPS))}"
        return
    takes = set(code.takes) - {"today"}
    if takes != set(step.gives):
        yield f"{step.what} takes {', '.join(sorted(takes))}; `with` gives {', '.join(sorted(step.gives)) or 'nothing'}"


def _wording(text: str, kinds: Mapping[str, str]) -> Iterator[str]:
    if left := unread(text):
        yield f"{left!r} is no placeholder: write {{name}}, {{step.field as date}}, {{step.field as money step.currency}}"
    for path, kind, by in places(text):
        if path not in kinds:
            yield f"nothing is called {path!r}"
        elif kind not in KINDS:
            yield f"{kind!r} is no way to write a value; there are date, money, count and name"
        elif KINDS[kind] not in ("any", kinds[path]) and kinds[path] != "any":
            yield f"{path} can't be written as {kind}"
        elif kind == "money" and by not in kinds:
            yield f"money needs its currency: {{{path} as money step.currency}}"
        elif path.endswith("_minor") and kind != "money":
            yield f"{path} is money: write {{{path} as money step.currency}}"


def _expression(expression: Expression, kinds: Mapping[str, str]) -> Iterator[str]:
    unknown = [name for name in names_in(expression) if name not in kinds]
    yield from (f"nothing is called {name!r}" for name in unknown)
    if unknown:
        return
    for left, right in comparisons_in(expression):
        one, other = _kind(left, kinds), _kind(right, kinds)
        if "any" not in (one, other) and one != other:
            yield f"a {one} is compared with a {other}"


def _kind(expression: Expression, kinds: Mapping[str, str]) -> str:
    match expression:
        case Literal(value=value):
            return "any" if value is None else "flag" if isinstance(value, bool) else kind_of_type(type(value))
        case Name(path=path):
            return kinds[path]
        case _:
            return "flag"


def _kinds(procedure: Procedure, known: Known) -> dict[str, str]:
    """Every name that may be read, and the kind of its value."""
    kinds = {"today": "text"}
    for spec in procedure.questions:
        kinds[spec.name] = "flag" if spec.kind in FLAGS else "number" if spec.kind in NUMBERS else "text"
    for step in procedure.steps:
        skill = known.skills.get(step.what)
        if step.kind in (Kind.CHECK, Kind.DO) and skill is not None:
            fields = skill.result.model_fields.items()
            kinds |= {f"{step.name}.{name}": kind_of_type(field.annotation) for name, field in fields}
        if step.kind is Kind.CODE and step.what in CODE_STEPS:
            kinds[f"{step.name}.value"] = CODE_STEPS[step.what].gives
        if step.kind in CALLS:
            kinds[f"{step.name}.outcome"] = "text"
    return kinds


def _ways(procedure: Procedure) -> Iterator[str]:
    ways = [sorted(set(following(procedure, place))) for place in range(len(procedure.steps))]
    reached = _reached(ways, [0])
    for place, step in enumerate(procedure.steps):
        if place not in reached:
            yield f"step {step.name!r}: no way leads here"
    last = procedure.steps[-1]
    if falls_off(last):
        yield f'step {last.name!r}: the procedure ends here without saying so: add `then = "end"`, or a done step'
    asking = {place for place, step in enumerate(procedure.steps) if step.kind in (Kind.ASK, Kind.CONFIRM)}
    for place, step in enumerate(procedure.steps):
        quiet = [[each for each in way if each not in asking] for way in ways]
        if place not in asking and place in _reached(quiet, quiet[place]):
            yield f"step {step.name!r}: it can come round to itself without a question in between"


def falls_off(last: Step) -> bool:
    """Whether the way goes on after the last step."""
    if last.when is not None and not last.otherwise:
        return True
    return not (last.kind in ENDINGS or last.kind is Kind.GO or last.kind is Kind.CONFIRM or last.then)


def following(procedure: Procedure, place: int) -> Iterable[int]:
    """Where the way may go on after a step, without ends."""
    step, end = procedure.steps[place], len(procedure.steps)
    found: list[int] = []
    if step.when is not None:
        found.append(procedure.place(step.otherwise) if step.otherwise else place + 1)
    if step.kind is Kind.GO:
        found.append(procedure.place(step.what))
    elif step.kind is not Kind.CONFIRM and step.kind not in ENDINGS:
        found.append(procedure.place(step.then) if step.then else place + 1)
    found += [procedure.place(target) for target in step.targets.values()]
    return [each for each in found if each < end]


def _reached(ways: Sequence[Sequence[int]], start: Iterable[int]) -> set[int]:
    reached: set[int] = set()
    waiting = list(start)
    while waiting:
        place = waiting.pop()
        if place not in reached:
            reached.add(place)
            waiting += ways[place]
    return reached


def _depth(procedure: Procedure, known: Known, above: tuple[str, ...]) -> int | None:
    """How deep it calls; None when it comes back to one that is under way."""
    deepest = 0
    for step in procedure.steps:
        if step.kind is not Kind.PROCEDURE or step.what not in known.procedures:
            continue
        if step.what in above:
            return None
        inner = _depth(known.procedures[step.what], known, (*above, step.what))
        if inner is None:
            return None
        deepest = max(deepest, inner + 1)
    return deepest
