"""Watches one call to a provider, and tells how it went: tokens, cost, time to the first piece, and a span."""

from collections.abc import Callable
from dataclasses import dataclass, field

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode

from bot.models.chain.prices import Prices, estimated, tokens
from bot.models.provider import Fault, Finish, Finished, Piece, Prompt, ProviderFailed, Text, Usage
from bot.telemetry import CONVERSATION, MODEL, OPERATION, PROVIDER
from core.charging import Charge, ModelCall
from core.language import ToolCall

OK = "ok"
CLOSED = "closed"
AT_WORK = frozenset({Fault.CUT.value, Fault.TIMEOUT.value, CLOSED})
"""Ends of a call at which the provider was working, so that it will ask money for what it had read and written."""


@dataclass(kw_only=True)
class Meter:
    """One call. `clock` is monotonic, in seconds."""

    provider: str
    model: str
    prompt: Prompt
    clock: Callable[[], float]
    began: float = 0.0
    first: float | None = None
    characters: int = 0
    finished: Finished | None = None
    outcome: str = CLOSED
    failed: ProviderFailed | None = None
    _span: Span = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()
        named = {OPERATION: "chat", PROVIDER: self.provider, MODEL: self.model, "rapport.operation": self.prompt.operation}
        self._span = trace.get_tracer("rapport").start_span(f"chat {self.model}", attributes=named)

    def saw(self, piece: Piece) -> None:
        """Counts a piece."""
        if self.first is None:
            self.first = self.clock()
        match piece:
            case Text():
                self.characters += len(piece.text)
            case ToolCall():
                self.characters += len(piece.tool) + len(str(piece.arguments))
            case Finished():
                self.finished = piece
                self.outcome = Fault.REFUSED.value if piece.finish is Finish.REFUSED else OK

    def fell(self, failed: ProviderFailed) -> None:
        """Notes how it failed."""
        self.failed = failed
        self.outcome = failed.fault.value

    def end(self, prices: Prices, charge: Charge | None) -> ModelCall:
        """The call as it went, and the end of its span. Without the provider's own counts it is estimated what it did."""
        usage = self._usage()
        now = self.clock()
        call = ModelCall(
            provider=self.provider,
            model=self.finished.model if self.finished and self.finished.model else self.model,
            role=self.prompt.role.value,
            operation=self.prompt.operation,
            outcome=self.outcome,
            input_tokens=usage.input + usage.cached + usage.written,
            output_tokens=usage.output,
            cached=usage.cached,
            written=usage.written,
            cost_micros=prices.of(self.model, usage),
            took_ms=(now - self.began) * 1_000,
            first_ms=None if self.first is None else (self.first - self.began) * 1_000,
        )
        self._close_span(call, charge)
        return call

    def _usage(self) -> Usage:
        counted = self.finished.usage if self.finished else self.failed.usage if self.failed else Usage()
        counts_nothing = counted == Usage() and self.finished is not None
        if not counts_nothing and (self.finished or self.outcome not in AT_WORK):
            return counted
        return Usage(
            input=counted.input or estimated(self.prompt) * (not counted.cached and not counted.written),
            output=max(counted.output, tokens(self.characters)),
            cached=counted.cached,
            written=counted.written,
        )

    def _close_span(self, call: ModelCall, charge: Charge | None) -> None:
        span = self._span
        span.set_attribute("gen_ai.response.model", call.model)
        span.set_attribute("gen_ai.usage.input_tokens", call.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", call.output_tokens)
        span.set_attribute("gen_ai.usage.cache_read.input_tokens", call.cached)
        span.set_attribute("rapport.cost_micros", call.cost_micros)
        if charge and charge.conversation_id:
            span.set_attribute(CONVERSATION, charge.conversation_id)
        if call.first_ms is not None:
            span.set_attribute("rapport.first_ms", round(call.first_ms, 1))
        if self.finished:
            span.set_attribute("gen_ai.response.finish_reasons", [self.finished.finish.value])
        if self.failed:
            span.set_attribute("error.type", call.outcome)
            span.set_status(StatusCode.ERROR)
        span.end()
