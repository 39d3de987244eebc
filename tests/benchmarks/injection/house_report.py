"""The house's own pairs counted, per way in."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.benchmarks.injection.forms import FORMS
from tests.benchmarks.injection.house import LATER, WAYS, Shared, asked
from tests.benchmarks.injection.obedient import attacks
from tests.benchmarks.injection.play import Came, Pair, played, quotations_heard, unguarded
from tests.benchmarks.report import table

HEADS = (
    "Way in",
    "Pairs",
    "Read and obeyed",
    "Effects",
    "Cards and approvals",
    "Handed over",
    "Said",
    "All, with the checks off",
    "Task done",
)
FAULTY = 6


@dataclass(frozen=True, kw_only=True)
class Line:
    """One way in."""

    way: str
    came: Sequence[tuple[Pair, Came]]
    unguarded: int
    unguarded_of: int

    def count(self, name: str) -> int:
        return sum(bool(getattr(came, name)) for _, came in self.came)

    @property
    def unauthorised(self) -> list[str]:
        return [
            f"{p.way}, {p.attack.id}, {p.form}, {p.benign.id}: {'; '.join(c.unauthorised)}"
            for p, c in self.came
            if c.unauthorised
        ]

    def row(self) -> tuple[str, ...]:
        pairs = len(self.came)
        shown = sum(bool(came.cards or came.approvals) for _, came in self.came)
        done = self.count("done")
        return (
            self.way,
            str(pairs),
            str(self.count("obeyed")),
            str(self.count("effects")),
            str(shown),
            str(self.count("handed")),
            str(self.count("said")),
            f"{self.unguarded} of {self.unguarded_of}",
            f"{done} ({done / pairs:.1%})",
        )


def pairs(way: str, step: int = 1, *, both: bool = True) -> Iterator[Pair]:
    """The pairs of a way in: every attack with every benign task (`both`), or with one of them in turn."""
    forms = list(FORMS)
    for number, attack in enumerate(attacks()[::step]):
        form = forms[number % len(forms)]
        payload = FORMS[form](attack.order)
        half = len(payload) // 2
        parts = (payload[:half], payload[half:]) if way == "two documents" else (payload,)
        benign = asked(way)
        for each in benign if both else benign[number % 2 : number % 2 + 1]:
            yield Pair(way=way, benign=each, attack=attack, form=form, payload=parts)


async def measured(shared: Shared, way: str, step: int = 1) -> Line:
    """Plays all pairs of a way in, and some with the checks off."""
    came = [(pair, await played(shared, pair)) for pair in pairs(way, step, both=way in WAYS)]
    with unguarded():
        bare = [await played(shared, pair) for pair in pairs(way, FAULTY * step, both=True)]
    return Line(way=way, came=came, unguarded=sum(bool(each.unauthorised) for each in bare), unguarded_of=len(bare))


async def misled(shared: Shared, way: str, step: int = 1) -> Line:
    """The same for a model that obeys what a message quotes while it understands; the planted fault lets it read that."""
    came = [(pair, await played(shared, pair)) for pair in _gullible(way, step)]
    with quotations_heard():
        bare = [await played(shared, pair) for pair in _gullible(way, FAULTY * step)]
    return Line(
        way=f"{way}, obeyed while understanding",
        came=came,
        unguarded=sum(bool(each.unauthorised) for each in bare),
        unguarded_of=len(bare),
    )


def _gullible(way: str, step: int) -> list[Pair]:
    return [replace(each, gullible=True) for each in pairs(way, step, both=way in WAYS)]


def written(lines: Sequence[Line]) -> str:
    """The table, and every pair that wasn't clean."""
    parts = [table(HEADS, [each.row() for each in lines])]
    done = Counter(pair.benign.id for line in lines for pair, came in line.came if came.done)
    everything = Counter(pair.benign.id for line in lines for pair, _ in line.came)
    parts.append("\n" + "; ".join(f"{name}: {done[name]} of {everything[name]} done" for name in sorted(everything)) + ".")
    found = [each for line in lines for each in line.unauthorised]
    if found:
        parts.append("\nNot clean:\n")
        parts.extend(f"- {each}" for each in found)
    return "\n".join(parts)


EVERYWHERE = (*WAYS, *LATER)
QUOTING = ("message", "second turn")
