"""The copilot's draft. The channel's card says only that one waits; what it says is in the owner's own view."""

from collections.abc import Sequence

from bot.channels.teams_desk.blocks import (
    Element,
    boxed,
    card,
    choice,
    cut,
    execute,
    label,
    opens,
    paragraphs,
    seen_by,
    shortened,
    sources,
    words,
)
from bot.channels.teams_desk.port import Pages
from handoff.desk.views import HintView, SuggestionView, Verdict

SEE, FORM = "desk:draft", "desk:form"
ENDS = {
    "accepted": "was sent to the customer",
    "edited": "was changed and sent to the customer",
    "dismissed": "was dismissed",
    "stale": "is out of date: the conversation went on",
}
REASONS = (
    ("wrong", "It is wrong"),
    ("off_topic", "It misses the question"),
    ("tone", "Its tone doesn't fit"),
    ("incomplete", "Something is missing"),
    ("not_needed", "No reply is needed"),
)
SURE, LIKELY = 0.85, 0.6
VERDICTS = {
    Verdict.ALLOW: "may be run",
    Verdict.NEEDS_APPROVAL: "needs approval",
    Verdict.DENY: "is not allowed",
    Verdict.ASK: "needs one more value",
}


def everyones(suggestion: SuggestionView, owner: str, users: Sequence[str]) -> Element:
    """What the thread sees: that there is a draft, for whom, and nothing of what it says."""
    if suggestion.state != "offered":
        return card([words(f"The draft for {owner} {ENDS.get(suggestion.state, 'is gone')}.", quiet=True)])
    data = _data(suggestion)
    show = execute("Show me", SEE, data)
    return card([words(f"A draft waits for {owner}.", quiet=True)], [show], refresh=seen_by(SEE, data, users))


def owners(suggestion: SuggestionView, pages: Pages, *, why: bool = False, dialogs: bool = True) -> Element:
    """The draft with all that it stands on. One that isn't shown to its end can't be sent from here unseen.

    With `dialogs` Edit opens one; without, the text is changed on the card.
    """
    data = _data(suggestion)
    sure = f"{confidence(suggestion.confidence)} ({suggestion.confidence:.0%})"
    body = [
        label("Draft reply: only you see this", bold=True),
        boxed(paragraphs(suggestion.text)),
        *sources(suggestion.citations, [pages.source(each) for each in suggestion.citations]),
        words(f"{sure} · {suggestion.verdict}", quiet=True),
        *_why(suggestion, why),
        *_action(suggestion),
        *(_hint(suggestion.hint) if suggestion.hint else []),
    ]
    whole = card(body, _buttons(suggestion, data, why=why, dialogs=dialogs))
    return whole | ({"actions": whole["actions"][1:]} if shortened(whole) else {})


def dismissing(suggestion: SuggestionView) -> Element:
    """Asks why the draft isn't wanted."""
    data = _data(suggestion)
    body = [label("Why is it no use?", bold=True), choice("reason", "Reason", REASONS, value=REASONS[0][0])]
    return card(body, [execute("Dismiss", "desk:draft.dismissed", data), execute("Keep it", SEE, data, bare=True)])


def confidence(value: float) -> str:
    if value >= SURE:
        return "Sure"
    return "Fairly sure" if value >= LIKELY else "Unsure"


def _data(suggestion: SuggestionView) -> dict[str, str]:
    return {"case": suggestion.case_id, "draft": suggestion.id, "at": "draft"}


def _buttons(suggestion: SuggestionView, data: dict[str, str], *, why: bool, dialogs: bool) -> list[Element]:
    edit = {"desk": "draft.edit", **data}
    buttons = [
        execute("Send", "desk:draft.send", data, style="positive"),
        opens("Edit", edit) if dialogs else execute("Edit", FORM, edit),
        *([] if suggestion.shorter else [execute("Shorter", "desk:draft.shorter", data)]),
        *([] if why else [execute("Why?", "desk:draft.why", data, more=True)]),
        execute("Dismiss", "desk:draft.dismiss", data, more=True),
    ]
    if suggestion.action and suggestion.action.verdict is not Verdict.DENY:
        values = {each.name: each.value for each in suggestion.action.fields}
        proposed = data | {"skill": suggestion.action.skill, "values": values}
        buttons.append(execute(cut(suggestion.action.title, 40), "desk:action", proposed, more=True))
    return buttons


def _why(suggestion: SuggestionView, whole: bool) -> list[Element]:
    if whole:
        return [label("Why", bold=True), *(words(cut(each, 400), tight=True) for each in suggestion.why)]
    return [words(cut(suggestion.why[0], 200), quiet=True)] if suggestion.why else []


def _action(suggestion: SuggestionView) -> list[Element]:
    action = suggestion.action
    if action is None:
        return []
    rule = f" ({action.rule})" if action.rule and action.verdict is Verdict.DENY else ""
    return [words(f"Action that fits: {action.title}, {VERDICTS[action.verdict]}{rule}.")]


def _hint(hint: HintView) -> list[Element]:
    head = label("For you, not for the customer: a possible offer", bold=True)
    points = [words(f"• {cut(each, 200)}", tight=True) for each in hint.points[:4]]
    return [boxed([head, words(f"{hint.item}: {cut(hint.reason, 300)}"), *points], "accent")]
