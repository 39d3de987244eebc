"""What a good model answers: sentences out of passages with their citations, calls that the question needs, JSON that fits."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.models_reading import Asked, Table, table
from tests.benchmarks.models_words import translated

MOST_SENTENCES = 3
SHORTEST = 25
LONGEST = 260
WITHOUT_PASSAGES = "That depends on the plan that your company has. You find it on the billing page. An Owner may change it."
_WORD = re.compile(r"[a-zà-ÿ0-9]{3,}")
_STOP_WORDS = "the and for are you your with that this what how can does when which who why not our from have has was will"
_STOP = frozenset(_STOP_WORDS.split())
_READS: tuple[tuple[str, str], ...] = (
    (r"\binvoices?\b|\brechnung|\bfacture", "find_invoices"),
    (r"\brenew|verlänger|renouvel", "renewal_info"),
    (r"\btickets?\b|what we reported", "ticket_status"),
    (r"\bwhich plan\b|\bour account\b|\babout us\b|\bmy account\b|unser konto|notre compte", "get_account"),
    (r"\btrial\b", "trial_status"),
    (r"\bdown\b|\bincident|\boutage|störung|panne", "incident_status"),
)
_INTENTS: tuple[tuple[str, str], ...] = (
    (r"\b(add|need|get) .*\b(seats?|people)\b", "add_seats"),
    (r"\bcancel\b|kündig|résili", "cancel_plan"),
    (r"\brefund\b.*\b(please|want)\b|money back", "refund_payment"),
    *_READS,
)


@dataclass(frozen=True, kw_only=True)
class Say:
    """Text, and what it cites: passage and block, counted from 0."""

    text: str
    cites: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a tool. `arguments` goes out as it stands."""

    tool: str
    arguments: str = "{}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All of one answer. `stop` is end, calls, max_tokens, refusal, pause or context."""

    steps: tuple[Say | Call, ...]
    stop: str = "end"


def plan_of(asked: Asked) -> Plan:
    """The answer to any request."""
    match asked.operation:
        case "translate":
            return _json({"texts": [translated(text, asked.language) for text in asked.texts]})
        case "understand":
            return _json(_understood(asked.question))
        case "distil":
            return _json({"facts": []})
        case "summarise":
            first = asked.question.split("\n")[0][:100]
            return Plan(steps=(Say(text=f"The customer wrote: {first}\nNo figures are known.\nIt is open."),))
        case _:
            return _told(asked)


def _json(value: object) -> Plan:
    return Plan(steps=(Say(text=json.dumps(value, ensure_ascii=False)),))


def _told(asked: Asked) -> Plan:
    if asked.mends:
        return Plan(steps=(Say(text="nothing"),))
    call = None if asked.results else _call(asked)
    if call is not None:
        return Plan(steps=(call,), stop="calls")
    said = [Say(text=text) for result in asked.results for text in _says(result)]
    found = said[:MOST_SENTENCES] or cited(asked)
    return Plan(steps=tuple(each for each in found if each.text not in asked.shown))


def _call(asked: Asked) -> Call | None:
    """A read that the question needs, of the tools that there are."""
    question = asked.question.lower()
    for pattern, tool in _READS:
        if tool in asked.tools and re.search(pattern, question) and re.search(r"\b(my|our|we|us|unser|notre|nos)\b", question):
            return Call(tool=tool, arguments=_empty(asked.tools[tool]))
    if not asked.passages and "search_help" in asked.tools and asked.question:
        return Call(tool="search_help", arguments=json.dumps({"query": asked.question[:200]}))
    return None


def _empty(schema: Table) -> str:
    return json.dumps(dict.fromkeys(table(schema.get("properties"))))


def _says(result: str) -> list[str]:
    """The words of a skill that read something."""
    found = re.search(r"\{.*\}", result, re.DOTALL)
    try:
        told: object = json.loads(found[0]) if found else {}
    except ValueError:
        return []
    says = table(told).get("says")
    return [str(each) for each in says] if isinstance(says, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # out of JSON


def cited(asked: Asked) -> list[Say]:
    """The blocks that share most words with the question, word by word, best first."""
    if not asked.passages:
        return [Say(text=WITHOUT_PASSAGES)] if not asked.tools else []
    wanted = _words(asked.question)
    ranked: list[tuple[float, Say]] = []
    for number, blocks in enumerate(asked.passages):
        for place, text in enumerate(blocks):
            if SHORTEST <= len(text) <= LONGEST and text[0].isupper() and text.rstrip()[-1] in ".!":
                shared = len(wanted & _words(text))
                ranked.append((shared - 0.3 * number - 0.01 * place, Say(text=text.strip(), cites=((number, place),))))
    best = sorted(ranked, key=lambda each: -each[0])[:MOST_SENTENCES]
    return list({say.text: say for _, say in best}.values())


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(text.lower())} - _STOP


def _understood(question: str) -> Mapping[str, object]:
    lowered = question.lower()
    intent = next((name for pattern, name in _INTENTS if re.search(pattern, lowered)), "question")
    asked: Sequence[Table] = [{"intent": intent, "words": question, "confidence": 0.9, "slots": []}] if question.strip() else []
    return {
        "act": "other",
        "act_confidence": 0.9,
        "asked": asked,
        "slots": [],
        "language": _language(lowered),
        "mood": 0.0,
        "triage": {"reason": "none", "confidence": 0.9},
        "revenue": {"label": "none", "item": "", "confidence": 0.9},
        "out_of_scope": 0.05,
    }


def _language(lowered: str) -> str:
    german = len(re.findall(r"\b(der|die|das|ich|wir|ist|nicht|und|wie|ein|kann)\b", lowered))
    french = len(re.findall(r"\b(le|la|les|je|nous|est|pas|et|comment|un|une)\b", lowered))
    if max(german, french) < 2:
        return "en"
    return "de" if german >= french else "fr"
