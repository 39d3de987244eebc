"""What a call to a model costs, in millionths of a US dollar."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.models.provider import FromModel, FromUser, Message, Passages, Prompt, Result, Usage, Words

CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars for a million tokens, which is millionths of a dollar for one. What isn't given costs as `input`."""

    input: float
    output: float
    cached: float | None = None
    written: float | None = None

    def of(self, usage: Usage) -> int:
        """What these tokens cost, rounded up."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        cost = usage.input * self.input + usage.output * self.output + usage.cached * cached + usage.written * written
        return math.ceil(round(cost, 6))


FREE = Price(input=0.0, output=0.0)


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The prices of one provider's models, by name. A name with a date behind it costs as the name alone."""

    table: Mapping[str, Price]

    def knows(self, model: str) -> bool:
        """Whether the model's price is given; without one its calls count as free."""
        return self._found(model) is not None

    def of(self, model: str, usage: Usage) -> int:
        return (self._found(model) or FREE).of(usage)

    def likely(self, model: str, prompt: Prompt) -> int:
        """What a call will cost at most, as far as one can tell before it: all of the prompt anew and all that may come back."""
        price = self._found(model) or FREE
        dearest = max(price.input, price.written or 0.0)
        return math.ceil(round(estimated(prompt) * dearest + prompt.max_tokens * price.output, 6))

    def _found(self, model: str) -> Price | None:
        if model in self.table:
            return self.table[model]
        fitting = [name for name in self.table if model.startswith(f"{name}-")]
        return self.table[max(fitting, key=len)] if fitting else None


def estimated(prompt: Prompt) -> int:
    """About how many tokens a prompt has."""
    tools = sum(len(tool.name) + len(tool.description) + len(str(tool.schema)) for tool in prompt.tools)
    schema = len(str(prompt.schema)) if prompt.schema else 0
    return tokens(len(prompt.system) + tools + schema + sum(_characters(message) for message in prompt.messages))


def tokens(characters: int) -> int:
    """About how many tokens a text of that many characters has."""
    return -(-characters // CHARACTERS_A_TOKEN)


def _characters(message: Message) -> int:
    match message:
        case FromModel():
            return len(message.text) + sum(len(call.tool) + len(str(call.arguments)) for call in message.calls)
        case FromUser():
            return sum(_part(part) for part in message.parts)


def _part(part: Words | Passages | Result) -> int:
    match part:
        case Words():
            return len(part.text)
        case Passages():
            return sum(len(passage.title) + sum(map(len, passage.blocks)) for passage in part.passages)
        case Result():
            return len(part.text) + sum(len(passage.title) + sum(map(len, passage.blocks)) for passage in part.passages)
