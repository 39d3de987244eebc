"""The events of an answer, one by one, as pieces: text as it comes, a call when it is whole, the end.

Citations belong to a block of text: mostly one claim. A block that is announced as cited waits for its citations (they come
before its text or after it), so that its text carries them, but never longer than `LONGEST_HELD`: from then on it flows, and
what comes late is brought by an empty text. Blocks of other kinds (thinking, tools of the server) are passed over.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.models.anthropic.cleaning import clean, cleaned, split_behind
from bot.models.anthropic.failures import broken, failed
from bot.models.anthropic.request import Request
from bot.models.provider import Fault, Finish, Finished, Piece, ProviderFailed, Text, Usage
from core.language import ToolCall

Event = Mapping[str, object]
Quote = tuple[int, int, int]

LONGEST_HELD = 600
MOST_EVENTS = 100_000
MOST_CHARACTERS = 1_000_000
MOST_ARGUMENTS = 20_000
MOST_TOKENS = 1_000_000_000
FINISHES: Mapping[str, Finish] = {
    "end_turn": Finish.END,
    "stop_sequence": Finish.END,
    "tool_use": Finish.CALLS,
    "max_tokens": Finish.MAX_TOKENS,
    "refusal": Finish.REFUSED,
    "pause_turn": Finish.PAUSED,
    "model_context_window_exceeded": Finish.CONTEXT_FULL,
}
COUNTS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cached": "cache_read_input_tokens",
    "written": "cache_creation_input_tokens",
}
CUT_SHORT = frozenset({Finish.MAX_TOKENS, Finish.CONTEXT_FULL, Finish.REFUSED})


@dataclass(kw_only=True)
class _Prose:
    """A block of text: what of it is held back, the citations so far, and half a character that waits for its rest."""

    holds: bool
    held: str = ""
    half: str = ""
    quotes: list[Quote] = field(default_factory=list[Quote])
    unsent: bool = False

    def add(self, text: str) -> Iterator[Piece]:
        text, self.half = split_behind(self.half + text)
        text = clean(text)
        if self.holds and not (self.quotes and self.held):
            self.held += text
            if not self.quotes and len(self.held) <= LONGEST_HELD:
                return
            self.holds, text = False, self.held
            self.held = ""
        elif self.held:
            yield from self.flush()
            self.holds = False
        if text:
            self.unsent = False
            yield Text(text=text, quotes=tuple(self.quotes))

    def cite(self, quote: Quote) -> None:
        if quote not in self.quotes:
            self.quotes.append(quote)
            self.unsent = True

    def flush(self) -> Iterator[Piece]:
        """What is still to be said of the block: held text, or citations that came behind all of it."""
        rest, self.held, self.half = self.held + clean(self.half), "", ""
        if rest or self.unsent:
            self.unsent = False
            yield Text(text=rest, quotes=tuple(self.quotes))


@dataclass(kw_only=True)
class _Calling:
    """A call, as far as it is written."""

    id: str
    name: str
    input: object
    written: list[str] = field(default_factory=list[str])


@dataclass(kw_only=True)
class Reading:
    """Reads one answer. `usage` is what is known so far; raises `ProviderFailed` on what makes no sense.

    `began`: the server answers; `end`: the last piece, once it has said all.
    """

    request: Request
    name: str
    model: str
    usage: Usage = field(default_factory=Usage)
    began: bool = False
    end: Finished | None = None
    _blocks: dict[object, "_Prose | _Calling | None"] = field(default_factory=dict[object, "_Prose | _Calling | None"])
    _ids: set[str] = field(default_factory=set[str])
    _reason: object = None
    _torn: bool = False
    _events: int = 0
    _characters: int = 0

    def take(self, event: object) -> Iterator[Piece]:
        """The pieces that an event brings."""
        self._events += 1
        if not isinstance(event, Mapping) or self._events > MOST_EVENTS:
            raise self._garbage()
        told = cast("Event", event)
        match told.get("type"):
            case "message_start":
                self._begin(_inner(told, "message"))
            case "content_block_start":
                yield from self._open(told)
            case "content_block_delta":
                yield from self._more(told)
            case "content_block_stop":
                yield from self._close(told.get("index"))
            case "message_delta":
                self._reason = _inner(told, "delta").get("stop_reason") or self._reason
                self._count(_inner(told, "usage"))
            case "message_stop":
                yield from self._stop()
            case "error":
                raise broken(told, name=self.name, model=self.model)
            case _:
                return

    def _begin(self, message: Event) -> None:
        """Notes which model answers. A dated name of the one asked for is that one, under which it has its price."""
        served = message.get("model")
        if isinstance(served, str) and served and not served.startswith(self.model):
            self.model = clean(served)[:120]
        self._count(_inner(message, "usage"))

    def _open(self, event: Event) -> Iterator[Piece]:
        index, block = _key(event), _inner(event, "content_block")
        if index in self._blocks:
            raise self._garbage()
        match block.get("type"):
            case "text":
                citations = block.get("citations")
                prose = _Prose(holds=isinstance(citations, list) and bool(self.request.shown))
                self._blocks[index] = prose
                for each in cast("list[object]", citations) if isinstance(citations, list) else ():
                    self._cite(prose, each)
                yield from prose.add(self._text(block.get("text", "")))
            case "tool_use":
                self._blocks[index] = self._calling(block)
            case _:
                self._blocks[index] = None

    def _more(self, event: Event) -> Iterator[Piece]:
        index, delta = _key(event), _inner(event, "delta")
        if index not in self._blocks:
            raise self._garbage()
        block, kind = self._blocks[index], delta.get("type")
        if isinstance(block, _Prose) and kind == "text_delta":
            yield from block.add(self._text(delta.get("text")))
        elif isinstance(block, _Prose) and kind == "citations_delta":
            self._cite(block, delta.get("citation"))
        elif isinstance(block, _Calling) and kind == "input_json_delta":
            block.written.append(self._text(delta.get("partial_json")))

    def _close(self, index: object) -> Iterator[Piece]:
        block = self._blocks.get(_hashable(index))
        self._blocks[_hashable(index)] = None
        if isinstance(block, _Prose):
            yield from block.flush()
        elif isinstance(block, _Calling):
            call = self._call(block)
            self._torn = self._torn or call is None
            if call is not None:
                yield call

    def _stop(self) -> Iterator[Piece]:
        for index in tuple(self._blocks):
            yield from self._close(index)
        finish = FINISHES.get(self._reason) if isinstance(self._reason, str) else None
        torn = self._torn and finish not in CUT_SHORT
        if finish is None or torn or (finish is Finish.CALLS and not self._ids):
            raise self._garbage()
        self.end = Finished(finish=finish, model=self.model, usage=self.usage)

    def _calling(self, block: Event) -> _Calling:
        id, name = block.get("id"), block.get("name")
        if not (isinstance(id, str) and id and isinstance(name, str) and name) or id in self._ids:
            raise self._garbage()
        self._ids.add(id)
        return _Calling(id=clean(id), name=clean(name), input=block.get("input"))

    def _call(self, calling: _Calling) -> ToolCall | None:
        """The call; None when what is written is no JSON object, or longer than any tool takes."""
        written = "".join(calling.written)
        if len(written) > MOST_ARGUMENTS:
            return None
        try:
            given: object = json.loads(written, parse_constant=_no_number) if written.strip() else calling.input
            arguments = cleaned({} if given is None else given)
        except (ValueError, RecursionError):
            return None
        if not isinstance(arguments, dict):
            return None
        tool = self.request.tools.get(calling.name, calling.name)
        return ToolCall(id=calling.id, tool=tool, arguments=cast("dict[str, object]", arguments))

    def _cite(self, prose: _Prose, citation: object) -> None:
        """Notes a citation. One of another kind, or of what wasn't sent, is dropped."""
        if not isinstance(citation, Mapping):
            return
        told = cast("Event", citation)
        if told.get("type") != "search_result_location":
            return
        quote = self.request.quote(told.get("search_result_index"), told.get("start_block_index"), told.get("end_block_index"))
        if quote is not None:
            prose.cite(quote)

    def _text(self, text: object) -> str:
        if not isinstance(text, str):
            raise self._garbage()
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise self._garbage()
        return text

    def _count(self, usage: Event) -> None:
        """Takes over the counts that an event names; they are totals."""
        counted = {ours: usage.get(theirs) for ours, theirs in COUNTS.items()}
        known = {ours: count for ours, count in counted.items() if type(count) is int and 0 <= count <= MOST_TOKENS}
        self.usage = Usage(**{**vars(self.usage), **known})

    def _garbage(self) -> ProviderFailed:
        return failed(Fault.GARBAGE, self.name)


def _inner(event: Event, key: str) -> Event:
    value = event.get(key)
    return cast("Event", value) if isinstance(value, Mapping) else {}


def _key(event: Event) -> object:
    return _hashable(event.get("index"))


def _hashable(index: object) -> object:
    return index if isinstance(index, int) else None


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is no number")
