"""What comes back: text as it is made, citations on their claim, whole calls, a defined end for every reason to stop."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import cast

import pytest

from bot.models.anthropic.provider import AnthropicProvider
from bot.models.provider import (
    Fault,
    Finish,
    Finished,
    FromUser,
    Passage,
    Passages,
    Piece,
    Prompt,
    ProviderFailed,
    Role,
    Text,
    Usage,
    Words,
)
from core.language import ToolCall, ToolSpec
from tests.fakes.anthropic_server import Call, Cited, Counted, Endless, FakeAnthropic, Json, Raw, Scripted, Step, Thinking, Told

Reach = Callable[[str], AnthropicProvider]

REFUNDS = Passage(id="refunds", title="Refunds", blocks=("Within 14 days.", "Not after."))
PLANS = Passage(id="plans", title="Plans", blocks=("Pro costs 20.",))
TOOL = ToolSpec(name="crm.find", description="Finds.", schema={"type": "object", "properties": {}})
PLAIN = Prompt(
    role=Role.DIALOGUE,
    operation="converse",
    system="You help.",
    messages=(FromUser(parts=(Words(text="What of refunds?"), Passages(passages=(REFUNDS, PLANS)))),),
    tools=(TOOL,),
)
CLAIM = "Refunds are possible within 14 days."


async def pieces(provider: AnthropicProvider, prompt: Prompt = PLAIN, timeout_s: float = 5.0) -> list[Piece]:
    return [piece async for piece in provider.stream(prompt, timeout_s=timeout_s)]


async def answered(reach: Reach, steps: Sequence[Step], *, stop: str | None = None, model: str | None = None) -> list[Piece]:
    async with FakeAnthropic(Scripted(steps, stop=stop, model=model)) as server:
        return await pieces(reach(server.base_url))


async def beginning(provider: AnthropicProvider, count: int) -> list[Piece]:
    """The first pieces; then the answer is left."""
    async with aclosing(cast("AsyncGenerator[Piece]", provider.stream(PLAIN, timeout_s=5))) as answer:
        return [await anext(answer) for _ in range(count)]


def joined(said: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in said if isinstance(piece, Text))


class TestText:
    async def test_it_comes_as_it_is_made(self, reach: Reach) -> None:
        async with FakeAnthropic(Scripted(["Hello", " there.", Endless(" And")])) as server:
            first = await beginning(reach(server.base_url), 2)
            await server.left()
        assert first == [Text(text="Hello"), Text(text=" there.")]
        assert server.broken_off == 1

    async def test_thoughts_and_unknown_blocks_are_passed_over(self, reach: Reach) -> None:
        start = {"type": "content_block_start", "index": 1, "content_block": {"type": "server_tool_use", "id": "x", "name": "y"}}
        delta = {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{"}}
        odd = {"type": "content_block_delta", "index": 1, "delta": {"type": "new_delta"}}
        stop = {"type": "content_block_stop", "index": 1}
        said = await answered(reach, [Thinking("Hm."), Told(start), Told(delta), Told(odd), Told(stop), Told({"type": "new"})])
        assert [type(piece) for piece in said] == [Finished]

    async def test_a_character_in_two_halves_is_joined(self, reach: Reach) -> None:
        said = await answered(reach, ["Good \ud83d", "\ude00", " day\ud83d", "! \0"])
        assert joined(said) == "Good 😀 day\ufffd! "

    async def test_structured_output_is_text(self, reach: Reach) -> None:
        schema = {"type": "object", "properties": {"mood": {"type": "number", "minimum": -1}}, "required": ["mood"]}
        prompt = Prompt(role=Role.DISTIL, operation="understand", system="S", messages=PLAIN.messages, schema=schema)
        async with FakeAnthropic(Scripted(['{"mood"', ": 0.5}"])) as server:
            said = await pieces(reach(server.base_url), prompt)
        body = server.asked[0].body
        assert json.loads(joined(said)) == {"mood": 0.5}
        assert body["model"] == "claude-haiku-5-5"
        assert body["output_config"]["format"]["type"] == "json_schema"
        assert body["output_config"]["format"]["schema"]["additionalProperties"] is False
        assert server.asked[0].headers["Authorization"] == "Bearer sk-ant-secret"


class TestCitations:
    @pytest.mark.parametrize("late", [False, True])
    async def test_a_claim_carries_them_whether_they_come_before_or_after(self, reach: Reach, late: bool) -> None:
        said = await answered(reach, ["Yes. ", Cited(CLAIM, [(0, 0, 1), (1, 0, 1)], late=late), " Good luck."])
        cited = [piece for piece in said if isinstance(piece, Text) and piece.quotes]
        assert joined(cited) == CLAIM
        assert cited[-1].quotes == ((0, 0, 1), (1, 0, 1))
        assert joined(said) == f"Yes. {CLAIM} Good luck."

    async def test_unannounced_late_ones_come_behind_the_claim(self, reach: Reach) -> None:
        said = await answered(reach, [Cited(CLAIM, [(0, 1, 2)], late=True, announced=False), " Good luck."])
        at = said.index(Text(text="", quotes=((0, 1, 2),)))
        assert joined(said[:at]) == CLAIM

    async def test_a_long_block_is_not_held_back_for_ever(self, reach: Reach) -> None:
        block: Json = {"type": "text", "text": "", "citations": []}
        start: Json = {"type": "content_block_start", "index": 0, "content_block": block}
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "word " * 50}}
        async with FakeAnthropic(Scripted([Told(start), *[Told(delta)] * 3, Endless()])) as server:
            first = await beginning(reach(server.base_url), 1)
        assert first == [Text(text="word " * 150)]

    async def test_those_of_what_was_not_sent_are_dropped(self, reach: Reach) -> None:
        said = await answered(reach, [Cited(CLAIM, [(7, 0, 1), (0, 0, 9), (0, 1, 1), (-1, 0, 1)])])
        assert [piece.quotes for piece in said if isinstance(piece, Text)] == [()]

    async def test_those_in_the_start_of_a_block_count_too(self, reach: Reach) -> None:
        place = {"type": "search_result_location", "search_result_index": 1, "start_block_index": 0, "end_block_index": 1}
        block = {"type": "text", "text": "Pro costs 20.", "citations": [place, {"type": "page_location"}, "x"]}
        said = await answered(reach, [Told({"type": "content_block_start", "index": 0, "content_block": block})])
        assert said[0] == Text(text="Pro costs 20.", quotes=((1, 0, 1),))


class TestCalls:
    async def test_they_come_whole_and_under_their_own_name(self, reach: Reach) -> None:
        said = await answered(reach, ["I look.", Call("crm_find", {"email": "a"}, id="toolu_a"), Call("crm_find", id="toolu_b")])
        assert said[1:3] == [
            ToolCall(id="toolu_a", tool="crm.find", arguments={"email": "a"}),
            ToolCall(id="toolu_b", tool="crm.find", arguments={}),
        ]
        assert isinstance(said[3], Finished)
        assert said[3].finish is Finish.CALLS

    @pytest.mark.parametrize("written", ['{"a": ', "[1]", "7", '{"a": NaN}', '{"a": 1e999}', "[" * 5000, "9" * 5000])
    async def test_one_that_is_no_object_is_garbage(self, reach: Reach, written: str) -> None:
        with pytest.raises(ProviderFailed) as caught:
            await answered(reach, [Call("crm_find", written)])
        assert caught.value.fault is Fault.GARBAGE

    @pytest.mark.parametrize(("stop", "finish"), [("max_tokens", Finish.MAX_TOKENS), ("refusal", Finish.REFUSED)])
    async def test_one_that_was_cut_short_is_left_out(self, reach: Reach, stop: str, finish: Finish) -> None:
        said = await answered(reach, ["I look.", Call("crm_find", '{"a": ')], stop=stop)
        assert [type(piece) for piece in said] == [Text, Finished]
        assert isinstance(said[1], Finished)
        assert said[1].finish is finish

    async def test_the_same_id_twice_is_garbage(self, reach: Reach) -> None:
        with pytest.raises(ProviderFailed, match="can't be read"):
            await answered(reach, [Call("crm_find", id="toolu_a"), Call("crm_find", id="toolu_a")])


class TestTheEnd:
    @pytest.mark.parametrize(
        ("stop", "finish"),
        [
            ("end_turn", Finish.END),
            ("stop_sequence", Finish.END),
            ("max_tokens", Finish.MAX_TOKENS),
            ("refusal", Finish.REFUSED),
            ("pause_turn", Finish.PAUSED),
            ("model_context_window_exceeded", Finish.CONTEXT_FULL),
        ],
    )
    async def test_every_reason_has_its_outcome(self, reach: Reach, stop: str, finish: Finish) -> None:
        said = await answered(reach, ["Well."], stop=stop)
        assert said[-1] == Finished(finish=finish, model="claude-sonnet-5-5", usage=Usage(input=100, output=20))

    @pytest.mark.parametrize("stop", ["something_new", "tool_use"])
    async def test_an_unknown_one_and_calls_without_a_call_are_garbage(self, reach: Reach, stop: str) -> None:
        with pytest.raises(ProviderFailed) as caught:
            await answered(reach, ["Well."], stop=stop)
        assert caught.value.fault is Fault.GARBAGE

    async def test_tokens_are_counted(self, reach: Reach) -> None:
        script = Scripted(["Well."], usage=Counted(input=7, output=5, cached=900, written=40))
        async with FakeAnthropic(script) as server:
            said = await pieces(reach(server.base_url))
        assert said[-1] == Finished(
            finish=Finish.END, model="claude-sonnet-5-5", usage=Usage(input=7, output=5, cached=900, written=40)
        )

    @pytest.mark.parametrize(
        ("served", "named"), [("claude-sonnet-5-5-20260801", "claude-sonnet-5-5"), ("claude-opus-5", "claude-opus-5")]
    )
    async def test_a_dated_model_is_the_one_asked_for_another_is_named(self, reach: Reach, served: str, named: str) -> None:
        said = await answered(reach, ["Well."], model=served)
        assert isinstance(said[-1], Finished)
        assert said[-1].model == named

    async def test_events_need_no_name_of_their_own(self, reach: Reach) -> None:
        bare = Raw(b'data: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "Hi."}}\n\n')
        assert joined(await answered(reach, [bare])) == "Hi."


def test_the_package_is_loaded_with_the_first_call_only() -> None:
    code = (
        "import sys, bot.models.anthropic.provider as made\n"
        "made.AnthropicProvider(name='claude', models={}, api_key='k')\n"
        "assert not {'anthropic', 'httpx2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


async def test_the_key_is_not_in_the_words_for_it(reach: Reach) -> None:
    assert "sk-ant" not in repr(reach("http://127.0.0.1:9"))
