"""What is counted and timed, for Prometheus: one registry for each server, no personal value in any label."""

from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
