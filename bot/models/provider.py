"""The port to a provider of language models: one request goes out, pieces come back as they are made.

Anthropic, every OpenAI-compatible server and the scripted double of the tests stand behind it. What a provider is told and what
it says is translated here into plain values; the vendor's own shapes end in the adapter.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.errors import Unavailable
from core.language import ToolCall, ToolSpec


class Role(StrEnum):
    """What a model is asked for; the configuration chooses one for each."""

    DIALOGUE = "dialogue"
    DRAFT = "draft"
    DISTIL = "distil"
    JUDGE = "judge"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text that the model may cite, in blocks: a citation names the passage and a range of its blocks."""

    id: str
    title: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Words:
    """Plain text in a message. `steady` says that it will be the same in the next calls of this conversation: worth caching."""

    text: str
    steady: bool = False


@dataclass(frozen=True, kw_only=True)
class Passages:
    """Passages in a message, in order. Passages are counted over the whole request, from 0, in the order in which they stand."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one call: text and citable passages."""

    call_id: str
    text: str
    passages: tuple[Passage, ...] = ()
    failed: bool = False


Part = Words | Passages | Result


@dataclass(frozen=True, kw_only=True)
class FromUser:
    """A message to the model: the customer's words, passages, results of calls."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class FromModel:
    """An earlier message of the model: text, and the calls that it made."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()


Message = FromUser | FromModel


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One request. `system` and `tools` never change between calls of a kind, so that a provider can cache them byte by byte.

    `schema` asks for one JSON object of that shape instead of prose. `max_tokens` bounds what comes back. Without `may_call` no
    tool is to be called: the tools are there for the calls that were made, and for what a provider has cached.
    """

    role: Role
    operation: str
    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    may_call: bool = True
    schema: Mapping[str, object] | None = None
    max_tokens: int = 1024


@dataclass(frozen=True, kw_only=True)
class Text:
    """More text. `quotes` are the citations of this very stretch: passage number, first block, block behind the last.

    An empty text brings quotes that came late: they belong to the stretch that stands before it.
    """

    text: str
    quotes: tuple[tuple[int, int, int], ...] = ()


class Finish(StrEnum):
    """Why the provider stopped."""

    END = "end"
    CALLS = "calls"
    MAX_TOKENS = "max_tokens"
    REFUSED = "refused"
    PAUSED = "paused"
    CONTEXT_FULL = "context_full"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Counted tokens. `cached` were read from the provider's cache, `written` put into it; `input` is the rest."""

    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The last piece, once."""

    finish: Finish
    model: str
    usage: Usage = field(default_factory=Usage)


Piece = Text | ToolCall | Finished


class Fault(StrEnum):
    """How a call to a provider can fail."""

    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CUT = "cut"
    GARBAGE = "garbage"
    REJECTED = "rejected"
    CONTEXT_FULL = "context_full"
    SPENT = "spent"
    REFUSED = "refused"


AGAIN = frozenset({Fault.RATE_LIMITED, Fault.OVERLOADED, Fault.UNREACHABLE, Fault.CUT, Fault.TIMEOUT})
"""Faults after which the same call may work a little later."""


class ProviderFailed(Unavailable):
    """A provider didn't answer as it should. `fault` says how; `retry_after_s` is the wait that it asks for, if any.

    `usage` is what it is known to have counted by then.
    """

    def __init__(self, message: str, *, fault: Fault, retry_after_s: float | None = None, usage: Usage | None = None) -> None:
        super().__init__(message, fault=fault.value)
        self.fault = fault
        self.retry_after_s = retry_after_s
        self.usage = usage or Usage()


class Provider(Protocol):
    """Streams one completion. `trusted`: it may see personal data; all others get it masked.

    Raises `ProviderFailed`, also in the midst of the stream; never anything else. It does no retry of its own. Closing the
    iterator ends the call.
    """

    name: str
    trusted: bool

    def model(self, role: Role) -> str:
        """The name of the model that serves a role."""
        ...

    def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]: ...

    async def close(self) -> None: ...
