"""AgentDojo as plain values: its suites, tasks and tools, when it is installed under .cache/peers or beside Rapport."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from unittest.mock import MagicMock

from pydantic import BaseModel

from tests.benchmarks.report import ROOT

FOLDER = ROOT / ".cache" / "peers" / "agentdojo"
RELEASE = "0.1.35"
VERSION = "v1.2.1"
HOW = (
    f"pip install --no-deps --target {FOLDER.relative_to(ROOT)} agentdojo=={RELEASE} "
    "deepdiff docstring_parser cachebox dnspython email-validator orderly-set"
)
UNUSED = (
    *("cohere", "cohere.types", "google", "google.genai", "google.genai.types", "google.genai.errors"),
    *("langchain", "langchain.tools", "langchain_core", "vertexai", "tenacity"),
)
"""What AgentDojo imports for models of others, and nothing here uses."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a tool with its arguments."""

    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a user asks for, or an injection demands, with the calls that do it."""

    id: str
    words: str
    calls: tuple[Call, ...]


class Environment:
    """One environment of a suite, with its tools."""

    def __init__(self, runtime: Any, state: Any) -> None:
        self._runtime = runtime
        self._state = state

    def run(self, call: Call) -> object:
        """What the tool gives back, as plain values; an error as its text."""
        result, error = self._runtime.run_function(self._state, call.tool, dict(call.arguments))
        return error if error else plain(result)


class Suite:
    """One of the four suites."""

    def __init__(self, name: str, suite: Any) -> None:
        self.name = name
        self._suite = suite
        runtimes: Any = importlib.import_module("agentdojo.functions_runtime")
        self._runtime = runtimes.FunctionsRuntime(suite.tools)
        self._written: tuple[str, Any] = ("", None)
        state = suite.load_and_inject_default_environment({})
        self.users = tuple(_task(each, state) for each in suite.user_tasks.values())
        self.injections = tuple(_task(each, state) for each in suite.injection_tasks.values())
        self.tools: tuple[str, ...] = tuple(each.name for each in suite.tools)

    def environment(self, text: str) -> Environment:
        """A fresh environment with the text in every place that an outsider can write to."""
        if self._written[0] != text:
            places = self._suite.get_injection_vector_defaults()
            flat = " ".join(text.split())
            self._written = (text, self._suite.load_and_inject_default_environment(dict.fromkeys(places, flat)))
        return Environment(self._runtime, self._written[1].model_copy(deep=True))


def suites() -> tuple[Suite, ...] | None:
    """The suites; None when AgentDojo isn't there."""
    if FOLDER.is_dir() and str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    if importlib.util.find_spec("agentdojo") is None:
        return None
    absent = [name for name in UNUSED if not _there(name)]
    sys.modules.update({name: MagicMock() for name in absent})
    try:
        loading: Any = importlib.import_module("agentdojo.task_suite.load_suites")
        return tuple(Suite(name, suite) for name, suite in loading.get_suites(VERSION).items())
    finally:
        for name in absent:
            sys.modules.pop(name, None)


def plain(value: object) -> object:
    """Models, dates and the like as JSON has them."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in cast(Mapping[object, object], value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast(Sequence[object], value)]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _task(task: Any, state: Any) -> Task:
    calls = tuple(Call(tool=each.function, arguments=dict(each.args)) for each in task.ground_truth(state))
    return Task(id=task.ID, words=getattr(task, "PROMPT", "") or getattr(task, "GOAL", ""), calls=calls)


def _there(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
