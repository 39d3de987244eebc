"""Approvals: exactly what is to be done, why it needs a yes, and who said what."""

from bot.channels.teams_desk.blocks import Element, boxed, card, cut, day, execute, heading, label, pairs, paragraphs, words
from bot.channels.teams_desk.ledger import digest_of
from handoff.desk.views import ApprovalView

STATES = {"granted": "Approved", "refused": "Refused", "expired": "Expired", "executed": "Approved and done"}
OUT_OF_DATE = "This card was out of date. It now shows how things stand: look at it again."


def of_approval(approval: ApprovalView, said: str = "") -> Element:
    """The card as everybody sees it; who may decide is the desk's to say. Decided, it has no buttons."""
    head = heading(words(approval.title, bold=True), label(STATES.get(approval.state, "Needs a yes or a no"), bold=True))
    warning = [words(said, bold=True, colour="Attention")] if said else []
    if not approval.open:
        return card([head, *_whom(approval), *pairs(approval.rows), *warning, *_decided(approval)])
    data = {"approval": approval.id, "stand": stand_of(approval)}
    buttons = [
        execute("Approve", "desk:approve", data, style="positive"),
        execute("Refuse", "desk:refuse", data, style="destructive"),
    ]
    return card([head, *_whom(approval), *pairs(approval.rows), *_grounds(approval), *warning], buttons)


def stand_of(approval: ApprovalView) -> str:
    """Names what a decision would be about: another digest means that the card is stale."""
    return digest_of({"rows": approval.rows, "rules": approval.rules, "state": approval.state})[:16]


def _whom(approval: ApprovalView) -> list[Element]:
    return [words(" · ".join(part for part in (approval.customer, approval.account) if part))]


def _grounds(approval: ApprovalView) -> list[Element]:
    reasons = [words(cut(each, 300), tight=True) for each in approval.reasons[:5]]
    rules = [words(f"Rule: {cut(', '.join(approval.rules), 300)}", quiet=True)] if approval.rules else []
    evidence = [label("Evidence", bold=True), *pairs(approval.evidence)] if approval.evidence else []
    asked: list[tuple[str, Element | str]] = [
        ("Asked by", approval.requested_by),
        ("Asked", label(day(approval.requested_at))),
        ("Needs", approval.role.replace("_", " ")),
        ("Expires", label(day(approval.expires_at))),
    ]
    return [boxed([*reasons, *rules], "warning"), *evidence, *pairs(asked)]


def _decided(approval: ApprovalView) -> list[Element]:
    state = STATES.get(approval.state, approval.state)
    who = f"{state} by {approval.decided_by}" if approval.decided_by else state
    line = heading(words(who, bold=True), label(day(approval.decided_at)) if approval.decided_at else None)
    ground = "good" if approval.state in ("granted", "executed") else "attention"
    return [boxed([line, *(paragraphs(cut(approval.result, 1_000)) if approval.result else [])], ground)]
