"""Spoils an answer in the way of a fault: what is said, which events tell it, what is counted."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from tests.benchmarks.models_answers import Call, Plan, Say
from tests.benchmarks.models_faults import CANARY, Fault
from tests.benchmarks.models_reading import Asked
from tests.benchmarks.models_wires import Counted, Frame, told

FLOOD_BYTES = 10_000_000
FLOOD = "FLOOD"
LATER = 3


def planned(fault: Fault, place: str, asked: Asked, plan: Plan) -> Plan:
    """The answer, spoilt in what it says."""
    if fault.only and asked.operation not in fault.only:
        return plan
    match fault.kind:
        case "says":
            return _said(fault, plan)
        case "calls":
            return _calling(fault, asked)
        case "stops":
            steps = () if place == "before" else _half(plan)
            return Plan(steps=steps, stop=str(fault.detail["stop"]))
        case "repeats":
            shown = tuple(Say(text=text, cites=((0, 0),)) for text in asked.shown)
            return Plan(steps=(*shown, *plan.steps, *plan.steps))
        case "json":
            return Plan(steps=(Say(text=str(fault.detail["text"])),))
        case "translates":
            return _mistranslated(fault, plan)
        case _:
            return plan


def _said(fault: Fault, plan: Plan) -> Plan:
    text = str(fault.detail["text"])
    if "flood" in fault.detail:
        return Plan(steps=(Say(text=FLOOD),))
    if not text.strip():
        return Plan(steps=(Say(text=text),))
    cites = cast("tuple[tuple[int, int], ...]", fault.detail.get("cites", ()))
    good = tuple(step for step in plan.steps if isinstance(step, Say) and step.cites)
    return Plan(steps=(Say(text=text.strip(), cites=cites), *good))


def _calling(fault: Fault, asked: Asked) -> Plan:
    detail = fault.detail
    tool, arguments = str(detail.get("tool", "search_help")), str(detail.get("arguments", '{"query": "password"}'))
    if "huge" in detail:
        arguments = '{"query": "' + "x" * cast("int", detail["huge"]) + '"}'
    if "endless" in detail:
        arguments = f'{{"query": "password rule {len(asked.called)}"}}'
    count = cast("int", detail.get("times", 1))
    return Plan(steps=tuple(Call(tool=tool, arguments=arguments + " " * number) for number in range(count)), stop="calls")


def _half(plan: Plan) -> tuple[Say | Call, ...]:
    """The first sentence, and half of the next."""
    first, rest = plan.steps[:1], plan.steps[1:2]
    return (*first, *(Say(text=each.text[: len(each.text) // 2]) for each in rest if isinstance(each, Say)))


def _mistranslated(fault: Fault, plan: Plan) -> Plan:
    text = cast("Say", plan.steps[0]).text
    if "drop" in fault.detail:
        return Plan(steps=(Say(text='{"texts": []}'),))
    return Plan(steps=(Say(text=text.replace('"]}', f'{fault.detail["add"]}"]}}')),))


def counted(fault: Fault | None, usage: Counted) -> Counted | None:
    """What is told of tokens."""
    if fault is None or fault.kind != "usage":
        return usage
    if fault.detail.get("none"):
        return None
    value = fault.detail["value"]
    return Counted(input=value, output=value, cached=value, written=value)


def reframed(fault: Fault, place: str, frames: Sequence[Frame], *, messages: bool) -> list[Frame]:
    """The events, spoilt in their form. `messages`: they are Anthropic's."""
    at = middle(frames) if place == "mid" else 0
    before, after = list(frames[:at]), list(frames[at:])
    match fault.kind:
        case "insert":
            return [*before, Frame(data=_inserted(fault, messages)), *after]
        case "unknown":
            strange = told({"type": "thought_bubble", "mood": [1, {"x": None}]}, "thought_bubble" if messages else "")
            odd = strange if messages else told({"id": "c", "object": "chat.completion.bubble", "choices": []})
            return [*before, *(Frame(data=odd) for _ in range(50)), *after]
        case "pings":
            ping = b": still here\n\n" + (told({"type": "ping"}, "ping") if messages else b"")
            return [*before, *(Frame(data=ping) for _ in range(200)), *after]
        case "shuffled":
            random.Random(7).shuffle(after)
            return [*before, *after]
        case "doubled":
            return [each for frame in frames for each in (frame, replace(frame, ends=""))]
        case "error":
            return [*before, Frame(data=_error(messages))]
        case "endless":
            return [*before, *_endless(fault, messages)]
        case _:
            return list(frames)


def middle(frames: Sequence[Frame]) -> int:
    """Some tokens behind the first sentence, so that it is whole for whoever reads; the middle where there is no such place."""
    first = next((place for place, frame in enumerate(frames) if frame.ends), len(frames))
    return first + LATER + 1 if first + LATER + 2 < len(frames) - 4 else len(frames) // 2


def _inserted(fault: Fault, messages: bool) -> bytes:
    detail = fault.detail
    if "raw" in detail:
        return b"data: " + bytes.fromhex(str(detail["raw"]))
    if "deep" in detail:
        return b"data: " + b"[" * cast("int", detail["deep"]) + b"\n\n"
    return (b"event: content_block_delta\n" if messages else b"") + str(detail["data"]).encode()


def _error(messages: bool) -> bytes:
    wrong = {"type": "overloaded_error", "message": f"Traceback: {CANARY}"}
    return told({"type": "error", "error": wrong}, "error") if messages else told({"error": wrong})


def _endless(fault: Fault, messages: bool) -> list[Frame]:
    """More than any answer has: in one line, or in many events."""
    if fault.detail.get("line"):
        chunk = Frame(data=b"y" * 65_536)
        return [Frame(data=b"data: "), *([chunk] * 600)]
    ping = told({"type": "ping"}, "ping") if messages else told({"id": "c", "object": "chat.completion.chunk", "choices": []})
    return [Frame(data=ping * 500)] * 1_200
