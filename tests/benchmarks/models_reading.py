"""A request to the model server, read from either wire into one form: what is asked, from which passages, with which tools."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

Table = Mapping[str, object]

MARKED = re.compile(r'<untrusted from="([^"]*)"[^>]*>\n(.*?)\n</untrusted>', re.DOTALL)
PASSAGE = re.compile(r"⟦passage (\d+)⟧[^\n]*\n(.*?)\n⟦end of passage \1⟧", re.DOTALL)
BLOCK = re.compile(r"⟦\d+\.(\d+)⟧ ([^\n]*)")
LANGUAGE = re.compile(r"Language: ([a-z]{2})")
LETTERS_A_TOKEN = 4
OPERATIONS = {"texts": "translate", "asked": "understand", "facts": "distil"}
SHOWN = "has been shown these sentences"
MEND = "You wrote the sentence below"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one request wants. Passages are counted from 0, and their blocks too; `stable` are all its parts in order, each
    with whether what ends there may be cached.
    """

    operation: str
    model: str
    question: str
    passages: tuple[tuple[str, ...], ...]
    results: tuple[str, ...]
    called: tuple[str, ...]
    tools: Mapping[str, Table]
    shown: tuple[str, ...]
    mends: bool
    language: str
    texts: tuple[str, ...]
    stable: tuple[tuple[str, bool], ...]

    @property
    def tokens(self) -> int:
        return sum(len(text) for text, _ in self.stable) // LETTERS_A_TOKEN


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A piece of a request: who wrote it, what kind it is (text, passage, result, call), and its words."""

    role: str
    kind: str
    text: str
    blocks: tuple[str, ...] = ()
    cached: bool = True


def from_openai(body: Table) -> Asked:
    """A request for a chat completion."""
    parts: list[_Part] = []
    for message in tables(body.get("messages")):
        role, content = str(message.get("role")), str(message.get("content") or "")
        parts.append(_Part(role=role, kind="result" if role == "tool" else "text", text=content))
        for found in PASSAGE.finditer(content):
            blocks = tuple(block[2] for block in BLOCK.finditer(found[2]))
            parts.append(_Part(role=role, kind="passage", text="", blocks=blocks))
        for call in tables(message.get("tool_calls")):
            parts.append(_Part(role=role, kind="call", text=str(table(call.get("function")).get("name"))))
    functions = [table(each.get("function")) for each in tables(body.get("tools"))]
    tools = {str(each.get("name")): table(each.get("parameters")) for each in functions}
    shape = table(table(table(body.get("response_format")).get("json_schema")).get("schema"))
    return _asked(body, parts, tools, shape)


def from_anthropic(body: Table) -> Asked:
    """A Messages request."""
    parts = [
        _Part(role="system", kind="text", text=str(each.get("text")), cached=_kept(each)) for each in tables(body.get("system"))
    ]
    for message in tables(body.get("messages")):
        for block in tables(message.get("content")):
            parts += _block(str(message.get("role")), block)
    tools = {str(each.get("name")): table(each.get("input_schema")) for each in tables(body.get("tools"))}
    shape = table(table(table(body.get("output_config")).get("format")).get("schema"))
    return _asked(body, parts, tools, shape)


def _block(role: str, block: Table) -> Iterator[_Part]:
    kind = block.get("type")
    if kind == "text":
        yield _Part(role=role, kind="text", text=str(block.get("text")), cached=_kept(block))
    elif kind == "tool_use":
        yield _Part(role=role, kind="call", text=str(block.get("name")), cached=_kept(block))
    elif kind == "search_result":
        blocks = tuple(str(each.get("text")) for each in tables(block.get("content")))
        yield _Part(role=role, kind="passage", text="", blocks=blocks, cached=_kept(block))
    elif kind == "tool_result":
        within = [part for each in tables(block.get("content")) for part in _block(role, each)]
        yield _Part(
            role=role, kind="result", text="\n".join(part.text for part in within if part.kind == "text"), cached=_kept(block)
        )
        yield from (part for part in within if part.kind == "passage")


def _kept(block: Table) -> bool:
    return bool(block.get("cache_control"))


def _asked(body: Table, parts: Sequence[_Part], tools: Mapping[str, Table], shape: Table) -> Asked:
    texts = [part.text for part in parts if part.kind in ("text", "result")]
    system = next((part.text for part in parts if part.role == "system"), "")
    marked = [(found[1], found[2]) for part in parts if part.role == "user" for found in MARKED.finditer(part.text)]
    language = LANGUAGE.search(texts[-1]) if texts else None
    listed = [words for source, words in marked if source == "texts"]
    return Asked(
        operation=_operation(shape, system),
        model=str(body.get("model")),
        question=next((words for source, words in reversed(marked) if source in ("customer", "question")), ""),
        passages=tuple(part.blocks for part in parts if part.kind == "passage"),
        results=tuple(part.text for part in parts if part.kind == "result"),
        called=tuple(part.text for part in parts if part.kind == "call"),
        tools=tools,
        shown=tuple(line for part in parts if SHOWN in part.text for _, words in _marks(part) for line in words.split("\n")),
        mends=any(MEND in part.text for part in parts),
        language=language[1] if language else "en",
        texts=tuple(map(str, _list(listed[-1]))) if listed else (),
        stable=((json.dumps(dict(tools)), True), *((part.text or "\n".join(part.blocks), part.cached) for part in parts)),
    )


def _marks(part: _Part) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in MARKED.finditer(part.text) if found[1] == "assistant"][:1]


def _operation(shape: Table, system: str) -> str:
    named = next((operation for key, operation in OPERATIONS.items() if key in table(shape.get("properties"))), None)
    if named is not None:
        return named
    return "summarise" if system.startswith("You sum up") else "phrase" if system.startswith("You draft") else "converse"


def table(value: object) -> Table:
    return cast("Table", value) if isinstance(value, dict) else {}


def tables(value: object) -> list[Table]:
    return [table(each) for each in cast("list[object]", value)] if isinstance(value, list) else []


def _list(written: str) -> list[object]:
    try:
        found: object = json.loads(written)
    except ValueError:
        return []
    return cast("list[object]", found) if isinstance(found, list) else []
