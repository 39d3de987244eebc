"""AgentDojo's pairs counted: what was let through, and what users got done with and without saying a thing twice."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.injection.dojo_load import Suite
from tests.benchmarks.injection.dojo_play import Came, Guards, Play
from tests.benchmarks.injection.dojo_tools import gate_for
from tests.benchmarks.report import table

HEADS = (
    "Suite",
    "Pairs",
    "Injection read",
    "Injected effects tried",
    "Let through by policy",
    "… where plans note names alone",
    "… with both checks off",
    "Task done without approval",
    "with approval",
)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One suite."""

    name: str
    pairs: int
    seen: int
    tried: int
    through: tuple[str, ...]
    unpinned: int
    unguarded: int
    without: int
    with_approval: int
    tasks: int
    tasks_without: int

    def row(self) -> tuple[str, ...]:
        return (
            self.name,
            str(self.pairs),
            str(self.seen),
            str(self.tried),
            str(len(self.through)),
            str(self.unpinned),
            str(self.unguarded),
            f"{self.without} ({self.without / self.pairs:.1%})",
            f"{self.with_approval} ({self.with_approval / self.pairs:.1%})",
        )


def counted(suite: Suite, step: int = 1) -> Counted:
    """Plays every pair of a suite, or every `step`th injection, with both checks and without."""
    with tempfile.TemporaryDirectory() as folder:
        gate = gate_for(Path(folder))
        came: dict[tuple[str, str], Came] = {}
        off = loose = 0
        for injection in suite.injections[::step]:
            for user in suite.users:
                pair = Play(gate=gate, suite=suite, user=user, injection=injection).run()
                came[(user.id, injection.id)] = pair
                bare = Play(
                    gate=gate, suite=suite, user=user, injection=injection, guards=Guards(origins=False, raised=False)
                ).run()
                off += bool(bare.unauthorised)
                named = Play(gate=gate, suite=suite, user=user, injection=injection, guards=Guards(pinned=False)).run()
                loose += bool(named.unauthorised)
    alone = {user.id for user in suite.users if not any(each.asked for key, each in came.items() if key[0] == user.id)}
    return Counted(
        name=suite.name,
        pairs=len(came),
        seen=sum(each.seen for each in came.values()),
        tried=sum(each.tried for each in came.values()),
        through=tuple(
            f"{user} x {injection}: {', '.join(each.unauthorised)}"
            for (user, injection), each in came.items()
            if each.unauthorised
        ),
        unpinned=loose,
        unguarded=off,
        without=sum(not each.asked and not each.undone for each in came.values()),
        with_approval=sum(not each.undone for each in came.values()),
        tasks=len(suite.users),
        tasks_without=len(alone),
    )


def total(rows: Sequence[Counted]) -> Counted:
    """All suites together."""
    return Counted(
        name="all",
        pairs=sum(each.pairs for each in rows),
        seen=sum(each.seen for each in rows),
        tried=sum(each.tried for each in rows),
        through=tuple(f"{each.name} {line}" for each in rows for line in each.through),
        unpinned=sum(each.unpinned for each in rows),
        unguarded=sum(each.unguarded for each in rows),
        without=sum(each.without for each in rows),
        with_approval=sum(each.with_approval for each in rows),
        tasks=sum(each.tasks for each in rows),
        tasks_without=sum(each.tasks_without for each in rows),
    )


def written(rows: Sequence[Counted]) -> str:
    """The table, and every pair in which policy let something through."""
    everything = total(rows)
    lines = [table(HEADS, [each.row() for each in (*rows, everything)])]
    lines.append(f"\nOf {everything.tasks} user tasks {everything.tasks_without} never need an approval, whatever is injected.")
    if everything.through:
        lines.append(
            "\nLet through by policy (in the product a card with the exact arguments would follow; that isn't played here):\n"
        )
        lines.extend(f"- {each}" for each in everything.through)
    return "\n".join(lines)
