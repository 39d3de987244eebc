"""The parts of messages to customers, as Block Kit. Pure: values in, blocks out, within Slack's limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack.mrkdwn import cut, gathered, pieces, shown, unmarked
from bot.channels.slack.sources import Sources
from bot.channels.slack.words import ENGLISH, say
from core.conversation import Card, Sentence

Block = dict[str, Any]

SECTION_CHARACTERS = 2_900
CONTEXT_CHARACTERS = 2_900
CONTEXT_ELEMENTS = 10
FIELDS, FIELD_CHARACTERS = 10, 1_900
BUTTON_CHARACTERS = 75
HEADER_CHARACTERS = 150
CONFIRM_ID, CANCEL_ID = "card:confirm", "card:cancel"
FEEDBACK_ID, DECLINE_ID, VERIFY_ID = "answer:rate", "offer:decline", "identity:start"
HELPED, NOT_HELPED = "helped", "not_helped"
RATED_UP_ID, RATED_DOWN_ID = f"{FEEDBACK_ID}:up", f"{FEEDBACK_ID}:down"


def section(mrkdwn: str) -> Block:
    """A paragraph that is ready to be shown; what isn't a link of ours stays words."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def context(lines: Sequence[str]) -> list[Block]:
    """Small print, as many blocks as it needs."""
    elements = [{"type": "mrkdwn", "text": line, "verbatim": True} for line in lines]
    return [
        {"type": "context", "elements": elements[start : start + CONTEXT_ELEMENTS]}
        for start in range(0, len(elements), CONTEXT_ELEMENTS)
    ]


def button(action_id: str, label: str, value: str, style: str = "") -> Block:
    text = {"type": "plain_text", "text": cut(label, BUTTON_CHARACTERS), "emoji": False}
    made: Block = {"type": "button", "action_id": action_id, "text": text, "value": value}
    return made | ({"style": style} if style else {})


def paragraphs(sentences: Sequence[Sentence], sources: Sources) -> list[str]:
    """What was said, with its numbers, in texts that fit a section each. Nothing is left out; long sentences are continued."""
    ready: list[str] = []
    for sentence in sentences:
        marks = sources.marks(sentence)
        parts = pieces(unmarked(sentence.text), SECTION_CHARACTERS)
        if parts and len(shown(parts[-1]) + marks) > SECTION_CHARACTERS:
            parts.append("")
        ready += [shown(part) + (marks if place == len(parts) else "") for place, part in enumerate(parts, start=1)]
    return gathered(ready, SECTION_CHARACTERS)


def literal(text: str) -> list[Block]:
    """A person's words to the letter, as they were previewed: nothing in them formats or links."""
    plain = [{"type": "plain_text", "text": piece, "emoji": False} for piece in pieces(text, SECTION_CHARACTERS)]
    return [{"type": "section", "text": each} for each in plain]


def source_list(sources: Sources, language: str) -> list[Block]:
    """The list of sources below an answer."""
    if not sources.cited:
        return []
    lines = [line if len(line) <= CONTEXT_CHARACTERS else cut(line, CONTEXT_CHARACTERS) for line in sources.lines()]
    return context([f"*{say('sources', language)}*", *lines])


def feedback(language: str, *, plain: bool = False) -> Block:
    """Asks whether an answer helped: Slack's own pair of buttons, or two plain ones where it doesn't know that pair."""
    up, down = say("helped", language), say("not_helped", language)
    if plain:
        return {"type": "actions", "elements": [button(RATED_UP_ID, up, HELPED), button(RATED_DOWN_ID, down, NOT_HELPED)]}
    pair = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK_ID,
        "positive_button": {"text": {"type": "plain_text", "text": up}, "accessibility_label": up, "value": HELPED},
        "negative_button": {"text": {"type": "plain_text", "text": down}, "accessibility_label": down, "value": NOT_HELPED},
    }
    return {"type": "context_actions", "elements": [pair]}


def receipt(rows: Sequence[tuple[str, str]], language: str) -> list[Block]:
    """What was done: label and value, under a heading unless the first label is one already."""
    if not rows:
        return []
    named = rows[0][0] in (say("receipt", language), say("receipt", ENGLISH))
    return [*([] if named else [section(f"*{say('receipt', language)}*")]), *_fields(rows)]


def offer_label(language: str) -> list[Block]:
    """Says that what follows is an offer."""
    return context([f"*{say('offer', language)}*"])


def offer_buttons(language: str) -> Block:
    """The way out of an offer; its value is what the customer says by it."""
    return {"type": "actions", "elements": [button(DECLINE_ID, say("not_interested", language), say("decline", language))]}


def without(blocks: Sequence[Mapping[str, Any]], prefix: str, instead: str) -> list[Block]:
    """The same blocks without the buttons whose ids begin like this; `instead` says what was chosen."""
    found: list[Block] = []
    for block in blocks:
        elements: Sequence[Mapping[str, Any]] = block.get("elements") or ()
        mine = block.get("type") == "actions" and any(str(each.get("action_id", "")).startswith(prefix) for each in elements)
        found += context([shown(instead)]) if mine else [dict(block)]
    return found


def person_line(name: str, company: str, language: str) -> list[Block]:
    """Says that a person speaks."""
    return context([say("person", language, name=shown(name), company=shown(company))])


def verify_button(language: str) -> Block:
    return {"type": "actions", "elements": [button(VERIFY_ID, say("verify", language), "verify", "primary")]}


def card(asked: Card, language: str) -> list[Block]:
    """A question with exact arguments, the rule, and two buttons."""
    elements = [
        button(CONFIRM_ID, _label(asked.confirm, "press_confirm", language), asked.id, "primary"),
        button(CANCEL_ID, _label(asked.cancel, "press_cancel", language), asked.id),
    ]
    return [*_asked(asked, language), {"type": "actions", "block_id": cut(f"card:{asked.id}", 255), "elements": elements}]


def closed_card(asked: Card, *, choice: str, who: str, when: str, language: str) -> list[Block]:
    """The same after its decision: who, what and when, and nothing to press."""
    return _asked(asked, language, _told(choice, who, when, language))


def closed_text(asked: Card, *, choice: str, who: str, when: str, language: str) -> str:
    """The words of that for notifications and screen readers."""
    return f"{fallback([asked.title])} {_told(choice, who, when, language)}."


def moment(at_s: int, spoken: str) -> str:
    """A time that Slack shows in the reader's own zone; `spoken` where it can't."""
    return f"<!date^{at_s}^{{date_short_pretty}} {{time}}|{shown(spoken)}>"


def fallback(texts: Sequence[str], most: int = 3_000) -> str:
    """The words of a message for notifications and screen readers."""
    return cut(shown(" ".join(text for text in texts if text)), most) or "…"


def _label(given: str, phrase: str, language: str) -> str:
    """A label of the card's own, or the usual one in the customer's language."""
    return say(phrase, language) if given in ("", say(phrase, ENGLISH)) else given


def _told(choice: str, who: str, when: str, language: str) -> str:
    what = say(choice if choice in ("confirm", "cancel", "dismiss") else "superseded", language)
    return say("closed", language, what=what, who=shown(who), when=when) if who and choice != "superseded" else f"{what}, {when}"


def _asked(asked: Card, language: str, told: str = "") -> list[Block]:
    """The question with its exact arguments; below it what was decided, once it was."""
    decided = [section(f"*{told}*")] if told else []
    rule = context([cut(say("rule", language, rule=shown(asked.rule)), CONTEXT_CHARACTERS)]) if asked.rule else []
    return [section(f"*{cut(shown(asked.title), SECTION_CHARACTERS)}*"), *decided, *_fields(asked.rows), *rule]


def _fields(rows: Sequence[tuple[str, str]]) -> list[Block]:
    """Labels and values two a row; a value that is too long for that gets paragraphs of its own, whole."""
    found: list[Block] = []
    waiting: list[Mapping[str, Any]] = []
    for label, value in rows:
        text = f"*{shown(label)}*\n{shown(value)}"
        if len(text) <= FIELD_CHARACTERS:
            waiting.append({"type": "mrkdwn", "text": text, "verbatim": True})
        if len(waiting) == FIELDS or (waiting and len(text) > FIELD_CHARACTERS):
            found.append({"type": "section", "fields": waiting})
            waiting = []
        if len(text) > FIELD_CHARACTERS:
            parts = pieces(unmarked(value), SECTION_CHARACTERS - 200)
            found += [section(f"*{cut(shown(label), 190)}*\n{shown(part)}") for part in parts]
    return [*found, {"type": "section", "fields": waiting}] if waiting else found
