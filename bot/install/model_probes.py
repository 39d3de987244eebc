"""Short requests to a provider: whether it is there, knows the model, and takes tools and schemas as configured."""

import json
import time
from dataclasses import dataclass

from bot.install.report import Check, fail, ok, warn
from bot.models.provider import Fault, Finished, FromUser, Prompt, Provider, ProviderFailed, Role, Text, Words
from core.language import ToolCall, ToolSpec
from core.model_sections import ProviderSection

AREA = "models"
MODEL = "Choose another model: this one doesn't follow."
TIMEOUT_S = 20.0
SLOW_MS = 5_000
MOST_TOKENS = 256
SYSTEM = "You take part in a check of a connection. Do exactly what is asked, with nothing added."
SCHEMA = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}
TOOL = ToolSpec(name="report_ready", description="Reports whether all is ready. Call it to answer.", schema=SCHEMA)
MENDS = {
    Fault.RATE_LIMITED: "Try again in a minute, or ask the provider for a higher rate.",
    Fault.OVERLOADED: "Try again in a few minutes; a second provider in models.chain would go on meanwhile.",
    Fault.TIMEOUT: "See that the server has the model loaded, and that this machine reaches it.",
    Fault.UNREACHABLE: "See that base_url is right and that this machine reaches it (proxy, firewall, DNS).",
    Fault.CUT: "See the server's log: it broke off its answer.",
    Fault.GARBAGE: "See that base_url leads to the interface itself, usually ending in /v1 for an OpenAI-compatible server.",
    Fault.REJECTED: "Correct the key, the model's name or base_url in the provider's table.",
    Fault.CONTEXT_FULL: "Raise context_tokens to what the model reads.",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    text: str
    calls: tuple[ToolCall, ...]
    finished: Finished | None
    took_ms: float


@dataclass(frozen=True, kw_only=True)
class Probes:
    """The requests to one model of a provider."""

    provider: Provider
    section: ProviderSection
    model: str

    async def run(self, *, thorough: bool) -> list[Check]:
        """One request; with `thorough` also one with a schema and one with a tool."""
        answers = await self._answers()
        if not thorough or answers.mend:
            return [answers]
        return [answers, await self._schema(), await self._tools()]

    async def _answers(self) -> Check:
        try:
            answer = await self._asked(self._prompt("doctor", "Answer with the one word: ready"))
        except ProviderFailed as failed:
            return self._failed(self._label(), failed)
        if not answer.text.strip():
            mend = "See the server's log; a model that only thinks may need more tokens or another template."
            return warn(AREA, self._label(), "answers without a word", mend)
        usage = answer.finished.usage if answer.finished else None
        read = usage.input + usage.cached + usage.written if usage else 0
        told = f"answers in {answer.took_ms:,.0f} ms, {read} tokens in, {usage.output if usage else 0} out"
        if not read:
            mend = "Costs are then estimated from the length of texts; nothing else suffers."
            return warn(AREA, self._label(), f"{told}: the server counts no tokens", mend)
        if answer.took_ms > SLOW_MS:
            return warn(AREA, self._label(), told, "That is slow for a conversation: choose a quicker model or server.")
        return ok(AREA, self._label(), told)

    async def _schema(self) -> Check:
        label = f"{self._label()} json_schema"
        off = "Set json_schema = false for this provider: shapes are then asked for in words."
        try:
            answer = await self._asked(self._prompt("doctor_schema", "Say that you are ready.", schema=True))
        except ProviderFailed as failed:
            return self._failed(label, failed, off if self._switch(self.section.json_schema) else MODEL)
        if _fits(answer.text):
            return ok(AREA, label, "kept" if self._native(self.section.json_schema) else "off, and kept when asked for in words")
        return fail(
            AREA, label, "isn't kept: the answer has another shape", off if self._switch(self.section.json_schema) else MODEL
        )

    async def _tools(self) -> Check:
        label = f"{self._label()} tools"
        off = "Set native_tools = false for this provider: tools are then described in words."
        try:
            answer = await self._asked(self._prompt("doctor_tools", "Call the tool report_ready with ready = true.", tools=True))
        except ProviderFailed as failed:
            return self._failed(label, failed, off if self._switch(self.section.native_tools) else MODEL)
        called = next((call for call in answer.calls if call.tool == TOOL.name), None)
        if called is not None and isinstance(called.arguments.get("ready"), bool):
            return ok(
                AREA, label, "called" if self._native(self.section.native_tools) else "off, and called when described in words"
            )
        return fail(AREA, label, "aren't called, though asked to", off if self._switch(self.section.native_tools) else MODEL)

    def _native(self, setting: bool) -> bool:
        return setting or self.section.kind == "anthropic"

    def _switch(self, setting: bool) -> bool:
        """Whether a setting of this provider can be switched off."""
        return setting and self.section.kind == "openai"

    def _prompt(self, operation: str, words: str, *, schema: bool = False, tools: bool = False) -> Prompt:
        return Prompt(
            role=Role.DIALOGUE,
            operation=operation,
            system=SYSTEM,
            messages=(FromUser(parts=(Words(text=words),)),),
            tools=(TOOL,) if tools else (),
            schema=SCHEMA if schema else None,
            max_tokens=MOST_TOKENS,
        )

    async def _asked(self, prompt: Prompt) -> Answer:
        began = time.perf_counter()
        texts, calls = list[str](), list[ToolCall]()
        finished: Finished | None = None
        async for piece in self.provider.stream(prompt, timeout_s=TIMEOUT_S):
            match piece:
                case Text(text=text):
                    texts.append(text)
                case ToolCall():
                    calls.append(piece)
                case Finished():
                    finished = piece
        took_ms = (time.perf_counter() - began) * 1_000
        return Answer(text="".join(texts), calls=tuple(calls), finished=finished, took_ms=took_ms)

    def _failed(self, label: str, failed: ProviderFailed, mend: str = "") -> Check:
        """`mend` is for a request that was refused or answered in another form, once a plain one was answered well."""
        of_form = failed.fault in (Fault.REJECTED, Fault.GARBAGE)
        return fail(AREA, label, failed.message, mend if mend and of_form else MENDS.get(failed.fault, MODEL))

    def _label(self) -> str:
        return f"{self.provider.name} {self.model}"


def _fits(text: str) -> bool:
    try:
        given: object = json.loads(text)
    except ValueError:
        return False
    return given in ({"ready": True}, {"ready": False})
