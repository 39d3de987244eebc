"""Logs, traces and metrics of one installation, tied together by the correlation id of the message that began it all."""

import logging
import sys
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import StatusCode, Tracer
from structlog.typing import EventDict, WrappedLogger

from bot.metrics import Metrics
from governance.redact import redact_event

if TYPE_CHECKING:
    from opentelemetry.context import Context

KEPT_SPANS = 2_000
CORRELATION = "rapport.correlation_id"
MODEL, OPERATION, PROVIDER = "gen_ai.request.model", "gen_ai.operation.name", "gen_ai.provider.name"
TOOL, CONVERSATION = "gen_ai.tool.name", "gen_ai.conversation.id"

_correlation: ContextVar[str] = ContextVar("correlation", default="")

AttributeValue = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class SpanLine:
    """A finished span, as the console shows it. `began_ms` counts from the first span of its trace."""

    name: str
    span_id: str
    parent_id: str | None
    began_ms: float
    took_ms: float
    failed: bool
    attributes: Mapping[str, str]


class SpanStore(SpanProcessor):
    """Stamps each span with the correlation id, and keeps the last finished ones in memory."""

    def __init__(self, kept: int = KEPT_SPANS) -> None:
        self._spans: deque[ReadableSpan] = deque(maxlen=kept)

    def on_start(self, span: Span, parent_context: "Context | None" = None) -> None:
        if correlation_id := _correlation.get():
            span.set_attribute(CORRELATION, correlation_id)

    def on_end(self, span: ReadableSpan) -> None:
        self._spans.append(span)

    def of(self, correlation_id: str) -> list[SpanLine]:
        """The spans of one message, in the order in which they began."""
        found = [span for span in list(self._spans) if (span.attributes or {}).get(CORRELATION) == correlation_id]
        found.sort(key=lambda span: span.start_time or 0)
        first = (found[0].start_time or 0) if found else 0
        return [_line(span, first) for span in found]


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """What a server and its worker share."""

    metrics: Metrics = field(default_factory=Metrics)
    spans: SpanStore = field(default_factory=SpanStore)
    provider: TracerProvider = field(default_factory=TracerProvider)

    def __post_init__(self) -> None:
        self.provider.add_span_processor(self.spans)

    def start(self, *, endpoint: str | None = None) -> None:
        """Makes these traces the process's own, and sends them on when an OTLP `endpoint` is given. Once a process."""
        if endpoint:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        trace.set_tracer_provider(self.provider)

    def tracer(self) -> Tracer:
        return self.provider.get_tracer("rapport")

    def close(self) -> None:
        """Sends what waits."""
        self.provider.shutdown()


@contextmanager
def correlated(correlation_id: str, **ids: str) -> Generator[None]:
    """Ties all logs and spans of the block to a correlation id; `ids` (a conversation's, a turn's) join the logs."""
    token = _correlation.set(correlation_id)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id, **ids):
            yield
    finally:
        _correlation.reset(token)


def correlation() -> str:
    """The correlation id of what is being done now; empty outside of it."""
    return _correlation.get()


@contextmanager
def span(name: str, *, tracer: Tracer | None = None, **attributes: AttributeValue) -> Generator[trace.Span]:
    """Traces a block. Attributes are ids and non-personal values; `gen_ai__request__model=` spells `gen_ai.request.model`."""
    spelled = {key.replace("__", "."): value for key, value in attributes.items()}
    chosen = tracer or trace.get_tracer("rapport")
    with chosen.start_as_current_span(name, attributes=spelled, record_exception=False) as opened:
        yield opened


def configure_logs(level: str = "info", stream: TextIO | None = None) -> None:
    """Logs as JSON lines, with personal and secret values masked; the standard library's loggers too, from warnings on."""
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact_processor,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    renderer = structlog.processors.JSONRenderer()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


PLAIN = frozenset({"timestamp", "level", "event", "correlation_id", "row_id", "turn_id", "conversation_id", "case_id", "route"})


def redact_processor(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Masks all but ids and times, which look like numbers and are none."""
    plain = {key: event[key] for key in PLAIN & event.keys()}
    text = event.get("event")
    cleaned = redact_event(logger, method, {key: value for key, value in event.items() if key not in plain or key == "event"})
    return {**cleaned, **plain, "event": cleaned.get("event", text)}


def _line(found: ReadableSpan, first: int) -> SpanLine:
    began, ended = found.start_time or 0, found.end_time or 0
    context = found.get_span_context()
    attributes = {key: str(value) for key, value in (found.attributes or {}).items() if key != CORRELATION}
    return SpanLine(
        name=found.name,
        span_id=trace.format_span_id(context.span_id) if context else "",
        parent_id=trace.format_span_id(found.parent.span_id) if found.parent else None,
        began_ms=round((began - first) / 1e6, 2),
        took_ms=round((ended - began) / 1e6, 2),
        failed=found.status.status_code is StatusCode.ERROR,
        attributes=attributes,
    )
