"""The dialogs of the desk: replying, changing a draft, ending a case, handing it on. Inside a dialog every button submits."""

from collections.abc import Mapping, Sequence

from bot.channels.teams_desk.blocks import Element, boxed, choice, field, form, label, pairs, paragraphs, sources, submits, words
from bot.channels.teams_desk.draft_cards import confidence
from bot.channels.teams_desk.port import Pages
from handoff.desk.views import AnswerView, Preview, PromiseView
from handoff.roster import AUDITOR, Roster

MOST_CHARACTERS = 8_000
QUEUE = "-"


def writing(data: Mapping[str, str], *, text: str = "", said: str = "") -> Element:
    """A reply is written; nothing is sent from here."""
    body = [*_said(said), field("text", "Reply to the customer", value=text, most=MOST_CHARACTERS, lines=True)]
    return form([*body, label("You see it as the customer will before it is sent.", quiet=True)], [_forward("Preview", data)])


def previewed(preview: Preview, data: Mapping[str, str]) -> Element:
    """Exactly what will be sent, to whom and where. `data` names the step that sends."""
    body = [
        *pairs([("To", preview.to), ("On", preview.channel)]),
        *(words(each, bold=True, colour="Warning") for each in preview.warnings),
        label("This is sent to the customer:", quiet=True),
        boxed(paragraphs(preview.text)),
    ]
    back = {**data, "desk": "reply.change", "text": preview.text}
    send = {**data, "token": preview.token, "text": preview.text}
    return form(body, [submits("Send to the customer", send, style="positive"), submits("Change", back)])


def resolving(data: Mapping[str, str], draft: str, promises: Sequence[PromiseView], said: str = "") -> Element:
    opened = [words(f"Still promised: {each.text}", bold=True, colour="Warning") for each in promises if each.state == "open"]
    summary = field("text", "What was the matter, and what was done?", value=draft, most=MOST_CHARACTERS, lines=True)
    return form([*_said(said), *opened, summary], [_forward("Resolve", data)])


def giving_back(data: Mapping[str, str], text: str = "", said: str = "") -> Element:
    body = [
        *_said(said),
        label("The bot answers this customer again. Your note is internal."),
        field("text", "Note for colleagues", value=text, most=MOST_CHARACTERS, lines=True),
    ]
    return form(body, [_forward("Give back to the bot", data)])


def handing(data: Mapping[str, str], roster: Roster, me: str, said: str = "") -> Element:
    """Colleagues to choose from."""
    others = [(each.id, each.name) for each in roster.agents if each.id != me and each.roles != frozenset({AUDITOR})]
    whom = choice("to", "To whom?", [*others, (QUEUE, "Back into the queue")])
    return form([*_said(said), whom], [_forward("Hand over", data)])


def drafted(answer: AnswerView, data: Mapping[str, str], pages: Pages) -> Element:
    """A draft to a selected message: to be previewed for the case's customer, or put into the message box."""
    found = sources(answer.citations, [pages.source(each) for each in answer.citations])
    sure = words(f"{confidence(answer.confidence)} ({answer.confidence:.0%})", quiet=True)
    none = [label("Nothing that customers may be told answers this: write it yourself.", colour="Warning")]
    text = field("text", "Draft", value=answer.text if answer.sure else "", most=MOST_CHARACTERS, lines=True)
    step = _forward("Preview", data) if data.get("case") else _forward("Put into the message box", data)
    return form([*([] if answer.sure else none), text, *found, sure], [step])


def waiting(ticket: str) -> Element:
    """The dialog's work takes a while."""
    return form([label("Working on it…")], [submits("Look again", {"desk": "ticket", "ticket": ticket}, style="positive")])


def _forward(title: str, data: Mapping[str, str]) -> Element:
    return submits(title, data, style="positive")


def _said(said: str) -> list[Element]:
    return [words(said, bold=True, colour="Warning")] if said else []
