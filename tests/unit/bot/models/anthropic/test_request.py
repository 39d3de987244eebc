"""What is sent: blocks in the interface's order, a cached prefix that stays the same, schemas that strict mode takes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, cast

import pytest

from bot.models.anthropic.request import Request, built
from bot.models.anthropic.schemas import accepted, strict_ones
from bot.models.provider import FromModel, FromUser, Message, Passage, Passages, Prompt, Result, Role, Words
from core.language import ToolCall, ToolSpec

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"seats": {"type": "integer", "minimum": 1}, "code": {"type": "string"}},
    "required": ["seats", "code"],
}
TOOLS = (
    ToolSpec(name="add_seats", description="Adds seats.", schema=SCHEMA),
    ToolSpec(name="find", description="", schema=SCHEMA),
)
POLICY = Passage(id="refunds", title="Refunds", blocks=("", "Within 14 days.", "  ", "Not after."))
PLANS = Passage(id="plans", title="", blocks=("Pro costs 20.",))
BLANK = Passage(id="blank", title="Blank", blocks=("", " "))


def prompt(*messages: Message, **more: Any) -> Prompt:
    fields: dict[str, Any] = {"system": "You help.", "tools": TOOLS, **more}
    return Prompt(role=Role.DIALOGUE, operation="converse", messages=messages, **fields)


def request(*messages: Message, **more: Any) -> Request:
    return built(prompt(*messages, **more), "claude-sonnet-5-5")


def content(made: Request, message: int = 0) -> list[dict[str, Any]]:
    return cast("Any", made.body)["messages"][message]["content"]


def prefix(made: Request, marked: bool = True) -> str:
    """The bytes up to the last breakpoint, as they are sent."""
    told = json.dumps({"tools": made.body.get("tools"), "system": made.body.get("system"), "messages": made.body["messages"]})
    mark = ', "cache_control": {"type": "ephemeral"}'
    end = told.rindex(mark)
    return told[:end] if marked else told[:end].replace(mark, "")


class TestWhatIsCached:
    def test_breakpoints_are_at_the_last_tool_the_system_and_the_last_steady_words(self) -> None:
        made = request(
            FromUser(parts=(Words(text="Old.", steady=True), Words(text="Older.", steady=True), Words(text="New."))),
        )
        told = json.dumps(made.body)
        assert told.count("cache_control") == 3
        tools = cast("Any", made.body)["tools"]
        assert "cache_control" not in tools[0]
        assert "cache_control" in tools[1]
        assert [("cache_control" in block) for block in content(made)] == [False, True, False]

    def test_the_prefix_is_the_same_in_the_next_turn(self) -> None:
        first = request(FromUser(parts=(Words(text="Said so far.", steady=True), Words(text="What of refunds?"))))
        second = request(
            FromUser(parts=(Words(text="Said so far.", steady=True), Passages(passages=(POLICY,)), Words(text="And plans?"))),
        )
        assert prefix(first) == prefix(second)

    def test_a_prefix_that_grows_begins_with_the_old_one(self) -> None:
        asked = FromUser(parts=(Words(text="Hello.", steady=True),))
        grown = FromUser(parts=(Words(text="And plans?", steady=True),))
        first, second = request(asked), request(asked, FromModel(text="Hi."), grown)
        assert prefix(second, marked=False).startswith(prefix(first, marked=False))

    def test_it_does_not_depend_on_the_order_in_which_a_schema_was_filled(self) -> None:
        turned = {key: SCHEMA[key] for key in reversed(SCHEMA)}
        turned["properties"] = dict(reversed(list(cast("Mapping[str, object]", SCHEMA["properties"]).items())))
        tools = tuple(ToolSpec(name=tool.name, description=tool.description, schema=turned) for tool in TOOLS)
        assert prefix(request(tools=tools)) == prefix(request())

    def test_other_processes_write_the_same_bytes(self) -> None:
        code = (
            "import json\n"
            "from bot.models.anthropic.request import built\n"
            "from bot.models.provider import FromUser, Prompt, Role, Words\n"
            "from core.language import ToolSpec\n"
            "names = {'seats', 'code', 'plan', 'reason', 'until'}\n"
            "schema = {'type': 'object', 'properties': {name: {'type': 'string'} for name in names}, 'required': sorted(names)}\n"
            "words = FromUser(parts=(Words(text='Said.', steady=True),))\n"
            "tools = (ToolSpec(name='find', description='Finds.', schema=schema),)\n"
            "asked = Prompt(role=Role.DIALOGUE, operation='o', system='S', messages=(words,), tools=tools)\n"
            "print(json.dumps(built(asked, 'claude-sonnet-5-5').body))"
        )
        written = {
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
                timeout=60,
            ).stdout
            for seed in ("1", "2", "3")
        }
        assert len(written) == 1
        assert b"seats" in written.pop()


class TestMessages:
    def test_results_come_first_and_numbers_stay_those_of_the_prompt(self) -> None:
        made = request(
            FromUser(parts=(Words(text="What of refunds?"),)),
            FromModel(text="I look. ", calls=(ToolCall(id="call 1", tool="find", arguments={"seats": 1}),)),
            FromUser(
                parts=(
                    Passages(passages=(BLANK, PLANS)),
                    Words(text="Go on."),
                    Result(call_id="call 1", text="Found.", passages=(POLICY,)),
                )
            ),
        )
        said, blocks = content(made, 1), content(made, 2)
        assert [block["type"] for block in said] == ["text", "tool_use"]
        assert said[0]["text"] == "I look."
        assert [block["type"] for block in blocks] == ["tool_result", "search_result", "text"]
        assert said[1]["id"] == blocks[0]["tool_use_id"] == "call_1"
        assert [block["type"] for block in blocks[0]["content"]] == ["text", "search_result"]
        assert made.quote(0, 0, 2) == (2, 1, 4)
        assert made.quote(0, 1, 2) == (2, 3, 4)
        assert made.quote(1, 0, 1) == (1, 0, 1)

    @pytest.mark.parametrize(
        "place", [(2, 0, 1), (-1, 0, 1), (0, 1, 1), (0, 0, 3), (0, -1, 1), ("0", 0, 1), (0, None, 1), (True, 0, 1), (0, 0.0, 1)]
    )
    def test_a_citation_of_what_was_not_sent_is_none(self, place: tuple[object, object, object]) -> None:
        made = request(FromUser(parts=(Passages(passages=(POLICY, PLANS)),)))
        assert made.quote(*place) is None

    def test_nothing_is_citable_beside_a_schema(self) -> None:
        made = request(FromUser(parts=(Passages(passages=(POLICY,)),)), schema=SCHEMA)
        assert content(made)[0]["citations"] == {"enabled": False}
        assert "temperature" not in made.body

    def test_a_failed_result_has_text_alone(self) -> None:
        made = request(FromUser(parts=(Result(call_id="a", text="", passages=(POLICY,), failed=True),)))
        assert content(made)[0] == {"type": "tool_result", "tool_use_id": "a", "content": "(nothing)", "is_error": True}
        assert made.shown == ()

    def test_empty_messages_are_left_out_and_the_customer_begins(self) -> None:
        made = request(
            FromUser(parts=(Words(text=" "),)), FromModel(), FromModel(text="Welcome."), FromUser(parts=(Words(text="Hi"),))
        )
        told = [(message["role"], message["content"][0]["text"]) for message in cast("Any", made.body)["messages"]]
        assert told == [("user", "(The conversation begins.)"), ("assistant", "Welcome."), ("user", "Hi")]

    def test_half_characters_can_be_sent(self) -> None:
        made = request(
            FromUser(parts=(Words(text="a\ud800b\0"),)),
            FromModel(calls=(ToolCall(id="", tool="x.y", arguments={"a": "\udfff"}),)),
        )
        assert json.dumps(made.body, ensure_ascii=False).encode()
        assert content(made, 1)[0]["name"] == "x_y"

    def test_tools_whose_names_do_not_fit_are_told_apart(self) -> None:
        tools = tuple(ToolSpec(name=name, description="", schema=SCHEMA) for name in ("crm.find", "crm find", "x" * 90))
        made = request(tools=tools)
        assert list(made.tools) == ["crm_find", "crm_find_2", "x" * 64]
        assert made.tools["crm_find_2"] == "crm find"


class TestSchemas:
    def test_objects_are_closed_at_every_depth(self) -> None:
        inner = {"type": "object", "properties": {"a": {"type": "string"}}}
        made = accepted({"type": "object", "properties": {"list": {"type": "array", "items": inner}, "one": {"oneOf": [inner]}}})
        properties = cast("Any", made)["properties"]
        assert made["additionalProperties"] is False
        assert properties["list"]["items"]["additionalProperties"] is False
        assert properties["one"]["anyOf"][0]["additionalProperties"] is False

    def test_what_strict_mode_cannot_enforce_is_told(self) -> None:
        made = accepted({"type": "integer", "description": "How many.", "maximum": 9, "minimum": 1, "default": 1})
        assert made == {"type": "integer", "description": "How many. (maximum 9; minimum 1)"}
        assert accepted({"type": "string", "format": "date"}) == {"type": "string", "format": "date"}
        assert accepted({"type": "array", "minItems": 1}) == {"type": "array", "minItems": 1}
        assert accepted({"type": "array", "minItems": 2}) == {"type": "array", "description": "(minItems 2)"}

    def test_properties_called_like_keywords_stay_properties(self) -> None:
        made = accepted({"type": "object", "properties": {"minimum": {"type": "string"}, "items": {"type": "string"}}})
        assert list(cast("Any", made)["properties"]) == ["minimum", "items"]

    def test_strictness_is_kept_within_what_a_request_may_hold(self) -> None:
        plain: dict[str, object] = {"type": "object", "properties": {}}
        assert strict_ones([plain] * 22) == [True] * 20 + [False] * 2
        optional: dict[str, object] = {"type": "object", "properties": {str(n): {"type": "string"} for n in range(15)}}
        assert strict_ones([optional, optional, plain]) == [True, False, True]
        union: dict[str, object] = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]}
        assert strict_ones([union] * 17) == [True] * 16 + [False]
        assert strict_ones([{"type": "string"}]) == [False]

    def test_tools_stay_where_none_may_be_called(self) -> None:
        free, bound = request(FromUser(parts=())).body, request(FromUser(parts=()), may_call=False).body
        assert bound["tool_choice"] == {"type": "none"}
        assert json.dumps(bound["tools"]) == json.dumps(free["tools"])
        assert "tool_choice" not in free
        assert "tool_choice" not in request(tools=(), may_call=False).body

    def test_tools_are_strict(self) -> None:
        assert all(
            tool["strict"] and tool["input_schema"]["additionalProperties"] is False
            for tool in cast("Any", request().body)["tools"]
        )
