"""A skill with one value of each kind, for the product's tracker to trace values of AgentDojo's tools with."""

from pydantic import BaseModel

from core.action import Effect
from core.language import SlotSpec
from skills.contract import Context, Done, Prepared, Refuse, Skill, Slots


async def _prepare(context: Context, slots: Slots) -> Prepared:
    return Refuse(code="unused", sentences=())


async def _execute(context: Context, arguments: BaseModel, key: str) -> Done:
    return Done(result=arguments, sentences=())


def _skill_for(kind: str) -> Skill:
    return Skill(
        id=f"dojo_{kind}",
        version=1,
        title="A tool",
        description="A tool with one value.",
        owner="benchmark",
        effect=Effect.WRITE,
        scopes=frozenset(),
        fields=frozenset(),
        arguments=BaseModel,
        result=BaseModel,
        prepare=_prepare,
        execute=_execute,
        examples=("do it",),
        slots=(SlotSpec(name="value", kind=kind, ask="What?"),),
    )


SKILLS = {kind: _skill_for(kind) for kind in ("text", "date", "quantity")}
