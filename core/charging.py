"""For whom a model works at this moment, and what that has cost so far: set once a turn, read wherever a model is called."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """One call to a provider as it went. Tokens are counts; cost is millionths of a US dollar; `outcome` is `ok` or why not.

    `cached` tokens were read from the provider's cache and `written` put into it; both are part of `input_tokens`.
    """

    provider: str
    model: str
    role: str
    operation: str
    outcome: str
    input_tokens: int = 0
    output_tokens: int = 0
    cached: int = 0
    written: int = 0
    cost_micros: int = 0
    took_ms: float = 0.0
    first_ms: float | None = None


@dataclass(kw_only=True)
class Charge:
    """Whom the calls are counted against, until when they must be done, and whose words are masked.

    `deadline_at` is on the monotonic clock (seconds); `known` are personal values of this customer (names, addresses, numbers).
    """

    tenant: str
    conversation_id: str = ""
    turn_id: str = ""
    role: str = "dialogue"
    deadline_at: float | None = None
    known: Sequence[tuple[str, str]] = ()
    calls: list[ModelCall] = field(default_factory=list[ModelCall])

    @property
    def cost_micros(self) -> int:
        return sum(call.cost_micros for call in self.calls)


_current: ContextVar[Charge | None] = ContextVar("charge", default=None)


@contextmanager
def charged(charge: Charge) -> Generator[Charge]:
    """Counts every model call of the block against `charge`."""
    token = _current.set(charge)
    try:
        yield charge
    finally:
        _current.reset(token)


def charge() -> Charge | None:
    """What calls are counted against now; None outside of any turn."""
    return _current.get()
