"""What steps that are asked for at once would come to, as far as it can be seen before any is done."""

from dataclasses import dataclass
from enum import StrEnum

from core.action import Decision
from governance.together import Judged
from skills.contract import Context, Skill, Slots


class Stands(StrEnum):
    """How far a step could be worked out: it may not be asked for, a value is missing, records refuse it, or all is known."""

    BARRED = "barred"
    ASKS = "asks"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    READY = "ready"


@dataclass(frozen=True, kw_only=True)
class Intended:
    """A step that is asked for, with the values known so far."""

    skill: Skill
    context: Context
    slots: Slots


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """A step as it looks now. `decision` is there for one that is barred or ready, `judged` only when it is ready."""

    stands: Stands
    decision: Decision | None = None
    judged: Judged | None = None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """All steps in order, and the decision on those that could be judged, as a whole."""

    steps: tuple[Foreseen, ...]
    whole: Decision | None
