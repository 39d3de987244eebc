"""The Home tab of an agent: my cases, what I may decide, the queue, and how drafts do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.channels.slack_desk.approval_card import approval_blocks
from bot.channels.slack_desk.case_card import case_line
from bot.channels.slack_desk.parts import (
    MOST_VIEW_BLOCKS,
    Addresses,
    Block,
    View,
    context,
    divider,
    header,
    marked_facts,
    section,
)
from bot.channels.slack_desk.text import clock_time
from handoff.desk.views import ApprovalView, CaseView, Tally

MOST_LISTED = 8


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What an agent's Home tab shows. `links` lead to the cases' threads, by case."""

    mine: Sequence[CaseView]
    approvals: Sequence[ApprovalView]
    queue: Sequence[CaseView]
    learned: Mapping[str, Sequence[Tally]]
    links: Mapping[str, str]


def home_view(overview: Overview, addresses: Addresses) -> View:
    return {"type": "home", "blocks": list(_blocks(overview, addresses))[:MOST_VIEW_BLOCKS]}


def stranger_view(addresses: Addresses) -> View:
    """The Home tab of everybody else."""
    words = f"Write to me in *Messages*: I answer questions for {addresses.company}, and a person can join."
    return {"type": "home", "blocks": [section(words)]}


def _blocks(overview: Overview, addresses: Addresses) -> Iterator[Block]:
    yield header("The queue")
    yield from marked_facts(_counts(overview.queue))
    yield header(f"My cases ({len(overview.mine)})")
    for case in overview.mine[:MOST_LISTED]:
        yield section(case_line(case, overview.links.get(case.id, "")))
    if not overview.mine:
        yield context("You hold no case. Claim one in the queue channel.")
    yield header(f"For you to decide ({len(overview.approvals)})")
    for approval in overview.approvals[:MOST_LISTED]:
        yield from approval_blocks(approval, addresses)
        yield divider()
    if not overview.approvals:
        yield context("Nothing waits for your decision.")
    yield header("How suggestions do")
    yield from _learned(overview.learned)
    if addresses.console():
        yield context(f"<{addresses.console()}|Open the console>")


def _counts(queue: Sequence[CaseView]) -> list[tuple[str, str]]:
    waiting = [case for case in queue if case.state == "waiting"]
    first = min((case.due_at for case in waiting), default=None)
    return [
        ("Waiting", str(len(waiting))),
        ("Held", str(len(queue) - len(waiting))),
        ("Overdue", str(sum(case.overdue for case in waiting))),
        ("Next first reply due", clock_time(first) if first else "–"),
    ]


def _learned(learned: Mapping[str, Sequence[Tally]]) -> Iterator[Block]:
    every = next(iter(learned.get("all", ())), None)
    if every is None or not every.offered:
        yield context("No reply was suggested yet.")
        return
    used = every.accepted + every.edited
    yield from marked_facts(
        [
            ("Offered", str(every.offered)),
            ("Sent", f"{used} ({used / every.offered:.0%}), {every.edited} of them edited"),
            ("Dismissed", str(every.dismissed)),
            ("Time saved", f"{every.saved_s / 60:.0f} min"),
        ]
    )
