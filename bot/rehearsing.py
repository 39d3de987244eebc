"""Plays the example dialogues of procedures on the real machine, over a fresh demo company each, and says what went otherwise."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.ask.play import CODE, Worlds, shown
from bot.ask.script import Script
from bot.ask.world import World
from bot.dialogue.state import DialogueState
from core.conversation import Reply, Sentence
from core.errors import RapportError
from core.language import (
    Act,
    Asked,
    ConverseRequest,
    FactDraft,
    LanguageModel,
    PhraseRequest,
    Said,
    SlotValue,
    Understanding,
    UnderstandRequest,
    Uttered,
)
from core.people import Assurance
from skills.procedures.procedure import Dialogue, Line, Procedure


@dataclass
class Given:
    """A model whose understanding a dialogue may give, message by message; for everything else the real one is asked."""

    model: LanguageModel
    meanings: dict[str, Mapping[str, str | int | bool | None]] = field(
        default_factory=dict[str, Mapping[str, str | int | bool | None]]
    )

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def fluent(self) -> bool:
        return self.model.fluent

    async def understand(self, request: UnderstandRequest) -> Understanding:
        understood = await self.model.understand(request)
        last = request.said[-1]
        means = self.meanings.get(last.text)
        return understood if means is None else _as_given(understood, means, last)

    def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        return self.model.phrase(request)

    def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        return self.model.converse(request)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return await self.model.translate(texts, language)

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        return await self.model.distil(said)

    async def summarise(self, said: Sequence[Said]) -> str:
        return await self.model.summarise(said)


async def rehearse(worlds: Worlds, procedure: Procedure, live: Mapping[str, Procedure]) -> list[str]:
    """Everything that goes otherwise than a procedure's dialogues say, with the others that are live beside it."""
    procedures = {**live, procedure.name: procedure}
    problems: list[str] = []
    for dialogue in procedure.dialogues:
        problems += [f"{procedure.name}, {dialogue.title!r}: {each}" for each in await _played(worlds, dialogue, procedures)]
    return problems


async def _played(worlds: Worlds, dialogue: Dialogue, procedures: Mapping[str, Procedure]) -> list[str]:
    assurance = Assurance.VERIFIED if dialogue.account else Assurance.ANONYMOUS
    script = Script(id=dialogue.title, turns=(), account=dialogue.account, contact=dialogue.contact, assurance=assurance)
    try:
        world = await worlds.make(script)
    except RapportError as error:
        return [error.message]
    meanings = {line.customer: line.means for line in dialogue.lines if line.means is not None}
    _equip(world, procedures, meanings)
    try:
        problems: list[str] = []
        for place, line in enumerate(dialogue.lines, 1):
            found = await _line(world, line, procedures)
            problems += [f"line {place}: {each}" for each in found]
        return problems
    finally:
        await world.close()


def _equip(world: World, procedures: Mapping[str, Procedure], meanings: dict[str, Mapping[str, str | int | bool | None]]) -> None:
    """Puts the procedures into a world, and a model that is told what some messages mean."""
    turns = world.house.turns
    tools = replace(turns.tools, procedures=procedures, model=Given(model=turns.tools.model, meanings=meanings))
    world.house = replace(world.house, turns=replace(turns, tools=tools))


async def _line(world: World, line: Line, procedures: Mapping[str, Procedure]) -> list[str]:
    if line.press is not None:
        reply = await world.press(line.press)
    else:
        reply = await world.say(CODE.sub(await world.last_code(), line.customer))
    text = str(shown(reply)["text"])
    problems = _wrong_words(line, text) + _wrong_state(line, text, reply, await _state(world), procedures)
    return [f"{each} (it said: {text!r}; understood as {reply.intent} {reply.confidence:.2f})" for each in problems]


def _wrong_words(line: Line, text: str) -> list[str]:
    said = " ".join(text.casefold().split())
    problems = [f"it doesn't say {each!r}" for each in line.says if each.casefold() not in said]
    return problems + [f"it says {each!r}" for each in line.never if each.casefold() in said]


def _wrong_state(line: Line, text: str, reply: Reply, state: DialogueState, procedures: Mapping[str, Procedure]) -> list[str]:
    top = state.top
    did = {action.skill for action in reply.actions if action.outcome == "done"}
    open_ones = [task.skill for task in state.tasks if task.skill in procedures]
    handed = reply.handoff.reason if reply.handoff is not None else ""
    wrong = {
        f"it doesn't ask for {line.asks!r}": bool(line.asks) and (top is None or top.asking != line.asks),
        "it doesn't ask again": line.again and (top is None or not top.question or top.question not in text),
        f"it shows no card of {line.card!r}": bool(line.card) and (reply.card is None or top is None or top.skill != line.card),
        f"it didn't do {line.did!r}": bool(line.did) and line.did not in did,
        f"it hands over for {handed or 'nothing'}, not {line.hands_over or 'at all'}": handed != line.hands_over,
        f"it isn't done: {', '.join(open_ones)} is open": line.done and bool(open_ones),
    }
    return [problem for problem, holds in wrong.items() if holds]


async def _state(world: World) -> DialogueState:
    house, ref = world.house, world.ref
    conversation = await house.database.read(lambda conn: house.threads.find(conn, ref))
    if conversation is None:
        return DialogueState()
    kept = await house.database.read(lambda conn: house.threads.load_state(conn, ref.tenant, conversation.id))
    return DialogueState.model_validate_json(kept) if kept else DialogueState()


def _as_given(understood: Understanding, means: Mapping[str, str | int | bool | None], last: Said) -> Understanding:
    """An understanding as a dialogue gives it: `intent` and `act`, every other key a slot."""
    slots = tuple(
        SlotValue(name=name, value=value, message_id=last.message_id, start=0, end=len(last.text))
        for name, value in means.items()
        if name not in ("intent", "act") and value is not None
    )
    intent = str(means.get("intent") or "none")
    asked = (Asked(intent=intent, confidence=0.95, text=last.text, slots=slots),) if intent != "none" else ()
    act = Act(str(means.get("act") or "other"))
    return replace(understood, act=act, act_confidence=0.95, asked=asked, slots=slots, out_of_scope=0.0)
