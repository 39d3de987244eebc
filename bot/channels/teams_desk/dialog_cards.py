"""The dialogs of the desk: replying, and changing a draft. Inside a dialog every button submits."""

from collections.abc import Mapping

from bot.channels.teams_desk.blocks import Element, boxed, field, form, label, pairs, paragraphs, sources, submits, words
from bot.channels.teams_desk.draft_cards import confidence
from bot.channels.teams_desk.port import Pages
from handoff.desk.reply_warnings import promised_in_words
from handoff.desk.views import AnswerView, Preview

MOST_CHARACTERS = 8_000


def writing(data: Mapping[str, str], *, text: str = "", said: str = "") -> Element:
    """A reply is written; nothing is sent from here."""
    body = [*_said(said), field("text", "Reply to the customer", value=text, most=MOST_CHARACTERS, lines=True)]
    return form([*body, label("You see it as the customer will before it is sent.", quiet=True)], [_forward("Preview", data)])


def previewed(preview: Preview, data: Mapping[str, str]) -> Element:
    """Exactly what will be sent, to whom and where. `data` names the step that sends."""
    body = [
        *pairs([("To", preview.to), ("On", preview.channel)]),
        *(words(each, bold=True, colour="Attention") for each in (*preview.warnings, *promised_in_words(preview.promises))),
        label("This is sent to the customer:", quiet=True),
        boxed(paragraphs(preview.text)),
    ]
    back = {**data, "desk": "reply.change", "text": preview.text}
    send = {**data, "token": preview.token, "text": preview.text}
    return form(body, [submits("Send to the customer", send, style="positive"), submits("Change", back)])


def asking(data: Mapping[str, str]) -> Element:
    """No message was selected: what shall be replied to is typed."""
    return form(
        [field("words", "What did the customer write?", most=MOST_CHARACTERS, lines=True)], [_forward("Draft a reply", data)]
    )


def drafted(answer: AnswerView, data: Mapping[str, str], pages: Pages) -> Element:
    """A draft to a selected message: to be previewed for the case's customer, or put into the message box."""
    found = sources(answer.citations, [pages.source(each) for each in answer.citations])
    sure = words(f"{confidence(answer.confidence)} ({answer.confidence:.0%})", quiet=True)
    none = [label("Nothing that customers may be told answers this: write it yourself.", colour="Attention")]
    text = field("text", "Draft", value=answer.text if answer.sure else "", most=MOST_CHARACTERS, lines=True)
    step = _forward("Preview", data) if data.get("case") else _forward("Put into the message box", data)
    return form([*([] if answer.sure else none), text, *found, *([sure] if answer.sure else [])], [step])


def waiting(ticket: str) -> Element:
    """The dialog's work takes a while."""
    return form([label("Working on it…")], [submits("Look again", {"desk": "ticket", "ticket": ticket}, style="positive")])


def _forward(title: str, data: Mapping[str, str]) -> Element:
    return submits(title, data, style="positive")


def _said(said: str) -> list[Element]:
    return [words(said, bold=True, colour="Attention")] if said else []
