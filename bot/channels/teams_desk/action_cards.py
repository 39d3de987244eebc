"""Actions with their parameters filled in, as the owner of a case sees them before they are run."""

from collections.abc import Mapping, Sequence

from bot.channels.teams_desk.blocks import (
    MOST_BUTTONS,
    Element,
    boxed,
    card,
    choice,
    cut,
    execute,
    field,
    form,
    label,
    opens,
    pairs,
    paragraphs,
    submits,
    words,
)
from handoff.desk.views import ActionView, FieldView, Verdict

LABELS = {
    Verdict.ALLOW: ("Allowed", "good"),
    Verdict.NEEDS_APPROVAL: ("Needs approval", "warning"),
    Verdict.DENY: ("Not allowed", "attention"),
    Verdict.ASK: ("A value is missing", "warning"),
}
BACK = {"case": "desk:see", "draft": "desk:draft"}


def offered(actions: Sequence[ActionView], data: Mapping[str, str]) -> Element:
    """What fits the case; each is opened by its button."""
    body: list[Element] = [label("Actions that fit", bold=True)]
    for each in actions:
        body.append(
            boxed([words(f"{each.title} · {LABELS[each.verdict][0]}", bold=True), *([words(each.why)] if each.why else [])])
        )
    if not actions:
        body.append(label("Nothing fits right now. In the console you find every action."))
    buttons = [
        execute(cut(each.title, 40), "desk:action", _proposed(each, data), more=place >= MOST_BUTTONS)
        for place, each in enumerate(actions)
    ]
    return card(body, [*buttons, _back(data, more=bool(buttons))])


def proposed(action: ActionView, data: Mapping[str, str], said: str = "") -> Element:
    """One action: exact arguments, what policy says, and Run or Ask approval, Change."""
    given = _proposed(action, data)
    change = [] if action.verdict is Verdict.DENY else [opens("Change", {"desk": "act.change", **given})]
    steps = [*_steps(action, given, in_dialog=False), *change]
    return card(_body(action, said), [*steps, _back(data, more=bool(steps))])


def reviewed(action: ActionView, data: Mapping[str, str], said: str = "") -> Element:
    """The same inside a dialog."""
    given = _proposed(action, data)
    change = submits("Change", {"desk": "act.change", **given})
    return form(_body(action, said), [*_steps(action, given, in_dialog=True), change])


def changing(action: ActionView, data: Mapping[str, str], said: str = "") -> Element:
    """A dialog with the action's values."""
    body: list[Element] = [words(action.title, bold=True)]
    body += [words(said, bold=True, colour="Warning")] if said else []
    body += [words(action.question)] if action.question else []
    body += [_input(each) for each in action.fields]
    return form(body, [submits("Check", {"desk": "act.check", **data, "skill": action.skill}, style="positive")])


def values_of(data: Mapping[str, object]) -> dict[str, str]:
    """The values that a dialog's fields came back with."""
    return {name.removeprefix("value."): str(value) for name, value in data.items() if name.startswith("value.")}


def _steps(action: ActionView, given: Mapping[str, object], *, in_dialog: bool) -> list[Element]:
    step = {
        Verdict.ALLOW: ("Run", "desk:run", "act.run"),
        Verdict.NEEDS_APPROVAL: ("Ask approval", "desk:ask_approval", "act.ask"),
    }.get(action.verdict)
    if step is None or action.state != "proposed":
        return []
    title, verb, dialog = step
    data = {**given, "action": action.id}
    return [
        submits(title, {"desk": dialog, **data}, style="positive") if in_dialog else execute(title, verb, data, style="positive")
    ]


def _body(action: ActionView, said: str) -> list[Element]:
    name, ground = LABELS[action.verdict]
    approver = f" by {action.approver.replace('_', ' ')}" if action.verdict is Verdict.NEEDS_APPROVAL and action.approver else ""
    rule = [words(f"Rule: {action.rule}", quiet=True)] if action.rule else []
    reasons = [words(cut(each, 300), tight=True) for each in action.reasons[:4]]
    return [
        words(action.title, bold=True),
        *([words(said, bold=True, colour="Warning")] if said else []),
        *pairs(action.rows),
        boxed([words(f"{name}{approver}", bold=True), *reasons, *rule], ground),
        *(paragraphs(action.question) if action.question else []),
        *([words(cut(action.why, 300), quiet=True)] if action.why else []),
    ]


def _input(each: FieldView) -> Element:
    name = f"value.{each.name}"
    if each.choices:
        value = each.value if each.value in each.choices else ""
        return choice(name, each.label, [(option, option) for option in each.choices], value=value, required=each.required)
    return field(name, each.label, value=each.value, most=500, required=each.required)


def _proposed(action: ActionView, data: Mapping[str, str]) -> dict[str, object]:
    values = {each.name: each.value for each in action.fields}
    return {**data, "skill": action.skill, "values": values}


def _back(data: Mapping[str, str], *, more: bool) -> Element:
    return execute("Back", BACK.get(data.get("at", ""), BACK["case"]), data, more=more)
