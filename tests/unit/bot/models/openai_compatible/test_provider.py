import asyncio
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

import pytest

from bot.models.openai_compatible.provider import OpenAiProvider
from bot.models.provider import (
    Fault,
    Finish,
    Finished,
    FromModel,
    FromUser,
    Passage,
    Passages,
    Piece,
    Prompt,
    ProviderFailed,
    Result,
    Role,
    Text,
    Usage,
    Words,
)
from core.language import ToolCall, ToolSpec
from tests.fakes.openai_server import USAGE, Asked, Call, Cut, Delta, Endless, Event, Failing, FakeOpenAi, Raw, Scripted, Silence

MODELS = {role: "llama" for role in Role}
KEY = "sk-very-secret"
CLOSED: dict[str, object] = {"type": "object", "properties": {}, "additionalProperties": False, "required": []}
INVOICE: dict[str, object] = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}
TOOLS = (
    ToolSpec(name="find_invoice", description="Finds an invoice.", schema=INVOICE),
    ToolSpec(name="billing.plans", description="Lists plans.", schema=CLOSED),
)
PLANS = Passage(id="p1", title="Plans", blocks=("Team costs EUR 5.", "Business costs EUR 9."))


def prompt(*parts: Any, **more: Any) -> Prompt:
    messages = (FromUser(parts=tuple(Words(text=part) if isinstance(part, str) else part for part in parts or ("Hello",))),)
    told: dict[str, Any] = {"messages": messages, **more}
    return Prompt(role=Role.DIALOGUE, operation="converse", system="Be brief.", **told)


def provider(server: FakeOpenAi, **more: Any) -> OpenAiProvider:
    told: dict[str, Any] = {"api_key": KEY, "base_url": server.base_url, **more}
    return OpenAiProvider(name="private", models=MODELS, **told)


async def asked(server: FakeOpenAi, given: Prompt | None = None, *, timeout_s: float = 5.0, **more: Any) -> list[Piece]:
    made = provider(server, **more)
    try:
        return [piece async for piece in made.stream(given or prompt(), timeout_s=timeout_s)]
    finally:
        await made.close()


async def failing(server: FakeOpenAi, given: Prompt | None = None, **more: Any) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as raised:
        await asked(server, given, **more)
    assert KEY not in raised.value.message
    return raised.value


def text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


def calls(pieces: Sequence[Piece]) -> list[tuple[str, dict[str, object]]]:
    return [(piece.tool, dict(piece.arguments)) for piece in pieces if isinstance(piece, ToolCall)]


def finished(pieces: Sequence[Piece]) -> Finished:
    last = pieces[-1]
    assert isinstance(last, Finished)
    assert sum(isinstance(piece, Finished) for piece in pieces) == 1
    return last


async def test_text_comes_as_it_is_made() -> None:
    go_on = asyncio.Event()
    async with FakeOpenAi(Scripted("Hel", go_on, "lo.")) as server:
        made = provider(server)
        async with aclosing(cast("AsyncGenerator[Piece]", made.stream(prompt(), timeout_s=5))) as pieces:
            assert await anext(pieces) == Text(text="Hel")
            go_on.set()
            rest = [piece async for piece in pieces]
        await made.close()
    assert text(rest) == "lo."
    assert finished(rest) == Finished(finish=Finish.END, model="llama", usage=Usage(input=100, output=20))


async def test_the_request_says_who_asks_for_what() -> None:
    async with FakeOpenAi(Scripted("Yes.")) as server:
        await asked(server, prompt("Hello", max_tokens=77))
    [request] = server.asked
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "llama"
    assert request.body["max_tokens"] == 77
    assert request.body["stream_options"] == {"include_usage": True}
    assert (request.system, request.texts) == ("Be brief.", ["Hello"])
    assert "tools" not in request.body


async def test_nothing_of_the_environment_goes_to_a_private_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-another")
    async with FakeOpenAi(Scripted("Yes.")) as server:
        await asked(server, api_key=None)
    told = {name.lower(): value for name, value in server.asked[0].headers.items()}
    assert "authorization" not in told
    assert not [value for value in told.values() if "another" in value]


async def test_tokens_from_the_cache_are_counted_apart() -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 60}}
    async with FakeOpenAi(Scripted("Yes.", usage=usage)) as server:
        assert finished(await asked(server)).usage == Usage(input=40, output=3, cached=60)


async def test_a_server_that_refuses_to_count_is_asked_without_and_remembered() -> None:
    def script(given: Asked) -> Failing | Scripted:
        refused = {"message": "Unrecognized field: stream_options", "code": 400}
        return Failing(status=400, error=refused) if "stream_options" in given.body else Scripted("Yes.")

    async with FakeOpenAi(script) as server:
        made = provider(server)
        for _ in range(2):
            pieces = [piece async for piece in made.stream(prompt(), timeout_s=5)]
            assert text(pieces) == "Yes."
            assert finished(pieces).usage == Usage()
        await made.close()
    assert ["stream_options" in each.body for each in server.asked] == [True, False, False]


async def test_a_server_that_refuses_without_a_word_is_asked_once_more_and_then_believed() -> None:
    async with FakeOpenAi(lambda _: Failing(status=400, body=b"{}")) as server:
        made = provider(server)
        for _ in range(2):
            with pytest.raises(ProviderFailed) as raised:
                _ = [piece async for piece in made.stream(prompt(), timeout_s=5)]
            assert raised.value.fault is Fault.REJECTED
        await made.close()
    assert len(server.asked) == 3


async def test_a_server_that_wants_the_newer_name_of_the_limit_gets_it() -> None:
    def script(given: Asked) -> Failing | Scripted:
        words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return Failing(status=400, error={"message": words}) if "max_tokens" in given.body else Scripted("Yes.")

    async with FakeOpenAi(script) as server:
        assert text(await asked(server)) == "Yes."
    assert server.asked[-1].body["max_completion_tokens"] == 1024


@pytest.mark.parametrize("split", [0, 1, 7])
async def test_native_calls_are_put_together(split: int) -> None:
    script = Scripted("One moment. ", Call("find_invoice", {"id": "INV-7"}), Call("billing_plans", {}, id="call_2"), split=split)
    async with FakeOpenAi(script) as server:
        pieces = await asked(server, prompt(tools=TOOLS))
    assert text(pieces) == "One moment. "
    assert calls(pieces) == [("find_invoice", {"id": "INV-7"}), ("billing.plans", {})]
    assert [piece.id for piece in pieces if isinstance(piece, ToolCall)] == ["call_1", "call_2"]
    assert finished(pieces).finish is Finish.CALLS
    functions = [tool["function"] for tool in server.asked[0].body["tools"]]
    assert [(each["name"], each["strict"]) for each in functions] == [("find_invoice", True), ("billing_plans", True)]


async def test_tools_stay_where_none_may_be_called() -> None:
    async with FakeOpenAi(Scripted("Yes.")) as server:
        await asked(server, prompt(tools=TOOLS))
        await asked(server, prompt(tools=TOOLS, may_call=False))
    free, bound = (each.body for each in server.asked)
    assert (free.get("tool_choice"), bound["tool_choice"]) == (None, "none")
    assert free["tools"] == bound["tools"]


async def test_results_go_back_right_behind_the_calls() -> None:
    call = ToolCall(id="call_1", tool="billing.plans", arguments={})
    messages = (
        FromUser(parts=(Words(text="Which plans?"),)),
        FromModel(text="Let me see.", calls=(call,)),
        FromUser(parts=(Words(text="Go on."), Result(call_id="call_1", text="Two plans.", passages=(PLANS,)))),
    )
    async with FakeOpenAi(Scripted("Team costs EUR 5. [1.1]")) as server:
        pieces = await asked(server, prompt(messages=messages, tools=TOOLS))
    sent = server.asked[0].body["messages"]
    assert [each["role"] for each in sent] == ["system", "user", "assistant", "tool", "user"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "billing_plans", "arguments": "{}"}
    assert "⟦1.2⟧ Business costs EUR 9." in sent[3]["content"]
    assert [piece for piece in pieces if isinstance(piece, Text)] == [Text(text="Team costs EUR 5.", quotes=((0, 0, 1),))]


async def test_calls_in_words_are_told_and_read() -> None:
    said = ("One mom", "ent.\n``", '`json\n{"call": "find_', 'invoice", "arguments": {"id": "INV-7"}}\n```', " bye")
    call = ToolCall(id="c1", tool="billing.plans", arguments={})
    messages = (
        FromUser(parts=(Words(text="Hi"),)),
        FromModel(text="", calls=(call,)),
        FromUser(parts=(Result(call_id="c1", text="Two plans."),)),
    )
    async with FakeOpenAi(Scripted(*said)) as server:
        pieces = await asked(server, prompt(messages=messages, tools=TOOLS), native_tools=False)
    assert text(pieces) == "One moment.\n"
    assert calls(pieces) == [("find_invoice", {"id": "INV-7"})]
    assert finished(pieces).finish is Finish.CALLS
    body = server.asked[0].body
    assert "tools" not in body
    assert "billing.plans: Lists plans." in server.asked[0].system
    assert [each["role"] for each in body["messages"]] == ["system", "user", "assistant", "user"]
    assert body["messages"][2]["content"] == '{"call": "billing.plans", "arguments": {}}'


@pytest.mark.parametrize(
    "said",
    [
        '{"call": "find_invoice"}',
        '{"name": "find_invoice", "arguments": {}}',
        '{"call": "find_invoice", "arguments": "x"}',
        '{"call',
    ],
)
async def test_an_object_that_is_no_call_is_never_shown(said: str) -> None:
    async with FakeOpenAi(Scripted("So: ", said)) as server:
        failed = await failing(server, prompt(tools=TOOLS), native_tools=False)
    assert failed.fault is Fault.GARBAGE
    assert failed.usage == Usage(input=100, output=20)


async def test_a_schema_is_asked_for_where_the_server_knows_it() -> None:
    async with FakeOpenAi(Scripted('{"id": ', '"[1]"}')) as server:
        assert text(await asked(server, prompt(schema=INVOICE))) == '{"id": "[1]"}'
    asked_for = server.asked[0].body["response_format"]["json_schema"]
    assert (asked_for["strict"], asked_for["schema"]) == (True, INVOICE)


async def test_a_schema_in_words_takes_the_first_object() -> None:
    async with FakeOpenAi(Scripted("<think>{no}</think>Sure {x}:\n```js", 'on\n{"id": "}"}\n``` {"id": "2"}')) as server:
        assert text(await asked(server, prompt(schema=INVOICE), json_schema=False)) == '{"id": "}"}'
    assert "response_format" not in server.asked[0].body
    assert '"additionalProperties": false' in server.asked[0].system


async def test_an_answer_without_the_object_is_garbage() -> None:
    async with FakeOpenAi(Scripted("I'd rather not.")) as server:
        assert (await failing(server, prompt(schema=INVOICE))).fault is Fault.GARBAGE


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("stop", Finish.END),
        ("length", Finish.MAX_TOKENS),
        ("content_filter", Finish.REFUSED),
        ("tool_calls", Finish.END),
        ("eos", Finish.END),
        (None, Finish.END),
    ],
)
async def test_why_it_ended(stop: str | None, finish: Finish) -> None:
    async with FakeOpenAi(Scripted("Yes.", stop=stop)) as server:
        assert finished(await asked(server)).finish is finish


async def test_a_refusal_is_no_text() -> None:
    async with FakeOpenAi(Scripted(Delta({"refusal": "I can't."}), "I can't.")) as server:
        pieces = await asked(server)
    assert [type(piece) for piece in pieces] == [Finished]
    assert finished(pieces).finish is Finish.REFUSED


@pytest.mark.parametrize("split", [0, 1])
async def test_thoughts_are_no_text(split: int) -> None:
    script = Scripted(
        Delta({"reasoning_content": "Hm."}), " <thi", "nk>Let me", " see.</th", "ink>\n\nYes, <think> so.", split=split
    )
    async with FakeOpenAi(script) as server:
        assert text(await asked(server)) == "Yes, <think> so."


FAILURES: list[tuple[Any, Fault]] = [
    (Failing(status=429), Fault.RATE_LIMITED),
    (Failing(status=500), Fault.OVERLOADED),
    (Failing(status=503, body=b"<html>busy</html>", content_type="text/html"), Fault.OVERLOADED),
    (Failing(status=529), Fault.OVERLOADED),
    (Failing(status=408), Fault.TIMEOUT),
    (Failing(status=401, error={"message": f"Incorrect API key provided: {KEY}"}), Fault.REJECTED),
    (Failing(status=403), Fault.REJECTED),
    (Failing(status=404), Fault.REJECTED),
    (Failing(status=307, headers={"Location": "/elsewhere"}), Fault.REJECTED),
    (Failing(status=413), Fault.CONTEXT_FULL),
    (Failing(status=400, error={"code": "context_length_exceeded", "message": "Too long"}), Fault.CONTEXT_FULL),
    (
        Failing(status=400, body=b'{"object": "error", "message": "This model\'s maximum context length is 9"}'),
        Fault.CONTEXT_FULL,
    ),
    (Failing(status=400, body=b'{"error": "the input length exceeds the context length"}'), Fault.CONTEXT_FULL),
    (Failing(status=400, error={"code": "content_filter", "message": "Filtered"}), Fault.REFUSED),
    (Failing(status=429, error={"code": "insufficient_quota", "message": "No credit"}), Fault.REJECTED),
    (Cut(), Fault.UNREACHABLE),
    (Scripted("Hel", Cut()), Fault.CUT),
    (Scripted("Hel", Cut(cleanly=True)), Fault.CUT),
    (Scripted("Hel", stop=None, done=False), Fault.CUT),
    (Scripted("Hel", stop="error"), Fault.CUT),
    (Scripted(Raw(b"data: {nonsense\n\n")), Fault.GARBAGE),
    (Scripted(Raw(b"data: \xff\xfe\n\n")), Fault.GARBAGE),
    (Scripted(Raw(b"data: " + b"[" * 100_000 + b"\n\n")), Fault.GARBAGE),
    (Scripted(Raw(b"data: " + b"9" * 1_200_000)), Fault.GARBAGE),
    (Scripted(Event([1])), Fault.GARBAGE),
    (Scripted(Event({"hello": 1})), Fault.GARBAGE),
    (Scripted(Delta({"content": 7})), Fault.GARBAGE),
    (Scripted(Delta([7])), Fault.GARBAGE),
    (Scripted(Delta({"tool_calls": ["x"]})), Fault.GARBAGE),
    (Scripted(Call("find_invoice", '{"id": ')), Fault.GARBAGE),
    (Scripted(Call("", {})), Fault.GARBAGE),
    (Scripted("Hello", content_type="text/html"), Fault.GARBAGE),
    (Failing(status=200, body=b'{"choices": []}'), Fault.GARBAGE),
    (Failing(status=200, body=b"<html>Hello</html>", content_type="text/html"), Fault.GARBAGE),
    (Failing(status=200, body=b"<html>Hello</html>", content_type="text/event-stream"), Fault.GARBAGE),
    (Failing(status=200, error={"type": "rate_limit_error", "message": "Slow down"}), Fault.RATE_LIMITED),
    (Scripted("Hel", Event({"error": {"type": "server_error", "message": "Oops"}})), Fault.OVERLOADED),
    (Scripted("Hel", Event({"error": {"code": 429, "message": "Slow"}})), Fault.RATE_LIMITED),
    (Scripted("Hel", Event({"error": "Model crashed"})), Fault.OVERLOADED),
    (Scripted("Hel", Event({"error": {"code": "context_length_exceeded"}})), Fault.CONTEXT_FULL),
]


@pytest.mark.parametrize(("script", "fault"), FAILURES, ids=range(len(FAILURES)))
async def test_each_failure_has_its_fault(script: Any, fault: Fault) -> None:
    async with FakeOpenAi(lambda _: script) as server:
        assert (await failing(server)).fault is fault


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250", "retry-after": "9"}, 0.25), ({"retry-after": "soon"}, None)],
)
async def test_the_wait_that_is_asked_for(headers: dict[str, str], wait: float | None) -> None:
    async with FakeOpenAi(Failing(status=429, headers=headers)) as server:
        assert (await failing(server)).retry_after_s == wait
    assert len(server.asked) == 1


async def test_nobody_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        async with FakeOpenAi(Silence()) as server:
            assert (await failing(server, base_url=address)).fault is Fault.UNREACHABLE


@pytest.mark.parametrize("wrong", [{"base_url": "localhost-v1"}, {"api_key": "sk-\nx"}, {"api_key": "schlüssel"}])
async def test_what_can_not_be_sent_says_what_to_correct(wrong: dict[str, Any]) -> None:
    async with FakeOpenAi(Silence()) as server:
        failed = await failing(server, **wrong)
    assert failed.fault is Fault.REJECTED
    assert "correct base_url" in failed.message


@pytest.mark.parametrize(
    ("script", "waits"),
    [
        (Silence(), {"timeout_s": 0.1}),
        (Silence(), {"first_byte_s": 0.1}),
        (Scripted("Hel", Silence()), {"timeout_s": 0.3}),
        (Scripted("Hel", Silence()), {"silence_s": 0.1}),
        (Scripted(*["Hel"] * 500, drip_s=0.01), {"timeout_s": 0.3}),
        (Scripted("Hello", split=1, drip_s=0.02), {"timeout_s": 0.3}),
    ],
)
async def test_every_wait_ends(script: Any, waits: dict[str, Any]) -> None:
    async with FakeOpenAi(script) as server:
        assert (await failing(server, **waits)).fault is Fault.TIMEOUT
        await server.left()


async def test_a_server_that_stays_silent_behind_its_answer_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.models.openai_compatible.patience.AFTERWARDS_S", 0.1)
    last = {"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}
    async with FakeOpenAi(Scripted(Event(last), Silence())) as server:
        pieces = await asked(server)
    assert (text(pieces), finished(pieces).finish) == ("Yes.", Finish.END)


async def test_text_without_end_is_cut_at_a_limit() -> None:
    async with FakeOpenAi(Scripted(Endless())) as server:
        pieces = await asked(server, prompt(max_tokens=10))
        await server.left()
    assert finished(pieces).finish is Finish.MAX_TOKENS
    assert len(text(pieces)) <= 10 * 32 + 1000


@pytest.mark.parametrize(
    "script", [Scripted(Endless(text="x" * 100_000, thought=True)), Failing(status=500, body=b"x" * 20_000_000)]
)
async def test_bytes_without_end_are_cut_at_a_limit(script: Any) -> None:
    async with FakeOpenAi(script) as server:
        assert (await failing(server)).fault is Fault.GARBAGE


async def test_closing_ends_the_call() -> None:
    async with FakeOpenAi(Scripted("Hel", Silence())) as server:
        made = provider(server)
        pieces: Any = made.stream(prompt(), timeout_s=5)
        assert await anext(pieces) == Text(text="Hel")
        assert server.running == 1
        await pieces.aclose()
        await server.left()
        assert server.broken_off == 1
        await made.close()


async def test_what_is_too_long_is_not_sent() -> None:
    async with FakeOpenAi(Scripted("Yes.")) as server:
        failed = await failing(server, prompt("word " * 5000), context_tokens=4000)
    assert failed.fault is Fault.CONTEXT_FULL
    assert not server.asked


async def test_half_characters_neither_break_the_request_nor_the_answer() -> None:
    async with FakeOpenAi(Scripted("a\ud800b\x00c")) as server:
        assert text(await asked(server, prompt("x\ud800y"))) == "a?bc"


async def test_citations_over_the_whole_way() -> None:
    said = ("Team costs EUR 5 [", "1.", "1]. It is [9.9]cheap. ", "Both are sold. [1", "]")
    async with FakeOpenAi(Scripted(*said, usage=USAGE)) as server:
        pieces = await asked(server, prompt("Plans?", Passages(passages=(PLANS,))))
    assert [(piece.text, piece.quotes) for piece in pieces if isinstance(piece, Text) and piece.text.strip()] == [
        ("Team costs EUR 5.", ((0, 0, 1),)),
        (" It is", ()),
        ("cheap. ", ()),
        ("Both are sold.", ((0, 0, 2),)),
    ]
    assert "⟦passage 1⟧ Plans" in server.asked[0].texts[0]
    assert "[1.2]" in server.asked[0].system


async def test_a_tool_that_can_not_be_written_says_so() -> None:
    async with FakeOpenAi(Scripted("Yes.")) as server:
        failed = await failing(server, prompt(tools=(ToolSpec(name="odd", description="", schema={"x": object()}),)))
    assert failed.fault is Fault.REJECTED
    assert not server.asked
