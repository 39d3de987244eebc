"""What a dialogue of the suite is: what the customer, an agent and fate do in turn, and what has to come of each step."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | bool

PATTERNS = (
    "happy path",
    "interruption",
    "correction",
    "cancel",
    "skip",
    "clarify",
    "repeat",
    "cannot handle",
    "internal error",
    "human",
    "several intents",
    "handoff and hand-back",
)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a customer's line means, for a model that plays its answers: `slots` are names and the words that give the value.

    `also` are further intents with the words that ask for them, `calls` the tools that a fluent model would call on its own.
    """

    intent: str = "none"
    words: str = ""
    act: str = "other"
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    triage: str = "none"
    calls: tuple[tuple[str, Mapping[str, Value | None]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What has to come of a step, in structure and never in words.

    `told` names where something that was said comes from (`help`, `record`, or a wording's id), `never` where nothing may come
    from. `asks` is the slot that is asked for afterwards; `again` that its question is put once more. `card` is the skill whose
    card is shown, `shows` its arguments. `did` are effects of this very step. `hands_over` is the reason; none is expected when
    it is empty. `clean`: nothing is left open.
    """

    told: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    asks: str = ""
    again: bool = False
    card: str = ""
    shows: Mapping[str, Value] = field(default_factory=dict[str, Value])
    holds: Mapping[str, Value] = field(default_factory=dict[str, Value])
    read: tuple[str, ...] = ()
    did: tuple[str, ...] = ()
    seeks: str = ""
    hands_over: str = ""
    noted: str = ""
    silent: bool = False
    clean: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `customer` are wordings to choose from, `press` confirms or declines the open card, `agent` claims, replies or
    gives back, `fault` plants one (`model`, or an operation of the company's systems), `mend` takes all faults away."""

    customer: tuple[str, ...] = ()
    press: bool | None = None
    agent: str = ""
    fault: str = ""
    kind: str = "fail_before"
    mend: bool = False
    means: Means = Means()
    expected: Expected = Expected()


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """A dialogue: who writes, how it goes, and everything that may have changed in the end.

    `effects` are the skills whose effect stands, in order. `over` is the procedure that it was made from, empty for a
    hand-written one over plain skills. `after` is what the account's subscription says in the end. `only` names the kinds of
    model that it is for.
    """

    name: str
    pattern: str
    steps: tuple[Step, ...]
    account: str | None = None
    contact: str | None = None
    effects: tuple[str, ...] = ()
    after: Mapping[str, Value] = field(default_factory=dict[str, Value])
    over: str = ""
    only: tuple[str, ...] = ()
