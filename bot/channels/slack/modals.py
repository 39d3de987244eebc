"""The windows in which somebody says who they are, and the Home tab of a customer."""

from collections.abc import Sequence
from typing import Any

from bot.channels.slack.blocks import Block, context, section
from bot.channels.slack.mrkdwn import cut, shown

View = dict[str, Any]

EMAIL_ID, CODE_ID, DONE_ID = "identity:email", "identity:code", "identity:done"
EMAIL_BLOCK, CODE_BLOCK, VALUE = "email", "code", "value"
TITLE = "Verify it's me"
WHY = "Your work address shows that you are you. We send it a six-digit code; then I can talk about your account."
SENT = "If we know this address, a six-digit code is on its way to it."
DONE = "Thank you, that proves it. Ask your question again and I can go on."
WRONG_HERE = 'That is not the code, or it has expired. Check it, or write "link" and your e-mail address to get a new one.'
WRONG = "That is not the code, or it has expired. Check it, or close this window and ask for a new one."


def email_view(metadata: str = "") -> View:
    """Asks for the address."""
    element = {
        "type": "plain_text_input",
        "action_id": VALUE,
        "placeholder": _plain("name@company.com"),
        "max_length": 254,
    }
    return _modal(EMAIL_ID, [section(WHY), _input(EMAIL_BLOCK, "E-mail address", element)], submit="Send code", metadata=metadata)


def code_view(told: str, metadata: str = "") -> View:
    """Asks for the code; `told` is what is said of the address."""
    element = {"type": "plain_text_input", "action_id": VALUE, "placeholder": _plain("123456"), "max_length": 20}
    found = [section(cut(shown(told), 2_900)), _input(CODE_BLOCK, "Six-digit code", element)]
    return _modal(CODE_ID, found, submit="Confirm", metadata=metadata)


def done_view() -> View:
    """Says that it worked."""
    return _modal(DONE_ID, [section(DONE)])


def home_view(company: str, bot_name: str, starters: Sequence[str]) -> View:
    """What a customer sees under Home."""
    asked = "\n".join(f"• {shown(each)}" for each in starters[:5])
    blocks = [section(f"*{shown(company)} · {shown(bot_name)}*\nWrite to me under Messages, or mention me in a channel.")]
    if asked:
        blocks += [section(f"*You could ask*\n{asked}"[:2_900])]
    return {"type": "home", "blocks": [*blocks, *context(["You can ask for a person at any time."])]}


def _modal(callback_id: str, blocks: list[Block], *, submit: str = "", metadata: str = "") -> View:
    view: View = {"type": "modal", "callback_id": callback_id, "title": _plain(TITLE), "blocks": blocks}
    view |= {"close": _plain("Close"), "private_metadata": metadata}
    return view | ({"submit": _plain(submit)} if submit else {})


def _input(block_id: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": block_id, "label": _plain(label), "element": element}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
