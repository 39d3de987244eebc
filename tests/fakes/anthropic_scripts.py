"""What an Anthropic of the tests' own is told to answer, in plain values, and what it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Cited:
    """A block of text with citations (search result, first block, block behind the last), that come before its text or `late`."""

    text: str
    quotes: Sequence[tuple[int, int, int]]
    late: bool = False
    announced: bool = True


@dataclass(frozen=True)
class Call:
    """A call of a tool. Arguments as a text are sent as they stand, JSON or not."""

    tool: str
    arguments: Mapping[str, object] | str = field(default_factory=dict[str, object])
    id: str = ""


@dataclass(frozen=True)
class Thinking:
    """A block of thought, which nobody should see."""

    text: str


@dataclass(frozen=True)
class Wait:
    """A pause."""

    seconds: float


@dataclass(frozen=True)
class Told:
    """An event in its own words."""

    event: Json


@dataclass(frozen=True)
class Raw:
    """Bytes in place of an event."""

    data: bytes


@dataclass(frozen=True)
class Broken:
    """An error event, after which the stream ends."""

    kind: str = "overloaded_error"
    message: str = "Overloaded"


@dataclass(frozen=True)
class Cut:
    """The connection breaks: at once, or as a stream that just ends."""

    cleanly: bool = False


@dataclass(frozen=True)
class Silence:
    """Nothing more, and the connection stays."""


@dataclass(frozen=True)
class Endless:
    """This text, again and again, for as long as somebody reads."""

    text: str = "and so on "


Step = str | Cited | Call | Thinking | Wait | Told | Raw | Broken | Cut | Silence | Endless


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The tokens that a script says it took."""

    input: int = 100
    output: int = 20
    cached: int = 0
    written: int = 0


@dataclass(frozen=True)
class Scripted:
    """An answer. Texts that follow each other are one block. `drip_s` sends byte by byte, with this pause between them."""

    pieces: Sequence[Step] = ()
    stop: str | None = None
    usage: Counted = Counted()
    model: str | None = None
    first_s: float = 0.0
    drip_s: float = 0.0
    content_type: str = "text/event-stream; charset=utf-8"


@dataclass(frozen=True)
class Failing:
    """A refusal before any stream. `body` stands in for the JSON that Anthropic sends."""

    status: int
    kind: str = ""
    message: str = "No."
    retry_after: str | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Script = Scripted | Failing | Silence | Cut


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it arrived."""

    body: Json
    raw: bytes
    headers: Mapping[str, str]

    @property
    def texts(self) -> list[str]:
        """Every text of the messages, in order, those of results and passages too."""
        return list(_texts([message["content"] for message in self.body["messages"]]))

    @property
    def results(self) -> list[Json]:
        """The results of calls, in order."""
        blocks = [block for message in self.body["messages"] for block in message["content"]]
        return [block for block in blocks if block["type"] == "tool_result"]


def _texts(content: object) -> Sequence[str]:
    if isinstance(content, str):
        return [content]
    if isinstance(content, list):
        return [text for each in cast("list[object]", content) for text in _texts(each)]
    if isinstance(content, dict):
        block = cast("dict[str, object]", content)
        return [str(block["text"])] if block.get("type") == "text" else _texts(block.get("content"))
    return []
