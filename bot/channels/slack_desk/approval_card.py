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
from bot.channels.slack_desk.text import moment, shown
from handoff.desk.views import ApprovalView

APPROVE, REFUSE, MORE = "desk:approval:approve", "desk:approval:refuse", "desk:approval:more"
STATES = {
    "granted": ":white_check_mark: Approved",
    "refused": ":no_entry: Refused",
    "expired": ":hourglass: Expired: nobody decided in time",
    "executed": ":white_check_mark: Approved and done",
}


def approval_message(approval: ApprovalView, addresses: Addresses) -> Message:
    """The card in the queue channel; once it is decided it says who, what and when."""
    state = "waits for a decision" if approval.open else approval.state
    return message(f"Approval: {approval.title} for {approval.customer}, {state}", approval_blocks(approval, addresses))


def approval_blocks(approval: ApprovalView, addresses: Addresses) -> Iterator[Block]:
    head = f"*{shown(approval.title, 300)}* · {shown(approval.customer, 200)} · {shown(approval.account or 'no account', 200)}"
    yield section(head + ("" if approval.open else f"\n{_decided(approval)}"))
    yield from facts(approval.rows)
    if approval.evidence:
        yield context("*Evidence*  " + shown("; ".join(f"{label}: {value}" for label, value in approval.evidence), 2_500))
    rules = f"*Rule*  {shown(', '.join(approval.rules), 500)}" if approval.rules else ""
    reasons = shown("; ".join(approval.reasons), 1_500)
    if rules or reasons:
        yield context(rules, reasons)
    asked = f"Asked by {shown(approval.requested_by, 200)}, {moment(approval.requested_at)}"
    if not approval.open:
        yield context(asked)
        if approval.result:
            yield section(shown(approval.result))
        return
    role = shown(approval.role.replace("_", " "), 100)
    yield context(f"{asked} · for {role} or above · until {moment(approval.expires_at)}")
    yield _buttons(approval, addresses)


def _buttons(approval: ApprovalView, addresses: Addresses) -> Block:
    rows = "; ".join(f"{label}: {value}" for label, value in approval.rows)
    yes = sure(f"Approve: {approval.title}?", rows or "Exactly as it stands here.", "Approve")
    no = sure(f"Refuse: {approval.title}?", "The customer is told that it can't be done.", "Refuse", danger=True)
    found = [
        button("Approve", APPROVE, approval.id, style="primary", confirm=yes),
        button("Refuse", REFUSE, approval.id, style="danger", confirm=no),
    ]
    case = addresses.case(approval.case_id) if approval.case_id else ""
    return actions(*found, *([menu(MORE, [("Open the case in console", packed("console", approval.id), case)])] if case else []))


def _decided(approval: ApprovalView) -> str:
    by = f" by {shown(approval.decided_by, 200)}" if approval.decided_by else ""
    when = f", {moment(approval.decided_at)}" if approval.decided_at else ""
    return f"{STATES.get(approval.state, shown(approval.state, 100))}{by}{when}"
