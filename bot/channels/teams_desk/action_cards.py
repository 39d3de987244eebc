"""Actions with their parameters filled in, as the owner of a case sees them before they are run."""

from collections.abc import Mapping, Sequence

from bot.channels.teams_desk.blocks import (
    MOST_BUTTONS,
    Element,
    boxed,
    card,
    cut,
    execute,
    label,
    pairs,
    paragraphs,
    unfolds,
    words,
)
from bot.channels.teams_desk.form_cards import values_in_fields
from handoff.desk.views import ActionView, Verdict

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


def proposed(action: ActionView, data: Mapping[str, str]) -> Element:
    """One action: exact arguments, what policy says, and Run or Ask approval, Change."""
    given, body = _proposed(action, data), _body(action)
    fields = [] if action.verdict is Verdict.DENY else values_in_fields(action.fields)
    check = execute("Check", "desk:check", given, style="positive")
    if fields and action.verdict is Verdict.ASK:
        return card([*body, *fields], [check, _back(data)])
    change = [unfolds("Change", fields, [check])] if fields else []
    return card(body, [*_steps(action, given), *change, _back(data)])


def _steps(action: ActionView, given: Mapping[str, object]) -> list[Element]:
    step = {Verdict.ALLOW: ("Run", "desk:run"), Verdict.NEEDS_APPROVAL: ("Ask approval", "desk:ask_approval")}.get(action.verdict)
    if step is None or action.state != "proposed":
        return []
    title, verb = step
    return [execute(title, verb, {**given, "action": action.id}, style="positive", bare=True)]


def _body(action: ActionView) -> list[Element]:
    name, ground = LABELS[action.verdict]
    approver = f" by {action.approver.replace('_', ' ')}" if action.verdict is Verdict.NEEDS_APPROVAL and action.approver else ""
    rule = [words(f"Rule: {action.rule}", quiet=True)] if action.rule else []
    reasons = [words(cut(each, 300), tight=True) for each in action.reasons[:4]]
    return [
        words(action.title, bold=True),
        *pairs(action.rows),
        boxed([words(f"{name}{approver}", bold=True), *reasons, *rule], ground),
        *(paragraphs(action.question) if action.question else []),
        *([words(cut(action.why, 300), quiet=True)] if action.why else []),
    ]


def _proposed(action: ActionView, data: Mapping[str, str]) -> dict[str, object]:
    values = {each.name: each.value for each in action.fields}
    return {**data, "skill": action.skill, "values": values}


def _back(data: Mapping[str, str], *, more: bool = False) -> Element:
    return execute("Back", BACK.get(data.get("at", ""), BACK["case"]), data, more=more, bare=True)
