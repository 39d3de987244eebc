"""The tools that a model is offered, and whether what it wrote for one is what that one takes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from core.action import Effect
from core.language import SlotSpec, ToolSpec
from handoff.triage import REASONS
from skills.contract import Skill

SEARCH = "search_help"
PLAN = "plan"
HAND_OVER = "hand_over"
CODE = "code"
LONGEST = 2_000
MOST_NAMES = 24
WHOLE = frozenset({"seats", "quantity", "term_months", "months"})
NEVER = frozenset({"raise_offer", "send_code", "apply_save_offer", "grant_discount"})
"""Skills that the house brings up by itself, or for which a person talks to the customer."""
CONFIRMED = " Only when the customer asks for it: they see a card and confirm it before anything happens."

SEARCH_SPEC = ToolSpec(
    name=SEARCH,
    description="Searches the help centre for passages that answer a question.",
    schema={
        "type": "object",
        "properties": {"query": {"type": "string", "description": "The question, in English, in a few words."}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
PLAN_SPEC = ToolSpec(
    name=PLAN,
    description=(
        "Writes down, before any other tool is called, what the customer asks for in several steps: the names of the tools, in "
        "order, at most six. Only what the customer asked for in their own words; one step at a time is carried out after that."
    ),
    schema={
        "type": "object",
        "properties": {
            "steps": {"type": "array", "items": {"type": "string"}, "description": "Names of tools, in the order of the steps."}
        },
        "required": ["steps"],
        "additionalProperties": False,
    },
)
HAND_OVER_SPEC = ToolSpec(
    name=HAND_OVER,
    description="Gives the conversation to a person. For wishes that no tool serves, and when the customer wants a person.",
    schema={
        "type": "object",
        "properties": {
            "reason": {"type": "string", "enum": list(REASONS)},
            "note": {"type": "string", "description": "What the person should know, in a sentence."},
        },
        "required": ["reason", "note"],
        "additionalProperties": False,
    },
)


def tool_list(skills: Iterable[Skill], may_ask: Callable[[Skill], bool]) -> tuple[ToolSpec, ...]:
    """The tools for one person, in the same order and words always: search, a plan, the skills they could ask for, a person."""
    offered = sorted((each for each in skills if is_offered(each) and may_ask(each)), key=lambda each: each.id)
    return (SEARCH_SPEC, PLAN_SPEC, *(spec_of(each) for each in offered), HAND_OVER_SPEC)


def is_offered(skill: Skill) -> bool:
    """Whether customers ask for the skill at all."""
    return skill.id not in NEVER and bool(skill.intent.examples)


def spec_of(skill: Skill) -> ToolSpec:
    """A skill as a tool. What it needs may be left null: it then says what to ask."""
    description = skill.description if skill.effect is Effect.READ else skill.description + CONFIRMED
    slots = [slot for slot in skill.slots if slot.name != CODE]
    schema = {
        "type": "object",
        "properties": {slot.name: _property(slot) for slot in slots},
        "required": [slot.name for slot in slots],
        "additionalProperties": False,
    }
    return ToolSpec(name=skill.id, description=description, schema=schema)


def faults(spec: ToolSpec, arguments: Mapping[str, object]) -> str:
    """What is wrong with the arguments, in words for the model; empty when nothing is. A missing value counts as null."""
    properties = cast(Mapping[str, Mapping[str, object]], spec.schema["properties"])
    unknown = sorted(name for name in arguments if name not in properties)
    if unknown:
        return f"{spec.name} takes no {', '.join(unknown[:3])}: it takes {', '.join(properties) or 'nothing'}."
    wrong = [fault for name, wanted in properties.items() if (fault := _fault(name, wanted, arguments.get(name)))]
    return " ".join(wrong)


def _property(slot: SlotSpec) -> Mapping[str, object]:
    if slot.kind == "choice" and slot.choices:
        return {"type": ["string", "null"], "enum": [*slot.choices, None], "description": slot.ask}
    kind = "integer" if slot.kind in WHOLE else "string"
    return {"type": [kind, "null"], "description": slot.ask}


def _fault(name: str, wanted: Mapping[str, object], value: object) -> str:
    kinds = wanted["type"]
    allowed = cast(Sequence[str], [kinds] if isinstance(kinds, str) else kinds)
    if value is None:
        return "" if "null" in allowed else f"{name} is missing."
    if "array" in allowed:
        return "" if _names(value) else f"{name} must be a list of 1 to {MOST_NAMES} names."
    if "integer" in allowed:
        return "" if _whole(value) else f"{name} must be a whole number or null."
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        return f"{name} must be text of at most {LONGEST} characters{' or null' if 'null' in allowed else ''}."
    choices = cast(Sequence[object], wanted.get("enum", ()))
    if choices and value not in choices:
        return f"{name} must be one of {', '.join(str(each) for each in choices if each is not None)}."
    return ""


def _names(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    named = cast(Sequence[object], value)
    return 1 <= len(named) <= MOST_NAMES and all(isinstance(each, str) and len(each) <= LONGEST for each in named)


def _whole(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().isdecimal() and len(value) < LONGEST
    return isinstance(value, int) and not isinstance(value, bool)
