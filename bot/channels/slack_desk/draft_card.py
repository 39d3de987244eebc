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
from bot.channels.slack_desk.text import shown
from handoff.desk.posts import digest_of
from handoff.desk.views import AnswerView, HintView, SuggestionView

SEND, EDIT, SHORTER, MORE = "desk:draft:send", "desk:draft:edit", "desk:draft:shorter", "desk:draft:more"
SETTLED = {
    "accepted": "You sent this draft.",
    "edited": "You sent this draft with changes.",
    "dismissed": "You dismissed this draft.",
    "stale": "This draft is out of date: the conversation went on.",
}


def draft_message(suggestion: SuggestionView, addresses: Addresses) -> Message:
    """A draft with what it rests on. It is shown to the owner of the case alone."""
    return message("A reply is drafted for you.", _draft(suggestion, addresses))


def text_mark(suggestion: SuggestionView) -> str:
    """Tells one wording of a draft from another: a card sends only the words that stand on it."""
    return digest_of(suggestion.text)[:12]


def settled_message(state: str) -> Message:
    """What stands in the place of a draft that was used or is stale."""
    return words(SETTLED.get(state, SETTLED["stale"]))


def answer_message(answer: AnswerView, addresses: Addresses) -> Message:
    return message(answer.text or "Nothing stands on an article.", answer_blocks(answer, addresses))


def answer_blocks(answer: AnswerView, addresses: Addresses) -> Iterator[Block]:
    """An answer for the agent, who may have to look further."""
    if not answer.sure:
        yield section("*Nothing certain was found.* Look it up before you say it.")
    if answer.text:
        yield from paragraphs(answer.text)
    yield from sources(answer.citations, addresses)
    yield context(f"{confidence(answer.confidence)} · only you see this")


def _draft(suggestion: SuggestionView, addresses: Addresses) -> Iterator[Block]:
    short = " (shortened)" if suggestion.shorter else ""
    yield context(f":memo: *Draft reply{short}* · only you see this, nothing is sent yet")
    yield from literal(suggestion.text)
    yield from sources(suggestion.citations, addresses)
    yield context(f"{confidence(suggestion.confidence)} · Policy: {shown(suggestion.verdict, 500)}")
    if suggestion.why:
        yield context(shown(suggestion.why[0], 500))
    if suggestion.hint:
        yield divider()
        yield from _hint(suggestion.hint)
    value = packed(suggestion.id, suggestion.case_id, text_mark(suggestion))
    shorter = [] if suggestion.shorter else [button("Shorter", SHORTER, value)]
    yield actions(
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
    kind = shown(hint.kind.replace("_", " "), 60)
    yield section(f":bulb: *For you, not for the customer: {kind}, {shown(hint.item, 200)}*\n{shown(hint.reason, 800)}")
    if hint.points:
        yield section("\n".join(f"• {shown(point, 400)}" for point in hint.points[:6]))
