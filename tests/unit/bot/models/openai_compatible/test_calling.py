from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.models.openai_compatible.calling import Calls, read, wire_names
from bot.models.openai_compatible.objects import NoObject
from core.language import ToolSpec


def function(name: str | None = None, arguments: object = None) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}}


def put(*deltas: Mapping[str, Any]) -> list[tuple[str, dict[str, object]]]:
    calls = Calls()
    for delta in deltas:
        calls.feed(delta)
    found = read(calls.calls(), {})
    assert len({call.id for call in found}) == len(found)
    assert all(call.id for call in found)
    return [(call.tool, dict(call.arguments)) for call in found]


ONE = [("a", {"x": 1})]
TWO: list[tuple[str, dict[str, object]]] = [("a", {"x": 1}), ("b", {})]
WAYS: list[tuple[Sequence[Mapping[str, Any]], Any]] = [
    (
        [
            {"index": 0, "id": "1", **function("a", "")},
            {"index": 0, **function(None, '{"x"')},
            {"index": 0, **function(None, ": 1}")},
        ],
        ONE,
    ),
    ([{"index": 0, "id": "1", **function("a", '{"x": 1}')}, {"index": 1, "id": "2", **function("b", "{}")}], TWO),
    ([{"index": 0, "id": "1", **function("a", '{"x": 1}')}, {"index": 0, "id": "2", **function("b", "{}")}], TWO),
    ([{"index": 0, "id": "1", **function("a", '{"x": 1}')}, {"index": 1, "id": "1", **function("", "")}], ONE),
    ([function("a", '{"x": 1}'), function("b", "{}")], TWO),
    ([function("a"), function(None, '{"x": 1}')], ONE),
    ([{"index": 0, **function("a", {"x": 1})}], ONE),
    ([{"index": 0, "id": "1", **function("a", '{"x"')}, {"index": 0, "id": "1", **function("a", ": 1}")}], ONE),
    ([{"index": 0, "id": None, **function("a", '{"x"')}, {"index": 0, **function("a", ": 1}")}], ONE),
    ([{"index": 0, "id": "no good\n", **function("a", '{"x": 1}')}], ONE),
    ([{"index": "x", "id": 7, **function("b", None)}], [("b", {})]),
]


@pytest.mark.parametrize(("deltas", "calls"), WAYS, ids=range(len(WAYS)))
def test_however_a_server_sends_calls(deltas: Sequence[Mapping[str, Any]], calls: Any) -> None:
    assert put(*deltas) == calls


@pytest.mark.parametrize(
    "delta",
    [
        function("a", "{"),
        function("a", "[]"),
        function("a", "NaN"),
        function("a", '{"x": NaN}'),
        function("a", "{} {}"),
        {},
        {"function": 3},
    ],
)
def test_what_is_no_call(delta: Mapping[str, Any]) -> None:
    with pytest.raises(NoObject):
        put(delta)


def test_calls_and_arguments_have_an_end() -> None:
    with pytest.raises(NoObject):
        put(*({"index": at, **function("a", "{}")} for at in range(100)))
    with pytest.raises(NoObject):
        put(*(function("a", "x" * 10_000) for _ in range(100)))


def test_every_tool_has_a_name_that_servers_take() -> None:
    tools = [ToolSpec(name=name, description="", schema={}) for name in ("a.b", "a_b", "a-b", "x" * 80, "x" * 90)]
    names = wire_names(tools)
    assert names == {"a.b": "a_b", "a_b": "a_b_2", "a-b": "a-b", "x" * 80: "x" * 60, "x" * 90: "x" * 60 + "_2"}
