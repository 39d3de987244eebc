"""The copilot's draft for the owner of a case, and answers for agents' eyes."""

from collections.abc import Iterator

from bot.channels.slack_desk.parts import (
    Addresses,
    Block,
    Message,
    actions,
    button,
    confidence,
    context,
    divider,
    literal,
    menu,
    message,
    packed,
    paragraphs,
    section,
    sources,
    words,
)
from bot.channels.slack_desk.text import capital, cut, shown
from handoff.desk.posts import digest_of
from handoff.desk.views import AnswerView, HintView, SuggestionView

SEND, EDIT, SHORTER, MORE = "desk:draft:send", "desk:draft:edit", "desk:draft:shorter", "desk:draft:more"
NOTIFIED = 300
KINDS = {
    "upsell": "room to grow",
    "cross_sell": "something that fits",
    "renewal": "renewal is near",
    "referral": "a happy customer",
}
SETTLED = {
    "accepted": "You sent this draft.",
    "edited": "You sent this draft with changes.",
    "dismissed": "You dismissed this draft.",
    "stale": "This draft is out of date: the conversation went on.",
}


def draft_message(suggestion: SuggestionView, addresses: Addresses) -> Message:
    """A draft with what it rests on. It is shown to the owner of the case alone."""
    return message(f"Draft reply, only you see it: {cut(suggestion.text, NOTIFIED)}", _draft(suggestion, addresses))


def text_mark(suggestion: SuggestionView) -> str:
    """Tells one wording of a draft from another: a card sends only the words that stand on it."""
    return digest_of(suggestion.text)[:12]


def settled_message(state: str) -> Message:
    """What stands in the place of a draft that was used or is stale."""
    return words(SETTLED.get(state, SETTLED["stale"]))


def answer_message(answer: AnswerView, addresses: Addresses) -> Message:
    return message(cut(answer.text, NOTIFIED) if answer.text else "Nothing certain was found.", answer_blocks(answer, addresses))


def answer_blocks(answer: AnswerView, addresses: Addresses) -> Iterator[Block]:
    """An answer for the agent, who may have to look further."""
    if not answer.sure:
        yield section("*Nothing certain was found.* Look it up before you say it.")
    if answer.text:
        yield from paragraphs(answer.text)
    yield from sources(answer.citations, addresses)
    yield context(f"{confidence(answer.confidence)} · only you see this" if answer.sure else "Only you see this")


def _draft(suggestion: SuggestionView, addresses: Addresses) -> Iterator[Block]:
    short = " (shortened)" if suggestion.shorter else ""
    yield context(f"*Draft reply{short}* · only you see this, nothing is sent yet")
    yield from literal(suggestion.text)
    yield from sources(suggestion.citations, addresses)
    why = f" · {shown(suggestion.why[0], 500)}" if suggestion.why else ""
    yield context(confidence(suggestion.confidence) + why)
    yield context(shown(suggestion.verdict, 500))
    yield _buttons(suggestion)
    if suggestion.hint:
        yield divider()
        yield from _hint(suggestion.hint)


def _buttons(suggestion: SuggestionView) -> Block:
    value = packed(suggestion.id, suggestion.case_id, text_mark(suggestion))
    shorter = [] if suggestion.shorter else [button("Shorter", SHORTER, value)]
    return actions(
        button("Send", SEND, value, style="primary"),
        button("Edit", EDIT, value),
        *shorter,
        menu(
            MORE,
            [
                ("Why?", packed("why", suggestion.id, suggestion.case_id)),
                ("Dismiss", packed("dismiss", suggestion.id, suggestion.case_id)),
            ],
        ),
    )


def _hint(hint: HintView) -> Iterator[Block]:
    kind = KINDS.get(hint.kind, shown(hint.kind.replace("_", " "), 60))
    yield context(":lock: *For you, not for the customer*")
    yield section(f"*{capital(kind)}: {shown(hint.item, 200)}*\n{shown(hint.reason, 800)}")
    if hint.points:
        yield section("\n".join(f"• {shown(point, 400)}" for point in hint.points[:6]))
