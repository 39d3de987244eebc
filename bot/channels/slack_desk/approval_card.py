"""A request for somebody's yes or no: the exact arguments, the evidence, the rule, who asks, until when."""

from collections.abc import Iterator

from bot.channels.slack_desk.parts import (
    Addresses,
    Block,
    Message,
    actions,
    button,
    context,
    facts,
    menu,
    message,
    packed,
    section,
    sure,
)
from bot.channels.slack_desk.text import joined, moment, shown
from handoff.desk.views import ApprovalView

APPROVE, REFUSE, MORE = "desk:approval:approve", "desk:approval:refuse", "desk:approval:more"
STATES = {
    "granted": "Approved",
    "refused": "Refused",
    "expired": "Expired, nobody decided in time",
    "executed": "Approved and done",
}


def approval_message(approval: ApprovalView, addresses: Addresses) -> Message:
    """The card in the queue channel; once it is decided it says who, what and when."""
    state = "Waiting for a decision" if approval.open else STATES.get(approval.state, approval.state)
    by = f" by {approval.decided_by}" if approval.decided_by else ""
    return message(f"Approval, {approval.title} for {approval.customer}. {state}{by}.", approval_blocks(approval, addresses))


def approval_blocks(approval: ApprovalView, addresses: Addresses) -> Iterator[Block]:
    who = f"{shown(approval.customer, 200)} · {shown(approval.account or 'account not known', 200)}"
    yield section(f"*{shown(approval.title, 300)}* · {who}" + ("" if approval.open else f"\n{_decided(approval)}"))
    if approval.result and not approval.open:
        yield section(shown(approval.result))
    yield from facts(approval.rows)
    if approval.evidence:
        yield context("*Evidence*  " + shown("; ".join(f"{label}: {value}" for label, value in approval.evidence), 2_500))
    if approval.rules or approval.reasons:
        yield context(f"*Rule*  {shown(_rule(approval), 2_000)}")
    asked = f"Asked by {shown(approval.requested_by, 200)}, {moment(approval.requested_at)}"
    if not approval.open:
        yield context(asked)
        return
    role = shown(approval.role.replace("_", " "), 100)
    yield context(f"{asked} · decided by a {role} or above until {moment(approval.expires_at)}")
    yield _buttons(approval, addresses)


def _buttons(approval: ApprovalView, addresses: Addresses) -> Block:
    rows = "; ".join(f"{label}: {value}" for label, value in approval.rows)
    yes = sure("Approve this?", f"{approval.title}. {rows}".strip(), "Approve")
    no = sure("Refuse this?", f"{approval.title}. The customer is told that it can't be done.", "Refuse", danger=True)
    found = [
        button("Approve", APPROVE, approval.id, style="primary", confirm=yes),
        button("Refuse", REFUSE, approval.id, style="danger", confirm=no),
    ]
    case = addresses.case(approval.case_id) if approval.case_id else ""
    return actions(*found, *([menu(MORE, [("Open the case in console", packed("console", approval.id), case)])] if case else []))


def _rule(approval: ApprovalView) -> str:
    """What the rules say, and what they are called."""
    named, reasons = ", ".join(approval.rules), joined(approval.reasons)
    return f"{reasons} ({named})" if reasons and named else reasons or named


def _decided(approval: ApprovalView) -> str:
    by = f" by {shown(approval.decided_by, 200)}" if approval.decided_by else ""
    when = f", {moment(approval.decided_at)}" if approval.decided_at else ""
    sign = ":white_check_mark: " if approval.state in ("granted", "executed") else ""
    return f"{sign}*{STATES.get(approval.state, shown(approval.state, 100))}{by}*{when}"
