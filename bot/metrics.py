"""What is counted and timed, for Prometheus: one registry for each server, no personal value in any label."""

from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.charging import ModelCall

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Metrics:
    """The metrics by name. Labels take few values: skills, stages, reasons."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.turns = Counter("rapport_turns", "Turns taken, by how they ended", ["outcome"], registry=registry)
        self.stages = Histogram(
            "rapport_turn_stage_seconds", "Time of each stage of a turn", ["stage"], buckets=SECONDS, registry=registry
        )
        self.actions = Counter(
            "rapport_actions", "Actions, by skill, decision and outcome", ["skill", "decision", "outcome"], registry=registry
        )
        self.handoffs = Counter("rapport_handoffs", "Conversations handed to people, by reason", ["reason"], registry=registry)
        self.accepting = Histogram(
            "rapport_accept_seconds", "Time until a message is durable", ["channel"], buckets=SECONDS, registry=registry
        )
        self.model = Histogram(
            "rapport_model_seconds", "Time of a model's operation", ["model", "operation"], buckets=SECONDS, registry=registry
        )
        self._count_models(registry)
        self.requests = Counter("rapport_http_requests", "Requests answered", ["route", "status"], registry=registry)
        self.deliveries = Counter(
            "rapport_deliveries", "Tries to send a message, by channel and outcome", ["channel", "outcome"], registry=registry
        )
        self.undelivered = Gauge(
            "rapport_deliveries_open",
            "Messages that haven't arrived, by channel and state",
            ["channel", "state"],
            registry=registry,
        )
        self.suggestions = Gauge("rapport_suggestions", "Drafts for agents, by what became of them", ["state"], registry=registry)
        self.inbox = Gauge("rapport_inbox_depth", "Accepted messages whose turns are unfinished", registry=registry)
        self.watchers = Gauge("rapport_sse_clients", "Open event streams", registry=registry)

    def _count_models(self, registry: CollectorRegistry) -> None:
        """What calls to models did and cost, and how models stand."""
        which = ["provider", "model"]
        self.calls = Counter(
            "rapport_model_calls", "Calls to models, by outcome", [*which, "operation", "outcome"], registry=registry
        )
        self.tokens = Counter(
            "rapport_model_tokens", "Tokens: input, cached (a part of input), output", [*which, "kind"], registry=registry
        )
        self.cost = Counter("rapport_model_cost_usd", "What calls cost, in US dollars", which, registry=registry)
        self.first = Histogram(
            "rapport_model_first_seconds", "Time to a call's first piece", which, buckets=SECONDS, registry=registry
        )
        self.ready = Gauge("rapport_model_ready", "1: calls are let through; 0: left alone", ["provider"], registry=registry)
        self.affordable = Gauge("rapport_model_affordable", "1: there is money for it", ["provider"], registry=registry)
        self.spent = Gauge("rapport_model_spent_usd", "What models cost today (UTC), in US dollars", registry=registry)
        self.limit = Gauge("rapport_model_limit_usd", "What they may cost in a day, where that is limited", registry=registry)
        self.served = Gauge(
            "rapport_model_turns",
            "Turns of today (UTC) that asked a model: a large one, or the embedded alone",
            ["by"],
            registry=registry,
        )
        self.answers = Gauge(
            "rapport_answer_cache", "Looks into the answer cache today, by what came", ["found"], registry=registry
        )

    def called(self, call: ModelCall) -> None:
        """Counts one call to a model."""
        of_it = (call.provider, call.model)
        self.calls.labels(*of_it, call.operation, call.outcome).inc()
        for kind, count in (("input", call.input_tokens), ("cached", call.cached), ("output", call.output_tokens)):
            self.tokens.labels(*of_it, kind).inc(count)
        self.cost.labels(*of_it).inc(call.cost_micros / 1_000_000)
        if call.first_ms is not None:
            self.first.labels(*of_it).observe(call.first_ms / 1_000)

    @contextmanager
    def timed(self, histogram: Histogram, *labels: str) -> Generator[None]:
        """Times a block, whether it fails or not."""
        began = perf_counter()
        try:
            yield
        finally:
            histogram.labels(*labels).observe(perf_counter() - began)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)
