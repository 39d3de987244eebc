"""The dialogs that agents fill in. What one needs to know later travels in its own metadata, so that a restart loses nothing."""

from datetime import date

from bot.channels.slack_desk.draft_card import answer_blocks
from bot.channels.slack_desk.parts import (
    MOST_TEXT,
    Addresses,
    Block,
    View,
    choice,
    confidence,
    context,
    day,
    divider,
    literal,
    modal,
    packed,
    paragraphs,
    section,
    sources,
    text_input,
)
from bot.channels.slack_desk.text import moment, shown
from core.errors import BadInput
from core.people import Principal
from governance.roles import SUPPORT_AGENT, enough
from handoff.desk.reply_warnings import promised_in_words
from handoff.desk.views import ActionView, AnswerView, CaseView, FieldView, Preview, PromiseView, SuggestionView
from handoff.roster import Roster

REPLY, SEND, EDIT, SEND_EDITED = "desk:reply", "desk:reply:send", "desk:edit", "desk:edit:send"
DISMISS, HAND, RETURN, RESOLVE, CHANGE, USE = (
    "desk:dismiss",
    "desk:hand",
    "desk:return",
    "desk:resolve",
    "desk:change",
    "desk:use",
)
LONGEST_METADATA = 3_000
MOST_REASONS = 9
QUEUE = "queue"
REASONS = (
    "It misses the question",
    "It is wrong or out of date",
    "The tone is wrong",
    "I answered in another way",
    "Another reason",
)


def working(title: str) -> View:
    return modal(title, [section("Working on it …")])


def told(title: str, text: str, *more: Block) -> View:
    """Says how it went; there is nothing to fill in any more."""
    return modal(title, [*paragraphs(text), *more])


def reply_dialog(case: CaseView, text: str = "", fault: str = "") -> View:
    """Where an agent writes to a customer. Nothing is sent before the next step."""
    where = section(f"To *{shown(case.customer, 300)}* on {shown(case.channel, 100)}.")
    said = [section(f":warning: {shown(fault, 1_000)}")] if fault else []
    field = text_input("text", "What the customer will read", text, hint="Up to 2,400 characters; longer in the console.")
    blocks = [where, *said, field]
    return modal("Reply to customer", blocks, submit="Preview", callback_id=REPLY, private_metadata=_kept(case.id))


def preview_dialog(preview: Preview, suggestion_id: str = "") -> View:
    """Exactly what will be sent, to whom and where. Send is the only way on."""
    warned = [
        section(f":warning: {shown(warning, 900)}") for warning in (*preview.warnings, *promised_in_words(preview.promises))
    ]
    head = section(f"To *{shown(preview.to, 300)}* on {shown(preview.channel, 100)}, exactly as it stands here:")
    blocks = [*warned, head, divider(), *literal(preview.text)]
    if suggestion_id:
        kept = _kept(suggestion_id, preview.case_id, preview.text)
        return modal("Send this?", blocks, submit="Send", callback_id=SEND_EDITED, private_metadata=kept)
    kept = _kept(preview.token, preview.case_id, preview.text)
    return modal("Send this?", blocks, submit="Send", callback_id=SEND, private_metadata=kept)


def edit_dialog(suggestion: SuggestionView) -> View:
    if len(suggestion.text) > MOST_TEXT:
        raise BadInput("This draft is too long to edit in Slack: edit it in the console.")
    field = text_input("text", "What the customer will read", suggestion.text)
    kept = _kept(suggestion.id, suggestion.case_id)
    return modal("Edit the draft", [field], submit="Preview", callback_id=EDIT, private_metadata=kept)


def why_dialog(suggestion: SuggestionView, addresses: Addresses) -> View:
    """What a draft rests on."""
    listed = "\n".join(f"• {shown(line, 300)}" for line in suggestion.why[:MOST_REASONS])
    lines = [section(listed or "It rests on the sources below.")]
    quotes = [section(f"> {shown(' '.join(each.quote.split()), 1_500)}") for each in suggestion.citations]
    judged = [context(confidence(suggestion.confidence)), context(shown(suggestion.verdict, 500))]
    return modal("Why this draft", [*lines, *quotes, *sources(suggestion.citations, addresses), *judged])


def dismiss_dialog(suggestion_id: str, case_id: str) -> View:
    reasons = [(reason, str(number)) for number, reason in enumerate(REASONS)]
    blocks = [choice("reason", "Why doesn't it fit?", reasons), text_input("more", "In your words", most=500, optional=True)]
    kept = _kept(suggestion_id, case_id)
    return modal("Dismiss the draft", blocks, submit="Dismiss", callback_id=DISMISS, private_metadata=kept)


def dismissed_for(number: str, more: str) -> str:
    """The reason that was filled in, in words."""
    named = REASONS[int(number)] if number.isdigit() and int(number) < len(REASONS) else REASONS[-1]
    return f"{named}: {more}" if more else named


def hand_dialog(case: CaseView, roster: Roster, agent: Principal) -> View:
    """The colleagues who work on cases, and the queue."""
    able = [each for each in roster.agents if enough(each.roles, SUPPORT_AGENT) and each.id != agent.id]
    options = [("Back into the queue", QUEUE), *((each.name, each.id) for each in able)]
    blocks = [
        section(f"The case of *{shown(case.customer, 300)}*. The customer is told."),
        choice("to", "Who takes it?", options),
    ]
    return modal("Hand over", blocks, submit="Hand over", callback_id=HAND, private_metadata=_kept(case.id))


def return_dialog(case: CaseView) -> View:
    head = section(f"The assistant answers *{shown(case.customer, 300)}* again; the customer is told.")
    note = text_input("note", "What should stay on record?", most=1_000, hint="Internal: the customer doesn't read it.")
    return modal("Give back to bot", [head, note], submit="Give back", callback_id=RETURN, private_metadata=_kept(case.id))


def resolve_dialog(case: CaseView, draft: str) -> View:
    """The drafted summary to correct, with the promises that are still open."""
    open_ones = [each for each in case.promises if each.state == "open"]
    promised = [section("*Still promised*\n" + "\n".join(_promise(each) for each in open_ones[:8]))] if open_ones else []
    field = text_input("summary", "Summary", draft, hint="Internal: it stays with the case.")
    return modal("Resolve", [*promised, field], submit="Resolve", callback_id=RESOLVE, private_metadata=_kept(case.id))


def change_dialog(action: ActionView, response_url: str) -> View:
    """An action's parameters; `response_url` is where its card can be replaced."""
    asked = [section(shown(action.question, 1_000))] if action.question else []
    fields = [_field(each) for each in action.fields]
    if not fields:
        return told(action.title, "There is nothing to change here: run it as it is, or let it be.")
    kept = _kept(action.case_id, action.skill, response_url)
    return modal(action.title, [*asked, *fields], submit="Use these values", callback_id=CHANGE, private_metadata=kept)


def draft_dialog(answer: AnswerView, case_id: str, addresses: Addresses) -> View:
    """A drafted reply to a message; in a case's thread it can be taken into a reply."""
    blocks = list(answer_blocks(answer, addresses))
    if not (case_id and answer.sure and 0 < len(answer.text) <= MOST_TEXT):
        return modal("Draft a reply", blocks)
    kept = _kept(case_id, answer.text)
    return modal("Draft a reply", blocks, submit="Use in a reply", callback_id=USE, private_metadata=kept)


def _field(field: FieldView) -> Block:
    optional = not field.required
    if field.choices:
        options = [(each, each) for each in field.choices]
        return choice(field.name, field.label, options, field.value, optional=optional)
    if field.kind == "date" and _is_day(field.value):
        return day(field.name, field.label, field.value, optional=optional)
    single = field.kind != "text"
    return text_input(field.name, field.label, field.value, most=200 if single else 1_000, single=single, optional=optional)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value or "2000-01-01")
    except ValueError:
        return False
    return True


def _promise(promise: PromiseView) -> str:
    due = f", by {moment(promise.due_at)}" if promise.due_at else ""
    return f"• {shown(promise.text, 300)}{due}"


def _kept(*values: str) -> str:
    kept = packed(*values)
    if len(kept) > LONGEST_METADATA:
        raise BadInput("That is too long for Slack: shorten it, or write it in the console.")
    return kept
