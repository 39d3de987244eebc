"""Sends cases and counts what became of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.fuzz.house import Fuzzed
from tests.fuzz.slack_cases import Case

REFUSED = range(400, 500)
SETTLE_EVERY = 500
SHOWN = 5


@dataclass
class Tally:
    """What became of the cases. `forgeries` were taken, `broken` were answered with a 5xx; both should be empty."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter[int])
    kinds: Counter[str] = field(default_factory=Counter[str])
    forgeries: list[Case] = field(default_factory=list[Case])
    broken: list[Case] = field(default_factory=list[Case])

    def told(self, name: str) -> str:
        """A line for people."""
        answers = ", ".join(f"{count:,} x {status or 'hung up'}" for status, count in sorted(self.statuses.items()))
        return (
            f"{name}: {self.sent:,} requests, {len(self.forgeries)} forgeries taken, {len(self.broken)} answered 5xx"
            f" ({answers}; {len(self.kinds)} kinds)"
        )

    def finds(self) -> str:
        return "\n".join(f"{case.kind}: {case.raw}"[:700] for case in (*self.forgeries[:SHOWN], *self.broken[:SHOWN]))


async def tallied(fuzzed: Fuzzed, cases: Iterable[Case]) -> Tally:
    """Sends one after another. What a forgery leaves behind it counts as taken too."""
    tally = Tally()
    for case in cases:
        before = fuzzed.taken
        status = await fuzzed.line.status(case.raw)
        tally.sent += 1
        tally.statuses[status] += 1
        tally.kinds[case.kind] += 1
        if status >= 500:
            tally.broken.append(case)
        if case.forged and (fuzzed.taken != before or (status not in REFUSED and status != 0 and status < 500)):
            tally.forgeries.append(case)
        if tally.sent % SETTLE_EVERY == 0:
            await fuzzed.settled()
    await fuzzed.settled()
    return tally
