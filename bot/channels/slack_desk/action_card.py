"""An action with its parameters filled in, before it is run and after."""

import json
from collections.abc import Iterator

from bot.channels.slack_desk.parts import (
    Block,
    Message,
    actions,
    button,
    context,
    facts,
    message,
    packed,
    paragraphs,
    section,
    sure,
)
from bot.channels.slack_desk.text import joined, shown
from handoff.desk.views import ActionView, Verdict

RUN, CHANGE, APPROVAL = "desk:action:run", "desk:action:change", "desk:action:approval"
STATES = {
    "done": ":white_check_mark: done",
    "failed": ":warning: failed",
    "unsettled": ":warning: not known yet whether it was done",
    "asked": "approval was asked for",
}
LONGEST_VALUE = 1_900


def action_message(action: ActionView) -> Message:
    """A proposed action for the agent's eyes, with the buttons that its verdict allows."""
    return message(f"Suggested action, only you see it: {action.title}", _proposed(action))


def outcome_message(action: ActionView, by: str = "") -> Message:
    """What came of an action: for the thread, where colleagues read it, too."""
    state = STATES.get(action.state, "").rpartition(": ")[2]
    return message(f"Internal, {action.title}: {state}. {action.result}".strip(), _outcome(action, by))


def running_message(action_title: str) -> Message:
    return message(f"{action_title}: running", [section(f"*{shown(action_title, 300)}* is running …")])


def not_run_message(action_title: str, why: str) -> Message:
    again = context("Press Suggest actions on the case's card to see what can be done now.")
    return message(
        f"{action_title}: not run", [section(f":warning: *{shown(action_title, 300)}* was not run.\n{shown(why, 1_500)}"), again]
    )


def change_value(action: ActionView) -> str:
    """What the Change button carries: the skill and, where they fit, the values as they stand."""
    values = json.dumps({each.name: each.value for each in action.fields if each.value}, ensure_ascii=False)
    value = packed(action.case_id, action.skill, values)
    return value if len(value) <= LONGEST_VALUE else packed(action.case_id, action.skill, "")


def _proposed(action: ActionView) -> Iterator[Block]:
    yield context("*Suggested action* · only you see this, nothing is done yet")
    yield section(f"*{shown(action.title, 300)}*" + (f"\n{shown(action.why, 800)}" if action.why else ""))
    yield from facts(action.rows)
    yield from _verdict(action)
    buttons = _buttons(action)
    if buttons:
        yield actions(*buttons)


def _verdict(action: ActionView) -> Iterator[Block]:
    reasons = shown(joined([*action.reasons, action.rule]), 1_500)
    if action.verdict is Verdict.ALLOW:
        yield context(f"*Policy allows it.* {reasons}".strip())
    elif action.verdict is Verdict.NEEDS_APPROVAL:
        approver = f" of another {shown(action.approver.replace('_', ' '), 200)}" if action.approver else ""
        yield context(f"*Needs the approval{approver}.* {reasons}".strip())
    elif action.verdict is Verdict.DENY:
        yield section(f"*Policy doesn't allow it.* {shown(joined(action.reasons or [action.rule]), 1_500)}".strip())
    else:
        yield section(f"*One thing is missing.* {shown(action.question or 'Fill in what is missing.', 1_000)}")


def _buttons(action: ActionView) -> list[Block]:
    if action.verdict is Verdict.DENY or action.state != "proposed":
        return []
    change = button("Fill in" if action.verdict is Verdict.ASK else "Change", CHANGE, change_value(action))
    value = packed(action.id, action.case_id, action.title[:200])
    if action.verdict is Verdict.ASK:
        return [change]
    changes = [change] if action.fields else []
    if action.verdict is Verdict.NEEDS_APPROVAL:
        return [button("Ask for approval", APPROVAL, value, style="primary"), *changes]
    return [button("Run", RUN, value, style="primary", confirm=_asked(action)), *changes]


def _asked(action: ActionView) -> Block:
    rows = "; ".join(f"{label}: {value}" for label, value in action.rows)
    return sure("Run this?", f"{action.title}. {rows}".strip(), "Run")


def _outcome(action: ActionView, by: str) -> Iterator[Block]:
    yield context(":lock: *Internal* · action" + (f" by {shown(by, 200)}" if by else ""))
    yield section(f"*{shown(action.title, 300)}* · {STATES.get(action.state, shown(action.state, 60))}")
    if action.result:
        yield from paragraphs(action.result)
    yield from facts(dict.fromkeys([*action.rows, *action.receipt]))
