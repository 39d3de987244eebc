import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.telemetry import MODEL, SpanStore, Telemetry, configure_logs, correlated, correlation, span


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs("info", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_spans_are_found_by_the_message_that_began_them() -> None:
    telemetry = Telemetry()
    tracer = telemetry.tracer()
    with correlated("c1"), span("turn", tracer=tracer), span("model", tracer=tracer, gen_ai__request__model="embedded"):
        pass
    with correlated("c2"), span("other", tracer=telemetry.tracer()):
        pass
    turn, model = telemetry.spans.of("c1")
    assert (turn.name, model.name) == ("turn", "model")
    assert model.parent_id == turn.span_id
    assert model.attributes == {MODEL: "embedded"}
    assert correlation() == ""


def test_a_failed_span_is_marked_without_the_error_text() -> None:
    telemetry = Telemetry()
    with pytest.raises(ValueError, match="ada@example"), correlated("c1"), span("turn", tracer=telemetry.tracer()):
        raise ValueError("ada@example.com")
    (found,) = telemetry.spans.of("c1")
    assert found.failed
    assert "ada@example.com" not in str(found)


def test_the_store_keeps_the_last_spans_only() -> None:
    telemetry = Telemetry(spans=SpanStore(kept=2))
    for number in range(3):
        with correlated(f"c{number}"), span("turn", tracer=telemetry.tracer()):
            pass
    assert telemetry.spans.of("c0") == []
    assert len(telemetry.spans.of("c2")) == 1


def test_logs_are_json_with_the_correlation_id_and_without_personal_values(logged: io.StringIO) -> None:
    with correlated("123456789012345678", turn_id="t1"):
        structlog.get_logger("x").info("mail.sent", to="ada@example.com", token="abc")
    (line,) = lines(logged)
    assert line["correlation_id"] == "123456789012345678"
    assert line["turn_id"] == "t1"
    assert line["to"] == "[email]"
    assert line["token"] == "[hidden]"


def test_the_libraries_logs_are_masked_too(logged: io.StringIO) -> None:
    logging.getLogger("aiohttp").warning("bad request from %s", "ada@example.com")
    logging.getLogger("aiohttp").info("not kept")
    (line,) = lines(logged)
    assert line["event"] == "bad request from [email]"
