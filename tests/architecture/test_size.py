"""The house rules that a linter doesn't know: files of at most 300 lines, functions of at most 40, plain names."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "core", "governance", "handoff", "knowledge", "memory", "skills")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts)
MOST_LINES = 300
MOST_FUNCTION_LINES = 40
VAGUE = ("util", "helper", "manager", "base", "handler", "service", "misc", "common")


def long_functions(tree: ast.AST) -> list[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_plainly_named_and_has_short_functions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES
    assert not long_functions(ast.parse(text))
    assert not set(path.stem.split("_")) & set(VAGUE)


def test_a_long_function_would_be_found() -> None:
    assert long_functions(ast.parse("def f():\n" + "    x = 1\n" * 45)) == ["f"]


def test_only_the_outermost_edges_catch_everything() -> None:
    allowed = {
        "bot/ask/lines.py",
        "bot/delivery/deliverer.py",
        "bot/server.py",
        "bot/wiring/serving.py",
        "core/lanes.py",
        "core/runner.py",
        "core/writer.py",
        "bot/worker.py",
    }
    broad = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id in ("Exception", "BaseException")
    }
    assert broad <= allowed
