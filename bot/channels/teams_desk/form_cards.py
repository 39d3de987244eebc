"""Steps that are filled in on the card itself: replying, changing an action, ending a case, handing it on."""

from collections.abc import Mapping, Sequence

from bot.channels.teams_desk.blocks import Element, card, choice, execute, field, form, label, unfolds, words
from bot.channels.teams_desk.dialog_cards import MOST_CHARACTERS
from core.people import Principal
from handoff.desk.views import CaseView, FieldView
from handoff.roster import AUDITOR, Roster

FORM = "desk:form"
RESOLVED, HANDED, GIVEN_BACK = "desk:resolve.done", "desk:hand.done", "desk:give_back.done"
QUEUE = "-"
WHAT = "What was the matter, and what was done?"
SEEN_FIRST = "You see exactly what the customer gets before it is sent."


def replying(data: Mapping[str, str]) -> Element:
    """The button under which a reply is written; nothing is sent from there."""
    body = [field("text", "Reply to the customer", most=MOST_CHARACTERS, lines=True), label(SEEN_FIRST, quiet=True)]
    preview = execute("Preview", FORM, {**data, "desk": "reply.preview"}, style="positive")
    return unfolds("Reply", body, [preview], style="positive")


def in_card(whole: Element, back: Element) -> Element:
    """A dialog's form on a card: each step is answered with the next card."""
    steps = [execute(each["title"], FORM, each["data"], style=each.get("style", "")) for each in whole["actions"]]
    return form(whole["body"], [*steps, back])


def resolving(case: CaseView, draft: str, back: Element) -> Element:
    """A draft of the summary, and what is still promised."""
    promised = [each.text for each in case.promises if each.state == "open"]
    opened = [words(f"Still promised: {each}", bold=True, colour="Attention") for each in promised]
    summary = field("text", WHAT, value=draft[:MOST_CHARACTERS], most=MOST_CHARACTERS, lines=True)
    return _step("Resolve", case, [*opened, summary], [execute("Resolve", RESOLVED, {"case": case.id}, style="positive"), back])


def giving_back(case: CaseView, back: Element) -> Element:
    told = label("The bot answers this customer again. Your note is internal.")
    note = field("text", "Note for colleagues", most=MOST_CHARACTERS, lines=True)
    give = execute("Give back to the bot", GIVEN_BACK, {"case": case.id}, style="positive")
    return _step("Give back to the bot", case, [told, note], [give, back])


def handing(case: CaseView, roster: Roster, me: Principal, back: Element) -> Element:
    """Colleagues to choose from."""
    others = [(each.id, each.name) for each in roster.agents if each.id != me.id and each.roles != frozenset({AUDITOR})]
    whom = choice("to", "To whom?", [*others, (QUEUE, "Back into the queue")])
    hand = execute("Hand over", HANDED, {"case": case.id}, style="positive")
    return _step("Hand to a colleague", case, [whom], [hand, back])


def values_in_fields(fields: Sequence[FieldView]) -> list[Element]:
    """An action's values, to be changed."""
    return [_input(each) for each in fields]


def values_of(data: Mapping[str, object]) -> dict[str, str]:
    """The values that the fields came back with."""
    return {name.removeprefix("value."): str(value) for name, value in data.items() if name.startswith("value.")}


def _step(title: str, case: CaseView, body: Sequence[Element], actions: Sequence[Element]) -> Element:
    return card([label(title, bold=True), words(f"{case.customer} · {case.plan}", quiet=True, tight=True), *body], actions)


def _input(each: FieldView) -> Element:
    name = f"value.{each.name}"
    if each.choices:
        value = each.value if each.value in each.choices else ""
        return choice(name, each.label, [(option, option) for option in each.choices], value=value, required=each.required)
    return field(name, each.label, value=each.value, most=500, required=each.required)
