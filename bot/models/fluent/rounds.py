"""One round of an answer as a prompt: what stays the same comes first, what is new last, and all that others wrote is marked."""

from collections.abc import Sequence

from bot.models.fluent.marking import marked
from bot.models.fluent.shelf import MOST_PASSAGES, Shelf
from bot.models.fluent.window import Window, shortened
from bot.models.provider import FromModel, FromUser, Message, Part, Passages, Prompt, Result, Role, Words
from core.language import ConverseRequest, Exchange, PhraseRequest, ToolCall, ToolResult

ROUND_TOKENS = 1024
LONGEST_RESULT = 8_000
NOTHING = "nothing"
ANSWER = "Answer the customer's last message."
NO_RESULT = "There is no result."
SHOWN = "The customer has been shown these sentences in this answer. Go on from there, without repeating any:"
MEND = (
    "You wrote the sentence below, and it may not be said as it is. Write this one sentence again so that it says only what the"
    f' passages and results say, and cite them; or write the single word "{NOTHING}" if that can\'t be done. Call no tool.'
)


def round_of(request: ConverseRequest, system: str, role: Role, *, window: Window, less: bool = False) -> tuple[Prompt, Shelf]:
    """The prompt of a round, and the shelf that knows its passages. With `less`, half of the conversation and passages."""
    shelf = Shelf()
    most = MOST_PASSAGES // 2 if less else MOST_PASSAGES
    opening: list[Part] = [*(window.halved() if less else window).words(request.said)]
    passages = shelf.put(request.sources, most=most)
    if passages:
        opening.append(Passages(passages=passages))
    opening += [*_known(request), Words(text=ANSWER)]
    messages: list[Message] = []
    waiting: list[Part] = opening
    for exchange in request.exchanges:
        messages += [FromUser(parts=tuple(waiting)), FromModel(text=exchange.said, calls=tuple(exchange.calls))]
        waiting = _results(exchange, shelf, most)
    messages.append(FromUser(parts=(*waiting, *_new(request))))
    prompt = Prompt(
        role=role,
        operation="converse",
        system=system,
        messages=tuple(messages),
        tools=tuple(request.tools),
        may_call=request.may_call and request.mend is None,
        max_tokens=ROUND_TOKENS,
    )
    return prompt, shelf


def draft_of(request: PhraseRequest, system: str, role: Role, *, less: bool = False) -> tuple[Prompt, Shelf]:
    """The prompt of an answer from passages alone, and its shelf."""
    shelf = Shelf()
    passages = shelf.put(request.sources, most=MOST_PASSAGES // 2 if less else MOST_PASSAGES)
    parts: list[Part] = [Passages(passages=passages)]
    parts += _context(request.recalled, [f"{name}: {value}" for name, value in request.facts.items()])
    parts.append(Words(text=marked("question", shortened(request.question, LONGEST_RESULT))))
    message = FromUser(parts=tuple(parts))
    return Prompt(role=role, operation="phrase", system=system, messages=(message,), max_tokens=ROUND_TOKENS), shelf


def _known(request: ConverseRequest) -> list[Words]:
    """What is known beside the conversation: memories, facts of the account, and what was understood to be wanted."""
    known = _context(request.recalled, [f"{name}: {value}" for name, value in request.facts.items()])
    if request.plan:
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(request.plan, 1))
        known.append(Words(text=f"What the message was understood to ask for, in order:\n{marked('plan', steps)}"))
    return known


def _context(recalled: Sequence[str], facts: Sequence[str]) -> list[Words]:
    words: list[Words] = []
    if recalled:
        words.append(Words(text=marked("memory", "\n".join(recalled))))
    if facts:
        words.append(Words(text=marked("facts", "\n".join(facts))))
    return words


def _results(exchange: Exchange, shelf: Shelf, most: int) -> list[Part]:
    """A result for every call, in the order of the calls; a result of no call is left out."""
    if not exchange.calls:
        return [Words(text=ANSWER)]
    by_call = {each.call_id: each for each in exchange.results}
    return [_result(call, by_call.get(call.id), shelf, most) for call in exchange.calls]


def _result(call: ToolCall, result: ToolResult | None, shelf: Shelf, most: int) -> Result:
    if result is None:
        return Result(call_id=call.id, text=NO_RESULT, failed=True)
    return Result(
        call_id=call.id,
        text=marked("tool", shortened(result.text, LONGEST_RESULT)),
        passages=shelf.put(result.sources, most=most),
        failed=result.failed,
    )


def _new(request: ConverseRequest) -> list[Words]:
    """What is said of this very round."""
    words: list[Words] = []
    if request.already:
        shown = "\n".join(each.original or each.text for each in request.already)
        words.append(Words(text=f"{SHOWN}\n{marked('assistant', shown)}"))
    if request.mend is not None:
        sentence, reason = request.mend
        words.append(Words(text=f"{MEND}\n{marked('assistant', sentence)}\nWhy it may not be said:\n{marked('check', reason)}"))
    return words
