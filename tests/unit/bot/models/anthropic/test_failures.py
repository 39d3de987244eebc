"""How a call can fail: each way has its fault, in time, in words that say what to do, and nothing else escapes."""

import gzip
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.models.anthropic import calling, reading
from bot.models.anthropic.provider import AnthropicProvider
from bot.models.anthropic.reading import Reading
from bot.models.anthropic.request import built
from bot.models.provider import (
    Fault,
    Finished,
    FromModel,
    FromUser,
    Passage,
    Passages,
    Prompt,
    ProviderFailed,
    Role,
    Text,
    Usage,
    Words,
)
from core.language import ToolCall
from tests.fakes.anthropic_server import (
    Broken,
    Cut,
    Endless,
    Failing,
    FakeAnthropic,
    Raw,
    Script,
    Scripted,
    Silence,
    Step,
    Told,
    Wait,
)

Reach = Callable[[str], AnthropicProvider]

PROMPT = Prompt(
    role=Role.DIALOGUE,
    operation="converse",
    system="You help.",
    messages=(FromUser(parts=(Words(text="Hi"), Passages(passages=(Passage(id="a", title="A", blocks=("One.",)),)))),),
)


async def failure(reach: Reach, script: Script, timeout_s: float = 5.0) -> tuple[ProviderFailed, str]:
    """How the call fails, and what was said before."""
    said: list[str] = []

    async def listen(base_url: str) -> None:
        async for piece in reach(base_url).stream(PROMPT, timeout_s=timeout_s):
            said.append(piece.text if isinstance(piece, Text) else "")

    async with FakeAnthropic(script) as server:
        with pytest.raises(ProviderFailed) as caught:
            await listen(server.base_url)
    assert "sk-ant" not in f"{caught.value!r} {caught.value.data}"
    return caught.value, "".join(said)


class TestRefusals:
    @pytest.mark.parametrize(
        ("failing", "fault", "words"),
        [
            (Failing(429), Fault.RATE_LIMITED, "no more requests"),
            (Failing(529), Fault.OVERLOADED, "overloaded"),
            (Failing(503, body=b"<html>busy</html>"), Fault.OVERLOADED, "overloaded"),
            (Failing(500), Fault.OVERLOADED, "overloaded"),
            (Failing(504), Fault.TIMEOUT, "in time"),
            (Failing(400, message="prompt is too long: 250000 tokens > 200000 maximum"), Fault.CONTEXT_FULL, "that much text"),
            (Failing(400, message="input length and `max_tokens` exceed context limit"), Fault.CONTEXT_FULL, "that much text"),
            (Failing(413), Fault.CONTEXT_FULL, "that much text"),
            (Failing(400, message="tools.0: bad"), Fault.REJECTED, "claude-sonnet-5-5"),
            (Failing(400, message="Your credit balance is too low"), Fault.REJECTED, "credit"),
            (Failing(401, message="invalid key sk-ant-secret"), Fault.REJECTED, "api_key_env"),
            (Failing(403), Fault.REJECTED, "may not use the model"),
            (Failing(404), Fault.REJECTED, "no model claude-sonnet-5-5"),
            (Failing(302, headers={"Location": "http://127.0.0.1:9/"}), Fault.REJECTED, "base_url"),
            (Failing(422, body=b"\xff\xfe"), Fault.REJECTED, "422"),
            (Failing(400, body=b"[" * 100_000), Fault.REJECTED, "400"),
        ],
        ids=lambda value: value.status if isinstance(value, Failing) else "",
    )
    async def test_each_status_has_its_fault(self, reach: Reach, failing: Failing, fault: Fault, words: str) -> None:
        failed, _ = await failure(reach, failing)
        assert failed.fault is fault
        assert words in failed.message

    @pytest.mark.parametrize(
        ("told", "least", "most"),
        [
            ("7", 7, 7),
            ("1.5", 1.5, 1.5),
            ("999999", 3600, 3600),
            (format_datetime(datetime.now(UTC) + timedelta(seconds=600)), 1, 600),
        ],
    )
    async def test_the_wait_that_it_asks_for_is_told(self, reach: Reach, told: str, least: float, most: float) -> None:
        failed, _ = await failure(reach, Failing(429, retry_after=told))
        assert failed.retry_after_s is not None
        assert least <= failed.retry_after_s <= most

    @pytest.mark.parametrize("told", ["soon", "-3", "nan", "inf", "", "Mon, 99 Zzz"])
    async def test_a_wait_that_makes_no_sense_is_none(self, reach: Reach, told: str) -> None:
        failed, _ = await failure(reach, Failing(429, retry_after=told))
        assert failed.retry_after_s is None

    async def test_milliseconds_are_taken_before_seconds(self, reach: Reach) -> None:
        failed, _ = await failure(reach, Failing(429, retry_after="9", headers={"retry-after-ms": "250"}))
        assert failed.retry_after_s == 0.25

    async def test_it_asks_once(self, reach: Reach) -> None:
        async with FakeAnthropic(Failing(529)) as server:
            with pytest.raises(ProviderFailed):
                await anext(reach(server.base_url).stream(PROMPT, timeout_s=5))
        assert len(server.asked) == 1

    async def test_more_than_fits_is_not_sent(self, reach: Reach) -> None:
        long = Prompt(role=Role.DIALOGUE, operation="o", system="s" * 900_000, messages=PROMPT.messages)
        async with FakeAnthropic(Scripted(["Hi"])) as server:
            with pytest.raises(ProviderFailed) as caught:
                await anext(reach(server.base_url).stream(long, timeout_s=5))
        assert caught.value.fault is Fault.CONTEXT_FULL
        assert not server.asked


class TestInTheMidst:
    @pytest.mark.parametrize(
        ("steps", "fault"),
        [
            ([Broken()], Fault.OVERLOADED),
            ([Broken("api_error")], Fault.OVERLOADED),
            ([Broken("brand_new")], Fault.OVERLOADED),
            ([Broken("rate_limit_error")], Fault.RATE_LIMITED),
            ([Broken("timeout_error")], Fault.TIMEOUT),
            ([Broken("invalid_request_error", "prompt is too long")], Fault.CONTEXT_FULL),
            ([Broken("authentication_error")], Fault.REJECTED),
            ([Raw(b"event: error\ndata: {}\n\n")], Fault.OVERLOADED),
            ([Cut()], Fault.CUT),
            ([Cut(cleanly=True)], Fault.CUT),
            ([Silence()], Fault.TIMEOUT),
            ([Raw(b"event: content_block_delta\ndata: {oops\n\n")], Fault.GARBAGE),
            ([Raw(b"\xff\xfe\xfd\n\n")], Fault.GARBAGE),
            ([Raw(b"data: [1, 2]\n\n")], Fault.GARBAGE),
            ([Raw(b"data: " + b"[" * 100_000 + b"\n\n")], Fault.GARBAGE),
            ([Told({"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "x"}})], Fault.GARBAGE),
            ([Told({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 5}})], Fault.GARBAGE),
            ([Told({"type": "content_block_start", "index": 0, "content_block": {"type": "text"}})], Fault.GARBAGE),
            ([Told({"type": "message_stop"})], Fault.GARBAGE),
        ],
    )
    async def test_each_way_has_its_fault_and_what_was_said_was_shown(
        self, reach: Reach, steps: list[Step], fault: Fault
    ) -> None:
        failed, said = await failure(reach, Scripted(["Well, ", *steps]))
        assert failed.fault is fault
        assert said == "Well, "
        assert failed.usage == Usage(input=100, output=1)

    @pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
    async def test_what_is_no_stream_is_garbage(self, reach: Reach, kind: str) -> None:
        failed, _ = await failure(reach, Scripted(["Well."], content_type=kind))
        assert failed.fault is Fault.GARBAGE

    async def test_a_body_said_to_be_packed_is_not_unpacked(self, reach: Reach) -> None:
        packed = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
        failed, _ = await failure(reach, Failing(200, body=gzip.compress(b"data: {}\n\n" * 1000), headers=packed))
        assert failed.fault is Fault.GARBAGE


class TestInTime:
    @pytest.mark.parametrize(
        "script",
        [
            Silence(),
            Scripted(["Well."], first_s=60),
            Scripted([Silence()]),
            Scripted(["Well."], drip_s=0.05),
            Scripted(["Well. ", Wait(60)]),
        ],
        ids=["silent", "slow to answer", "silent stream", "drip", "silence within"],
    )
    async def test_a_server_that_keeps_us_waiting_is_left(self, reach: Reach, script: Script) -> None:
        began = time.monotonic()
        failed, _ = await failure(reach, script)
        assert failed.fault is Fault.TIMEOUT
        assert time.monotonic() - began < 2.5

    async def test_steady_pieces_do_not_lengthen_the_whole(self, reach: Reach) -> None:
        slow: list[Step] = [step for _ in range(50) for step in ("x", Wait(0.05))]
        failed, said = await failure(reach, Scripted(slow), timeout_s=0.4)
        assert failed.fault is Fault.TIMEOUT
        assert said

    async def test_nobody_there(self, reach: Reach) -> None:
        async with FakeAnthropic(Scripted()) as server:
            gone = server.base_url
        with pytest.raises(ProviderFailed) as caught:
            await anext(reach(gone).stream(PROMPT, timeout_s=5))
        assert caught.value.fault is Fault.UNREACHABLE

    async def test_a_connection_that_breaks_at_once(self, reach: Reach) -> None:
        failed, _ = await failure(reach, Cut())
        assert failed.fault is Fault.UNREACHABLE

    async def test_no_time_at_all(self, reach: Reach) -> None:
        failed, _ = await failure(reach, Scripted(["Well."]), timeout_s=0.0)
        assert failed.fault is Fault.TIMEOUT


class TestWithoutEnd:
    async def test_text_without_end_is_stopped(self, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "MOST_CHARACTERS", 20_000)
        failed, said = await failure(reach, Scripted([Endless("long " * 100)]))
        assert failed.fault is Fault.GARBAGE
        assert len(said) <= 20_000

    async def test_events_without_end_are_stopped(self, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "MOST_EVENTS", 200)
        failed, _ = await failure(reach, Scripted([Endless("")]))
        assert failed.fault is Fault.GARBAGE

    @pytest.mark.parametrize("script", [Scripted([Raw(b"data: " + b"x" * 300_000)]), Failing(500, body=b"x" * 300_000)])
    async def test_bytes_without_end_are_stopped(self, reach: Reach, monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
        monkeypatch.setattr(calling, "MOST_BYTES", 200_000)
        failed, _ = await failure(reach, script)
        assert failed.fault is Fault.GARBAGE


class TestMisconfigured:
    @pytest.mark.parametrize(
        "base_url", ["not an address", "ftp://example.com", "http://127.0.0.1:0", "http://[", "http://x:99999999"]
    )
    async def test_an_address_that_is_none(self, reach: Reach, base_url: str) -> None:
        with pytest.raises(ProviderFailed) as caught:
            await anext(reach(base_url).stream(PROMPT, timeout_s=2))
        assert caught.value.fault in {Fault.REJECTED, Fault.UNREACHABLE}
        assert "base_url" in caught.value.message

    @pytest.mark.parametrize("key", ["sk\nx", "schlüssel", "", "\ud800"])
    async def test_a_key_that_is_none(self, reach: Reach, key: str) -> None:
        async with FakeAnthropic(Failing(401)) as server:
            provider = reach(server.base_url)
            provider.api_key = key
            with pytest.raises(ProviderFailed) as caught:
                await anext(provider.stream(PROMPT, timeout_s=2))
        assert caught.value.fault is Fault.REJECTED
        assert "api_key_env" in caught.value.message

    async def test_an_address_may_end_in_v1(self, reach: Reach) -> None:
        async with FakeAnthropic(Scripted(["Well."])) as server:
            assert await anext(reach(f"{server.base_url}/v1/").stream(PROMPT, timeout_s=2)) == Text(text="Well.")

    async def test_after_close_it_connects_anew(self, reach: Reach) -> None:
        async with FakeAnthropic(Scripted(["Well."])) as server:
            provider = reach(server.base_url)
            await provider.warm()
            await provider.close()
            assert [piece async for piece in provider.stream(PROMPT, timeout_s=2)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KINDS = (
    "message_start",
    "message_delta",
    "message_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "error",
    "ping",
)
INNER = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "tool_use", "thinking", "text_delta", "input_json_delta", "citations_delta"]) | VALUES,
        "text": st.text(max_size=6) | VALUES,
        "id": st.text(max_size=3) | VALUES,
        "name": st.text(max_size=3) | VALUES,
        "input": VALUES,
        "partial_json": st.sampled_from(["{", "}", "{}", '{"a":1}']) | VALUES,
        "citations": VALUES,
        "citation": st.fixed_dictionaries(
            {"type": st.just("search_result_location")},
            optional={name: VALUES for name in ("search_result_index", "start_block_index", "end_block_index")},
        )
        | VALUES,
        "usage": VALUES,
        "model": VALUES,
        "message": VALUES,
        "stop_reason": st.sampled_from(["end_turn", "tool_use", "max_tokens"]) | VALUES,
        "input_tokens": VALUES,
    },
)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS) | VALUES},
    optional={
        "index": st.integers(0, 2) | VALUES,
        **{name: INNER | VALUES for name in ("content_block", "delta", "message", "usage", "error")},
    },
)


class TestWhateverComes:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(EVENTS | VALUES, max_size=12))
    def test_events_give_pieces_or_a_failure(self, events: list[Any]) -> None:
        read = Reading(request=built(PROMPT, "m"), name="claude", model="m")
        try:
            for event in events:
                for piece in read.take(event):
                    assert isinstance(piece, Text | ToolCall)
                    json.dumps(piece.text if isinstance(piece, Text) else dict(piece.arguments), ensure_ascii=False).encode()
        except ProviderFailed:
            return
        assert read.end is None or isinstance(read.end, Finished)

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(max_size=200), st.sampled_from([200, 200, 200, 400, 429, 500]))
    async def test_bytes_give_pieces_or_a_failure(self, body: bytes, status: int) -> None:
        script = Failing(status, body=body, headers={"Content-Type": "text/event-stream"})
        async with FakeAnthropic(script) as server:
            models = {role: "m" for role in Role}
            provider = AnthropicProvider(name="claude", models=models, api_key="k", base_url=server.base_url, first_s=2)
            with pytest.raises(ProviderFailed):
                await anext(provider.stream(PROMPT, timeout_s=2))
            await provider.close()

    async def test_a_stream_torn_at_any_byte_fails_as_cut_or_garbage(self, reach: Reach) -> None:
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 3}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüße, Zoë. " * 9}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
        ]
        stream = b"".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode() for event in events)
        cuts = range(0, len(stream) + 1, 9)
        scripts = [Failing(200, body=stream[:at], headers={"Content-Type": "text/event-stream"}) for at in cuts]
        async with FakeAnthropic(scripts) as server:
            provider = reach(server.base_url)
            for _ in cuts:
                with pytest.raises(ProviderFailed) as caught:
                    _ = [piece async for piece in provider.stream(PROMPT, timeout_s=2)]
                assert caught.value.fault in {Fault.CUT, Fault.GARBAGE}

    @pytest.mark.parametrize("argument", [float("inf"), {1, 2}, "deep"])
    async def test_arguments_that_cannot_be_written_are_refused_here(self, reach: Reach, argument: object) -> None:
        deep: object = argument
        for _ in range(500 if argument == "deep" else 0):
            deep = [deep]
        told = FromModel(calls=(ToolCall(id="a", tool="find", arguments={"a": deep}),))
        prompt = Prompt(role=Role.DIALOGUE, operation="o", system="S", messages=(told,))
        async with FakeAnthropic(Failing(400)) as server:
            with pytest.raises(ProviderFailed) as caught:
                await anext(reach(server.base_url).stream(prompt, timeout_s=2))
        assert caught.value.fault is Fault.REJECTED
